"""Builders for the loop: the corner club, a customer, staff, events, accounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Decision, Event, Movement, NoticeDraft, Outcomes, Plan
from oferta.core.ledger import actions as ledger
from oferta.core.ledger import queries as book
from oferta.core.ledger.types import Limit, NewAccount, Transfer
from oferta.core.parties import actions as parties
from oferta.core.parties.types import Actor, NewCustomer, Role
from oferta.kernel.ids import uuid7

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
    return plan_bonus(outcomes, {"shop": 1, "member": 2, **context})._replace(movements=())


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


def a_payment(  # noqa: PLR0913 - each has a default
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


def accounts_of(name: str) -> dict[str, int]:
    """Open a source without bounds, a shop that cannot be overdrawn, and a member's account."""
    made = decisions.open_accounts(
        [
            NewAccount(key=f"{name}/source", unit="KZT"),
            NewAccount(key=f"{name}/shop", unit="KZT", limit=Limit.DEBITS),
            NewAccount(key=f"{name}/member", unit="KZT", limit=Limit.DEBITS),
        ]
    )
    return {key.rpartition("/")[2]: id_ for key, id_ in made.items()}


def a_purse(shop_has: int = 10**9) -> dict[str, int]:
    """Return the accounts of a payment's context; the shop has minor units to give."""
    accounts = accounts_of(f"corner/{uuid4().hex}")
    if shop_has:
        funds = Transfer(
            id=uuid7(),
            decision_id=uuid7(),
            event_at=EVENT_AT,
            debit=accounts["source"],
            credit=accounts["shop"],
            amount=shop_has,
        )
        (result,) = ledger.post([funds], now=NOW)
        assert result.code.accepted
    return {"shop": accounts["shop"], "member": accounts["member"]}


def balance_of(account_id: int) -> int:
    return book.account(account_id).balance


def a_decision(party: UUID | None = None, **payment: Any) -> Decision:
    """Decide a payment that a purse of its own pays for, unless another context is given."""
    payment.setdefault("context", a_purse())
    return decisions.decide(a_payment(party, **payment), now=NOW).decisions[0]


TABLES = (
    "decisions_decision",
    "decisions_limit_use",
    "ledger_transfer",
    "notices_batch",
    "notices_notice",
    "cases_case",
    "cases_entry",
    "procrastinate_jobs",
)


def counts() -> dict[str, int]:
    """Return how many rows each table of the loop has."""
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of ours
            found[table] = int(cursor.fetchone()[0])
    return found
