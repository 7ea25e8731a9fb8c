"""A member's bonus statement: every payment with a line for each funder (BC-72, BC-75, BC-77)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from oferta.core.decisions.explaining import explanation_of
from oferta.core.decisions.statement import Line
from oferta.core.decisions.types import Decision, Status
from oferta.core.decisions.web.pages import improving
from oferta.kernel.i18n import Language
from oferta.kernel.money import Money
from oferta.services.club.facts import PACK, PAYMENT_PREFIX
from oferta.services.club.rules import UNIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """A clause that decided, and where it is published."""

    clause: str
    title: str
    edition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one funder gave for a payment, or why nothing."""

    decision_id: UUID
    #: It stands under the outlet's name; the Bank's under one label (BC-06, BC-07).
    partners: bool
    amount: Money
    #: Given, but it waits for a person or for its day.
    waits: bool
    #: Stopped or refused: neither given nor denied yet.
    undecided: bool
    because: tuple[Because, ...]
    #: What would have changed it, in a sentence; "" if nothing near would.
    instead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A payment on the statement."""

    line: Line
    #: The payment's key: what a claim about it names.
    payment: str
    parts: tuple[Part, ...]

    @property
    def sum(self) -> Money:
        """What both funders gave together: what the message said (BC-73)."""
        return Money(sum(one.amount.minor for one in self.parts), UNIT)


def of_club(found: list[Line]) -> list[Line]:
    """Return the lines of the club's terms."""
    return [one for one in found if one.decisions and one.decisions[0].pack == PACK]


def told(line: Line, language: Language) -> Paid | None:
    """Return a line as a payment with its parts; None: it is about something else."""
    first = line.decisions[0]
    if not line.place.key.startswith(PAYMENT_PREFIX):
        return None
    by_question = {one.question: one for one in line.decisions}
    parts = [
        _part(one, language)
        for question in ("partner_bonus", "bank_bonus")
        if (one := by_question.get(question)) is not None and _counts(one)
    ]
    payment = line.place.key.removeprefix(PAYMENT_PREFIX)
    return Paid(line=line, payment=payment, parts=tuple(parts or [_part(first, language)]))


def _counts(one: Decision) -> bool:
    """Tell whether a funder has a line: a partner only where there is one (BC-75)."""
    given = bool((one.outcome or {}).get("amount"))
    return one.question != "partner_bonus" or given or one.facts.get("partner_rate") is not None


def _part(one: Decision, language: Language) -> Part:
    outcome = one.outcome or {}
    amount = int(outcome.get("amount") or 0) if one.status is Status.DECIDED else 0
    why = explanation_of(one, language, changes=1) if not amount else None
    titled = {clause.id: clause.title for clause in why.clauses} if why else {}
    changes = improving(one, why) if why else []
    return Part(
        decision_id=one.id,
        partners=one.question == "partner_bonus",
        amount=Money(amount, UNIT),
        waits=bool(amount and (outcome.get("hold") or outcome.get("accrual_days"))),
        undecided=one.status is not Status.DECIDED,
        because=tuple(
            Because(clause=id_, title=titled[id_], edition=one.edition)
            for id_ in (why.decided_by if why else ())
            if id_ in titled
        ),
        instead=changes[0].said if changes else "",
    )
