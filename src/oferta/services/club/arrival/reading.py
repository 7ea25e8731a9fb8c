"""Reading what is on file of purchases and their refunds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import Decision, Status
from oferta.kernel import asking, pgarray
from oferta.services.club.arrival.rules import Returned
from oferta.services.club.facts import EARNING, payment_key, refund_key
from oferta.services.club.models import Card, Payment
from oferta.services.club.rules import FUNDERS
from oferta.services.club.types import Earned, Pair, Purchase, Refund

_OF_PAIRS = """
SELECT wanted.holder, found.merchant, found.key, found.paid_on, found.amount, found.repeat_no,
       found.refund_of, found.purchase_key
FROM club_payment AS found
JOIN (SELECT unnest(%s::bigint[]) AS holder, unnest(%s::text[]) AS card,
             unnest(%s::text[]) AS merchant) AS wanted USING (card, merchant)
"""
#: Refunds elsewhere may name these purchases too.
_NAMING = """
SELECT key, paid_on, -amount, refund_of FROM club_payment WHERE refund_of = ANY(%s::text[])
"""
_ORPHANS = "refund_of = ANY(%s::text[]) AND refund_of <> '' AND purchase_key = ''"
_TOUCHED = """
SELECT DISTINCT holder, found.merchant
FROM club_payment AS found
JOIN (SELECT unnest(%s::bigint[]) AS holder, unnest(%s::text[]) AS card,
             unnest(%s::text[]) AS merchant, unnest(%s::date[]) AS day) AS wanted
  ON (found.card, found.merchant) = (wanted.card, wanted.merchant) AND found.paid_on >= wanted.day
WHERE found.amount < 0 AND found.refund_of = ''
"""


@dataclass(slots=True)
class OnFile:
    """What is on file of one member at one seller."""

    purchases: list[Purchase] = field(default_factory=list)
    refunds: list[Returned] = field(default_factory=list)


@dataclass(slots=True)
class Story:
    """A purchase (or none), what it earned and what its refunds took back, as it counts now."""

    purchase: Purchase | None
    refunds: list[Payment]
    #: By question.
    earning: dict[str, Decision]
    #: By refund and question.
    taken: dict[tuple[str, str], Decision]

    def earned(self, question: str) -> Earned:
        """Return what one funder gave for the purchase; nothing was taken back of it yet."""
        found = self.earning.get(question)
        if found is None:
            return Earned(rate=0, amount=0)
        outcome: Any = found.outcome or {}
        return Earned(
            rate=int(outcome["rate"] or 0),
            amount=int(outcome["amount"] or 0),
            held=bool(outcome["hold"]),
        )

    def funder(self, question: str) -> int | None:
        """Return the account of who pays the purchase's bonus, if somebody does."""
        role, _ = FUNDERS[question]
        found = self.earning[question].context.get(role) if question in self.earning else None
        return None if found is None else int(found)

    def known(self) -> list[Refund]:
        """Return the refunds on file that were decided; their Decisions know whose they are."""
        made = {key: one for (key, _), one in self.taken.items()}
        return [self._refund(row, made[row.key]) for row in self.refunds if row.key in made]

    def _refund(self, row: Payment, made: Decision) -> Refund:
        if made.party_id is None:
            raise AssertionError  # every refund is a member's
        return Refund(
            key=row.key,
            card=row.card,
            merchant=row.merchant,
            at=made.event_at,
            paid_on=row.paid_on,
            amount=-row.amount,
            repeat_no=row.repeat_no,
            named=row.refund_of,
            party_id=made.party_id,
            member=int(made.context["member"]),
        )


def cards_of(accounts: Iterable[int]) -> dict[int, list[str]]:
    """Return every card that these members ever had, by account."""
    found: dict[int, list[str]] = {one: [] for one in accounts}
    rows = Card.objects.filter(member__account_id__in=list(found))
    for account, card in rows.values_list("member__account_id", "number").distinct():
        found[account].append(card)
    return found


def on_file(pairs: Iterable[Pair]) -> dict[Pair, OnFile]:
    """Return purchases and refunds of these members at these sellers, under any of their cards."""
    wanted = sorted(set(pairs))
    found = {pair: OnFile() for pair in wanted}
    if not wanted:
        return found
    at: dict[str, OnFile] = {}
    for holder, merchant, key, paid_on, amount, repeat_no, named, purchase in asking.rows(
        _OF_PAIRS, _columns(_with_cards(wanted))
    ):
        item = at[key] = found[holder, merchant]
        if amount > 0:
            item.purchases.append(Purchase(key, paid_on, amount, 0, repeat_no))
        else:
            item.refunds.append(Returned(key, paid_on, -amount, named, purchase))
    for key, paid_on, amount, named in asking.rows(_NAMING, [pgarray.texts(at)]):
        if at.get(key) is not at[named]:
            at[named].refunds.append(Returned(key, paid_on, amount, named, named))
    return found


def touched(pairs: Mapping[Pair, date]) -> set[Pair]:
    """Return those of these pairs that have refunds which name no purchase, of a day or later.

    Args:
        pairs: with the first day that matters.
    """
    wanted = _with_cards(pairs)
    days = pgarray.plain(pairs[pair] for pair, _ in wanted)
    rows = asking.rows(_TOUCHED, [*_columns(wanted), days]) if wanted else []
    return {(holder, merchant) for holder, merchant in rows}


def orphans(purchase_keys: Sequence[str]) -> list[Payment]:
    """Return refunds that name one of these purchases and were decided without it."""
    return asking.found(Payment, _ORPHANS, [pgarray.texts(purchase_keys)])


def purchases_called(keys: Iterable[str]) -> set[str]:
    """Return those of these purchases that are on file."""
    wanted = [key for key in set(keys) if key]
    rows = Payment.objects.filter(key__in=wanted, amount__gt=0)
    return set(rows.values_list("key", flat=True)) if wanted else set()


def stories(purchase_keys: Iterable[str]) -> dict[str, Story]:
    """Return what is on file of each of these purchases."""
    wanted = sorted(set(purchase_keys))
    bought = {one.key: one for one in Payment.objects.filter(key__in=wanted, amount__gt=0)}
    refunds: dict[str, list[Payment]] = {key: [] for key in bought}
    for one in Payment.objects.filter(purchase_key__in=list(bought)):
        refunds[one.purchase_key].append(one)
    standing = decided.standing(payment_key(key) for key in bought)
    taken = _taken([one for own in refunds.values() for one in own])
    return {
        key: Story(
            Purchase(key, one.paid_on, one.amount, 0, one.repeat_no),
            refunds[key],
            {
                question: found
                for question in EARNING
                if (found := standing.get((payment_key(key), question))) is not None
                and found.status is Status.DECIDED
            },
            {name: one for name, one in taken.items() if name[0] in {r.key for r in refunds[key]}},
        )
        for key, one in bought.items()
    }


def _taken(refunds: Sequence[Payment]) -> dict[tuple[str, str], Decision]:
    keys = {
        refund_key(one.key, question): (one.key, question)
        for one in refunds
        for question in EARNING
    }
    return {
        keys[key]: one
        for (key, _), one in decided.standing(keys).items()
        if one.status is Status.DECIDED
    }


def without_purchase(refund_keys: Sequence[str]) -> Story:
    """Return what is on file of refunds that no purchase fits any more."""
    refunds = list(Payment.objects.filter(key__in=list(refund_keys))) if refund_keys else []
    return Story(None, refunds, {}, _taken(refunds))


def _with_cards(pairs: Iterable[Pair]) -> list[tuple[Pair, str]]:
    cards = cards_of({holder for holder, _ in pairs})
    return [(pair, card) for pair in pairs for card in cards[pair[0]]]


def _columns(wanted: Sequence[tuple[Pair, str]]) -> list[str]:
    return [
        pgarray.plain(holder for (holder, _), _ in wanted),
        pgarray.texts(card for _, card in wanted),
        pgarray.texts(merchant for (_, merchant), _ in wanted),
    ]
