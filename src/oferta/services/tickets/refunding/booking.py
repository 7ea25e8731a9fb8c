"""What the terms say of tickets becomes Decisions, refunds with a day, and free places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Answer, Decision, Event, Status
from oferta.kernel import pgarray
from oferta.kernel.asking import rows
from oferta.kernel.ids import uuid7
from oferta.services.tickets import accounts, places, quotas, selling
from oferta.services.tickets.models import Application, Order, Refund
from oferta.services.tickets.refunding import asking, plans
from oferta.services.tickets.refunding import facts as case
from oferta.services.tickets.refunding.errors import RefundRefused
from oferta.services.tickets.refunding.facts import Claim, Sold
from oferta.services.tickets.refunding.quoting import face_of, total_of
from oferta.services.tickets.refunding.reading import SoldOrder
from oferta.services.tickets.settling import covering
from oferta.services.tickets.types import ApplicationState, Stage

_EPOCH = date(1970, 1, 1)
_VOID = """
UPDATE tickets_ticket AS ticket SET status = 'returned', generation = generation + 1
FROM tickets_orderline AS line
WHERE line.id = ticket.line_id AND ticket.id = ANY(%s::uuid[]) AND ticket.status = 'valid'
RETURNING line.category_id, ticket.place_id, line.quotas
"""
#: The terms' decision to the state of the request, the one that rules several tickets first.
_STATES: Mapping[str, ApplicationState] = {
    "awaiting_document": ApplicationState.AWAITING_DOCUMENT,
    "awaiting_explanation": ApplicationState.AWAITING_EXPLANATION,
    "organiser_decides": ApplicationState.WITH_ORGANISER,
    "paid": ApplicationState.GRANTED,
    "refused": ApplicationState.REFUSED,
}
ANSWERED = (ApplicationState.GRANTED, ApplicationState.REFUSED)


def decide(
    row: Application, order: Order, sold: Sequence[Sold], claim: Claim, *, now: datetime
) -> None:
    """Decide each ticket of a request and book what follows, in the caller's transaction.

    Args:
        row: the request, locked or new.
        order: locked.
        sold: its tickets that may be given back.
        claim: what is known by now.
        now: zoned.

    Raises:
        RefundRefused: the ledger refused, or another sum was granted than the notice tells.
    """
    row.asked_times += 1
    owed = accounts.owed_to_buyers(sold[0].unit)
    asked = [occurrence(_key(row, one), order, one, claim, owed=owed) for one in sold]
    told, teller = _told(row, order, sold, claim)
    asked[teller] = replace(asked[teller], context={**asked[teller].context, "tell": told})
    needed = face_of(sold, claim) if told["amount"]["minor"] else 0
    before = covering.occurrences(order.performance, needed, now=now)
    answers = decisions.decide_many([*before, *asked], now=now)
    found = [agreed(order, answer) for answer in answers][len(before) :]
    for one, decision in zip(sold, found, strict=True):
        row.tickets.filter(ticket_id=one.ticket_id).update(decision_id=decision.id)
    granted = [(one, made) for one, made in zip(sold, found, strict=True) if _is_back(one, made)]
    if sum(total(made) for _, made in granted) != told["amount"]["minor"]:
        raise RefundRefused(order=order.code, reason="amount")
    book(granted, order, claim, application=row, now=now)
    row.state = state_of(found)
    if row.state == ApplicationState.REFUSED and row.refunds.exists():
        row.state = ApplicationState.GRANTED  # a part of it, by an override
    row.closed_at = now if row.state in ANSWERED else None
    row.save()


def book(
    granted: Sequence[tuple[Sold, Decision]],
    order: Order,
    claim: Claim,
    *,
    application: Application | None,
    now: datetime,
) -> None:
    """Write the refunds that Decisions granted, void the tickets and let the places be sold.

    Args:
        granted: what was sold, with the Decision that takes it back; of one order. What cost
            nothing comes back too, for nothing.
        order: with its performance.
        claim: says by which day the money goes.
        application: None: nobody had to ask.
        now: zoned.
    """
    refunds = [
        refund(one, made, order, due_on=due_on(one, claim), now=now)
        for one, made in granted
        if total(made)
    ]
    for one in refunds:
        one.application = application
    Refund.objects.bulk_create(refunds)
    resell = order.performance.stage == Stage.ON_SALE
    quotas.hand_over([one.ticket_id for one, _ in granted])
    void([one.ticket_id for one, _ in granted], resell=resell)


def refund(
    sold: Sold, decision: Decision, order: Order | SoldOrder, *, due_on: date, now: datetime
) -> Refund:
    """Return what we owe by a Decision, unsaved: how much, by which day, from whom."""
    said = decision.outcome or {}
    return Refund(
        id=uuid7(),
        order_id=order.id,
        ticket_id=sold.ticket_id,
        decision_id=decision.id,
        ticket_money=int(said["ticket_money"] or 0),
        service_fee=int(said["service_fee"] or 0),
        delivery_fee=int(said["delivery"] or 0),
        amount=total(decision),
        currency=sold.unit,
        due_on=due_on,
        owner=order.operator_id,
        decided_at=now,
    )


def void(ticket_ids: Sequence[UUID], *, resell: bool) -> None:
    """Make tickets open nothing from now on, and let their places be sold anew if they may."""
    found = rows(_VOID, [pgarray.plain(ticket_ids)])
    if found:
        counted = Counter(category for category, _, _ in found)
        places.count_sold({category: -count for category, count in counted.items()})
    if resell:
        free = places.give_back([place for _, place, _ in found])
        quotas.give_back(used for _, place, used in found if place in free)


def occurrence(key: str, order: Order | SoldOrder, sold: Sold, claim: Claim, *, owed: int) -> Event:
    """Return the question of one ticket's refund, under the edition that decides it.

    Args:
        key: of the Decision to be.
        order: with its performance.
        sold: the ticket.
        claim: why it comes back.
        owed: the account of what is owed to buyers.
    """
    performance = order.performance
    given = case.facts_of(sold, claim)
    return Event(
        key=key,
        pack=sold.pack,
        edition=asking.edition(sold.pack, case.REFUND, given, kept=sold.edition),
        questions=(case.REFUND,),
        facts=asking.facts(sold.pack, case.REFUND, given),
        event_at=claim.requested_at,
        plan=plans.REFUND_PLAN,
        context={
            "order": str(order.id),
            "code": order.code,
            "ticket": str(sold.ticket_id),
            "performance": selling.title_of(performance.titles),
            "face": performance.face_account_id,
            "fees": performance.fee_account_id,
            "delivery": performance.delivery_account_id,
            "owed": owed,
            "unit": sold.unit,
        },
        party_id=order.party_id,
    )


def answer_by(sold: Sold, claim: Claim) -> date:
    """Return the day by which a request is answered (TR-88)."""
    return _day(_said(sold, claim, case.ANSWER_DEADLINE)["by"])


def due_on(sold: Sold, claim: Claim) -> date:
    """Return the day by which the money is there; every refund has one (TR-91, TR-151)."""
    return _day(_said(sold, claim, case.PAYOUT_DEADLINE)["by"])


def total(decision: Decision) -> int:
    """Return what a Decision grants, in minor units."""
    return int((decision.outcome or {}).get("total") or 0)


def _key(row: Application, sold: Sold) -> str:
    return f"tickets/refund/{row.id}/{sold.ticket_id}/{row.asked_times}"


def _told(
    row: Application, order: Order, sold: Sequence[Sold], claim: Claim
) -> tuple[dict[str, Any], int]:
    """Return what the one notice about a request says, and by which ticket's Decision.

    The ticket that gets most speaks for all; the sum is checked against what was granted.
    """
    totals = [total_of([one], claim)[0] for one in sold]
    gives = sum(totals)
    by = due_on(sold[0], claim) if gives else row.answer_by
    told = {
        "number": str(row.number),
        "code": order.code,
        "performance": selling.title_of(order.performance.titles),
        "amount": {"minor": gives, "unit": sold[0].unit},
        "day": by.isoformat(),
    }
    return told, totals.index(max(totals))


def agreed(order: Order | SoldOrder, answer: Answer) -> Decision:
    """Return the Decision; one that stopped has a case of its own and grants nothing."""
    if answer.error is not None:
        raise answer.error
    decision = answer.decisions[0]
    if answer.status is Status.REFUSED:
        raise RefundRefused(order=order.code, reason=decision.error)
    return decision


def _is_back(sold: Sold, decision: Decision) -> bool:
    """Tell whether a ticket is given back: for money, or one that cost nothing for nothing."""
    paid = (decision.outcome or {}).get("decision") == "paid"
    return bool(total(decision)) or (paid and not sold.paid)


def state_of(found: Sequence[Decision]) -> ApplicationState:
    """Return where a request stands: what waits for something rules what is answered."""
    said = {str((one.outcome or {}).get("decision", "")) for one in found}
    if "" in said:
        return ApplicationState.FILED  # a person has it
    return next(state for name, state in _STATES.items() if name in said)


def _said(sold: Sold, claim: Claim, question: str) -> Mapping[str, object]:
    given = case.facts_of(sold, claim)
    return asking.decide(sold.pack, question, given, kept=sold.edition).outcome


def _day(coded: object) -> date:
    assert isinstance(coded, int)  # noqa: S101 - a date of the terms
    return _EPOCH + timedelta(days=coded)
