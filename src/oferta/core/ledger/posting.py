"""Post on a given connection: attempt, and try again when others were faster."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from psycopg import Connection, errors

from oferta.core.ledger import store
from oferta.core.ledger.errors import Contended
from oferta.core.ledger.rules import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from oferta.core.ledger.types import Result, Transfer

#: Five: each attempt waits for the one that was faster, so a second one nearly always suffices.
ATTEMPTS_MAX = 5
PAUSE_SECONDS = 0.002
_CONTENTION = (errors.UniqueViolation, errors.SerializationFailure, errors.DeadlockDetected)


def configure(connection: Connection[Any]) -> None:
    """Prepare a connection of the ledger's own (autocommit): plans by index, whatever the sizes.

    Never done to a caller's connection: other statements would inherit it.
    """
    connection.prepare_threshold = 0
    connection.execute("SET random_page_cost = 1")
    connection.execute("SET enable_seqscan = off")


def post_once(
    connection: Connection[Any], transfers: Sequence[Transfer], now: datetime
) -> list[Result]:
    """Lock, read, evaluate, write, inside the database transaction that is open."""
    book = store.load(connection, transfers, now)
    results = evaluate(book, transfers)
    store.save(connection, book)
    return results


def post_batch(
    connection: Connection[Any], transfers: Sequence[Transfer], *, now: datetime
) -> list[Result]:
    """Answer each transfer in order and commit what is accepted, in one database transaction.

    Inside a transaction of the caller it is a savepoint instead, and the caller commits.

    Args:
        connection: any psycopg connection under READ COMMITTED.
        transfers: in the order in which they are to be tried; at most some 10,000.
        now: this moment, zone-aware; holds that expired by then cannot be posted.

    Raises:
        Contended: others kept writing the same ids until the attempts ran out.
    """
    return retried(connection.transaction, lambda: post_once(connection, transfers, now))


def retried(
    scope: Callable[[], AbstractContextManager[Any]], work: Callable[[], list[Result]]
) -> list[Result]:
    """Run `work` inside `scope`, again if another writer was faster, a bounded number of times."""
    reason = ""
    for attempt in range(ATTEMPTS_MAX):
        try:
            with scope():
                return work()
        except _CONTENTION as error:
            reason = type(error).__name__
        time.sleep(PAUSE_SECONDS * attempt)
    raise Contended(attempts=ATTEMPTS_MAX, reason=reason)
