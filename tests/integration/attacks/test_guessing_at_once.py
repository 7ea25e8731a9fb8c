"""Codes guessed at the same moment are counted like codes guessed one after the other."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils.crypto import constant_time_compare
from getting_in import code_for

from signing_in import ticked

TRIES = 20


def test_tries_at_once_do_not_pass_the_limit_of_an_address(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    visitor = Client()
    visitor.post("/sign-up/", ticked("anna@example.test"))
    right = code_for("anna@example.test")
    compared: list[str] = []

    def compare(given: str, wanted: str) -> bool:
        compared.append(given)
        return constant_time_compare(given, wanted)

    monkeypatch.setattr("oferta.core.parties.web.proving.constant_time_compare", compare)
    together = Barrier(TRIES)

    def guess(number: int) -> None:
        thief = Client()
        thief.cookies.load({"oferta_session": visitor.cookies["oferta_session"].value})
        together.wait()
        thief.post("/sign-in/code/confirm/", {"code": f"{(int(right) + number) % 10**6:06}"})
        connection.close()

    threads = [Thread(target=guess, args=(number,)) for number in range(1, TRIES + 1)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert 1 <= len(compared) <= 15
