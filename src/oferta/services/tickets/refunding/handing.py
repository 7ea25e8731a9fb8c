"""A paper of a request as a file: its receipt, a letter, everything for an authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from oferta.kernel.i18n import Language
from oferta.services.tickets.models import Application
from oferta.services.tickets.refunding import dossier, letters
from oferta.services.tickets.refunding.errors import NoSuchLetter

FILE, RECEIPT = "file", "receipt"
_PDF, _ZIP = "application/pdf", "application/zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A file to hand out."""

    name: str
    media_type: str
    content: bytes


def paper(row: Application, kind: str, *, language: Language, now: datetime) -> Handed:
    """Return a paper of a request.

    Args:
        row: with its order, performance, organiser and operator.
        kind: `FILE` for an authority, `RECEIPT`, or a letter that was written.
        language: of a file or receipt; a letter stays as it was printed.
        now: zoned.

    Raises:
        NoSuchLetter: it was not written.
    """
    name = f"refund-{row.number}-{kind}"
    if kind == FILE:
        made = dossier.archive(row, language=language, now=now)
        return Handed(name=f"{name}.zip", media_type=_ZIP, content=made)
    if kind == RECEIPT:
        # A large library that hardly a process needs: read when the first paper is printed.
        from oferta.services.tickets.codes import sheets  # noqa: PLC0415 - late on purpose

        printed = sheets.pdf([letters.receipt(row, language)], language=language)
        return Handed(name=f"{name}.pdf", media_type=_PDF, content=printed)
    letter = row.letters.filter(kind=kind).first()
    if letter is None:
        raise NoSuchLetter(letter=kind)
    return Handed(name=f"{name}.pdf", media_type=_PDF, content=bytes(letter.content))
