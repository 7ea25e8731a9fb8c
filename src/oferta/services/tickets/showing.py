"""The code of a ticket as a telephone shows it now, and what it needs to go on by itself."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from oferta.services.tickets import issuing, phone_codes
from oferta.services.tickets.codes import base45, signed
from oferta.services.tickets.models import Ticket


class Kit(NamedTuple):
    """What a telephone makes its codes of, also where there is no connection."""

    #: The signed bytes, without those that change, and the secret of those: in hexadecimal.
    raw: str
    secret: str
    step_seconds: int
    #: Another one, another secret: the page is to be loaded again.
    version: str


def text_now(ticket: Ticket, *, now: datetime) -> str:
    """Return the text of a ticket's QR code; where gates ask for it, it changes each half minute.

    Args:
        ticket: its performance must be at hand.
        now: zoned.
    """
    text = issuing.text_of(ticket)
    if not phone_codes.changes(ticket):
        return text
    return signed.rotated(text, phone_codes.secret_of(ticket), now)


def kit(ticket: Ticket) -> Kit | None:
    """Return what a telephone makes its codes of; None: the code stays the same."""
    if not phone_codes.changes(ticket):
        return None
    seconds = int(signed.STEP.total_seconds())
    raw = base45.decode(issuing.text_of(ticket))
    version = f"{ticket.generation}.{ticket.performance.phone_round}"
    return Kit(raw.hex(), phone_codes.secret_of(ticket).hex(), seconds, version)
