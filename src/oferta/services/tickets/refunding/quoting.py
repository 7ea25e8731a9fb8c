"""The quote: what comes back for which ticket, by which clause, and what would change it.

Nothing is stored and nothing promised beyond what the terms say of these facts at this moment. Each
change that the quote names can be applied: the same terms then give the amount it named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from oferta.core.terms import shelf
from oferta.core.terms.explain import explain
from oferta.core.terms.explanation import Explanation
from oferta.core.terms.types import Decided
from oferta.kernel.i18n import Language
from oferta.services.tickets.refunding import facts as case
from oferta.services.tickets.refunding.asking import decide
from oferta.services.tickets.refunding.calendar import CalendarDay, calendar
from oferta.services.tickets.refunding.facts import Claim, Sold

_EPOCH = date(1970, 1, 1)
_NO_TICKET = UUID(int=0)
#: A ladder shows the days on which the answer changes; it looks this far ahead at most.
LADDER_DAYS_MAX = 400


class Way(StrEnum):
    """What the buyer could do instead."""

    LATER = "later"
    WITH_SICK_NOTE = "with_sick_note"
    WITH_DEATH_CERTIFICATE = "with_death_certificate"
    IF_ORGANISER_AGREES = "if_organiser_agrees"
    OF_OWN_WISH = "of_own_wish"
    BECAUSE_CHANGED = "because_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketQuote:
    """What comes back for one ticket, in minor units."""

    sold: Sold
    #: Values of the terms' answer.
    decision: str
    base: str
    percent: int
    ticket_money: int
    service_fee: int
    delivery: int
    total: int
    decided: Decided

    @property
    def kept_fee(self) -> int:
        """What of the service fee and delivery stays with the operator (TR-30)."""
        return self.sold.service_fee + self.sold.delivery - self.service_fee - self.delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Something else that the buyer could claim now or later, and what it would give."""

    way: Way
    claim: Claim
    #: Minor units, all tickets together.
    total: int
    #: "paid", or what the request would wait for.
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From this day on a request would give so much, until the next step."""

    first_day: date
    claim: Claim
    total: int
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Everything on one screen before anybody applies (TR-82, TR-153)."""

    claim: Claim
    unit: str
    tickets: tuple[TicketQuote, ...]
    total: int
    #: Why, in the reader's words; one for each different case among the tickets.
    explanations: tuple[Explanation, ...]
    calendar: tuple[CalendarDay, ...]
    ladder: tuple[Step, ...]
    alternatives: tuple[Alternative, ...]
    #: When the answer is due; when the money is due, if it is paid.
    answer_by: date
    pays_by: date | None
    #: A value of the terms' answer to "where does the money go?".
    way: str


def quote(tickets: Sequence[Sold], claim: Claim, *, language: Language) -> Quote:
    """Return what the terms give for tickets of one order, now.

    Args:
        tickets: at least one; of one order, so of one performance and one pack.
        claim: as the buyer would send it.
        language: of the explanations.

    Raises:
        TermsError: the terms cannot read these facts.
    """
    quoted = tuple(_ticket(sold, claim) for sold in tickets)
    first = tickets[0]
    total = sum(one.total for one in quoted)
    return Quote(
        claim=claim,
        unit=first.unit,
        tickets=quoted,
        total=total,
        explanations=_explained(quoted, language),
        calendar=tuple(_calendar(quoted[0])),
        ladder=tuple(_ladder(tickets, claim)),
        alternatives=tuple(_alternatives(tickets, claim, total)),
        answer_by=_day(_answer(first, claim, case.ANSWER_DEADLINE)["by"]),
        pays_by=_day(_answer(first, claim, case.PAYOUT_DEADLINE)["by"]) if total else None,
        way=str(_answer(first, claim, case.PAYOUT_WAY)["way"]),
    )


def total_of(tickets: Sequence[Sold], claim: Claim) -> tuple[int, str]:
    """Return what a claim gives for tickets together, in minor units, and the decision on them.

    Where tickets come out differently, the decision is that of the one that gets most.
    """
    alike = Counter(replace(sold, ticket_id=_NO_TICKET, place="") for sold in tickets)
    quoted = [(_ticket(sold, claim), count) for sold, count in alike.items()]
    best = max((one for one, _ in quoted), key=lambda one: one.total)
    return sum(one.total * count for one, count in quoted), best.decision


def face_of(tickets: Sequence[Sold], claim: Claim) -> int:
    """Return how much of what a claim gives is of the tickets' price, in minor units."""
    alike = Counter(replace(sold, ticket_id=_NO_TICKET, place="") for sold in tickets)
    return sum(_ticket(sold, claim).ticket_money * count for sold, count in alike.items())


def _ticket(sold: Sold, claim: Claim) -> TicketQuote:
    decided = decide(sold.pack, case.REFUND, case.facts_of(sold, claim), kept=sold.edition)
    said = decided.outcome
    return TicketQuote(
        sold=sold,
        decision=str(said["decision"]),
        base=str(said["base"]),
        percent=int(said["percent"] or 0),
        ticket_money=int(said["ticket_money"] or 0),
        service_fee=int(said["service_fee"] or 0),
        delivery=int(said["delivery"] or 0),
        total=int(said["total"] or 0),
        decided=decided,
    )


def _answer(sold: Sold, claim: Claim, question: str) -> Mapping[str, Any]:
    return decide(sold.pack, question, case.facts_of(sold, claim), kept=sold.edition).outcome


def _explained(quoted: Sequence[TicketQuote], language: Language) -> tuple[Explanation, ...]:
    """Explain each different case once: forty tickets of a class are one case."""
    told: dict[tuple[object, ...], Explanation] = {}
    for one in quoted:
        key = (one.decided.edition, one.decided.mask, *one.decided.facts.values())
        if key not in told:
            pack = shelf.terms().pack(one.sold.pack)
            told[key] = explain(pack, one.decided, language, changes=0)
    return tuple(told.values())


def _calendar(one: TicketQuote) -> list[CalendarDay]:
    sold = one.sold
    edition = shelf.terms().edition_called(sold.pack, one.decided.edition)
    requested_at = datetime.fromtimestamp(int(one.decided.facts["requested_at"] or 0) / 1e6, UTC)
    filed = requested_at.astimezone(sold.zone).date()
    return calendar(edition, sold.operator, filed, sold.starts_at.astimezone(sold.zone).date())


def _ladder(tickets: Sequence[Sold], claim: Claim) -> Iterator[Step]:
    """Yield the days from which the same request would give something else, today first."""
    zone = tickets[0].zone
    today = claim.requested_at.astimezone(zone)
    last = tickets[0].starts_at.astimezone(zone).date()
    before: tuple[int, str] | None = None
    for number in range(min((last - today.date()).days + 1, LADDER_DAYS_MAX)):
        later = claim.asked_at(today + timedelta(days=number))
        found = total_of(tickets, later)
        if found != before:
            day = later.requested_at.astimezone(zone).date()
            yield Step(first_day=day, claim=later, total=found[0], decision=found[1])
        before = found


def _alternatives(tickets: Sequence[Sold], claim: Claim, total: int) -> Iterator[Alternative]:
    """Yield what else could be claimed now and gives something else, the most first."""
    found: list[Alternative] = []
    for way, other in _others(tickets[0], claim):
        gives, decision = total_of(tickets, other)
        if gives != total:
            found.append(Alternative(way=way, claim=other, total=gives, decision=decision))
    yield from sorted(found, key=lambda one: -one.total)


def _others(sold: Sold, claim: Claim) -> Iterator[tuple[Way, Claim]]:
    plain = Claim(
        reason=case.OWN_WISH,
        requested_at=claim.requested_at,
        decided_at=claim.decided_at,
        account_closed=claim.account_closed,
        bank_details_given=claim.bank_details_given,
    )
    if sold.change and claim.reason != sold.change:
        yield Way.BECAUSE_CHANGED, replace(plain, reason=sold.change)
    if claim.reason != case.OWN_WISH:
        yield Way.OF_OWN_WISH, plain
    day = sold.starts_at.astimezone(sold.zone).date()
    proved = replace(plain, document_received_at=claim.requested_at, document_check="genuine")
    if claim.reason != case.ILLNESS or claim.document == "none":
        note = replace(proved, document="sick_note_photo", illness_from=day, illness_through=day)
        yield Way.WITH_SICK_NOTE, replace(note, reason=case.ILLNESS)
    if claim.reason != case.RELATIVE_DEATH or claim.document == "none":
        certificate = replace(proved, document="death_certificate")
        yield Way.WITH_DEATH_CERTIFICATE, replace(certificate, reason=case.RELATIVE_DEATH)
    if claim.reason in (case.OTHER, case.RELATIVE_ILLNESS):
        yield Way.IF_ORGANISER_AGREES, replace(claim, organiser_answer="agreed")


def _day(coded: object) -> date:
    assert isinstance(coded, int)  # noqa: S101 - a date of the terms
    return _EPOCH + timedelta(days=coded)
