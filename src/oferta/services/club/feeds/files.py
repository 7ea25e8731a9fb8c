"""Files of card messages: what the listener takes from a line, from a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

from oferta.services.club.errors import FileUnreadable
from oferta.services.club.feeds import messages, taking
from oferta.services.club.feeds.listener import BATCH_MAX, FRAME_MAX, LENGTH_BYTES
from oferta.services.club.feeds.spec import ANSWER


def take_file(
    path: Path, *, now: datetime, progress: Callable[[int], None] = lambda _: None
) -> dict[str, int]:
    """Take in a file of messages, each with its length before it; again, it changes nothing.

    Args:
        path: of the file.
        now: when the decisions are made.
        progress: called with the number of messages done since the last call.

    Returns:
        How many messages were answered with which response code.

    Raises:
        FileUnreadable: it is not there, or breaks off within a message. What stood before that is
            taken in.
    """
    codes: Counter[str] = Counter()
    try:
        with path.open("rb") as stream:
            for frames in _batches(stream, path):
                told = taking.answers(frames, now=now)
                codes.update(code_in(one) for one in told)
                progress(len(frames))
    except OSError as problem:
        raise FileUnreadable(
            file=str(path), what=str(problem), expected="a file of card messages"
        ) from problem
    return dict(codes)


def code_in(answer: bytes) -> str:
    """Return the response code of an answer of ours."""
    read = messages.decoded(answer)
    return read[ANSWER]


def _batches(stream: IO[bytes], path: Path) -> Iterator[list[bytes]]:
    frames: list[bytes] = []
    while head := stream.read(LENGTH_BYTES):
        length = int.from_bytes(head)
        frame = stream.read(length)
        if len(head) < LENGTH_BYTES or len(frame) < length or length > FRAME_MAX:
            if frames:
                yield frames
            raise FileUnreadable(
                file=str(path),
                what=f"it breaks off within a message at byte {stream.tell()}",
                expected=f"messages of at most {FRAME_MAX} bytes, two bytes of length before each",
            )
        frames.append(frame)
        if len(frames) == BATCH_MAX:
            yield frames
            frames = []
    if frames:
        yield frames
