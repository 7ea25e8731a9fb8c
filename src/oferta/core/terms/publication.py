"""What was published: a record per edition beside the pack, which holds the edition to its word.

`published/<edition>.json` is written once by `publishing` and never again. Its digest is that of
the edition as it was published; a pack whose edition says anything else cannot be loaded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from oferta.core.terms.digest import answered, number_of
from oferta.core.terms.problems import Code, Report, listed
from oferta.core.terms.types import Edition, Pack, Place

FOLDER = "published"
#: Raised when the record holds other keys; older ones stay readable.
FORMAT = 2


@dataclass(frozen=True, slots=True)
class Publication:
    """That an edition was published: what it said, when, by whom."""

    pack: str
    edition: str
    #: SHA-256 of the edition, hexadecimal.
    digest: str
    #: ISO date.
    published_on: str
    published_by: str
    approved_by: str
    #: Id of the edition before; "" for the first.
    before: str
    #: What it changed of the edition before, as `diffing.EditionDiff` has it.
    changes: Mapping[str, object] | None
    #: A number per part, so that what was changed later can be named: "clauses/bank-rate".
    parts: Mapping[str, str]
    #: By question: what it came to on a file of events, as `effects.Effect` has it, or the words
    #: that nobody measured it. Empty in records of format 1.
    effects: Mapping[str, object] = field(default_factory=dict)
    format: int = FORMAT


def record_file(edition: str) -> str:
    """Return the file of an edition's record, relative to the pack."""
    return f"{FOLDER}/{edition}.json"


def published(folder: Path, edition: str) -> Publication | None:
    """Return the record of an edition; None if it is not published.

    Raises:
        ValueError: the record is none.
    """
    file = folder / record_file(edition)
    return _read(file) if file.is_file() else None


def published_editions(folder: Path) -> list[str]:
    """Return the ids of the editions with a record, oldest first."""
    return sorted(path.stem for path in (folder / FOLDER).glob("*.json"))


def parts_of(pack: Pack, edition: Edition) -> dict[str, str]:
    """Return a number for each part of an edition by its name, as "text/kk/bank-rate"."""
    year = int(edition.id[:4])
    parts: dict[str, object] = {
        "note": edition.note,
        "settles": edition.settles,
        "order": [*edition.clauses, *edition.limits],
        "publisher": [pack.name, pack.publisher, pack.authoritative],
    }
    for name in ("values", "derived", "countings", "clauses", "limits"):
        parts |= {f"{name}/{id_}": part for id_, part in getattr(edition, name).items()}
    for language, words in edition.text.items():
        parts |= {f"text/{language}/{id_}": text for id_, text in words.items()}
    parts |= {f"facts/{name}": fact.type for name, fact in pack.facts.items()}
    for name, question in pack.questions.items():
        answer = [answered(field) for field in question.answer]
        parts[f"questions/{name}"] = [
            question.day, question.combine, question.by, question.better, answer
        ]  # fmt: skip
    return {name: number_of(part, year)[:16] for name, part in parts.items()}


def changed_parts(record: Publication, pack: Pack, edition: Edition) -> list[str]:
    """Return the parts in which an edition differs from its record."""
    now = parts_of(pack, edition)
    changed = [name for name, number in record.parts.items() if now.get(name) != number]
    # Another fact or question may be declared later without touching this edition.
    grown = [name for name in now if not name.startswith(("facts/", "questions/"))]
    return changed + [name for name in grown if name not in record.parts]


def check_published(pack: Pack, report: Report) -> None:
    """Report every published edition that is gone or no longer says what was published."""
    editions = {edition.id: edition for edition in pack.editions}
    is_whole = not len(report)  # what is broken would seem to be changed
    for id_ in published_editions(pack.folder):
        at = Place(record_file(id_), 0)
        try:
            record = published(pack.folder, id_)
        except (OSError, ValueError, TypeError, KeyError) as error:
            report.add(
                Code.PUBLISHED_RECORD, at, id_, f"the record of the publication cannot be read: "
                f"{error}", "the file as `oferta terms publish` wrote it",
            )  # fmt: skip
            continue
        edition = editions.get(id_)
        if not (pack.folder / "editions" / f"{id_}.yaml").exists():
            report.add(
                Code.EDITION_CHANGED, at, id_, "the published edition is gone",
                f"editions/{id_}.yaml as it was published",
            )  # fmt: skip
        elif is_whole and record and edition and record.digest != edition.digest:
            report.add(
                Code.EDITION_CHANGED, edition.place, id_,
                f"the edition was published on {record.published_on} and has changed since: "
                f"{listed(changed_parts(record, pack, edition)).removeprefix('one of ')}",
                "the published words and clauses; a change is a new edition",
            )  # fmt: skip


def _read(file: Path) -> Publication:
    found = json.loads(file.read_text(encoding="utf-8"))
    record = Publication(**found)
    texts = (record.digest, record.published_on, record.edition)
    if not all(isinstance(text, str) for text in texts) or not isinstance(record.parts, dict):
        raise TypeError("a value is not of its type")
    if record.edition != file.stem:
        raise ValueError(f"it is the record of {record.edition}")
    return record
