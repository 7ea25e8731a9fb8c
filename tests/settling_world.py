"""An organiser with money between us: a settled performance, one that pays refunds itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from oferta.core.parties import actions as parties
from oferta.core.parties import identity
from oferta.core.parties.identity_types import MemberRole, PartyKind
from oferta.core.parties.types import NewCustomer
from oferta.kernel.ids import uuid7
from oferta.services.tickets.models import (
    Organiser,
    OrganiserContract,
    Performance,
    PerformanceLine,
    Refund,
)
from oferta.services.tickets.refunding import applying, paying_out
from oferta.services.tickets.refunding.types import Filing
from oferta.services.tickets.settling import (
    disputes,
    missing,
    organisers,
    releasing,
    transfers,
)
from oferta.services.tickets.types import Buyer, OrderBrief, RefundPayer, Stage, Wanted
from ticket_world import Show, a_show, bought, tickets_of

WORDS = "Бұл билет қайтарылмаған"


def settled(person: UUID, buyer: Buyer, now: datetime) -> dict[str, Any]:
    """Let a person act for an organiser with a settled performance and refunds of its own.

    Args:
        person: who acts for it.
        buyer: who bought, gave back, and agreed to a voucher and to their balance.
        now: when it is looked at: sixteen days after the performance.
    """
    show, early = a_show(general=9, starts_at=now - timedelta(days=16)), now - timedelta(days=29)
    organiser = _organiser(show, person, now)
    order = _bought(show, 6, buyer, early)
    for place, way in enumerate(("voucher", "balance", "")):
        _given_back(order, place, "own_wish", early, way)
    Performance.objects.filter(id=show.id).update(stage=Stage.HELD)
    made = releasing.settle(show.id, now=now)
    payment = transfers.order(organiser.key, "RUB", now=now)
    lines = list(PerformanceLine.objects.filter(settlement=made).order_by("id"))
    disputes.dispute(lines[0].id, words=WORDS, person_id=person, now=now)
    return {
        "organiser_key": organiser.key,
        "show_id": show.id,
        "settled_id": made.id,
        "settled_line": lines[-1].id,
        "payment_id": payment.id,
        "unpaid_id": _left_to_the_organiser(organiser, buyer, now),
        **_missing(organiser, buyer, now),
        "kind": "csv",
    }


def _organiser(show: Show, person: UUID, now: datetime) -> Organiser:
    firm = NewCustomer(key=f"organiser-{uuid4().hex[:6]}", kind=PartyKind.ORGANISATION)
    id_ = parties.register_customers([firm], now=now)[firm.key]
    identity.set_member(id_, person, MemberRole.OWNER, now=now)
    key = show.performance.organiser_id
    Organiser.objects.filter(key=key).update(party_id=id_)
    Organiser.objects.create(key=f"{key}-2", name="Studio", party_id=id_)
    OrganiserContract.objects.create(
        organiser_id=key,
        pack="organiser-contract",
        account_name="Philharmonia LLC",
        account="40702810900000000001",
        bank="SABRRUMM",
        agreed_on=now.date(),
    )
    return Organiser.objects.get(key=key)


def _left_to_the_organiser(organiser: Organiser, buyer: Buyer, now: datetime) -> UUID:
    show = a_show(general=4, starts_at=now + timedelta(days=30))
    Performance.objects.filter(id=show.id).update(
        organiser_id=organiser.key, refund_payer=RefundPayer.ORGANISER
    )
    order = _bought(show, 2, buyer, now)
    refund = _given_back(order, 0, "own_wish", now, "")
    paying_out.send(refund.id, now=now)
    return refund.id


def _missing(organiser: Organiser, buyer: Buyer, now: datetime) -> dict[str, Any]:
    """Let the organiser say that it paid two refunds; the buyer misses one of them."""
    doubted, reported = (_left_to_the_organiser(organiser, buyer, now) for _ in range(2))
    for one in (doubted, reported):
        organisers.paid(one, reference="40817", told_by=uuid4(), now=now)
    row = missing.report(reported, words=WORDS, now=now)
    return {"doubted_id": doubted, "reported_id": reported, "missing_number": row.number}


def _bought(show: Show, number: int, buyer: Buyer, now: datetime) -> OrderBrief:
    assert show.general is not None
    return bought(show, Wanted(category_id=show.general.id, count=number), buyer=buyer, now=now)


def _given_back(order: OrderBrief, place: int, reason: str, now: datetime, way: str) -> Refund:
    ticket = tickets_of([order])[place]
    applying.apply(Filing(id=uuid7(), order_id=order.id, tickets=(ticket,), reason=reason), now=now)
    refund = Refund.objects.get(ticket_id=ticket)
    if way:
        paying_out.consent(refund.id, way, now=now)
    return refund
