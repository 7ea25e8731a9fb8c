"""A holder's page of one ticket: a new code, another holder, the place given to who waits."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from oferta.kernel import clock
from oferta.services.tickets import queries, waiting
from oferta.services.tickets.models import Ticket
from signing_in import sign_in_customer
from ticket_world import NOMINAL, Show, a_buyer, a_show, bought

pytestmark = pytest.mark.django_db


def _mine(client: Client) -> tuple[Show, Ticket, str]:
    """Sign a payer in; return the show, the ticket and the address of its page."""
    show = a_show(general=1, starts_at=clock.now() + timedelta(days=20))
    order = bought(show, buyer=a_buyer(), now=clock.now())
    ticket_id = order.lines[0].ticket_id
    assert ticket_id is not None
    sign_in_customer(client, order.party_id)
    return show, queries.ticket(ticket_id), reverse("tickets:hold", args=["my", ticket_id])


def test_a_holder_renews_a_code_and_hands_the_ticket_on(client: Client) -> None:
    """TR-124, TR-125, TR-127."""
    _, ticket, page = _mine(client)
    assert client.post(page, {"act": "renew"})["Location"] == page
    assert queries.ticket(ticket.id).generation == 2
    wrong = client.post(page, {"act": "give", "name": "A. Friend", "contact": "nobody"})
    assert (wrong.status_code, 'id="contact-error"' in wrong.content.decode()) == (422, True)
    gone = client.post(page, {"act": "give", "name": "A. Friend", "contact": "f@example.kz"})
    assert gone.status_code == 302
    assert queries.ticket(ticket.id).holder_name == "A. Friend"
    assert client.get(page).status_code == 404
    assert client.post(page, {"act": "keep"}).status_code == 404


def test_a_payer_offers_a_place_sees_what_comes_back_and_keeps_it(client: Client) -> None:
    """TR-52: what comes back is said before it is offered."""
    show, ticket, page = _mine(client)
    assert client.get(page).context["returns"].minor == NOMINAL
    assert client.post(page, {"act": "offer"})["Location"] == page
    party = a_buyer().party_id
    assert isinstance(party, UUID)
    waiting.join(show.id, party, now=clock.now())
    assert client.post(page, {"act": "keep"}).status_code == 422
    waiting.leave(show.id, party, now=clock.now())
    assert client.post(page, {"act": "keep"})["Location"] == page
    assert queries.ticket(ticket.id).offered_at is None
