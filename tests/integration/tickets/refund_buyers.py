"""Builders of refund pages' tests: buyers and clerks who are signed in, requests that are filed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pypdfium2
from django.test import Client
from django.urls import reverse

from oferta.core.parties import actions as parties
from oferta.core.parties.types import Role
from oferta.kernel.ids import uuid7
from oferta.services.tickets.models import Application
from oferta.services.tickets.refunding import applying
from oferta.services.tickets.refunding.types import Filing, Paper
from oferta.services.tickets.types import OrderBrief, Wanted
from signing_in import sign_in_customer, sign_in_staff
from ticket_world import NOW, a_buyer, a_show, bought, tickets_of

STARTS = NOW + timedelta(days=30)
PDF = b"%PDF-1.7 a sick note"


def before(days: int) -> datetime:
    return STARTS - timedelta(days=days)


@dataclass
class Buyer:
    """A customer who bought tickets, signed in."""

    client: Client
    order: OrderBrief
    party: UUID

    def path(self, name: str, *args: object) -> str:
        return reverse(f"tickets:{name}", args=["my", *args])

    def quote(self, query: str = "") -> str:
        answer = self.client.get(self.path("refund", self.order.id) + query)
        assert answer.status_code == 200
        return answer.content.decode()

    def form(self, page: str, **more: object) -> dict[str, Any]:
        """Return the form of the page as a browser sends it."""
        sent = page[page.index("enctype=") :]
        fields: dict[str, Any] = {"t": re.findall(r'name="t" value="([^"]+)"', sent)}
        for name in ("reason", "accepted", "id"):
            fields[name] = re.findall(rf'name="{name}" value="([^"]*)"', sent)[0]
        return fields | more

    def apply(self, page: str, **more: object) -> Any:
        return self.client.post(self.path("apply", self.order.id), self.form(page, **more))


def a_buyer_of(count: int = 2, **rest: object) -> Buyer:
    show, who = a_show(rows=1, **rest), a_buyer()  # type: ignore[arg-type]
    assert show.seats is not None
    assert who.party_id is not None
    order = bought(show, Wanted(category_id=show.seats.id, count=count), buyer=who)
    client = Client(headers={"accept-language": "en"})
    sign_in_customer(client, who.party_id)
    return Buyer(client, order, who.party_id)


def a_clerk(role: Role = Role.CLERK) -> tuple[Client, UUID]:
    name = f"staff-{uuid4().hex[:6]}"
    id_ = parties.appoint_staff(name, password=None, name="C", role=role).id
    client = Client(headers={"accept-language": "en"})
    sign_in_staff(client, id_)
    return client, id_


def filed(buyer: Buyer, reason: str = "own_wish", *, now: datetime, **rest: object) -> Application:
    tickets = tuple(tickets_of([buyer.order])[:1])
    filing = Filing(
        id=uuid7(),
        order_id=buyer.order.id,
        tickets=tickets,
        reason=reason,
        **rest,  # type: ignore[arg-type]
    )
    return Application.objects.get(id=applying.apply(filing, now=now).id)


def a_note() -> Paper:
    return Paper(
        id=uuid7(),
        kind="sick_note_photo",
        name="note.pdf",
        media_type="application/pdf",
        content=PDF,
        illness_from=STARTS.date(),
        illness_through=STARTS.date(),
    )


def text_of(pdf: bytes) -> str:
    found = pypdfium2.PdfDocument(pdf)
    return " ".join(page.get_textpage().get_text_range() for page in found)


def data(page: str) -> list[int]:
    return [int(one) for one in re.findall(r'<data value="(\d+)">', page)]
