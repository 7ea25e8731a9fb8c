"""A guest has a paper ticket brought: the address is asked for when it is needed, the fee paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from delivery_world import an_offer
from oferta.kernel import clock
from oferta.services.tickets.models import Shipment
from ticket_world import a_show

pytestmark = pytest.mark.browser


def test_a_guest_has_a_paper_ticket_brought_and_pays_the_fee_that_was_shown(
    fresh_db: str, open_page: Callable[..., Page]
) -> None:
    show = a_show(general=3, starts_at=clock.now() + timedelta(days=20))
    an_offer(fee=41_250, city="Москва", offered_from=clock.now() - timedelta(days=1))
    page = open_page(f"/tickets/{show.id}/", refusals=True, viewport={"width": 360, "height": 800})
    page.get_by_role("combobox").select_option("1")
    page.get_by_label("Name", exact=True).fill("H. Home")
    page.get_by_label("E-mail").fill("h@example.test")
    street = page.get_by_label("Street, house, flat")
    expect(street).to_be_hidden()
    page.get_by_role("radio", name="by courier").check()
    street.fill("Арбат, 1")
    page.get_by_label("City").fill("Тверь")
    page.get_by_label("Recipient’s phone").fill("+7 900 000 00 00")
    page.get_by_role("button", name="Reserve").click()
    expect(page.get_by_text("does not go to this city")).to_be_visible()
    page.get_by_label("City").fill("Москва")
    page.get_by_role("button", name="Reserve").click()
    expect(page.get_by_role("button", name="Pay")).to_contain_text("1,492.50")
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_text("Being made ready")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert Shipment.objects.get().address.street == "Арбат, 1"
