"""Makes an edition immutable: checked, approved by a second person, recorded once."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import ClassVar

from oferta.core.terms.check import check
from oferta.core.terms.diffing import diff
from oferta.core.terms.effects import effects_of
from oferta.core.terms.engine import Terms
from oferta.core.terms.errors import PackInvalid, TermsError
from oferta.core.terms.meaning import meaning_of
from oferta.core.terms.problems import Code
from oferta.core.terms.publication import (
    FOLDER,
    Publication,
    parts_of,
    published,
    published_editions,
    record_file,
)
from oferta.core.terms.types import Edition, Pack
from oferta.kernel.lookalikes import folded

#: Problem code of the check for an open point of any edition.
_OPEN_POINT = "terms.open_point"


@dataclass(eq=False, kw_only=True)
class NotApproved(TermsError):
    """Two different persons publish an edition: one publishes it, another approves."""

    code: ClassVar[str] = "terms.not_approved"
    published_by: str
    approved_by: str


@dataclass(eq=False, kw_only=True)
class PointsOpen(TermsError):
    """The edition has points that nobody has settled yet, so it cannot be published."""

    code: ClassVar[str] = "terms.points_open"
    edition: str
    points: list[str] = field(default_factory=list)


@dataclass(eq=False, kw_only=True)
class PublishedDiffers(TermsError):
    """The edition was published before and said something else; a change is a new edition."""

    code: ClassVar[str] = "terms.published_differs"
    edition: str
    changed: list[str] = field(default_factory=list)


@dataclass(eq=False, kw_only=True)
class PublishedOutOfOrder(TermsError):
    """A later edition is published already: one before it would change what was in force."""

    code: ClassVar[str] = "terms.published_out_of_order"
    edition: str
    later: str


def publish(  # noqa: PLR0913 - what a publication says
    folder: Path,
    edition: str,
    *,
    published_by: str,
    approved_by: str,
    on: date,
    events: Mapping[str, Path] | None = None,
    key: str = "",
) -> tuple[Publication, bool]:
    """Record an edition as published and return the record, and whether it is new.

    Publishing the same content again answers with the first record and writes nothing.

    Args:
        folder: the pack.
        edition: id of the edition.
        published_by: who publishes.
        approved_by: another person, who has read it.
        on: day of the publication.
        events: by question, the file of events on which its effect is measured; what is left out
            is recorded as not measured.
        key: the column that tells events apart; limits need it.

    Raises:
        NotApproved: not two different persons.
        PublishedDiffers: it was published with other content.
        PackInvalid: the check of the pack finds a problem.
        UnknownEdition: the pack has no such edition.
        PointsOpen: a point of the edition is not settled.
        PublishedOutOfOrder: a later edition is published already.
        EventsRefused, NotInSql, UnknownQuestion: an effect cannot be measured.
        OSError: the record cannot be written; then there is none.
    """
    by, approver = _person(published_by), _person(approved_by)
    if not by or not approver or _letters(by) == _letters(approver):
        raise NotApproved(pack=folder.name, published_by=by, approved_by=approver)
    pack, chosen = _checked(folder, edition)
    record = published(pack.folder, edition)
    if record is not None:
        return record, False
    if chosen.open_points:
        raise PointsOpen(pack=pack.name, edition=edition, points=list(chosen.open_points))
    later = [one for one in published_editions(pack.folder) if one > edition]
    if later:
        raise PublishedOutOfOrder(pack=pack.name, edition=edition, later=later[0])
    effects = effects_of(pack, (_before(pack, chosen), chosen), events or {}, key)
    _write(pack.folder, _record(pack, chosen, (by, approver), on, effects))
    written = published(pack.folder, edition)
    if written is None or written.digest != chosen.digest:  # somebody else was faster
        raise PublishedDiffers(pack=pack.name, edition=edition)
    return written, True


def _checked(folder: Path, edition: str) -> tuple[Pack, Edition]:
    report = check(folder)
    changed = [one for one in report.problems if one.code == Code.EDITION_CHANGED.value]
    if any(one.where == edition for one in changed):
        parts = next(one.what for one in changed if one.where == edition).rpartition(": ")[2]
        raise PublishedDiffers(pack=report.pack, edition=edition, changed=parts.split(", "))
    # The open points of a later draft keep nothing back; this edition's own are asked below.
    problems = [one for one in report.problems if one.code != _OPEN_POINT]
    if problems or report.loaded is None:
        raise PackInvalid(pack=report.pack, problems=problems)
    return report.loaded, Terms([report.loaded]).edition_called(report.pack, edition)


def _person(name: str) -> str:
    """Return a name as it is compared: one spelling, single spaces."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def _letters(name: str) -> str:
    """Return a name as two are told apart: no other spelling of it is another person."""
    return "".join(sign for sign in folded(name) if sign.isalnum())


def _before(pack: Pack, edition: Edition) -> Edition | None:
    earlier = [one for one in pack.editions if one.start < edition.start]
    return earlier[-1] if earlier else None


def _record(
    pack: Pack,
    edition: Edition,
    persons: tuple[str, str],
    on: date,
    effects: Mapping[str, object],
) -> Publication:
    before = _before(pack, edition)
    meaning = meaning_of(pack, before, edition) if before else None
    found = diff(pack, before, edition, pack.authoritative, meaning) if before else None
    return Publication(
        pack=pack.name,
        edition=edition.id,
        digest=edition.digest,
        published_on=on.isoformat(),
        published_by=persons[0],
        approved_by=persons[1],
        before=before.id if before else "",
        changes=found.as_json() if found else None,
        parts=parts_of(pack, edition),
        effects=effects,
    )


def _write(folder: Path, record: Publication) -> None:
    """Write the record whole or not at all, and never over another."""
    target = folder / record_file(record.edition)
    target.parent.mkdir(exist_ok=True)
    text = json.dumps(asdict(record), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    with NamedTemporaryFile(
        "w", encoding="utf-8", dir=folder / FOLDER, prefix=".", suffix=".tmp", delete=False
    ) as stream:
        temporary = Path(stream.name)
        try:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
            temporary.chmod(0o644)
            os.link(temporary, target)  # unlike a rename it refuses to replace what is there
        except FileExistsError:
            pass  # read back by the caller, who compares
        finally:
            temporary.unlink(missing_ok=True)
