"""Listens for card messages: frames of two bytes of length and a message, answered in order.

What comes in a few milliseconds is taken in together; an answer is sent once its payment is
committed. Who gets none sends the message again, and it has one effect.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import NamedTuple

from django.db import InterfaceError, OperationalError, close_old_connections

from oferta.kernel import clock
from oferta.services.club.feeds import messages, spec, taking

log = logging.getLogger(__name__)

LENGTH_BYTES = 2
#: No message is longer; whoever says so has lost the frame.
FRAME_MAX = 4_096
BATCH_MAX = 500
#: Seconds to wait for more messages once one has come.
LINGER = 0.005
#: Messages of one sender that may wait for their answer; then it is not read from.
WAITING_MAX = 1_000


class _Item(NamedTuple):
    frame: bytes
    told: asyncio.Future[bytes]


def framed(message: bytes) -> bytes:
    """Return a message with its length before it."""
    return len(message).to_bytes(LENGTH_BYTES) + message


class Listener:
    """Takes connections and gathers their messages."""

    def __init__(self, clock_: Callable[[], datetime] = clock.now) -> None:
        self._clock = clock_
        self._queue: asyncio.Queue[_Item] = asyncio.Queue(maxsize=BATCH_MAX * 4)
        # One thread, one connection to the database: batches are taken in one after the other.
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="card-messages")

    async def serve(
        self, host: str, port: int, started: Callable[[int], None] = lambda _: None
    ) -> None:
        """Listen until cancelled.

        Args:
            host: to listen on.
            port: 0 for any that is free.
            started: is told the port.
        """
        server = await asyncio.start_server(self._connected, host, port)
        started(server.sockets[0].getsockname()[1])
        gathering = asyncio.create_task(self._gather())
        try:
            async with server:
                await server.serve_forever()
        finally:
            gathering.cancel()
            self._worker.shutdown(wait=False)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waiting: asyncio.Queue[asyncio.Future[bytes] | None] = asyncio.Queue(WAITING_MAX)
        writing = asyncio.create_task(_write(writer, waiting))
        try:
            while (frame := await _frame(reader)) is not None:
                told: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
                await waiting.put(told)
                if len(frame) > FRAME_MAX:
                    told.set_result(messages.answer({}, spec.FORMAT_ERROR))
                    break
                await self._queue.put(_Item(frame, told))
        except (asyncio.IncompleteReadError, ConnectionError):
            log.info("a sender of card messages went away")
        finally:
            await waiting.put(None)
            await writing
            writer.close()

    async def _gather(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            batch = [await self._queue.get()]
            await asyncio.sleep(LINGER)
            while len(batch) < BATCH_MAX and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            frames = [one.frame for one in batch]
            told = await loop.run_in_executor(self._worker, self._answers, frames)
            for one, answer in zip(batch, told, strict=True):
                if not one.told.done():
                    one.told.set_result(answer)

    def _answers(self, frames: list[bytes]) -> list[bytes]:
        """Answer messages; one that cannot be taken in holds up none of the others."""
        close_old_connections()
        try:
            return taking.answers(frames, now=self._clock())
        except (OperationalError, InterfaceError):
            log.exception("the database is away: card messages are to be sent again")
        except Exception:
            log.exception("a batch of %s card messages was not taken in", len(frames))
            if len(frames) > 1:
                return [answer for one in frames for answer in self._answers([one])]
        now = self._clock()
        read = [messages.read(one, now=now) for one in frames]
        return [messages.answer(one.fields, spec.MALFUNCTION) for one in read]


async def _frame(reader: asyncio.StreamReader) -> bytes | None:
    """Return the next message; one byte too many of one that is too long; None at the end."""
    try:
        head = await reader.readexactly(LENGTH_BYTES)
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    length = int.from_bytes(head)
    if length > FRAME_MAX:
        return bytes(FRAME_MAX + 1)
    return await reader.readexactly(length)


async def _write(
    writer: asyncio.StreamWriter, waiting: asyncio.Queue[asyncio.Future[bytes] | None]
) -> None:
    gone = False
    while (told := await waiting.get()) is not None:
        answer = await told
        if gone:
            continue
        try:
            writer.write(framed(answer))
            await writer.drain()
        except ConnectionError:
            gone = True  # it will send again what it was not answered
