"""Reading notices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast
from uuid import UUID

from oferta.core.notices import models
from oferta.core.notices.errors import UnknownNotice
from oferta.core.notices.types import BatchState, Notice
from oferta.kernel import asking
from oferta.kernel.i18n import Language

PAGE_MAX = 200
_UNREAD = """NOT EXISTS (
    SELECT 1 FROM notices_read_mark WHERE notice_id = notices_notice.id)"""
_UNREAD_IDS = f"""
SELECT id FROM notices_notice WHERE party_id = %s AND {_UNREAD}
ORDER BY id DESC LIMIT %s"""  # noqa: S608 - constants only
_READ = "SELECT notice_id FROM notices_read_mark WHERE notice_id = ANY(%s)"


def notice(notice_id: UUID) -> Notice:
    """Return a notice.

    Raises:
        UnknownNotice: there is none.
    """
    found = asking.found(models.Notice, "id = %s", [notice_id])
    if not found:
        raise UnknownNotice(notice_id=str(notice_id))
    return _notice(found[0])


def inbox(
    party_id: UUID, *, before: UUID | None = None, limit: int = 20, unread_only: bool = False
) -> list[Notice]:
    """Return a customer's notices, newest first; `before` is the last one of the page before."""
    wanted, values = "party_id = %s", [party_id]
    if before is not None:
        wanted, values = f"{wanted} AND id < %s", [party_id, before]
    if unread_only:
        wanted += f" AND {_UNREAD}"
    found = asking.found(
        models.Notice,
        f"{wanted} ORDER BY id DESC LIMIT %s",
        [*values, min(limit, PAGE_MAX)],
    )
    return [_notice(row) for row in found]


def unread(party_id: UUID, *, limit: int = PAGE_MAX) -> int:
    """Return how many notices a customer has not opened, counted up to `limit`."""
    return len(unread_ids(party_id, limit=limit))


def unread_ids(party_id: UUID, *, limit: int | None = None) -> list[UUID]:
    """Return the notices that a customer has not opened, newest first."""
    return [id_ for (id_,) in asking.rows(_UNREAD_IDS, [party_id, limit])]


def read_among(notice_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of these notices that their customer has opened."""
    return {id_ for (id_,) in asking.rows(_READ, [list(notice_ids)])}


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
