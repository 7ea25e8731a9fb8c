"""Which rows are one payment told twice, whose purchase a refund returns, what a bonus moves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from oferta.core.decisions.types import Movement, NoticeDraft, Outcomes, Plan
from oferta.core.terms.types import Coded
from oferta.services.club.types import Payment, PaymentRow

#: What the ledger's statement calls each transfer of the club.
BANK_BONUS, PARTNER_BONUS, BANK_CLAWBACK, PARTNER_CLAWBACK = 101, 102, 111, 112
REDEEMED, RESTORED, EXPIRED = 201, 211, 221

#: Each earning question: whose account pays (a name in the plan's context) and the transfer's code.
FUNDERS = {"bank_bonus": ("bank", BANK_BONUS), "partner_bonus": ("partner", PARTNER_BONUS)}
CLAWBACK_CODES = {"bank_bonus": BANK_CLAWBACK, "partner_bonus": PARTNER_CLAWBACK}
UNIT = "BONUS"
#: Days of payments; no other is one, whoever tells it.
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)
#: Controls, and halves of characters: no database keeps them as they are.
_UNWRITABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
#: Each earning question: the key of the words for its line (BC-06, BC-07).
LABELS = {"bank_bonus": "club.line.bank", "partner_bonus": "club.line.partner"}
LABEL_OF_BOTH = "club.line.both"


def unwritable(text: str) -> bool:
    """Tell whether a text holds what no name or id holds: a control, or half of a character."""
    return _UNWRITABLE.search(text) is not None


def numbered(rows: Iterable[PaymentRow]) -> Iterator[Payment]:
    """Give every row its key and its number among rows that are equal in every column.

    The record has neither a time nor an authorisation number, so two coffees and one coffee
    exported twice look alike. Nothing here guesses: the first row is number 0, and the terms say
    what happens to the others.
    """
    seen: Counter[str] = Counter()
    for row in rows:
        same = _same(row)
        repeat_no = seen[same]
        seen[same] += 1
        yield Payment(row, _key(same, repeat_no), repeat_no)


def in_order(payments: Iterable[Payment]) -> list[Payment]:
    """Sort by day, purchases before refunds; within that, the order that counts (ADR 0016)."""
    return sorted(
        payments,
        key=lambda one: (one.row.paid_on, one.row.amount < 0, one.row.at, one.repeat_no, one.key),
    )


def plan_earning(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Move each funder's bonus to the member: at once, or pending (BC-71).

    It is pending while a person is asked, or until its accrual day (BC-09). One purchase may give
    two transfers (BC-72) and always gives one notice (BC-73).

    Args:
        outcomes: of `bank_bonus`, `partner_bonus` or both.
        context: `member`, `bank`, `partner` (accounts), `merchant`, `day`.
    """
    movements = []
    for question, outcome in outcomes.items():
        funder, code = FUNDERS[question]
        amount = int(outcome["amount"] or 0)
        if amount > 0:
            movements.append(
                Movement(
                    question=question,
                    debit=context[funder],
                    credit=context["member"],
                    amount=amount,
                    code=code,
                    kind="pending" if outcome["hold"] or waits(outcome) else "single",
                )
            )
    held = any(outcome["hold"] and outcome["amount"] for outcome in outcomes.values())
    kind = "club.held" if held else "club.earned" if movements else "club.nothing"
    if kind == "club.earned" and (days := max(map(waits, outcomes.values()))):
        draft = _notice("club.earned_later", movements, context)
        due = date.fromisoformat(context["day"]) + timedelta(days=days)
        params = {**draft.params, "from": {"date": due.isoformat()}, "label": _label(movements)}
        return Plan(movements=tuple(movements), notice=draft._replace(params=params))
    draft = _notice(kind, movements, context)
    if kind == "club.earned":
        draft = draft._replace(params={**draft.params, "label": _label(movements)})
    return Plan(movements=tuple(movements), notice=draft)


def waits(outcome: Mapping[str, Coded]) -> int:
    """Return how many days after the payment a bonus is accrued; 0: at once, or there is none."""
    if not outcome["amount"]:
        return 0
    return int(outcome.get("accrual_days") or 0)


def plan_clawback(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Move back to its funder what a refunded purchase earned (BC-69).

    Args:
        outcomes: of `clawback`.
        context: `member` and `funder` (accounts), `code`, `merchant`, `day`.
    """
    outcome = outcomes["clawback"]
    amount = int(outcome["amount"] or 0)
    if amount == 0:
        return Plan()
    move = Movement(
        question="clawback",
        debit=context["member"],
        credit=context["funder"],
        amount=amount,
        code=context["code"],
        kind="pending" if outcome["hold"] else "single",
    )
    kind = "club.clawback_held" if outcome["hold"] else "club.clawed_back"
    return Plan(movements=(move,), notice=_notice(kind, [move], context))


def plan_redeeming(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Move what bonuses pay of a bill from the member to the merchant (BC-62).

    Args:
        outcomes: of `redeem`.
        context: `member`, `merchant_account` (accounts), `merchant`, `day`.
    """
    amount = int(outcomes["redeem"]["amount"] or 0)
    if amount == 0:  # the till says so at once; nothing happened that a notice could tell
        return Plan()
    move = Movement("redeem", context["member"], context["merchant_account"], amount, REDEEMED)
    return Plan(movements=(move,), notice=_notice("club.redeemed", [move], context))


def plan_restoring(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Move back to the member what a refund returns in bonuses (BC-69).

    Args:
        outcomes: of `restore`.
        context: `member`, `merchant_account` (accounts), `merchant`, `day`.
    """
    outcome = outcomes["restore"]
    amount = int(outcome["amount"] or 0)
    if amount == 0:
        return Plan()
    kind = "pending" if outcome["hold"] else "single"
    move = Movement(
        "restore", context["merchant_account"], context["member"], amount, RESTORED, kind
    )
    notice = "club.restore_held" if outcome["hold"] else "club.restored"
    return Plan(movements=(move,), notice=_notice(notice, [move], context))


def plan_expiring(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Move what is past its last day from the member to the funder's account of expired bonuses.

    Args:
        outcomes: of `expiry`.
        context: `member`, `breakage` (accounts), `day`.
    """
    amount = int(outcomes["expiry"]["amount"] or 0)
    if amount == 0:
        return Plan()
    move = Movement("expiry", context["member"], context["breakage"], amount, EXPIRED)
    params = {
        "amount": {"minor": amount, "unit": UNIT},
        "day": {"date": context["last_day"]},
    }
    return Plan(movements=(move,), notice=NoticeDraft(kind="club.expired", params=params))


def plan_enrolling(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Welcome who was admitted; nothing moves (BC-03).

    Args:
        outcomes: of `enrol`.
        context: `day`.
    """
    if not outcomes["enrol"]["admitted"]:
        return Plan()
    return Plan(notice=NoticeDraft("club.joined", {"day": {"date": context["day"]}}))


def plan_leaving(_outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Say until when the bonuses of who leaves wait; nothing moves.

    Args:
        context: `day`, the last on which they may come back.
    """
    return Plan(notice=NoticeDraft("club.left", {"day": {"date": context["day"]}}))


def plan_tiering(_outcomes: Outcomes, _context: Mapping[str, Any]) -> Plan:
    """Move nothing: a tier is a fact of later payments (BC-10)."""
    return Plan()


def plan_accruing(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Make a bonus available that waited for its accrual day (BC-09, BC-71).

    No notice: the purchase's own told of it, and of the day (BC-73).

    Args:
        outcomes: of `accrual`.
        context: `member`, `funder` (accounts), `code`, `pending` (the transfer that holds).
    """
    amount = int(outcomes["accrual"]["amount"] or 0)
    if amount == 0:
        return Plan()
    move = Movement(
        question="accrual",
        debit=context["funder"],
        credit=context["member"],
        amount=amount,
        code=context["code"],
        kind="post",
        pending_id=UUID(context["pending"]),
    )
    return Plan(movements=(move,))


def _label(movements: Sequence[Movement]) -> dict[str, str]:
    """Return what the message calls a bonus: the words that its statement lines bear (BC-76)."""
    funders = {one.question for one in movements}
    key = LABELS[funders.pop()] if len(funders) == 1 else LABEL_OF_BOTH
    return {"words": key}


def _notice(kind: str, movements: list[Movement], context: Mapping[str, Any]) -> NoticeDraft:
    params: dict[str, Any] = {"merchant": context["merchant"], "day": {"date": context["day"]}}
    if movements:
        params["amount"] = {"minor": sum(one.amount for one in movements), "unit": UNIT}
    return NoticeDraft(kind=kind, params=params)


def _same(row: PaymentRow) -> str:
    told = (row.paid_on.isoformat(), str(row.amount), row.currency, row.merchant)
    return "\x1f".join((*told, row.card, row.category))


def _key(same: str, repeat_no: int) -> str:
    return sha256(f"{same}\x1f{repeat_no}".encode()).hexdigest()[:32]
