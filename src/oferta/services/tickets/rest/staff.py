"""Who of the staff an operation acts for, and what every act of theirs sends."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from pydantic import Field

from oferta.core.parties import queries as parties
from oferta.core.parties.types import Actor
from oferta.kernel.rest.access import caller_of
from oferta.kernel.rest.errors import ScopeMissing
from oferta.kernel.rest.schemas import Given, Id, Words
from oferta.services.tickets import queries


class OfficeActGiven(Given):
    """An act of the office."""

    act_id: Id = Field(description="Your own: the same id is the same act, however often sent.")
    words: Words = Field("", description="Kept with the act.")


def clerk(request: HttpRequest, scope: str) -> Actor:
    """Return the member of staff for whom a token acts.

    Raises:
        ScopeMissing: it acts for none.
    """
    staff_id = caller_of(request).staff_id
    if staff_id is None:
        raise ScopeMissing(scope=scope)
    return parties.actor(staff_id)


def shown(request: HttpRequest, order_id: UUID, actor: Actor) -> None:
    """Note whose order is worked on, for the log of reads; nobody works on their own.

    Raises:
        OwnAct: it is their own.
    """
    party_id = queries.order_row(order_id).party_id
    parties.ensure_not_own(actor, party_id)
    caller_of(request).ensure_sees(party_id)
