"""All of a customer's data in one file: gathered from every room, written a row at a time.

A room gives an exporter, which yields sections of rows (and files of its own, as receipts). The
file is a ZIP with each section as JSON, as CSV and as a page to read in the customer's language. It
is kept in pieces in the database, where every process finds it, for `KEPT_DAYS`.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast
from uuid import UUID

from django.db import transaction

from oferta.core.parties import archive, audit, models, queries
from oferta.core.parties.agreement_errors import UnknownExport
from oferta.core.parties.agreement_types import Export, ExportMade, ExportState
from oferta.core.parties.archive import File, Section
from oferta.core.parties.types import Actor, Who, WhoKind
from oferta.kernel import events, outbox
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import Language
from oferta.kernel.ids import uuid7

MAKE = "parties.make_export"
KEPT_DAYS = 7
PIECE_BYTES = 512 * 1024

#: From a customer and the language of the file to what a room holds of them.
Exporter: TypeAlias = Callable[[UUID, Language], Iterable[Section | File]]

_exporters: list[Exporter] = []


def register(exporters: Sequence[Exporter]) -> None:
    """Make these the rooms' exporters, in the order of the file's pages."""
    _exporters[:] = exporters


@transaction.atomic
def ask(
    customer_id: UUID, *, language: Language, now: datetime, by: Actor | Who | None = None
) -> Export:
    """Have the file made; asking again while it is being made changes nothing.

    Args:
        customer_id: whose data.
        language: of the pages to read.
        now: zone-aware.
        by: the member of staff, or the token, that asks for them; None if they do themselves.

    Raises:
        UnknownCustomer: there is no such customer.
    """
    queries.customer(customer_id)
    queries.hold(customer_id)
    waiting = models.Export.objects.filter(customer_id=customer_id, state=ExportState.ASKED)
    row = waiting.first()
    if row is None:
        row = models.Export(
            id=uuid7(), customer_id=customer_id, language=language, asked_at=zoned(now)
        )
        row.save(force_insert=True)
        outbox.add(MAKE, export_id=str(row.id))
        _record("export.asked", row, by, now)
    return _export(row)


def make(export_id: UUID, *, now: datetime) -> None:
    """Write the file and tell the customer; one that is made already stays."""
    row = models.Export.objects.filter(id=export_id, state=ExportState.ASKED).first()
    if row is None:
        return
    language = cast("Language", row.language)
    parts = (part for exporter in _exporters for part in exporter(row.customer_id, language))
    with tempfile.TemporaryDirectory(prefix="oferta-export-") as folder:
        path = Path(folder) / "data.zip"
        archive.write(path, parts, language=language, now=now)
        with path.open("rb") as file, transaction.atomic():
            _keep(row, file, now)


def exports(customer_id: UUID) -> list[Export]:
    """Return a customer's requests, newest first."""
    rows = models.Export.objects.filter(customer_id=customer_id).order_by("-id")[:20]
    return [_export(row) for row in rows]


def download(
    customer_id: UUID, export_id: UUID, *, who: Actor | Who, now: datetime
) -> tuple[Export, Iterator[bytes]]:
    """Return the file piece by piece; the audit log keeps that it was taken.

    Raises:
        UnknownExport: it is not this customer's, not made yet, or was thrown away.
    """
    row = models.Export.objects.filter(
        id=export_id, customer_id=customer_id, state=ExportState.MADE, expires_at__gt=zoned(now)
    ).first()
    if row is None:
        raise UnknownExport(export_id=str(export_id))
    audit.record(
        actor=who,
        what="export.downloaded",
        subject_kind="export",
        subject_id=row.id,
        parties=[customer_id],
        now=now,
    )
    return _export(row), _pieces(row.id)


@transaction.atomic
def throw_away(now: datetime) -> int:
    """Delete the files whose days are over; return how many there were."""
    over = models.Export.objects.filter(state=ExportState.MADE, expires_at__lte=zoned(now))
    ids = list(over.values_list("id", flat=True))
    models.ExportPart.objects.filter(export_id__in=ids).delete()
    return models.Export.objects.filter(id__in=ids).update(state=ExportState.EXPIRED)


def _keep(row: models.Export, file: BinaryIO, now: datetime) -> None:
    taken = models.Export.objects.select_for_update().filter(id=row.id, state=ExportState.ASKED)
    if not taken.exists():  # another worker was faster, or the customer was erased meanwhile
        return
    digest, size = hashlib.sha256(), 0
    for no, piece in enumerate(iter(lambda: file.read(PIECE_BYTES), b"")):
        models.ExportPart(export_id=row.id, no=no, content=piece).save(force_insert=True)
        digest.update(piece)
        size += len(piece)
    row.state, row.size, row.digest = ExportState.MADE.value, size, digest.hexdigest()
    row.made_at, row.expires_at = zoned(now), zoned(now) + timedelta(days=KEPT_DAYS)
    row.save()
    _record("export.made", row, None, now)
    events.publish(
        ExportMade(customer_id=row.customer_id, export_id=row.id, expires_at=row.expires_at, at=now)
    )


def _pieces(export_id: UUID) -> Iterator[bytes]:
    no = 0
    while (
        piece := models.ExportPart.objects.filter(export_id=export_id, no=no)
        .values_list("content", flat=True)
        .first()
    ) is not None:
        yield bytes(piece)
        no += 1


def _record(what: str, row: models.Export, by: Actor | Who | None, now: datetime) -> None:
    customer = Who(kind=WhoKind.CUSTOMER, id=row.customer_id)
    audit.record(
        actor=by or (customer if what == "export.asked" else None),
        what=what,
        subject_kind="export",
        subject_id=row.id,
        parties=[row.customer_id],
        now=now,
    )


def _export(row: models.Export) -> Export:
    return Export(
        id=row.id,
        customer_id=row.customer_id,
        state=ExportState(row.state),
        language=cast("Language", row.language),
        asked_at=row.asked_at,
        made_at=row.made_at,
        expires_at=row.expires_at,
        size=row.size,
        digest=row.digest,
    )
