"""Whom a mass message about a performance is for: who holds its tickets, and who paid for them.

What a change gives or takes is told by its own notices; this is for news of the service alone, by
the guarded path of mass messages (TR-116, TR-131).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from oferta.core.notices.audiences import Audience
from oferta.core.notices.mass_errors import BadMass
from oferta.services.tickets.models import Performance, Ticket
from oferta.services.tickets.types import TicketStatus


def _of_performance(chosen: str) -> Iterable[UUID]:
    key = chosen.strip()
    if not Performance.objects.filter(key=key).exists():
        raise BadMass(field="chosen", given=key[:50], expected="the key of a performance")
    rows = Ticket.objects.filter(performance__key=key, status=TicketStatus.VALID)
    told = rows.values_list("order__party_id", "holder_id")
    return {party for pair in told for party in pair if party is not None}


AUDIENCES: Mapping[str, Audience] = {"performance": _of_performance}
