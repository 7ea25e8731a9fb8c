"""The code of a ticket as a telephone shows it now, and what it needs to go on by itself."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from oferta.services.tickets import issuing, phone_codes
from oferta.services.tickets.codes import signed
from oferta.services.tickets.models import Ticket


class Kit(NamedTuple):
    """What a telephone makes its codes of, also where there is no connection."""

    #: The signed text, without the bytes that change.
    text: str
    secret: str
    step_seconds: int


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
    return Kit(issuing.text_of(ticket), phone_codes.secret_of(ticket).hex(), seconds)
