"""Starts web and worker as children, waits, and stops both when one ends or a signal comes.

Children are forks: what this process has imported need not be imported three times, which is most
of the time of a start. Restarts nothing: a part that ends by itself has a reason that somebody must
see.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from multiprocessing.context import ForkProcess
from multiprocessing.synchronize import Event
from types import FrameType

from django.db import connections

from oferta.kernel.errors import ensure
from oferta.project.running.errors import NoAnswer, PartEnded, PortTaken
from oferta.project.running.parent import LISTENING, become

PARTS = ("web", "worker")
_FORK = multiprocessing.get_context("fork")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ANSWER_SECONDS_MAX = 60
STOP_SECONDS_MAX = 15
PAUSE_SECONDS = 0.05
BACKLOG = 1024


def open_port(bind: str, port: int) -> socket.socket:
    """Return the listening socket that the web server will inherit.

    Opened here, so that a taken port is known before anything starts and nobody can come between.

    Raises:
        PortTaken: another program has it.
    """
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((bind.strip("[]"), port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise PortTaken(port=port) from error
    return listening


@dataclass
class Supervisor:
    """The children of one run."""

    host: str
    port: int
    listening: socket.socket
    children: dict[str, ForkProcess] = field(default_factory=dict)
    stopping: bool = False
    #: The tables are up to date: until then the web server reads what it needs, and serves nothing.
    migrated: Event = field(default_factory=_FORK.Event)

    def start(self, part: str) -> None:
        """Start a part; in a session of its own, so that Ctrl-C reaches only the supervisor."""
        connections.close_all()  # a connection must not be spoken on by two processes
        child = _FORK.Process(
            target=_run, args=(part, self.listening.fileno(), self.migrated), name=part
        )
        child.start()
        self.children[part] = child

    def watch(self, on_answer: Callable[[], None]) -> None:
        """Call `on_answer` once pages are served, then wait for a signal.

        Raises:
            NoAnswer: no page in time.
            PartEnded: a part ended by itself.
        """
        for number in SIGNALS:
            signal.signal(number, self._on_signal)
        try:
            self._wait_for_answer()
            if not self.stopping:
                on_answer()
            while not self.stopping:
                self._check_children()
                time.sleep(PAUSE_SECONDS * 4)
        finally:
            self.stop()

    def stop(self) -> None:
        """Stop every part, in order if it can be, by force if it must be."""
        for child in self.children.values():
            child.terminate()
        give_up = time.monotonic() + STOP_SECONDS_MAX
        for child in self.children.values():
            child.join(timeout=max(PAUSE_SECONDS, give_up - time.monotonic()))
            if child.is_alive():
                child.kill()
                child.join()

    def _wait_for_answer(self) -> None:
        give_up = time.monotonic() + ANSWER_SECONDS_MAX
        while not self.stopping and not self._answers():
            self._check_children()
            ensure(
                time.monotonic() < give_up,
                NoAnswer(address=f"{self.host}:{self.port}", seconds=ANSWER_SECONDS_MAX),
            )
            time.sleep(PAUSE_SECONDS)

    def _answers(self) -> bool:
        with suppress(OSError, HTTPException):
            asked = HTTPConnection(self.host, self.port, timeout=ANSWER_SECONDS_MAX)
            asked.request("GET", "/")
            return asked.getresponse().status < 500  # noqa: PLR2004 - HTTP: the server's fault
        return False

    def _check_children(self) -> None:
        for part, child in self.children.items():
            code = child.exitcode
            if code is not None and not self.stopping:
                raise PartEnded(part=part, exit_code=code)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True


def _run(part: str, descriptor: int, migrated: Event) -> None:
    """Be a part until it ends, in the child."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    become(f"oferta-{part}")
    os.environ[LISTENING] = str(descriptor)
    if part == "web":
        from oferta.project.running import web  # noqa: PLC0415 - the other part has no use for it

        web.main(migrated.wait)
    else:
        from oferta.project.running import worker  # noqa: PLC0415 - the same

        worker.main()
