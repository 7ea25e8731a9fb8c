"""The code of a ticket as a telephone shows it now."""

from __future__ import annotations

from datetime import datetime

from django.utils.crypto import salted_hmac

from oferta.services.tickets import issuing
from oferta.services.tickets.codes import signed
from oferta.services.tickets.models import Ticket
from oferta.services.tickets.types import Carrier

_MASTER = "oferta.tickets.telephone"


def secret_of(ticket: Ticket) -> bytes:
    """Return the secret that a ticket's telephone makes its suffixes with, for `signed.read`."""
    master = salted_hmac(_MASTER, "1", algorithm="sha256").digest()
    return signed.telephone_secret(master, issuing.code_of(ticket))


def text_now(ticket: Ticket, *, now: datetime) -> str:
    """Return the text of a ticket's QR code; a telephone's changes every half minute.

    A picture of yesterday's screen is told from the telephone by a gate that has the secrets.

    Args:
        ticket: its performance must be at hand.
        now: zoned.
    """
    text = issuing.text_of(ticket)
    if ticket.carrier == Carrier.PAPER:
        return text
    return signed.rotated(text, secret_of(ticket), now)
