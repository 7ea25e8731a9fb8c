"""A buyer on a phone: the quote, a request for a part, a document later, the desk, the money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from oferta.core.parties import actions as parties
from oferta.core.parties.types import Role
from oferta.kernel import clock
from oferta.services.tickets.models import Application
from oferta.services.tickets.refunding import paying_out
from oferta.services.tickets.types import Wanted
from signing_in import sign_in_customer, sign_in_staff
from ticket_world import a_buyer, a_show, bought

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 800}


def signed_in(client: Client, page: Page, site: str, language: str) -> Page:
    cookies = {name: one.value for name, one in client.cookies.items()}
    page.context.add_cookies(
        [
            {"name": name, "value": value, "url": site}
            for name, value in {**cookies, "oferta_language": language}.items()
        ]
    )
    return page


def test_from_the_quote_to_the_money_with_a_document_later(
    site: str, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    """TR-11, TR-42, TR-48, TR-82, TR-153, TR-154."""
    now = clock.now()
    show, who = a_show(rows=1, starts_at=now + timedelta(days=6)), a_buyer("ru")
    assert show.seats is not None
    assert who.party_id is not None
    order = bought(show, Wanted(category_id=show.seats.id, count=2), buyer=who, now=now)
    client = Client()
    sign_in_customer(client, who.party_id)
    page = signed_in(client, open_page("/", viewport=PHONE), site, "ru")
    page.goto(f"/my/orders/{order.id}/refund/")
    expect(page.locator("#total")).to_have_text("1\xa0000 ₽")
    # One ticket of two, and an illness: the page counts anew.
    page.locator("input[name=t]").nth(1).uncheck()
    page.locator("select[name=reason]").select_option("illness")
    page.get_by_role("button", name="Посчитать").click()
    expect(page.get_by_text("Заявка будет ждать документа").first).to_be_visible()
    page.get_by_role("button", name="Отправить заявку").click()
    expect(page.get_by_text("Приложите документ ниже")).to_be_visible()
    # The document follows.
    note = tmp_path / "note.pdf"
    note.write_bytes(b"%PDF-1.7 a sick note")
    day = (now + timedelta(days=6)).date().isoformat()
    page.locator("input[name=illness_from]").fill(day)
    page.locator("input[name=illness_through]").fill(day)
    page.locator("input[name=file]").set_input_files(note)
    page.get_by_role("button", name="Отправить документ").click()
    expect(page.get_by_text("Документ принят")).to_be_visible()
    # The desk looks at it.
    staff = parties.appoint_staff("refund-clerk", password=None, name="Асель", role=Role.CLERK)
    desk_client = Client()
    sign_in_staff(desk_client, staff.id)
    desk = signed_in(desk_client, open_page("/"), site, "kk")
    desk.goto("/desk/refunds/")
    row = Application.objects.get()
    desk.get_by_role("link", name=f"№ {row.number}").click()
    desk.get_by_label("Құжат түпнұсқа").check()
    desk.get_by_role("button", name="Тексеруді жазу").click()
    expect(desk.get_by_text("Мақұлданды").first).to_be_visible()
    paying_out.send_due(now=clock.now())
    # The buyer sees it, and where the money is.
    page.reload()
    expect(page.get_by_text("Документ проверен")).to_be_visible()
    expect(page.get_by_text("Деньги пришли").first).to_be_visible()
