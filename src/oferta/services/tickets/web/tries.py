"""Who tries a code on a page, as far as it can be told."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest

from oferta.core.parties.web.origin import client_address, mark_of
from oferta.services.tickets.guessing import Who


def who(request: HttpRequest, party_id: UUID | None) -> Who:
    """Return who tries.

    Args:
        request: theirs.
        party_id: the customer; None: a guest.
    """
    session = mark_of(request) if request.session.session_key else ""
    return Who(address=client_address(request), session=session, party_id=party_id)
