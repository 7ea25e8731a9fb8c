"""Two texts beside each other, word by word; Chinese, which sets no spaces, sign by sign."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

#: A number is one word with its signs, or "1" would seem to stay in "1,5".
_WORDS = re.compile(
    r"\d+(?:[.,:\u00a0-]\d+)*%?|[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+(?:['’][^\W\u4e00-\u9fff]+)*|\s+|."
)
#: Texts that share less than this are shown whole, one after the other: shreds tell nobody
#: anything. In hundredths.
_SHARED_MIN = 40


class Mark(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words in a row that share one fate."""

    mark: Mark
    text: str


def word_diff(before: str, after: str) -> tuple[Piece, ...]:
    """Return what stays, goes and comes, in reading order.

    The pieces that are not new spell `before`, those that are not gone spell `after`.
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    blocks = matcher.get_matching_blocks()
    shared = 2 * sum(len("".join(old[a : a + size])) for a, _, size in blocks)
    if shared * 100 < _SHARED_MIN * (len(before) + len(after)):
        return _pieces([(before, after, "")])
    parts = []
    old_at = new_at = 0
    for a, b, size in blocks:
        gone, come = "".join(old[old_at:a]), "".join(new[new_at:b])
        parts.append((gone, come, "".join(old[a : a + size])))
        old_at, new_at = a + size, b + size
    return _pieces(_joined(parts))


def item_diff(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[Piece, ...]:
    """Return the items that went and those that came; what stays need not be read again."""
    gone = [Piece(Mark.GONE, item) for item in before if item not in after]
    new = [Piece(Mark.NEW, item) for item in after if item not in before]
    found: list[Piece] = []
    for piece in [*gone, *new]:
        found += [Piece(Mark.SAME, " "), piece] if found else [piece]
    return tuple(found)


def _joined(parts: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Join changes between which only a space or a sign stays: they read as one."""
    found: list[tuple[str, str, str]] = []
    for gone, come, same in parts:
        last = found[-1] if found else None
        if last and not re.search(r"\w", last[2]) and (last[0] or last[1]) and (gone or come):
            found[-1] = (last[0] + last[2] + gone, last[1] + last[2] + come, same)
        else:
            found.append((gone, come, same))
    return found


def _pieces(parts: list[tuple[str, str, str]]) -> tuple[Piece, ...]:
    marks = (Mark.GONE, Mark.NEW, Mark.SAME)
    return tuple(
        Piece(mark, text) for part in parts for mark, text in zip(marks, part, strict=True) if text
    )
