"""What the club has that staff look for: a payment, a redemption, by its reference or its start."""

from __future__ import annotations

from oferta.core.cases.finding import EACH_MAX, Found
from oferta.core.decisions import queries as decisions
from oferta.services.club.facts import payment_key
from oferta.services.club.models import Payment, Redemption

#: Shorter starts would match half of the book.
REFERENCE_MIN = 4


def payments(text: str) -> list[Found]:
    """Return the decisions about the payments whose reference starts so."""
    if len(text) < REFERENCE_MIN:
        return []
    rows = Payment.objects.filter(key__startswith=text, purchase_key="").order_by("key")
    keys = list(rows.values_list("key", flat=True)[:EACH_MAX])
    made = decisions.decisions_by_key(payment_key(key) for key in keys)
    return [
        Found(
            kind="payment",
            title=key,
            detail=one.question,
            page="desk:decision",
            id=one.id,
            party_id=one.party_id,
            score=1.0 if key == text else 0.9,
        )
        for key in keys
        for one in made.get(payment_key(key), [])
    ]


def redemptions(text: str) -> list[Found]:
    """Return the decisions about the redemptions whose reference starts so."""
    if len(text) < REFERENCE_MIN:
        return []
    rows = Redemption.objects.filter(reference__startswith=text).order_by("reference")
    found = dict(rows.values_list("decision_id", "reference")[:EACH_MAX])
    owners = decisions.parties_of(found)
    return [
        Found(
            kind="redemption",
            title=reference,
            page="desk:decision",
            id=decision_id,
            party_id=owners.get(decision_id),
            score=1.0 if reference == text else 0.9,
        )
        for decision_id, reference in found.items()
    ]
