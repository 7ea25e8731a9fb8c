"""Work done while the database works.

A batch costs this process about as much as it costs the server. What can be done without the
database is done a step at a time whenever the connection would only wait, so that both work at
once. No thread: a step is never interrupted, holds up an answer for no longer than it takes, and
needs no lock.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeAlias

from django.db import connection
from psycopg.abc import PQGen
from psycopg.waiting import Ready, Wait

#: Does a step and tells whether it did: False once nothing is left. It raises nothing: what went
#: wrong is told where it is used.
Step: TypeAlias = Callable[[], bool]


@contextmanager
def meanwhile(step: Step) -> Iterator[None]:
    """Do steps of other work while Django's connection waits for the server in this block.

    A step that asks the database itself is given a RuntimeError: the connection is taken, and
    waiting for it would never end.
    """
    connection.ensure_connection()
    driver = connection.connection
    outer = vars(driver).get("wait")
    wait = driver.wait
    left = True

    def busily(gen: PQGen[Any], *args: Any, **kwargs: Any) -> Any:
        nonlocal left
        if left:
            return wait(_working(gen, driver.pgconn.socket, do_step), *args, **kwargs)
        return wait(gen, *args, **kwargs)

    def do_step() -> bool:
        nonlocal left
        left = step()
        return left

    driver.wait = busily  # of this one connection; every wait of psycopg goes through it
    try:
        yield
    finally:
        if outer is None:
            del driver.wait
        else:
            driver.wait = outer


def _working(gen: PQGen[Any], socket: int, step: Step) -> PQGen[Any]:
    """Pass a wait of psycopg's on only when nothing is left to do."""
    try:
        wanted = next(gen)
        while True:
            wanted = gen.send(_ready_after_steps(socket, wanted, step) or (yield wanted))
    except StopIteration as done:
        return done.value


def _ready_after_steps(socket: int, wanted: Wait, step: Step) -> Ready:
    """Do steps until the socket is ready for some of `wanted`, or none is left."""
    watch = select.poll()
    watch.register(socket, _EVENTS[wanted])
    ready = _ready(watch)
    if ready:
        return ready
    with connection.execute_wrapper(_refuse):
        while not ready and step():
            ready = _ready(watch)
    return ready


def _refuse(*_: object) -> NoReturn:
    message = "a step of other work asked the database while it was at work"
    raise RuntimeError(message)


def _ready(watch: select.poll) -> Ready:
    """Return what a watched socket is ready for at this moment, of what is wanted."""
    event = watch.poll(0)
    if not event:
        return Ready.NONE
    flags = event[0][1]
    readable, writable = bool(flags & ~select.POLLOUT), bool(flags & select.POLLOUT)
    return Ready(readable * Ready.R + writable * Ready.W)


_EVENTS = {
    Wait.R: select.POLLIN,
    Wait.W: select.POLLOUT,
    Wait.RW: select.POLLIN | select.POLLOUT,
}
