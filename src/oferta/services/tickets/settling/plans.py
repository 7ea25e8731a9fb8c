"""What is asked of an organiser's contract, and what its answers move; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oferta.core.decisions.types import Movement, NoticeDraft, Outcomes, Plan

RELEASE, PAYMENT, COVER = "organiser_release", "organiser_payment", "organiser_cover"
REFUND, REIMBURSEMENT = "organiser_refund", "organiser_reimbursement"

#: What the ledger's statement calls each transfer.
RELEASED, SET_OFF, COVERED, NOT_PAID = 331, 332, 333, 334
TRANSFERRED, TRANSFER_BACK, REIMBURSED = 335, 336, 337

RELEASE_PLAN, PAYMENT_PLAN, COVER_PLAN = "tickets.release", "tickets.transfer", "tickets.cover"
REFUND_PLAN, REIMBURSEMENT_PLAN = "tickets.organiser_pays", "tickets.reimbursement"


def plan_release(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Free face value for the organiser; what it owes is set off first.

    Args:
        outcomes: of `organiser_release`.
        context: `face`, `due`, `claims` (accounts), `owes` (minor units).
    """
    amount = int(outcomes[RELEASE]["released"] or 0)
    set_off = min(amount, int(context["owes"]))
    parts = ((context["claims"], set_off, SET_OFF), (context["due"], amount - set_off, RELEASED))
    return Plan(
        movements=tuple(
            Movement(RELEASE, context["face"], credit, part, code)
            for credit, part, code in parts
            if part
        )
    )


def plan_payment(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Move what is due to the organiser to the account that pays it, or back.

    Args:
        outcomes: of `organiser_payment`.
        context: `due`, `bank` (accounts), `came_back`; of one that goes out `claims` (account) and
            `owes` (minor units): what the organiser owes, set off first.
    """
    amount = int(outcomes[PAYMENT]["amount"] or 0)
    if not amount:
        return Plan()
    due, bank = context["due"], context["bank"]
    if context.get("came_back"):
        return Plan(movements=(Movement(PAYMENT, bank, due, amount, TRANSFER_BACK),))
    owes = int(context.get("owes") or 0)
    set_off = (Movement(PAYMENT, due, context["claims"], owes, SET_OFF),) if owes else ()
    return Plan(movements=(*set_off, Movement(PAYMENT, due, bank, amount, TRANSFERRED)))


def plan_cover(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Let the organiser owe what a refund needs and is not held any more (TR-121).

    Args:
        outcomes: of `organiser_cover`.
        context: `claims` and `credit` (accounts), `code`.
    """
    amount = int(outcomes[COVER]["claimed"] or 0)
    if not amount:
        return Plan()
    move = Movement(COVER, context["claims"], context["credit"], amount, context["code"])
    return Plan(movements=(move,))


def plan_organiser_pays(_outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Tell the buyer that the organiser pays, until when, and that we do otherwise (TR-120).

    Args:
        context: `tell`; without it nothing is told, since no day is left to the organiser.
    """
    told = context.get("tell")
    return Plan(notice=NoticeDraft("tickets.organiser_pays", told) if told else None)


def plan_reimbursement(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Owe the organiser what it paid a buyer for us.

    Args:
        outcomes: of `organiser_reimbursement`.
        context: `owed` (what we owe buyers) and `due` (accounts), `tell`.
    """
    amount = int(outcomes[REIMBURSEMENT]["amount"] or 0)
    if not amount:
        return Plan()
    move = Movement(REIMBURSEMENT, context["owed"], context["due"], amount, REIMBURSED)
    notice = NoticeDraft("tickets.organiser_paid", context["tell"])
    return Plan(movements=(move,), notice=notice)
