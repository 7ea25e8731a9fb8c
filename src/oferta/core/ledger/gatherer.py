"""Turns requests that arrive together into batches, and steps aside when few do.

There is no timer. While few callers are under way each posts by itself, on a connection of its
own, in its own thread. When there are more they queue, and one committer takes all that wait as
one batch while the next ones gather: the busier it is, the larger the batches.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from psycopg import Connection, Error, OperationalError

from oferta.core.ledger.errors import GathererClosed, GathererFull
from oferta.core.ledger.posting import configure, post_batch
from oferta.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from oferta.core.ledger.types import Result, Transfer

#: Up to so many callers at once, own connections beat a shared commit.
DIRECT_COUNT_MAX = 8
#: Beyond two thousand a batch gains little and delays its first caller.
BATCH_COUNT_MAX = 2000
#: Transfers that may wait; more are refused at once rather than answered too late.
WAITING_COUNT_MAX = 100_000
#: A lost connection says nothing of the commit; repeating is safe, ids being idempotency keys.
CONNECTIONS_TRIED_MAX = 3
#: The load is remembered while answered callers come back: in percent, kept per request.
LOAD_KEPT_PERCENT = 98


class _Request(NamedTuple):
    transfers: Sequence[Transfer]
    answer: Future[list[Result]]


class Gatherer:
    """Post from many threads or coroutines at once; each is answered when its own is durable."""

    def __init__(
        self,
        connect: Callable[[], Connection[Any]],
        *,
        now: Callable[[], datetime] = clock.now,
        direct_count_max: int = DIRECT_COUNT_MAX,
        waiting_count_max: int = WAITING_COUNT_MAX,
    ) -> None:
        """Start the committer.

        Args:
            connect: opens a psycopg connection; it is made autocommit and set up for the ledger.
            now: this moment, asked once per batch.
            direct_count_max: up to so many callers under way, each posts by itself.
            waiting_count_max: transfers that may wait in the queue.
        """
        self._connect = connect
        self._now = now
        self._direct_percent_max = direct_count_max * 100
        self._waiting_count_max = waiting_count_max
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._queue: deque[_Request] = deque()
        self._waiting = 0
        self._under_way = 0
        self._load_percent = 0
        self._closed = False
        self._idle: list[Connection[Any]] = []
        self._committer = threading.Thread(target=self._run, name="ledger-gatherer", daemon=True)
        self._committer.start()

    def submit(self, transfers: Sequence[Transfer]) -> list[Result]:
        """Answer a request (a transfer, or a chain and what else belongs to it) when durable.

        Raises:
            GathererFull: too many wait already.
            GathererClosed: it was closed.
            Contended: see `post_batch`.
        """
        direct = self._come()
        try:
            if direct:
                return self._post(transfers)
            return self._enqueue(transfers).result()
        finally:
            self._go()

    async def submit_async(self, transfers: Sequence[Transfer]) -> list[Result]:
        """Do what `submit` does without blocking the event loop; always through the committer."""
        self._come()
        try:
            return await asyncio.wrap_future(self._enqueue(transfers))
        finally:
            self._go()

    def close(self) -> None:
        """Take nothing more, answer what waits, close the connections."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._committer.join()
        while self._idle:
            self._idle.pop().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _come(self) -> bool:
        """Count a caller in and say whether it should post by itself.

        Every request passes here, so it is written for speed: a context manager would cost a
        percent of a request of its own.
        """
        with self._lock:
            if self._closed:
                raise GathererClosed
            self._under_way = under_way = self._under_way + 1
            load = self._load_percent * LOAD_KEPT_PERCENT // 100
            load = max(load, under_way * 100)
            self._load_percent = load
            return load <= self._direct_percent_max

    def _go(self) -> None:
        with self._lock:
            self._under_way -= 1

    def _enqueue(self, transfers: Sequence[Transfer]) -> Future[list[Result]]:
        request = _Request(transfers, Future())
        with self._changed:
            if self._closed:
                raise GathererClosed
            if self._waiting + len(transfers) > self._waiting_count_max:
                raise GathererFull(waiting=self._waiting)
            self._waiting += len(transfers)
            self._queue.append(request)
            self._changed.notify()
        return request.answer

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._queue and not self._closed:
                    self._changed.wait()
                if not self._queue:
                    return
                batch = self._take()
            self._commit(batch)

    def _take(self) -> list[_Request]:
        batch: list[_Request] = []
        count = 0
        while self._queue and count < BATCH_COUNT_MAX:
            request = self._queue.popleft()
            batch.append(request)
            count += len(request.transfers)
            if request.transfers and request.transfers[-1].linked:
                break  # its open chain must not swallow the next request
        self._waiting -= count
        return batch

    def _commit(self, batch: list[_Request]) -> None:
        """Post a batch; if it breaks, halve it until only what breaks it gets the error."""
        transfers = [one for request in batch for one in request.transfers]
        try:
            results = self._post(transfers)
        except OperationalError as error:  # the server is away: halves would fare no better
            for request in batch:
                _fail(request, error)
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to a caller
            if len(batch) == 1:
                _fail(batch[0], error)
                return
            middle = len(batch) // 2
            self._commit(batch[:middle])
            self._commit(batch[middle:])
        else:
            place = 0
            for request in batch:
                end = place + len(request.transfers)
                with suppress(Exception):  # a caller that gave up has cancelled its answer
                    request.answer.set_result(results[place:end])
                place = end

    def _post(self, transfers: Sequence[Transfer]) -> list[Result]:
        left = CONNECTIONS_TRIED_MAX
        while True:
            left -= 1
            try:
                return self._post_once(transfers)
            except OperationalError:
                if not left:
                    raise

    def _post_once(self, transfers: Sequence[Transfer]) -> list[Result]:
        connection = self._borrowed()
        try:
            results = post_batch(connection, transfers, now=self._now())
        except Error:
            connection.close()
            raise
        except BaseException:
            self._idle.append(connection)
            raise
        self._idle.append(connection)
        return results

    def _borrowed(self) -> Connection[Any]:
        try:
            return self._idle.pop()
        except IndexError:
            connection = self._connect()
        connection.autocommit = True
        configure(connection)
        return connection


def _fail(request: _Request, error: Exception) -> None:
    with suppress(Exception):  # a caller that gave up has cancelled its answer
        request.answer.set_exception(error)
