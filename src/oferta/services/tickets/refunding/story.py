"""What has happened to a request and its money, in order, each step with its moment (TR-154)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from oferta.core.decisions import queries as decisions
from oferta.core.decisions.types import Decision
from oferta.core.notices import queries as notices
from oferta.core.notices.types import Notice
from oferta.kernel.money import Money
from oferta.services.tickets.models import (
    Application,
    MissingRefund,
    OrganiserRefund,
    Refund,
)
from oferta.services.tickets.refunding import facts
from oferta.services.tickets.types import PayoutState

#: Notices of the buyer that are looked through for those about a request.
NOTICES_READ = 200
_UNDECIDED = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened."""

    at: datetime
    #: What: the last part of a word's key, as "filed" or "decided.paid".
    what: str
    #: A day that it names; by whom, if a member of staff did it; an amount; its Decision.
    day: date | None = None
    by: UUID | None = None
    amount: Money | None = None
    decision_id: UUID | None = None
    notice_id: UUID | None = None
    #: What people wrote, or what a file is called: data of no language.
    words: str = ""


def story(row: Application) -> list[Step]:
    """Return what has happened to a request, the earliest first.

    Args:
        row: with its order.
    """
    steps = [
        Step(at=row.filed_at, what="filed", words=row.words),
        *_acts(row),
        *_documents(row),
        *_decided(row),
        *_letters(row),
        *(step for refund in row.refunds.order_by("id") for step in money(refund)),
        *(
            Step(at=one.created_at, what="told", notice_id=one.id)
            for one in notices_about(row, decisions_of(row))
        ),
    ]
    if row.escalated_at:
        steps.append(Step(at=row.escalated_at, what="escalated"))
    return sorted(steps, key=lambda one: one.at)


def money(refund: Refund) -> Iterator[Step]:
    """Yield what has happened to the money of one ticket."""
    amount = Money(refund.amount, refund.currency)
    yield Step(at=refund.decided_at, what="owed", amount=amount, day=refund.due_on)
    for payout in refund.payouts.order_by("started_at", "id"):
        part = Money(payout.amount, refund.currency)
        yield Step(at=payout.started_at, what="sent", amount=part, decision_id=payout.decision_id)
        if payout.ended_at:
            came = "arrived" if payout.state == PayoutState.ARRIVED else "came_back"
            yield Step(at=payout.ended_at, what=came, amount=part)
    yield from _organisers(refund, amount)
    if refund.escalated_at:
        yield Step(at=refund.escalated_at, what="money_escalated", amount=amount)


def _organisers(refund: Refund, amount: Money) -> Iterator[Step]:
    """Yield what the organiser said of a refund, and what became of it if nothing came."""
    said = OrganiserRefund.objects.filter(refund=refund).first()
    if said is None:
        return
    yield Step(
        at=said.told_at,
        what="organiser_said",
        amount=amount,
        words=said.reference,
        decision_id=said.decision_id,
    )
    missing = MissingRefund.objects.filter(refund=refund).first()
    if missing is not None:
        yield Step(at=missing.told_at, what="missing", day=missing.answer_by, words=missing.words)
    if missing is not None and missing.ended_at is not None:
        what = f"missing_{missing.state}"
        yield Step(at=missing.ended_at, what=what, by=missing.ended_by, words=missing.finding)


def decisions_of(row: Application) -> list[Decision]:
    """Return every Decision about a request, the earliest first."""
    tickets = list(row.tickets.values_list("ticket_id", flat=True))
    keys = [
        f"tickets/refund/{row.id}/{ticket}/{times}"
        for times in range(1, row.asked_times + 1)
        for ticket in tickets
    ]
    found = decisions.decisions_by_key([*keys, f"tickets/extension/{row.id}"])
    return sorted((one for group in found.values() for one in group), key=lambda one: one.id)


def payouts_of(row: Application) -> list[Decision]:
    """Return every Decision about the way of a request's money."""
    refunds = row.refunds.values_list("id", "attempts")
    keys = [f"tickets/payout/{id_}/{n}" for id_, tries in refunds for n in range(1, tries + 1)]
    found = decisions.decisions_by_key(keys)
    return sorted((one for group in found.values() for one in group), key=lambda one: one.id)


def notices_about(row: Application, made: list[Decision]) -> list[Notice]:
    """Return what the buyer was told about a request, the earliest first."""
    if row.party_id is None:
        return []
    mine = {one.id for one in (*made, *payouts_of(row))}
    found = notices.inbox(row.party_id, limit=NOTICES_READ)
    return [
        one
        for one in reversed(found)
        if mine & set(one.decision_ids) or one.params.get("number") == str(row.number)
    ]


def _acts(row: Application) -> Iterator[Step]:
    for one in row.acts.order_by("at", "id"):
        said = " · ".join(part for part in (one.reference, one.words) if part)
        yield Step(at=one.at, what=f"act.{one.kind}", day=one.day, by=one.by, words=said)


def _documents(row: Application) -> Iterator[Step]:
    for one in row.documents.defer("content").order_by("received_at", "id"):
        yield Step(at=one.received_at, what="document", words=one.name)


def _letters(row: Application) -> Iterator[Step]:
    for one in row.letters.defer("content").order_by("made_at"):
        yield Step(at=one.made_at, what=f"letter.{one.kind}", day=one.answer_by)


def _decided(row: Application) -> Iterator[Step]:
    """Yield each time that the terms were asked, once for all tickets that came out alike."""
    seen: set[tuple[str, str]] = set()
    for one in decisions_of(row):
        if one.question != facts.REFUND:
            continue
        said = str((one.outcome or {}).get("decision") or _UNDECIDED)
        key = (one.key.rpartition("/")[2], said)
        if key not in seen:
            seen.add(key)
            yield Step(at=one.decided_at, what=f"decided.{said}", decision_id=one.id)
