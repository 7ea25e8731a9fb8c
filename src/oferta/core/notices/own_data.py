"""What notices hold of a customer: for their export, and for their erasure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from oferta.core.notices import models, queries, rendering
from oferta.core.parties.archive import Section
from oferta.core.parties.erasing import Eraser, Kept, blanked, dropped
from oferta.kernel.i18n import Language

#: The kind in whose place an erased notice stands; its words say that it was erased.
ERASED = "data.erased"
_PAGE = 100


def export(customer_id: UUID, language: Language) -> Iterator[Section]:
    """Return everything that the customer was told, and by which channel it went."""
    yield Section("notices", ("at", "subject", "words", "kind"), _notices(customer_id, language))
    columns = ("at", "channel", "address", "state", "subject", "words")
    yield Section("deliveries", columns, _deliveries(customer_id))


def _notices(customer_id: UUID, language: Language) -> Iterator[dict[str, Any]]:
    before = None
    while found := queries.inbox(customer_id, before=before, limit=_PAGE):
        for item in found:
            said = rendering.render(item.kind, item.params, item.cites, language)
            yield {
                "id": str(item.id),
                "at": item.created_at.isoformat(),
                "subject": said.subject,
                "words": said.body,
                "kind": item.kind,
            }
        before = found[-1].id


def _deliveries(customer_id: UUID) -> Iterator[dict[str, Any]]:
    rows = models.Delivery.objects.filter(notice__party_id=customer_id).exclude(channel="inbox")
    for row in rows.order_by("-id").iterator(chunk_size=_PAGE):
        yield {
            "at": "" if row.delivered_at is None else row.delivered_at.isoformat(),
            "channel": row.channel,
            "address": row.address,
            "state": row.state,
            "subject": row.subject,
            "words": row.body,
        }


ERASER = Eraser(
    room="notices",
    wipes=(
        # Warnings and codes that wait to go to one of their addresses.
        dropped(
            "procrastinate_jobs",
            "task_name = 'notices.deliver_direct' AND status = 'todo' AND args ->> 'address' IN ("
            " SELECT address FROM parties_contact WHERE customer_id = %(party)s"
            " UNION SELECT address FROM parties_logincontact WHERE login_id = %(login)s)",
        ),
        blanked(
            "notices_delivery",
            "address = '', subject = '', body = '', last_error = '', reference = '',"
            " claimed_until = NULL,"
            " state = CASE WHEN state IN ('waiting', 'sending') THEN 'suppressed' ELSE state END",
            "notice_id IN (SELECT id FROM notices_notice WHERE party_id = %(party)s)",
        ),
        blanked("notices_notice", f"kind = '{ERASED}', params = '{{}}'", "party_id = %(party)s"),
    ),
    kept=(Kept(table="notices_notice", what="notices", ground="claims"),),
)
