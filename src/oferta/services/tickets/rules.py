"""What a sale moves, how parts of an order are shared out, what an order is called."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from oferta.core.decisions.types import Movement, NoticeDraft, Outcomes, Plan
from oferta.kernel.money import Money

#: What the ledger's statement calls each transfer of the ticket office.
FACE, SERVICE_FEE, DELIVERY = 301, 302, 303
FACE_RETURNED = 311

TICKET_PRICE, DELIVERY_FEE, FACE_VALUE_RETURN = "ticket_price", "delivery_fee", "face_value_return"
TRANSFER = "transfer"

#: Letters and figures that nobody mistakes for another when reading them out.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_LENGTH = 8

#: An account of the ledger and how much of an order it pays, in minor units.
Share: TypeAlias = Sequence[int]


def new_code() -> str:
    """Return a name for an order that can be read out on the phone."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))


def shared_out(total: int, parts: int) -> list[int]:
    """Split minor units into parts that differ by one at most and add up; the first get more.

    Args:
        total: zero or above.
        parts: one or more.
    """
    each, rest = divmod(total, parts)
    return [each + (place < rest) for place in range(parts)]


def allocated(shares: Iterable[Share], amounts: Iterable[int]) -> list[list[list[int]]]:
    """Say from which accounts each amount is paid: the accounts in order, each till it is empty.

    Args:
        shares: account and what it pays; together at least the amounts' sum.
        amounts: minor units, zero or above.
    """
    left = [[account, amount] for account, amount in shares]
    paid: list[list[list[int]]] = []
    for amount in amounts:
        parts: list[list[int]] = []
        open_ = amount
        for share in left:
            taken = min(open_, share[1])
            if taken:
                parts.append([share[0], taken])
                share[1] -= taken
                open_ -= taken
        paid.append(parts)
    return paid


def plan_sale(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Move what a ticket costs from who pays to whose it is: face value, fee, delivery (TR-09).

    Args:
        outcomes: of `ticket_price`, of `delivery_fee`, or of both.
        context: `paid_from` (accounts with what each pays of this ticket), `face`, `fees`,
            `delivery` (accounts), and on one ticket of an order `tell` (what the notice says).
    """
    due: list[tuple[str, int, int, int]] = []
    price, delivery = outcomes.get(TICKET_PRICE), outcomes.get(DELIVERY_FEE)
    if price is not None:
        due.append((TICKET_PRICE, context["face"], int(price["price"] or 0), FACE))
        due.append((TICKET_PRICE, context["fees"], int(price["service_fee"] or 0), SERVICE_FEE))
    if delivery is not None:
        due.append((DELIVERY_FEE, context["delivery"], int(delivery["fee"] or 0), DELIVERY))
    sources = _enough(context["paid_from"], sum(one[2] for one in due))
    paid = allocated(sources, [one[2] for one in due])
    movements = [
        Movement(question=question, debit=account, credit=credit, amount=amount, code=code)
        for (question, credit, _, code), parts in zip(due, paid, strict=True)
        for account, amount in parts
    ]
    told = context.get("tell")
    notice = NoticeDraft("tickets.bought", told) if told else None
    return Plan(movements=tuple(movements), notice=notice)


def plan_face_value_return(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Owe the former holder what another buyer has paid for the place (TR-52).

    Args:
        outcomes: of `face_value_return`.
        context: `face` and `owed` (accounts), `performance`, `unit`.
    """
    amount = int(outcomes[FACE_VALUE_RETURN]["returned"] or 0)
    if amount == 0:
        return Plan()
    move = Movement(
        question=FACE_VALUE_RETURN,
        debit=context["face"],
        credit=context["owed"],
        amount=amount,
        code=FACE_RETURNED,
    )
    told = {
        "performance": context["performance"],
        "amount": {"minor": amount, "unit": context["unit"]},
        "day": context["due_on"],
    }
    return Plan(movements=(move,), notice=NoticeDraft("tickets.taken_over", told))


def money(minor: int, unit: str) -> str:
    """Return an amount as the terms read it."""
    return str(Money(minor, unit))


def _enough(shares: Sequence[Share], needed: int) -> list[list[int]]:
    """Let the last account pay what an override asks for above what was paid."""
    sources = [list(one) for one in shares]
    lacking = needed - sum(one[1] for one in sources)
    if sources and lacking > 0:
        sources[-1][1] += lacking
    return sources
