"""What the club holds of a customer: for their export, and for their erasure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from oferta.core.parties.archive import Section
from oferta.core.parties.erasing import Eraser, Kept, Wipe
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


ERASER = Eraser(
    room="club",
    wipes=(
        Wipe(
            table="club_payment",
            sql="UPDATE club_payment SET card = %(grave)s WHERE card IN"
            " (SELECT card FROM club_member WHERE party_id = %(party)s)",
        ),
        Wipe(
            table="club_redemption",
            sql="UPDATE club_redemption SET asked = asked || jsonb_build_object('card', %(grave)s)"
            " WHERE asked ->> 'card' IN (SELECT card FROM club_member WHERE party_id = %(party)s)",
        ),
        Wipe(
            table="club_member",
            sql="UPDATE club_member SET card = %(grave)s WHERE party_id = %(party)s",
        ),
    ),
    kept=(Kept(table="club_payment", what="payments", ground="accounting"),),
)
