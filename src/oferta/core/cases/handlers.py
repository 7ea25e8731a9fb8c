"""What cases do when something happens elsewhere."""

from __future__ import annotations

from oferta.core.cases import about_parties, actions, keeping, models
from oferta.core.cases.types import OPEN, CaseAnswered, Kind, Status
from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import DecisionOverridden, DecisionStopped
from oferta.core.parties import blocks
from oferta.core.parties.identity_types import CustomerBlocked
from oferta.core.parties.login_types import NotMeReported


def open_for_stopped(event: DecisionStopped) -> None:
    """Give a stopped decision to a person."""
    actions.open_for_stopped(event.decision_id, now=event.at)


def open_for_report(event: NotMeReported) -> None:
    """Have a person look into "this was not me"."""
    detail = {"login": str(event.login_id), "door": event.door}
    about_parties.open_about_party(event.customer_id, Kind.SECURITY, detail=detail, now=event.at)


def open_for_block(event: CustomerBlocked) -> None:
    """Open the case in which a blocked customer appeals."""
    item = event.block
    detail = {"block": str(item.id), "reason": item.reason, "clause": item.clause}
    about_parties.open_about_party(item.customer_id, Kind.BLOCK, detail=detail, now=item.since)


def lift_block(event: CaseAnswered) -> None:
    """Let a customer act again whose appeal was upheld."""
    upheld = event.status in {Status.UPHELD, Status.PARTLY_UPHELD}
    if event.kind is Kind.BLOCK and upheld and event.party_id is not None:
        blocks.lift(event.party_id, reason=event.reason, actor=event.actor, now=event.at)


def follow_recount(event: DecisionOverridden) -> None:
    """Let an open case be about the Decision that a late arrival put in the place of its own."""
    if decided.decision(event.new_id).actor_id is not None:
        return  # staff did it, and answer their own case themselves
    for row in models.Case.objects.filter(decision_id=event.old_id, status__in=OPEN):
        models.Case.objects.filter(id=row.id).update(decision_id=event.new_id)
        keeping.log(row, "recounted", event.at, None, {"from": str(event.old_id)})
