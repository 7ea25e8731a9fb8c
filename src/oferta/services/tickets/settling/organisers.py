"""Organisers that pay refunds themselves: told to the buyer, tracked by us, paid by us if late.

The buyer is owed by us throughout (TR-06, TR-120, TR-121). An organiser that paid gets what we owed
the buyer; one that did not in time pays nothing any more: we do, from the money that we hold for it
or as a claim on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from oferta.core.terms import shelf
from oferta.kernel.clock import zoned
from oferta.kernel.money import Money
from oferta.services.tickets import accounts, selling
from oferta.services.tickets.models import OrganiserRefund, Refund
from oferta.services.tickets.settling import asking, plans
from oferta.services.tickets.settling.errors import NotTheOrganisers
from oferta.services.tickets.types import RefundPayer, RefundState

#: What a refund goes by that its organiser paid.
BY_ORGANISER = "organiser"
#: Looked after at a time.
AT_A_TIME = 200


def left_to_organiser(row: Refund, now: datetime) -> bool:
    """Leave a refund to its organiser, if that pays refunds itself and has days left for it.

    Args:
        row: locked and due, with its order and performance read; saved if it is left.
        now: zoned.
    """
    performance = row.order.performance
    if performance.refund_payer != RefundPayer.ORGANISER or row.organiser_pays_by is not None:
        return False
    today = _today(row, now)
    given = {
        "settled_on": today,
        "organiser_days": performance.organiser_refund_days,
        "buyer_paid_by": row.due_on,
    }
    told = {
        "performance": selling.title_of(performance.titles),
        "code": row.order.code,
        "amount": {"minor": row.amount, "unit": row.currency},
    }
    # The day is asked for first: the notice names it.
    by = _by(performance.organiser_id, given)
    asked = asking.occurrence(
        f"tickets/organiser-pays/{row.id}",
        performance.organiser_id,
        plans.REFUND,
        given,
        plan=plans.REFUND_PLAN,
        context={
            "performance": told["performance"],
            "tell": {**told, "day": {"date": by.isoformat()}} if by > today else None,
        },
        now=now,
        party_id=row.order.party_id,
    )
    asking.decided(asked, now=now)
    row.organiser_pays_by = by
    if by > today:
        row.state = RefundState.WITH_ORGANISER
    row.save(update_fields=["organiser_pays_by", "state"])
    return by > today


@transaction.atomic
def paid(refund_id: UUID, *, reference: str, told_by: UUID, now: datetime) -> OrganiserRefund:
    """Take an organiser's word that it paid a refund, and owe it what we owed the buyer.

    Args:
        refund_id: of a refund left to the organiser.
        reference: of its own bank order.
        told_by: who acts for the organiser, or staff.
        now: zoned.

    Raises:
        NotTheOrganisers: it is not the organiser's to pay, or paid already.
        SettlementRefused: the ledger refused.
    """
    row = _locked(refund_id, RefundState.WITH_ORGANISER)
    organiser = row.order.performance.organiser_id
    asked = asking.occurrence(
        f"tickets/reimbursement/{row.id}/{row.attempts}",
        organiser,
        plans.REIMBURSEMENT,
        {
            "settled_on": _today(row, now),
            "paid_to_buyer": str(Money(row.amount, row.currency)),
            "still_owed": str(Money(row.amount, row.currency)),
        },
        plan=plans.REIMBURSEMENT_PLAN,
        context={
            "owed": accounts.owed_to_buyers(row.currency),
            "due": accounts.due_to_organiser(organiser, row.currency),
            "tell": {
                "performance": selling.title_of(row.order.performance.titles),
                "code": row.order.code,
                "amount": {"minor": row.amount, "unit": row.currency},
                "reference": reference,
            },
        },
        now=now,
        party_id=row.order.party_id,
    )
    decision = asking.decided(asked, now=now)
    row.state, row.paid_at, row.means = RefundState.PAID, zoned(now), BY_ORGANISER
    row.save(update_fields=["state", "paid_at", "means"])
    return OrganiserRefund.objects.create(
        refund=row,
        organiser_id=organiser,
        amount=row.amount,
        decision_id=decision.id,
        reference=reference,
        told_by=told_by,
        told_at=zoned(now),
    )


@transaction.atomic
def not_received(refund_id: UUID, *, now: datetime) -> None:
    """Owe a buyer again what an organiser said it had paid and has not; the organiser owes it.

    Money goes out with the next refunds that are due, from us (TR-121).

    Args:
        refund_id: of a refund that the organiser told us of.
        now: zoned.

    Raises:
        NotTheOrganisers: the organiser has not said that it paid it.
        SettlementRefused: the ledger refused.
    """
    row = _locked(refund_id, RefundState.PAID)
    told = OrganiserRefund.objects.filter(refund=row).first()
    if told is None or row.means != BY_ORGANISER:  # or we have paid it since
        raise NotTheOrganisers(refund=str(refund_id), state=row.state)
    unit = row.currency
    asked = asking.occurrence(
        f"tickets/not-received/{row.id}",
        told.organiser_id,
        plans.COVER,
        {"settled_on": _today(row, now), "lacking": str(Money(told.amount, unit))},
        plan=plans.COVER_PLAN,
        context={
            "claims": accounts.owed_by_organiser(told.organiser_id, unit),
            "credit": accounts.owed_to_buyers(unit),
            "code": plans.NOT_PAID,
        },
        now=now,
        party_id=row.order.party_id,
    )
    asking.decided(asked, now=now)
    row.state, row.paid_at, row.means = RefundState.DUE, None, ""
    row.save(update_fields=["state", "paid_at", "means"])


def take_over_late(*, now: datetime) -> int:
    """Pay ourselves what organisers did not pay in time: it is due again, and sent with the rest.

    Returns:
        How many.
    """
    rows = Refund.objects.filter(
        state=RefundState.WITH_ORGANISER, organiser_pays_by__lt=zoned(now).date()
    )
    ids = list(rows.order_by("due_on", "id").values_list("id", flat=True)[:AT_A_TIME])
    return Refund.objects.filter(id__in=ids, state=RefundState.WITH_ORGANISER).update(
        state=RefundState.DUE
    )


def _by(organiser: str, given: Mapping[str, object]) -> date:
    said = shelf.terms().decide(asking.pack_of(organiser), plans.REFUND, given).outcome
    return asking.day(said["by"])


def _today(row: Refund, now: datetime) -> date:
    zone = ZoneInfo(row.order.performance.hall.venue.time_zone)
    return zoned(now).astimezone(zone).date()


def _locked(refund_id: UUID, state: RefundState) -> Refund:
    rows = Refund.objects.select_for_update(of=("self",)).select_related(
        "order__performance__hall__venue"
    )
    row = rows.filter(id=refund_id).first()
    if row is None or row.state != state:
        raise NotTheOrganisers(refund=str(refund_id), state=row.state if row else "")
    return row
