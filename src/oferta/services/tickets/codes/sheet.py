"""What stands on a paper of A4, in words that its caller has said in one language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One paper: a form, a receipt, a letter, a part of a file."""

    title: str
    #: To whom it goes; one empty line is written by hand, none on a receipt.
    to: tuple[str, ...] = ()
    #: Label and value; a value of "" is a line to write on.
    lines: tuple[tuple[str, str], ...] = ()
    body: tuple[str, ...] = ()
    #: What is written by hand at its end: the day, the signature, the name.
    signed: tuple[str, ...] = ()
    foot: str = ""
