"""The same thing asked many times at the same moment happens once, and nobody meets a defect."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from getting_in import code_for

from oferta.core.parties import actions, erasing, exporting, models
from oferta.core.parties.types import NewCustomer
from signing_in import ticked

NOW = datetime(2024, 5, 16, 12, tzinfo=UTC)
AT_ONCE = 4


def at_once(act: Callable[[], object]) -> list[object]:
    together = Barrier(AT_ONCE)

    def one(_number: int) -> object:
        together.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


@pytest.fixture
def anna(fresh_db: str) -> UUID:
    return actions.register_customers([NewCustomer(key="anna", language="en")], now=NOW)["anna"]


def test_an_erasure_and_a_file_are_asked_for_once(anna: UUID) -> None:
    assert len({str(one) for one in at_once(lambda: erasing.ask(anna, now=NOW))}) == 1
    made = at_once(lambda: exporting.ask(anna, language="en", now=NOW))
    assert len({str(one) for one in made}) == 1
    assert models.Erasure.objects.count() == models.Export.objects.count() == 1


def test_a_contact_that_signs_up_in_two_windows_becomes_one_customer(fresh_db: str) -> None:
    cache.clear()
    windows = []
    for _ in range(AT_ONCE):
        client = Client()
        client.post("/sign-up/", ticked("anna@example.test"))
        windows.append((client, code_for("anna@example.test")))

    def confirm() -> int:
        client, code = windows.pop()
        return client.post("/sign-in/code/confirm/", {"code": code}).status_code

    assert at_once(confirm) == [302] * AT_ONCE
    assert models.Login.objects.count() == models.Customer.objects.count() == 1
