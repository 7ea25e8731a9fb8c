"""What the API holds of a customer: for their export, and for their erasure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from oferta.core.parties.archive import Section
from oferta.core.parties.erasing import Eraser, Wipe
from oferta.kernel.i18n import Language
from oferta.project.rest import models


def export(customer_id: UUID, _language: Language) -> Iterator[Section]:
    """Return the customer's tokens; their texts are not kept."""
    yield Section("tokens", ("name", "at", "until"), _tokens(customer_id))


def _tokens(customer_id: UUID) -> Iterator[dict[str, Any]]:
    for row in models.Token.objects.filter(party_id=customer_id).order_by("id").iterator():
        until = row.revoked_at or row.expires_at
        yield {
            "name": row.name,
            "at": row.created_at.isoformat(),
            "until": until.isoformat() if until else "",
        }


ERASER = Eraser(
    room="rest",
    wipes=(
        # That the request was done stays, or a retry would do it again.
        Wipe(
            table="rest_done",
            sql="UPDATE rest_done SET answer = '' WHERE parties @> ARRAY[%(party)s]::uuid[]",
        ),
        Wipe(
            table="rest_token",
            sql="UPDATE rest_token SET name = %(grave)s,"
            " revoked_at = coalesce(revoked_at, %(now)s) WHERE party_id = %(party)s",
        ),
    ),
)
