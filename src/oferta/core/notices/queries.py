"""Reading notices."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from oferta.core.notices import models
from oferta.core.notices.errors import UnknownNotice
from oferta.core.notices.types import BatchState, Notice
from oferta.kernel.i18n import Language

PAGE_MAX = 200


def notice(notice_id: UUID) -> Notice:
    """Return a notice.

    Raises:
        UnknownNotice: there is none.
    """
    found = models.Notice.objects.filter(id=notice_id).first()
    if found is None:
        raise UnknownNotice(notice_id=str(notice_id))
    return _notice(found)


def inbox(party_id: UUID, *, before: UUID | None = None, limit: int = 20) -> list[Notice]:
    """Return a customer's notices, newest first; `before` is the last one of the page before."""
    rows = models.Notice.objects.filter(party_id=party_id).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [_notice(row) for row in rows[: min(limit, PAGE_MAX)]]


def notices_of_decision(party_id: UUID, decision_id: UUID, *, limit: int = 50) -> list[Notice]:
    """Return what a customer was told of a decision, newest first."""
    rows = models.Notice.objects.filter(party_id=party_id, decision_ids__contains=[decision_id])
    return [_notice(row) for row in rows.order_by("-id")[: min(limit, PAGE_MAX)]]


def held_batches() -> list[tuple[UUID, int, str]]:
    """Return id, size and reason of each batch that waits for a person's word, oldest first."""
    rows = models.Batch.objects.filter(state=BatchState.HELD).order_by("id")
    return list(rows.values_list("id", "size", "held_because"))


def _notice(row: models.Notice) -> Notice:
    return Notice(
        id=row.id,
        party_id=row.party_id,
        kind=row.kind,
        language=cast("Language", row.language),
        params=row.params,
        cites=tuple((pack, edition, clause) for pack, edition, clause in row.cites),
        decision_ids=tuple(row.decision_ids),
        created_at=row.created_at,
    )
