"""Builders for the loop: the corner club, a customer, staff, events, accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from oferta.core.decisions.types import Event, Movement, NoticeDraft, Outcomes, Plan
from oferta.core.parties import actions as parties
from oferta.core.parties.types import Actor, NewCustomer, Role

PACK = Path(__file__).parents[2] / "packs" / "corner-club"
NOW = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)
EVENT_AT = datetime(2024, 5, 16, 12, 0, tzinfo=UTC)


def plan_bonus(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Pay each bonus from the shop's account to the member's, and say the sum in one notice."""
    amounts = {name: int(outcome["amount"] or 0) for name, outcome in outcomes.items()}
    return Plan(
        movements=tuple(
            Movement(
                question=name,
                debit=context["shop"],
                credit=context["member"],
                amount=amount,
                code=1,
            )
            for name, amount in amounts.items()
            if amount
        ),
        notice=NoticeDraft(
            kind="corner.earned", params={"amount": {"minor": sum(amounts.values()), "unit": "KZT"}}
        ),
    )


def plan_told(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Say the sum and move nothing."""
    return replace(plan_bonus(outcomes, {"shop": 1, "member": 2, **context}), movements=())


def a_customer(language: str = "en", **contacts: str) -> UUID:
    key = f"customer-{uuid4().hex[:8]}"
    new = NewCustomer(key=key, name="A. Customer", language=language, contacts=contacts)
    return parties.register_customers([new], now=NOW)[key]


def a_clerk(name: str = "Clerk") -> Actor:
    return parties.appoint_staff(
        f"{name}-{uuid4().hex[:6]}", password=None, name=name, role=Role.CLERK
    )


def an_approver(name: str = "Approver") -> Actor:
    return parties.appoint_staff(
        f"{name}-{uuid4().hex[:6]}", password=None, name=name, role=Role.APPROVER
    )


def a_payment(
    party_id: UUID | None = None,
    *,
    key: str = "",
    questions: tuple[str, ...] = ("bonus",),
    context: Mapping[str, Any] | None = None,
    plan: str = "corner.bonus",
    channel: str = "till",
    money: str = "1000 KZT",
    **facts: object,
) -> Event:
    known: dict[str, object] = {
        "paid_on": "2024-05-16",
        "channel": channel,
        "money_paid": money,
        "customer": "anna",
    }
    if "partner_bonus" in questions:
        known["partner"] = True
    return Event(
        key=key or f"corner/payment/{uuid4().hex}",
        pack="corner-club",
        questions=questions,
        facts=known | facts,
        event_at=EVENT_AT,
        plan=plan,
        context=context or {},
        party_id=party_id,
    )
