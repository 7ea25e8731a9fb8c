"""The file of a request for an authority or court: all evidence in one archive (TR-140 to 148).

Inside: a paper that tells the case in the buyer's language, each Decision as it can be computed
anew, the words of the terms that the buyer keeps, what the buyer was told, documents and letters,
and a list of every file with its digest, signed by the key whose public half is on our pages.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from oferta.core.decisions import explaining
from oferta.core.decisions.types import Decision
from oferta.core.notices import rendering
from oferta.core.notices.types import Notice
from oferta.core.parties import keyring, receipts
from oferta.core.terms import shelf
from oferta.core.terms.explanation import Role
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import Language
from oferta.kernel.money import Money
from oferta.services.tickets.codes.sheet import Sheet
from oferta.services.tickets.models import Application
from oferta.services.tickets.refunding import letters, story
from oferta.services.tickets.refunding.letters import word

_MADE_IT = (Role.DECIDED, Role.ADDED, Role.CLASHED)
#: Archives of the same evidence are the same bytes: no file has a time of its own.
_TIME = (1980, 1, 1, 0, 0, 0)
_ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of the archive."""

    name: str
    content: bytes


def archive(row: Application, *, language: Language, now: datetime) -> bytes:
    """Return the whole file of a request as a zip archive.

    Args:
        row: with its order, performance, organiser and operator.
        language: of the paper on top; the terms stand in it and in the language that binds.
        now: zoned; when the file was made.
    """
    files = list(_files(row, language))
    files.append(_manifest(row, files, now))
    sums = "".join(f"{sha256(one.content).hexdigest()}  {one.name}\n" for one in files)
    files.append(File(name="SHA256SUMS", content=sums.encode()))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for one in files:
            packed.writestr(zipfile.ZipInfo(one.name, _TIME), one.content)
    return held.getvalue()


def _files(row: Application, language: Language) -> Iterator[File]:
    # A large library that hardly a process needs: read when the first file is made.
    from oferta.services.tickets.codes import sheets  # noqa: PLC0415 - late on purpose

    made = [*story.decisions_of(row), *story.payouts_of(row)]
    told = story.notices_about(row, made)
    top = [
        letters.receipt(row, language),
        _events(row, language),
        _reasons(made, language),
        _messages(told, language),
    ]
    yield File(name="case.pdf", content=sheets.pdf(top, language=language))
    yield File(name="decisions.json", content=_json([_decision(one) for one in made]))
    yield File(name="notices.json", content=_json([_notice(one) for one in told]))
    yield from _terms(row, made, language)
    for number, one in enumerate(row.documents.order_by("received_at", "id"), start=1):
        ending = _ENDINGS.get(one.media_type, "bin")
        yield File(name=f"documents/{number}.{ending}", content=bytes(one.content))
    for letter in row.letters.order_by("made_at"):
        yield File(name=f"letters/{letter.kind}.pdf", content=bytes(letter.content))


def _events(row: Application, language: Language) -> Sheet:
    """Return what happened, with its moments, and the money that is owed."""
    lines = tuple(
        (f"{step.at:%Y-%m-%d %H:%M} UTC", _step(step, language)) for step in story.story(row)
    )
    owed = tuple(
        word(
            "file.refund",
            language,
            amount=letters.shown_money(Money(one.amount, one.currency), language),
            day=letters.shown_day(one.due_on, language),
            owner=row.order.operator.legal_name,
            state=word(f"state.{one.state}", language),
        )
        for one in row.refunds.order_by("id")
    )
    cases = tuple(
        word("file.referred", language, number=one.reference)
        for one in row.acts.filter(kind="referred").order_by("at")
    )
    return Sheet(title=word("file.story", language), lines=lines, body=(*owed, *cases))


def _step(step: story.Step, language: Language) -> str:
    said = [letters.step(step.what, language)]
    if step.amount is not None:
        said.append(letters.shown_money(step.amount, language))
    if step.day is not None:
        said.append(letters.shown_day(step.day, language))
    return " · ".join([*said, *([step.words] if step.words else [])])


def _reasons(made: list[Decision], language: Language) -> Sheet:
    """Return each Decision with its answer and the words of the clauses that made it."""
    body: list[str] = []
    for one in made:
        why = explaining.explanation_of(one, language)
        if why is None:
            body.append(f"{one.id}: {one.reason}")
            continue
        body.append(f"{why.label} {why.answer} ({one.decided_at:%Y-%m-%d %H:%M} UTC, {one.id})")
        body += [
            f"{clause.title}: {clause.words}" for clause in why.clauses if clause.role in _MADE_IT
        ]
    return Sheet(title=word("file.decisions", language), body=tuple(body))


def _messages(told: list[Notice], language: Language) -> Sheet:
    """Return what the buyer was told, in the words that they read."""
    body: list[str] = []
    for one in told:
        said = rendering.render(one.kind, one.params, one.cites, one.language)
        body += [f"{one.created_at:%Y-%m-%d %H:%M} UTC · {said.subject}", said.body]
    return Sheet(title=word("file.notices", language), body=tuple(body))


def _terms(row: Application, made: list[Decision], language: Language) -> Iterator[File]:
    """Yield the editions that decided, in the reader's language and the one that binds."""
    pack = shelf.terms().pack(row.order.refund_pack)
    named = dict.fromkeys([row.order.refund_edition, *(one.edition for one in made)])
    for name in named:
        edition = shelf.terms().edition_called(pack.name, name)
        for spoken in dict.fromkeys((language, pack.authoritative)):
            text = edition.text[spoken]
            said = "\n\n".join(f"{one.title} [{id_}]\n{one.body}" for id_, one in text.items())
            head = f"{pack.title[spoken]}\n{name}\n{edition.digest}\n\n"
            yield File(name=f"terms/{name}.{spoken}.txt", content=(head + said).encode())


def _manifest(row: Application, files: list[File], now: datetime) -> File:
    """Return what the file holds, signed, so that nobody can change it unseen."""
    order = row.order
    said = {
        "type": "refund-file",
        "application": str(row.id),
        "number": row.number,
        "order": order.code,
        "filed_at": row.filed_at.isoformat(),
        "asked": row.asked,
        "terms": {
            "pack": order.refund_pack,
            "edition": order.refund_edition,
            "digest": order.refund_digest,
        },
        "made_at": zoned(now).isoformat(timespec="seconds"),
        "files": {one.name: sha256(one.content).hexdigest() for one in files},
    }
    signed = receipts.sign(said, keyring.keys())
    return File(name="manifest.json", content=signed.encode())


def _decision(one: Decision) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "key": one.key,
        "pack": one.pack,
        "edition": one.edition,
        "edition_digest": one.edition_digest,
        "question": one.question,
        "facts": dict(one.facts),
        "outcome": dict(one.outcome or {}),
        "decided_by": list(one.decided_by),
        "decided_at": one.decided_at.isoformat(),
        "status": str(one.status),
        "basis": str(one.basis),
        "reason": one.reason,
        "transfers": [str(id_) for id_ in one.transfer_ids],
    }


def _notice(one: Notice) -> dict[str, Any]:
    said = rendering.render(one.kind, one.params, one.cites, one.language)
    return {
        "id": str(one.id),
        "at": one.created_at.isoformat(),
        "language": one.language,
        "kind": one.kind,
        "subject": said.subject,
        "body": said.body,
        "decisions": [str(id_) for id_ in one.decision_ids],
    }


def _json(value: object) -> bytes:
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    return orjson.dumps(value, default=str, option=options)
