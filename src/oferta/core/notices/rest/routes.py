"""Read what a customer was told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from oferta.core.notices import queries, rendering
from oferta.core.notices.errors import UnknownNotice
from oferta.core.notices.types import Notice
from oferta.kernel.i18n import Language
from oferta.kernel.rest.access import Needs, caller_of
from oferta.kernel.rest.paging import (
    After,
    Limit,
    Page,
    Whose,
    customer_of_list,
    id_after,
    page,
)
from oferta.kernel.rest.schemas import Told, answers

router = Router()
_READ = Needs("notices:read", own=True)
_InWords = Annotated[
    Language | None, Query(None, description="Of the words; none: as it was sent.")
]


class NoticeTold(Told):
    """Something that a customer was told."""

    id: UUID
    party_id: UUID
    kind: str
    language: Language = Field(description="Of `subject` and `body`.")
    subject: str
    body: str
    decision_ids: list[UUID]
    created_at: datetime


@router.get("/notices", auth=_READ, response=answers(Page[NoticeTold], 404))
def list_notices(
    request: HttpRequest,
    after: After,
    limit: Limit,
    party_id: Whose,
    language: _InWords,
) -> Page[NoticeTold]:
    """List a customer's notices, newest first."""
    whose = customer_of_list(caller_of(request), party_id)
    found = queries.inbox(whose, before=id_after(after), limit=limit + 1)
    items, following = page(found, limit, lambda item: item.id)
    return Page(items=[_told(item, language) for item in items], next=following)


@router.get("/notices/{uuid:notice_id}", auth=_READ, response=answers(NoticeTold, 404))
def get_notice(
    request: HttpRequest,
    notice_id: UUID,
    language: _InWords,
) -> NoticeTold:
    """Read a notice."""
    item = queries.notice(notice_id)
    hidden = UnknownNotice(notice_id=str(notice_id))
    caller_of(request).ensure_sees(item.party_id, hidden)
    return _told(item, language)


def _told(item: Notice, language: Language | None) -> NoticeTold:
    chosen = language or item.language
    words = rendering.render(item.kind, item.params, item.cites, chosen)
    return NoticeTold(
        id=item.id,
        party_id=item.party_id,
        kind=item.kind,
        language=chosen,
        subject=words.subject,
        body=words.body,
        decision_ids=list(item.decision_ids),
        created_at=item.created_at,
    )
