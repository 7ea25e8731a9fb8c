"""What the club holds of a customer: for their export, and for their erasure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from oferta.core.parties.archive import Section
from oferta.core.parties.erasing import Eraser, Kept, blanked
from oferta.kernel.i18n import Language
from oferta.services.club.models import Member, Payment


def export(customer_id: UUID, _language: Language) -> Iterator[Section]:
    """Return the payments and refunds that came in of the member's cards."""
    columns = ("at", "merchant", "amount", "card", "key", "purchase")
    yield Section("payments", columns, _payments(customer_id))


def _payments(customer_id: UUID) -> Iterator[dict[str, Any]]:
    cards = Member.objects.filter(party_id=customer_id).values_list("card", flat=True)
    for row in Payment.objects.filter(card__in=list(cards)).order_by("id").iterator():
        yield {
            "at": row.paid_on.isoformat(),
            "merchant": row.merchant,
            "amount": row.amount,
            "card": row.card,
            "key": row.key,
            "purchase": row.purchase_key,
        }


_CARDS = "(SELECT card FROM club_member WHERE party_id = %(party)s)"

ERASER = Eraser(
    room="club",
    wipes=(
        blanked("club_payment", "card = %(grave)s", f"card IN {_CARDS}"),
        blanked(
            "club_redemption",
            "asked = asked || jsonb_build_object('card', %(grave)s::text)",
            f"asked ->> 'card' IN {_CARDS}",
        ),
        blanked(
            "club_earlyrefund",
            "record = record || jsonb_build_object('card', %(grave)s::text)",
            f"record ->> 'card' IN {_CARDS}",
        ),
        blanked("club_member", "card = %(grave)s", "party_id = %(party)s"),
    ),
    kept=(Kept(table="club_payment", what="payments", ground="accounting"),),
)
