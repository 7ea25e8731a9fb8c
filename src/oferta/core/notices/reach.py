"""How many people one member of staff reaches alone: at most so many in 24 hours, however sent.

Every message that a single person causes claims its receivers here first: small sends, answers to
cases, calls of the API. A stolen login therefore reaches at most `Guards.alone_max` people (the
incident of TR-130 to TR-138), whatever it does and how ever many pieces it does it in.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from oferta.core.notices import models, outgoing
from oferta.core.notices.mass_errors import ReachUsedUp
from oferta.kernel.clock import zoned

WINDOW = timedelta(hours=24)
_LOCK = "SELECT id FROM parties_staff WHERE id = %s FOR NO KEY UPDATE"


def reached(staff_id: UUID, *, now: datetime) -> set[UUID]:
    """Return whom a member of staff alone reached in the last 24 hours."""
    rows = models.Reached.objects.filter(staff_id=staff_id, at__gt=zoned(now) - WINDOW)
    return set(rows.values_list("party_id", flat=True))


def left(staff_id: UUID, *, now: datetime) -> int:
    """Return how many more people a member of staff may reach alone."""
    return max(0, outgoing.guards().alone_max - len(reached(staff_id, now=now)))


@transaction.atomic
def claim(staff_id: UUID, parties: Collection[UUID], *, now: datetime) -> None:
    """Note that a member of staff alone reaches these customers.

    Whoever else claims for the same person waits for this commit, so that no two sends at once
    pass the limit together. The same customer twice counts once.

    Raises:
        ReachUsedUp: together with those of the last 24 hours they are too many.
    """
    wanted = set(parties)
    most = outgoing.guards().alone_max
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [staff_id])
    together = reached(staff_id, now=now) | wanted
    if len(together) > most:
        raise ReachUsedUp(staff_id=str(staff_id), people=len(together), people_max=most)
    models.Reached.objects.bulk_create(
        models.Reached(staff_id=staff_id, party_id=party, at=zoned(now)) for party in sorted(wanted)
    )
