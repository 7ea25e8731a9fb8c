"""What a decision about a refund moves, and what the buyer is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from oferta.core.decisions.types import Movement, NoticeDraft, Outcomes, Plan
from oferta.services.tickets.refunding import facts as case

#: What the ledger's statement calls each transfer.
PRICE_RETURNED, FEE_RETURNED, DELIVERY_RETURNED = 312, 313, 314
PAID_OUT, CAME_BACK = 321, 322

REFUND_PLAN, PAYOUT_PLAN = "tickets.refund", "tickets.payout"
CHANGE_PLAN, DUE_PLAN = "tickets.change", "tickets.due"
EXTENSION_PLAN = "tickets.extension"
#: Field of the answer to the account it is taken from (in the context) and the transfer's code.
_PARTS = (
    ("ticket_money", "face", PRICE_RETURNED),
    ("service_fee", "fees", FEE_RETURNED),
    ("delivery", "delivery", DELIVERY_RETURNED),
)
#: The terms' decision to the notice that tells it; what waits for somebody says for whom.
NOTICES: Mapping[str, str] = {
    "paid": "tickets.refund_paid",
    "refused": "tickets.refund_refused",
    "awaiting_document": "tickets.refund_awaits_document",
    "awaiting_explanation": "tickets.refund_awaits_explanation",
    "organiser_decides": "tickets.refund_with_organiser",
}


def plan_refund(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Owe the buyer what the terms return, each part from the account that holds it (TR-09).

    Args:
        outcomes: of `refund`.
        context: `face`, `fees`, `delivery`, `owed` (accounts), and on one ticket of a request
            `tell` (what the notice says; the amount is this ticket's if it names none) and
            `notice` (the kind of notice where money comes back, if nobody had to ask).
    """
    said = outcomes[case.REFUND]
    movements = tuple(
        Movement(
            question=case.REFUND,
            debit=context[account],
            credit=context["owed"],
            amount=int(said[field] or 0),
            code=code,
        )
        for field, account, code in _PARTS
        if said[field]
    )
    told = context.get("tell")
    return Plan(movements=movements, notice=_notice(said, context, told) if told else None)


def _notice(
    said: Mapping[str, Any], context: Mapping[str, Any], told: Mapping[str, Any]
) -> NoticeDraft:
    decision = str(said["decision"])
    kind = context.get("notice", NOTICES["paid"]) if decision == "paid" else NOTICES[decision]
    amount = {"minor": int(said["total"] or 0), "unit": context["unit"]}
    return NoticeDraft(kind, {"amount": amount, **told})


def plan_payout(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Pay what is owed by the way that the terms name, or owe it again when it came back.

    Args:
        outcomes: of `payout_way`.
        context: `owed` (account), `through` (accounts with what goes through each, in minor
            units), `came_back` (true: it did not arrive and is owed again), `tell`.
    """
    way = str(outcomes[case.PAYOUT_WAY]["way"])
    back = bool(context.get("came_back"))
    if way.startswith("awaiting") and not back:
        return Plan(notice=NoticeDraft(f"tickets.payout_{way}", context["tell"]))
    movements = tuple(
        Movement(
            question=case.PAYOUT_WAY,
            debit=account if back else context["owed"],
            credit=context["owed"] if back else account,
            amount=amount,
            code=CAME_BACK if back else PAID_OUT,
        )
        for account, amount in context["through"]
    )
    kind = "tickets.refund_came_back" if back else "tickets.refund_sent"
    return Plan(movements=movements, notice=NoticeDraft(kind, context["tell"]))


def plan_extension(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Tell the buyer until which day the review takes longer, and why (TR-88).

    Args:
        outcomes: of `answer_deadline`.
        context: `tell`: what the notice says.
    """
    del outcomes
    return Plan(notice=NoticeDraft("tickets.review_extended", context["tell"]))


def plan_change(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Tell the buyer of a change what they may choose, and until which day; no money moves.

    Args:
        outcomes: of `choices`.
        context: `notice` (its kind) and, on one ticket of an order, `tell` (what it says beside
            the last day, which the terms name).
    """
    told = context.get("tell")
    if not told:
        return Plan()
    closed_from = case.day(outcomes[case.CHOICES]["closed_from"])
    last = (closed_from - timedelta(days=1)).isoformat()
    return Plan(notice=NoticeDraft(context["notice"], {**told, "day": {"date": last}}))


def plan_due(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Tell the buyer another day of payment, or of the next answer; no money moves.

    Args:
        outcomes: of `payout_deadline`.
        context: `tell` (what the notice says beside the day).
    """
    said = outcomes[case.PAYOUT_DEADLINE]
    kind = "tickets.due_moved" if said["promise"] == "money_paid" else "tickets.regime_lasts"
    by = {"date": case.day(said["by"]).isoformat()}
    return Plan(notice=NoticeDraft(kind, {**context["tell"], "day": by}))
