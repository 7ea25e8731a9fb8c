"""A member on a phone: what they have, why a payment earned nothing, a bill paid with bonuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from oferta.core.cases import queries as cases
from oferta.core.parties import actions as parties
from oferta.core.parties import joining as agreeing
from oferta.core.parties.agreement_types import Circumstances
from oferta.core.parties.types import NewCustomer
from oferta.core.terms import shelf
from oferta.kernel import clock
from oferta.services.club import enrolment, partners, paying
from oferta.services.club.facts import PACK
from oferta.services.club.models import Member, Redemption
from oferta.services.club.paying import Paid
from signing_in import sign_in_customer

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 800}
FACTS: dict[str, object] = {
    "terminal_owner": "bank",
    "method": "halyk_qr",
    "channel": "pos",
    "abroad": False,
    "mcc": None,
    "category": "purchase",
    "card_kind": "debit",
    "special_account": "none",
    "instalment": False,
    "bonuses_paid": "0.00 KZT",
    "oked_listed": False,
}


@pytest.fixture
def member(fresh_db: str) -> Member:
    now = clock.now()
    partners.put_partner("costa", name="Costa")
    partners.set_rate("costa", "10%", starts=date(2024, 1, 1), today=date(2024, 1, 1))
    partners.put_terminal("B1", owner="bank", channel="app", merchant="су арнасы")
    party = parties.register_customers([NewCustomer(key="m", language="kk")], now=now)["m"]
    made = enrolment.enrol(party, "*0007")
    edition = shelf.terms().pack(PACK).editions[-1].id
    agreeing.accept(party, [(PACK, edition)], shown=Circumstances(language="kk"), now=now)
    for id_, shop, more in (
        ("p1", "costa", {"partner_rate": "10%"}),
        ("p2", "treasury", {"partner_rate": None, "category": "tax_fine"}),
    ):
        paid = Paid(
            id=id_,
            card="*0007",
            paid_at=now - timedelta(days=1),
            merchant=shop,
            amount=10_000_00,
            facts=FACTS | more,
            partner="costa" if id_ == "p1" else "",
        )
        (taken,) = paying.take_payments([paid], now=now)
        assert taken.error is None, taken.error
    return made


def test_from_the_balance_to_a_reason_a_question_and_a_paid_bill(
    member: Member, site: str, open_page: Callable[..., Page]
) -> None:
    """BC-62, BC-72, BC-77, BC-79, BC-85."""
    client = Client()
    sign_in_customer(client, member.party_id)
    page = open_page("/", language="kk", viewport=PHONE)
    page.context.add_cookies(
        [{"name": name, "value": one.value, "url": site} for name, one in client.cookies.items()]
    )
    page.goto("/my/")
    page.locator(".balance a").click()
    expect(page.locator("#balance + .figure")).to_contain_text("1 100")
    expect(page.get_by_role("link", name="Costa").first).to_be_visible()

    page.get_by_role("link", name="Бонустық үзінді көшірме").click()
    expect(page.locator("article", has_text="costa").locator(".whole")).to_contain_text("1 100")
    unpaid = page.locator("article", has_text="treasury")
    expect(unpaid.locator("a[href*='#taxes-and-fines']")).to_be_visible()
    unpaid.get_by_role("link", name="Бонус неге берілмеді?").click()
    page.locator("#words").fill("Бұл айыппұл емес")
    page.locator("main form button").last.click()
    (case,) = cases.cases_of_party(member.party_id)
    expect(page.locator("h1")).to_contain_text(str(case.number))

    page.goto("/my/club/pay/")
    page.locator("#till").select_option("B1")
    page.locator("#bill").fill("2 000")
    page.locator("[name=every]").check()
    page.locator("form.stack button").click()
    page.locator("section form button").click()
    expect(page.locator(".verdict")).to_be_visible()
    assert Redemption.objects.get().amount == 1100_00
    page.goto("/my/club/")
    expect(page.locator("#balance + .figure")).to_have_text("0 бонус")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
