"""Requests that arrive at the same time: one effect, one answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from django.db import connection
from django.test import Client
from rest_builders import Api, a_customer, a_payment, an_api

from oferta.core.decisions import queries as decisions
from oferta.project.rest import models
from oferta.project.webhooks import models as hooks

AT_ONCE = 6


def _at_once(act: Callable[[int], Any]) -> list[Any]:
    def one(number: int) -> Any:
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def test_the_same_key_at_the_same_time_has_one_effect(fresh_db: str) -> None:
    text = an_api().text
    body = {"url": "https://shop.example/hook", "kinds": ["case.opened"]}

    def send(_: int) -> Any:
        own = Api(text, Client(raise_request_exception=False))
        return own.post("/webhooks/endpoints", body, Idempotency_Key="one")

    answers = _at_once(send)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert hooks.Endpoint.objects.count() == models.Done.objects.count() == 1


def test_the_same_payment_at_the_same_time_earns_once(fresh_db: str) -> None:
    api = an_api()
    party = str(a_customer())
    api.post("/club/members", {"party_id": party, "card": "card-1"})
    facts = a_payment()
    for own in ("paid_on", "merchant", "money_paid", "repeat_no", "customer", "halyk_plus_rate"):
        del facts[own]
    paid = {
        "id": "p/1",
        "card": "card-1",
        "paid_at": "2024-05-10T12:00:00+05:00",
        "merchant": "magnum",
        "amount": {"minor": 3_000_000, "unit": "KZT"},
        "facts": facts,
    }

    def send(_: int) -> Any:
        own = Api(api.text, Client(raise_request_exception=False))
        return own.post("/club/payments", paid)

    answers = _at_once(send)
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["replayed"] for answer in answers) == [False] + [True] * 5
    made = {one["id"] for answer in answers for one in answer.json()["decisions"]}
    assert len(made) == 2  # the bank's question and the partner's
    member = api.get(f"/club/members/{party}").json()
    assert member["balance"]["minor"] == 30_000
    kept = decisions.decisions_of_party(member["party_id"])
    assert sorted(one.question for one in kept) == ["bank_bonus", "enrol", "partner_bonus"]
    assert {one.id for one in kept if one.question != "enrol"} == {UUID(one) for one in made}
