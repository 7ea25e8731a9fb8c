"""The organiser's console, settlement at the desk, a customer's balance: what each page says."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from front_leaks import leaks
from oferta.core.ledger import queries as ledger
from oferta.core.parties import actions as parties
from oferta.core.parties.types import NewCustomer, Role
from oferta.kernel import clock
from oferta.kernel.i18n import LANGUAGES
from oferta.services.tickets import accounts, vouchers
from oferta.services.tickets.models import (
    OrganiserPayment,
    Performance,
    PerformanceSettlement,
    Refund,
    Voucher,
)
from oferta.services.tickets.settling import reports, transfers
from oferta.services.tickets.types import RefundState, TransferState
from settling_world import settled
from signing_in import sign_in_customer, sign_in_staff
from ticket_world import NOW, a_buyer

pytestmark = pytest.mark.django_db


def a_person() -> UUID:
    key = f"person-{uuid4().hex[:8]}"
    new = NewCustomer(key=key, name="Somebody", language="en")
    return parties.register_customers([new], now=NOW)[key]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """An organiser's person signed in, at the time of the tickets' world."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    person, buyer = a_person(), a_buyer()
    ids = settled(person, buyer, NOW)
    client = Client(headers={"accept-language": "en"})
    sign_in_customer(client, person)
    return {**ids, "client": client, "person": person, "buyer": buyer}


def text(client: Client, name: str, *args: object, language: str = "en") -> str:
    client.cookies["oferta_language"] = language.lower()
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode()


def own(world: dict[str, Any]) -> tuple[object, ...]:
    return ("my", world["organiser_key"])


def a_clerk_of_finance() -> Client:
    name = f"finance-{uuid4().hex[:6]}"
    staff = parties.appoint_staff(name, password=None, name=name, role=Role.FINANCE)
    client = Client(headers={"accept-language": "en"})
    sign_in_staff(client, staff.id)
    return client


def test_an_organiser_sees_its_performances_money_and_why_the_rest_is_held(
    world: dict[str, Any],
) -> None:
    # TR-06: each page in each language, without an error and without a buyer's name
    for language in LANGUAGES:
        for name, args in (
            ("tickets:organiser", own(world)),
            ("tickets:organiser_performance", (*own(world), world["show_id"])),
            ("tickets:settlement", (*own(world), world["settled_id"])),
            ("tickets:settlement_dispute", (*own(world), world["settled_line"])),
        ):
            page = text(world["client"], name, *args, language=language)
            assert "B. Buyer" not in page
            assert leaks(page, language) == []
    page = text(world["client"], "tickets:organiser_performance", *own(world), world["show_id"])
    assert "Agrees with the balance of the book" in page
    assert "Free after the claims" in page
    assert page.count("<svg") >= 3
    assert "the visitor&#x27;s own wish" in page


def test_the_report_agrees_with_the_ledger_to_the_unit(world: dict[str, Any]) -> None:
    show = Performance.objects.select_related("hall__venue", "organiser").get(id=world["show_id"])
    report = reports.of(show, now=NOW)
    made = PerformanceSettlement.objects.get(id=world["settled_id"])
    assert report.difference == 0
    assert (report.sold, report.returned, report.released) == (600_000, 300_000, 300_000)
    assert (made.sold, made.returned, made.released, made.closing) == (600_000, 300_000, 300_000, 0)
    assert sum(one.sold - one.returned for one in reports.by_day(show)) == 300_000
    assert sum(one.amount for one in reports.by_reason(show)) == report.returned
    assert sum(one.amount for one in reports.by_clauses(show)) == report.returned
    file = reports.as_csv(made).splitlines()
    amounts = [round(float(row.split(",")[2]) * 100) for row in file[8:]]
    assert sum(amounts) == made.closing
    assert len(amounts) == 6 + 3 + 1
    fees = ledger.account("tickets/operator/kassir/fees/RUB").balance
    other = Performance.objects.exclude(id=show.id).select_related("hall__venue", "organiser")
    assert fees == sum(reports.of(one, now=NOW).fees for one in [show, *other])


def test_another_person_sees_nothing_of_it(world: dict[str, Any]) -> None:
    other = Client()
    sign_in_customer(other, a_person())
    for name, args in (
        ("tickets:organiser", own(world)),
        ("tickets:organiser_performance", (*own(world), world["show_id"])),
        ("tickets:settlement_file", (*own(world), world["settled_id"])),
    ):
        assert other.get(reverse(name, args=args)).status_code == 404
    assert other.get(reverse("tickets:console", args=["my"])).status_code == 200


def test_an_organiser_disputes_a_line_and_tells_of_a_refund_that_it_paid(
    world: dict[str, Any],
) -> None:
    # TR-120
    client = world["client"]
    address = reverse("tickets:settlement_dispute", args=(*own(world), world["settled_line"]))
    assert client.post(address, {"words": ""}).status_code == 422
    assert client.post(address, {"words": "Not ours"}).status_code == 302
    assert "Not ours" not in text(client, "tickets:settlement", *own(world), world["settled_id"])
    address = reverse("tickets:organiser_paid", args=(*own(world), world["unpaid_id"]))
    client.post(address, {"reference": " "})
    assert Refund.objects.get(id=world["unpaid_id"]).state == RefundState.WITH_ORGANISER
    client.post(address, {"reference": "order 17"})
    assert Refund.objects.get(id=world["unpaid_id"]).state == RefundState.PAID
    assert client.post(address, {"reference": "order 17"}).status_code == 404


def test_finance_settles_orders_a_payment_and_ends_it(
    world: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = a_clerk_of_finance()
    key = world["organiser_key"]
    for language in LANGUAGES:
        for name, args in (
            ("tickets:settling", ()),
            ("tickets:settling_organiser", (key,)),
            ("tickets:settling_performance", (key, world["show_id"])),
        ):
            assert leaks(text(client, name, *args, language=language), language) == []
    payment = world["payment_id"]
    ended = reverse("tickets:transfer_ended", args=[payment])
    client.post(ended, {"became": "came_back"})
    assert OrganiserPayment.objects.get(id=payment).state == TransferState.CAME_BACK
    page = text(client, "tickets:settling_organiser", key)
    assert "3,000" in page
    client.post(reverse("tickets:settling_organiser", args=[key]), {"unit": "RUB"})
    again = OrganiserPayment.objects.get(state=TransferState.ORDERED)
    assert again.amount == 500_000, "with two refunds that the organiser says it paid itself"
    payer = transfers.Payer(name="Oferta", account="KZ86125KZT5004100100", bank="CASPKZKA")
    monkeypatch.setattr(transfers._Current, "payer", payer)
    file = client.get(reverse("tickets:transfer_file", args=[again.id, "xml"]))
    assert b"5000.00" in file.content
    client.post(reverse("tickets:transfer_ended", args=[again.id]), {"became": "paid"})
    address = reverse("tickets:settling_performance", args=[key, world["show_id"]])
    before = PerformanceSettlement.objects.count()
    assert client.post(address, follow=True).status_code == 200
    assert PerformanceSettlement.objects.count() == before  # nothing has changed since


def test_a_customer_sees_balance_and_the_codes_of_vouchers(world: dict[str, Any]) -> None:
    # TR-109
    client = Client()
    sign_in_customer(client, world["buyer"].party_id)
    for language in LANGUAGES:
        assert leaks(text(client, "tickets:purse", "my", language=language), language) == []
    page = text(client, "tickets:purse", "my")
    voucher = Voucher.objects.get(party_id=world["buyer"].party_id)
    assert vouchers.code_of(voucher.id) in page
    assert "1,000" in page
    accounts.wallet(world["buyer"].party_id, "KZT")  # each unit that they have or had is shown
    assert "KZT" in text(client, "tickets:purse", "my")
    assert vouchers.code_of(voucher.id) not in text(world["client"], "tickets:purse", "my")
