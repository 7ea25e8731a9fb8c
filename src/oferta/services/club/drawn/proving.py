"""What must hold of the club's books after any replay, proved member by member."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import F, Sum

from oferta.core.decisions import statement
from oferta.core.decisions.statement import Span
from oferta.core.decisions.types import Answer, Decision, Status
from oferta.core.ledger import queries as ledger
from oferta.services.club.drawn.mixing import DrawnBill
from oferta.services.club.models import Lot, Member
from oferta.services.club.reporting import Tells
from oferta.services.club.rules import UNIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """One promise: of how many it was proved, and where it does not hold."""

    name: str
    count: int
    wrong: tuple[str, ...] = ()


@dataclass(slots=True)
class Explained:
    """Passes on what is told of payments; notes each that ends in neither lines nor a clause."""

    to: Tells
    lines: int = 0
    #: Gave nothing, and clauses say why.
    zeros: int = 0
    unexplained: list[str] = field(default_factory=list)

    def answers(self, answers: Iterable[Answer]) -> None:
        """Hear what became of a batch."""
        heard = list(answers)
        for one in heard:
            self.hear(one.key, one.decisions)
        self.to.answers(heard)

    def refunds_decided_before(self, decisions: Iterable[Decision]) -> None:
        """Hear of refunds that came in before."""
        heard = list(decisions)
        for one in heard:
            self.hear(one.key, [one])
        self.to.refunds_decided_before(heard)

    def refund_waits(self, key: str) -> None:
        """Hear of a refund that waits for its purchase."""
        self.to.refund_waits(key)

    def hear(self, key: str, decisions: Iterable[Decision]) -> None:
        """Note whether what was decided gave something or a clause says why not."""
        made = list(decisions)
        if made and all(one.status is Status.DECIDED and one.decided_by for one in made):
            gave = any((one.outcome or {}).get("amount") for one in made)
            self.lines, self.zeros = self.lines + gave, self.zeros + (not gave)
        else:
            self.unexplained.append(key)

    def proved(self) -> Proved:
        """Return the promise that every zero is explained."""
        return Proved(
            name="lines or a clause that says why none",
            count=self.lines + self.zeros + len(self.unexplained),
            wrong=tuple(self.unexplained),
        )


def prove(explained: Explained, bills: Iterable[DrawnBill]) -> list[Proved]:
    """Prove every promise but the ledger's own, which `verify` proves."""
    return [explained.proved(), *_members(), _returned(bills)]


def _members() -> Iterator[Proved]:
    owed = dict(Member.objects.values_list("account_id", "owed"))
    lots: dict[int, int] = dict(
        Lot.objects.values_list("account_id").annotate(left=Sum(F("amount") - F("used")))
    )
    parties: dict[Any, int] = dict(Member.objects.values_list("party_id", "account_id"))
    balances = {id_: one.balance for id_, one in ledger.accounts(owed).items()}
    yield _compared(
        "lots less what is owed are the balance",
        balances,
        lambda account: lots.get(account, 0) - owed[account],
    )
    of_party = {party: balances[account] for party, account in parties.items()}
    yield _compared("the sums of the statement are the balance", of_party, _stated)


def _compared(name: str, balances: dict[Any, int], told: Callable[[Any], int]) -> Proved:
    wrong = [
        f"{whose}: {said} told, {balance} in the ledger"
        for whose, balance in balances.items()
        if (said := told(whose)) != balance
    ]
    return Proved(name=name, count=len(balances), wrong=tuple(wrong))


def _stated(party: Any) -> int:
    span = statement.span_of(party)
    if span is None:
        return 0
    sums = statement.sums(party, Span(span[0], span[1] + timedelta(microseconds=1)))
    return sum(one.minor for one in (*sums.added, *sums.taken) if one.unit == UNIT)


def _returned(bills: Iterable[DrawnBill]) -> Proved:
    """Prove that whatever the parts were, a whole refund gave back what was paid."""
    whole = [one for one in bills if not one.left]
    return Proved(
        name="bills refunded in parts gave back all that paid them",
        count=len(whole),
        wrong=tuple(
            f"{one.bill.reference}: {one.paid} paid, {one.restored} given back"
            for one in whole
            if one.restored != one.paid
        ),
    )
