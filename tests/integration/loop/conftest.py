"""The corner club in the place of the project's packs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from loop_builders import PACK, plan_bonus, plan_told


@pytest.fixture(autouse=True)
def corner_club() -> Iterator[None]:
    from oferta.core.decisions import plans
    from oferta.core.notices import rendering
    from oferta.core.terms import shelf
    from oferta.core.terms.engine import Terms
    from oferta.core.terms.loader import load_pack
    from oferta.project import wiring

    wiring.connect()
    terms = _loaded(load_pack, Terms)
    shelf.fill(lambda: terms)  # type: ignore[arg-type, return-value]
    plans.register({"corner.bonus": plan_bonus, "corner.told": plan_told})
    rendering.register_words(Path(__file__).parent / "words")
    yield
    wiring.connect()


_CACHE: list[object] = []


def _loaded(load_pack: object, terms: object) -> object:
    if not _CACHE:
        _CACHE.append(terms([load_pack(PACK)]))  # type: ignore[operator]
    return _CACHE[0]


class SmtpServer:
    """As much of an SMTP server as a client needs; answers recipients with `refusals` first."""

    def __init__(self) -> None:
        import socket

        self.mails: list[object] = []
        self.refusals: list[bytes] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def channel(self) -> object:
        from oferta.core.notices.channels import Smtp

        return Smtp("127.0.0.1", self.port, "club@example.test", timeout_seconds=5)

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                self._talk(stream)

    def _talk(self, stream: object) -> None:
        import email
        import email.policy

        def say(line: bytes) -> None:
            stream.write(line + b"\r\n")  # type: ignore[attr-defined]
            stream.flush()  # type: ignore[attr-defined]

        say(b"220 ready")
        for line in stream:  # type: ignore[attr-defined]
            verb = line[:4].upper()
            if verb == b"RCPT":
                say(self.refusals.pop(0) if self.refusals else b"250 ok")
            elif verb == b"DATA":
                say(b"354 go on")
                lines = []
                while (part := stream.readline()) != b".\r\n":  # type: ignore[attr-defined]
                    lines.append(part)
                self.mails.append(
                    email.message_from_bytes(b"".join(lines), policy=email.policy.default)
                )
                say(b"250 taken")
            elif verb == b"QUIT":
                say(b"221 bye")
                return
            else:
                say(b"250 ok")


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    import socket
    import threading

    server = SmtpServer()
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    server.socket.shutdown(socket.SHUT_RDWR)
    server.socket.close()
    thread.join()
