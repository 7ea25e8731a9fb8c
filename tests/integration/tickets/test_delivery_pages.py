"""Delivery on pages, without scripts: chosen with its fee, paid, sent from the desk, followed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse

from delivery_world import DAY, HOME, an_offer, brought, sent, shipment
from oferta.core.parties import actions as parties
from oferta.core.parties.models import AuditEntry, Customer
from oferta.core.parties.types import Role
from oferta.services.tickets.models import DeliveryOffer, Order, Shipment, Ticket
from signing_in import sign_in_customer, sign_in_staff
from ticket_world import Show, a_buyer, a_show, bought

pytestmark = pytest.mark.django_db
GUEST = {"name": "G. Guest", "email": "guest@example.test", "phone": "+7 701 000 00 00"}
TO = {"to_street": "Абай даңғылы, 10", "to_city": "москва", "to_postcode": "119019"}


@pytest.fixture(autouse=True)
def today(at: Callable[[datetime], None]) -> None:
    at(DAY)


def a_performance() -> Show:
    return a_show(general=5, starts_at=DAY + timedelta(days=30))


def page_of(show: Show) -> str:
    return reverse("tickets:performance", args=[show.id])


def ordering(client: Client, show: Show, **form: Any) -> Any:
    assert show.general is not None
    plain = {"basket": uuid4(), f"count-{show.general.id}": 1, **GUEST}
    return client.post(page_of(show), {**plain, **form}, headers={"accept-language": "en"})


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def staff(client: Client, role: Role = Role.CASHIER) -> Client:
    made = parties.appoint_staff(f"at-{uuid4().hex[:6]}", password=None, name="S", roles=[role])
    sign_in_staff(client, made.id)
    return client


def test_the_page_says_what_delivery_costs_and_by_which_clause_it_comes_back(
    client: Client,
) -> None:
    # TR-30
    show = a_performance()
    made = an_offer(city="Москва", fee=41_250)
    answer = client.get(page_of(show), headers={"accept-language": "en"})
    said = text(answer)
    assert f'value="{made.id}"' in answer.content.decode()
    assert "412.50" in said
    assert "comes back in full with the ticket: The form is not sent yet" in said
    assert "Fees are not returned" in said
    assert "#delivery-not-begun" in answer.content.decode()


def test_a_guest_orders_by_courier_and_sees_the_fee_in_the_total(client: Client) -> None:
    # TR-09
    show = a_performance()
    made = an_offer(city="Москва", fee=41_250)
    answer = ordering(client, show, carrier=made.id, **TO)
    assert answer.status_code == 302
    page = text(client.get(answer.url, headers={"accept-language": "en"}))
    assert "1,492.50" in page  # 1,000 + 80 + 412.50
    row = Shipment.objects.get()
    assert (row.kind, row.announced, row.address.recipient) == ("courier", 41_250, "G. Guest")
    assert row.address.phone == GUEST["phone"]
    assert row.address.street in page


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"to_street": ""}, "Please fill this in"),
        ({"to_city": "Tver"}, "does not go to this city"),
        ({"to_phone": "no"}, "does not look right"),
        ({"carrier": str(uuid4())}, "not offered any more"),
        ({"carrier": "pigeon"}, "not offered any more"),
    ],
)
def test_what_is_wrong_with_an_address_is_said_and_nothing_typed_is_lost(
    client: Client, form: dict[str, Any], said: str
) -> None:
    show = a_performance()
    made = an_offer(city="Москва")
    answer = ordering(client, show, **{"carrier": made.id, "to_note": "Door 5", **TO, **form})
    assert answer.status_code == 422
    assert said in text(answer)
    assert 'value="Door 5"' in answer.content.decode()
    assert not Order.objects.exists()


def test_a_customer_follows_a_form_from_its_order(client: Client) -> None:
    show, buyer = a_performance(), a_buyer()
    order = bought(show, buyer=buyer, now=DAY, **brought(show))
    assert buyer.party_id is not None
    sign_in_customer(client, buyer.party_id)
    address = reverse("tickets:order", args=["my", order.id])
    assert "Being made ready" in text(client.get(address, headers={"accept-language": "en"}))
    sent(order)
    page = text(client.get(address, headers={"accept-language": "en"}))
    assert "On its way" in page
    assert "RA000000000RU" in page
    assert HOME.street in page


def test_the_desk_lists_prints_and_sends_and_its_reading_is_noted(client: Client) -> None:
    show, buyer = a_performance(), a_buyer()
    order = bought(show, buyer=buyer, now=DAY, **brought(show))
    staff(client)
    answer = client.get(reverse("tickets:dispatch"))
    assert order.code in answer.content.decode()
    assert (
        order.code not in client.get(reverse("tickets:dispatch"), {"kind": "post"}).content.decode()
    )
    printed = client.get(reverse("tickets:dispatch_labels"))
    pdf = pypdfium2.PdfDocument(printed.content)
    label = pdf[0].get_textpage().get_text_range()
    assert HOME.recipient in label
    assert HOME.street in label
    one = reverse("tickets:shipment", args=[shipment(order).id])
    assert client.post(one, {"act": "sent", "number": " "}).status_code == 422
    assert client.post(one, {"act": "sent", "number": "RA1"}).status_code == 302
    assert client.post(one, {"act": "burnt"}).status_code == 404
    assert shipment(order).state == "sent"
    generation = Ticket.objects.get().generation
    client.post(one, {"act": "reissued"})
    assert Ticket.objects.get().generation == generation + 1
    found = client.get(reverse("tickets:dispatch"), {"code": order.code.lower(), "show": "sent"})
    assert order.code in found.content.decode()
    whats = set(AuditEntry.objects.filter(parties__contains=[order.party_id]).values_list("what"))
    assert {("delivery.listed",), ("delivery.labels_printed",), ("delivery.sent",)} <= whats


def test_a_clerk_sends_nothing_of_their_own(client: Client) -> None:
    show, buyer = a_performance(), a_buyer()
    order = bought(show, buyer=buyer, now=DAY, **brought(show))
    assert buyer.party_id is not None
    made = parties.appoint_staff("own", password=None, name="S", roles=[Role.CASHIER])
    login = sign_in_staff(client, made.id)
    Customer.objects.filter(id=buyer.party_id).update(login=login)
    one = reverse("tickets:shipment", args=[shipment(order).id])
    assert client.post(one, {"act": "sent", "number": "RA1"}).status_code == 403
    assert shipment(order).state == "waiting"


def test_an_offer_is_announced_and_ended_at_the_desk(client: Client) -> None:
    a_performance()
    staff(client, Role.FINANCE)
    address = reverse("tickets:delivery_offers")
    form = {
        "operator": "kassir",
        "kind": "post",
        "country": "ru",
        "fee": "250,50",
        "closes_hours": "240",
        "days": "10",
    }
    assert client.post(address, {**form, "days": "soon"}).status_code == 422
    assert client.post(address, {**form, "fee": "much"}).status_code == 422
    assert not DeliveryOffer.objects.exists()
    assert client.post(address, form).status_code == 302
    made = DeliveryOffer.objects.get()
    assert (made.fee, made.country, made.offered_from) == (25_050, "RU", DAY)
    assert "250.50" in text(client.get(address, headers={"accept-language": "en"}))
    assert client.post(address, {"act": "withdraw", "offer": made.id}).status_code == 302
    assert DeliveryOffer.objects.get().offered_until == DAY
    assert client.post(address, {"act": "withdraw", "offer": "x"}).status_code == 404
