"""A postponed performance on a phone: the notice's choice, one ticket kept, one given back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from oferta.kernel import clock
from oferta.services.tickets.models import Application, TicketKept
from oferta.services.tickets.refunding import changing
from oferta.services.tickets.refunding.standing import Change
from oferta.services.tickets.types import Stage, Wanted
from signing_in import sign_in_customer
from ticket_world import a_buyer, a_show, bought

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 800}


def test_one_ticket_is_kept_and_one_given_back(site: str, open_page: Callable[..., Page]) -> None:
    """TR-104, TR-105, TR-155."""
    now = clock.now()
    show, who = a_show(general=2, starts_at=now + timedelta(days=40)), a_buyer("kk")
    assert show.general is not None
    assert who.party_id is not None
    two = Wanted(category_id=show.general.id, count=2)
    order = bought(show, two, buyer=who, now=now)
    postponed = Change(stage=Stage.POSTPONED, source="№ 7 хат", starts_at=now + timedelta(days=90))
    changing.carry_out(show.id, postponed, now=clock.now())
    client = Client()
    sign_in_customer(client, who.party_id)
    page = open_page("/", viewport=PHONE)
    cookies = {name: one.value for name, one in client.cookies.items()} | {"oferta_language": "kk"}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": site} for name, value in cookies.items()]
    )
    page.goto(f"/my/tickets/orders/{order.id}/change/")
    page.locator("input[name=ticket]").nth(1).uncheck()
    page.get_by_role("button", name="Қалдырамын").click()
    expect(page.get_by_text("Қалдырасыз")).to_be_visible()
    page.locator("input[name=ticket]").nth(0).uncheck()
    page.get_by_role("button", name="Қайтарамын").click()
    expect(page.get_by_text("Өтінішіңіз тіркелді")).to_be_visible()
    assert TicketKept.objects.count() == 1
    assert Application.objects.get().state == "granted"
    page.get_by_role("link", name="Не өзгергені").click()
    expect(page.get_by_text("№ 7 хат")).to_be_visible()
