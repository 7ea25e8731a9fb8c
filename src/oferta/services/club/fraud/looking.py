"""What looked like fraud, as the desk lists it."""

from __future__ import annotations

from django.db.models import Count

from oferta.services.club.models import Suspicion

#: What the list may show: a state, or all.
SHOWN = ("open", "confirmed", "cleared", "all")
LISTED_MAX = 200


def listed(state: str) -> list[Suspicion]:
    """Return the latest suspicions of a state; "all" for every state."""
    rows = Suspicion.objects.order_by("-opened_at", "-id")
    return list((rows if state == "all" else rows.filter(state=state))[:LISTED_MAX])


def counts() -> dict[str, int]:
    """Return how many suspicions there are of each of `SHOWN`."""
    rows = Suspicion.objects.values_list("state").annotate(number=Count("id"))
    found: dict[str, int] = dict(rows)
    return {name: found.get(name, 0) for name in SHOWN[:-1]} | {"all": sum(found.values())}
