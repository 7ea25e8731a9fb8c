"""A ledger with real commits and as many connections as a test wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from ledger_drawn import new_accounts
from oferta.core.ledger.accounts import open_accounts, set_closed
from oferta.core.ledger.posting import configure

Connect = Callable[[], psycopg.Connection[Any]]


@pytest.fixture
def connect(fresh_db: str, url_of: Callable[[str], str]) -> Iterator[Connect]:
    opened: list[psycopg.Connection[Any]] = []

    def one() -> psycopg.Connection[Any]:
        connection = psycopg.connect(url_of(fresh_db), autocommit=True)
        configure(connection)
        opened.append(connection)
        return connection

    yield one
    for connection in opened:
        connection.close()


@pytest.fixture
def connection(connect: Connect) -> psycopg.Connection[Any]:
    return connect()


@pytest.fixture
def accounts(connection: psycopg.Connection[Any]) -> list[int]:
    """Ids of issuer (free), anna, boris (limited), card (floor), loan, closed, points."""
    return open_drawn(connection, "t")


def open_drawn(connection: psycopg.Connection[Any], tag: str) -> list[int]:
    wanted = new_accounts(tag)
    found = open_accounts(connection, wanted)
    set_closed(connection, [found[f"{tag}/closed"].id], closed=True)
    return [found[one.key].id for one in wanted]
