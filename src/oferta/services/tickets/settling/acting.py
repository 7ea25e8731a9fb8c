"""What staff do about organisers' money: settle, order a payment, hand out its file, say its end.

Each act asks whether they may, and is a line of the audit log; pages and the API call these.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from oferta.core.parties import audit
from oferta.core.parties.rules import check_may
from oferta.core.parties.types import Actor, Permission
from oferta.services.tickets.models import OrganiserPayment, Performance, PerformanceSettlement
from oferta.services.tickets.settling import releasing, transfers

#: A payment as the bank's file, and as a table.
XML, CSV = "xml", "csv"


def settle(performance: Performance, *, actor: Actor, now: datetime) -> PerformanceSettlement:
    """Settle a performance up to now.

    Raises:
        NotPermitted: not with their roles.
        UnknownPerformance, NothingToSettleYet, SettlementRefused: as of `releasing.settle`.
    """
    check_may(actor, Permission.SETTLE)
    made = releasing.settle(performance.id, now=now)
    told = {"settlement": str(made.id)}
    _note(actor, "settlement.made", performance.organiser_id, told, now)
    return made


def order(organiser: str, unit: str, *, actor: Actor, now: datetime) -> OrganiserPayment:
    """Put what is due to an organiser into a payment.

    Raises:
        NotPermitted: not with their roles.
        NoContract, NothingToSettleYet, SettlementRefused: as of `transfers.order`.
    """
    check_may(actor, Permission.SETTLE)
    made = transfers.order(organiser, unit, now=now)
    _note(actor, "settlement.ordered", organiser, {"payment": str(made.id)}, now)
    return made


def file_of(row: OrganiserPayment, kind: str, *, actor: Actor, now: datetime) -> str:
    """Return a payment as `XML` (pain.001) or `CSV`.

    Raises:
        NotPermitted: not with their roles.
        NoPayer, NotWritable: no file for the bank can be made.
    """
    check_may(actor, Permission.SETTLE)
    if kind == XML:
        text = transfers.as_pain([row], payer=transfers.who_pays(), now=now)
    else:
        text = transfers.as_csv([row])
    _note(actor, "settlement.file", row.organiser_id, {"payment": str(row.id)}, now)
    return text


def ended(payment_id: UUID, *, came_back: bool, actor: Actor, now: datetime) -> OrganiserPayment:
    """Note what the bank says of a payment.

    Raises:
        NotPermitted: not with their roles.
        UnknownOrganiserPayment, SettlementRefused: as of `transfers.ended`.
    """
    check_may(actor, Permission.SETTLE)
    made = transfers.ended(payment_id, came_back=came_back, now=now)
    _note(actor, "settlement.ended", made.organiser_id, {"came_back": came_back}, now)
    return made


def _note(
    actor: Actor,
    what: str,
    organiser: str,
    details: Mapping[str, object],
    now: datetime,
) -> None:
    audit.record(
        actor=actor,
        what=what,
        subject_kind="organiser",
        subject_id=organiser,
        now=now,
        details=dict(details),
    )
