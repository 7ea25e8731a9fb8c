"""A guest on a keyboard: two seats on the plan, paid by card, the ticket with its code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from oferta.kernel import clock
from oferta.services.tickets.models import Ticket
from ticket_world import a_show

pytestmark = pytest.mark.browser


def test_a_guest_chooses_two_seats_by_keyboard_pays_and_sees_the_ticket(
    fresh_db: str, open_page: Callable[..., Page]
) -> None:
    show = a_show(rows=3, per_row=6, starts_at=clock.now() + timedelta(days=20))
    page = open_page(f"/tickets/{show.id}/", viewport={"width": 360, "height": 800})
    page.get_by_role("checkbox", name="Row 1, seat 1,").focus()
    for key in ("ArrowRight", "ArrowDown", "Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    for seat in (2, 3):
        expect(page.get_by_role("checkbox", name=f"Row 2, seat {seat},")).to_be_checked()
    page.get_by_label("Name", exact=True).fill("K. Board")
    page.get_by_label("E-mail").fill("k@example.test")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="2 tickets")).to_be_visible()
    expect(page.locator("[data-until] .figure")).to_contain_text(":")
    page.get_by_role("button", name="Pay").press("Enter")
    expect(page.get_by_text("Paid. Your tickets are ready.")).to_be_visible()
    page.get_by_role("link", name="Show the first ticket").press("Enter")
    expect(page.locator("svg.qr")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert Ticket.objects.filter(holder_name="K. Board").count() == 2
