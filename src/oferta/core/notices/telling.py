"""What customers are told of what happens to their agreements and data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import localtime

from oferta.core.notices import actions
from oferta.core.notices.types import NewNotice
from oferta.core.parties import queries as parties
from oferta.core.parties.agreement_types import (
    EditionCame,
    ErasureAsked,
    ErasureRefused,
    ExportMade,
)


def tell_of_edition(event: EditionCame) -> None:
    """Ask customers to accept an edition, or tell them that it applies."""
    kind = "terms.asked" if event.asks else "terms.helped"
    _tell(event.customer_ids, kind, {"pack": {"pack": event.pack}, "edition": event.edition}, event)


def tell_of_export(event: ExportMade) -> None:
    """Tell a customer that the file with their data lies ready, and until when."""
    _tell((event.customer_id,), "data.export_made", {"until": _day(event.expires_at)}, event)


def tell_of_erasure_asked(event: ErasureAsked) -> None:
    """Tell a customer, wherever they are reached, that somebody asked to erase them."""
    _tell((event.customer_id,), "data.erasure_asked", {"due": _day(event.due_at)}, event)


def tell_of_erasure_refused(event: ErasureRefused) -> None:
    """Tell a customer that they were not erased."""
    _tell((event.customer_id,), "data.erasure_refused", {}, event)


def _tell(
    customers: tuple[UUID, ...],
    kind: str,
    params: Mapping[str, Any],
    event: EditionCame | ExportMade | ErasureAsked | ErasureRefused,
) -> None:
    languages = parties.languages(customers)
    actions.send(
        [
            NewNotice(party_id=id_, language=languages[id_], kind=kind, params=params)
            for id_ in customers
        ],
        now=event.at,
    )


def _day(moment: datetime) -> dict[str, str]:
    return {"date": localtime(moment).date().isoformat()}
