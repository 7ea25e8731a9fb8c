"""A ticket is read from its page as a browser draws it, in every language and in the dark."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
import zxingcpp
from django.test import Client
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page

from oferta.kernel import clock
from oferta.kernel.i18n import LANGUAGES
from oferta.services.tickets import gates, queries
from signing_in import sign_in_customer
from ticket_world import a_buyer, a_show, bought

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}


def test_a_scanner_reads_the_code_from_the_page_in_every_language(
    open_page: Callable[..., Page],
) -> None:
    """TR-123, TR-126: on a telephone of 360 pixels, light and dark."""
    show = a_show(general=1, starts_at=clock.now() + timedelta(hours=2))
    order = bought(show, buyer=a_buyer(), now=clock.now())
    ticket_id = order.lines[0].ticket_id
    assert ticket_id is not None
    client = Client()
    sign_in_customer(client, order.party_id)
    page = open_page("/", viewport=PHONE)
    root, session = page.url, client.cookies["oferta_session"].value
    page.context.add_cookies([{"name": "oferta_session", "value": session, "url": root}])
    for place, language in enumerate(LANGUAGES):
        cookie = {"name": "oferta_language", "value": language.lower(), "url": root}
        page.context.add_cookies([cookie])
        page.emulate_media(color_scheme="dark" if place % 2 else "light")
        page.goto(reverse("tickets:ticket", args=["my", ticket_id]))
        assert page.locator("html").get_attribute("lang") == language
        seen = Image.open(io.BytesIO(page.screenshot(full_page=True)))
        (code,) = zxingcpp.read_barcodes(seen)
        read = gates.read(code.text, now=clock.now())
        assert read is not None
        assert read.serial == queries.ticket(ticket_id).serial
