"""Small builders for the tests of the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.test import Client

from oferta.core.parties import actions as parties
from oferta.core.parties.types import NewCustomer
from oferta.project.rest import actions
from oferta.project.rest.types import CUSTOMER_SCOPES, STAFF_ALONE, NewToken, Scope

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
ALL = frozenset(Scope) - STAFF_ALONE


@dataclass
class Api:
    """A client with a token."""

    text: str
    client: Client

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request; `path` is below `/api/v1`."""
        return self.client.generic(
            method,
            f"/api/v1{path}",
            b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.text}"}
            | {name.replace("_", "-"): value for name, value in headers.items()},
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)


def an_api(scopes: frozenset[Scope] = ALL, **rest: Any) -> Api:
    """Make a token and return a client that carries it."""
    wanted = NewToken(name="a till", owner="shop", scopes=scopes, **rest)
    _, text = actions.create_token(wanted, created_by="test", now=NOW)
    return Api(text, Client(raise_request_exception=False))


def a_customers_api(party_id: UUID) -> Api:
    """Make a customer's own token and return a client that carries it."""
    return an_api(frozenset(CUSTOMER_SCOPES), party_id=party_id)


def a_customer(key: str = "anna", **rest: Any) -> UUID:
    """Register a customer."""
    return parties.register_customers([NewCustomer(key=key, **rest)], now=NOW)[key]


def a_payment(**changes: object) -> dict[str, object]:
    """Return the facts of a payment of the sample club that earns 1%."""
    return {
        "paid_on": "2024-05-10",
        "terminal_owner": "bank",
        "method": "halyk_qr",
        "channel": "pos",
        "merchant": "magnum",
        "abroad": False,
        "mcc": None,
        "category": "purchase",
        "card_kind": "debit",
        "special_account": "none",
        "instalment": False,
        "money_paid": {"minor": 3_000_000, "unit": "KZT"},
        "bonuses_paid": "0 KZT",
        "halyk_plus_rate": "0%",
        "oked_listed": False,
        "repeat_no": 0,
        "customer": "anna",
    } | changes


def an_event(key: str = "till/1", **changes: object) -> dict[str, object]:
    """Return an event about a payment, which only keeps the decision."""
    return {
        "key": key,
        "pack": "bonus-club",
        "questions": ["bank_bonus"],
        "facts": a_payment(),
        "event_at": "2024-05-10T12:00:00+05:00",
    } | changes
