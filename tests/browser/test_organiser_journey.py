"""An organiser looks at its money on a telephone and on a screen, without scripts of ours."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from oferta.core.parties import actions as parties
from oferta.core.parties.types import NewCustomer
from oferta.kernel import clock
from settling_world import settled
from signing_in import sign_in_customer
from ticket_world import a_buyer

pytestmark = pytest.mark.browser


def test_an_organiser_reads_its_report_on_a_telephone_and_on_a_screen(
    site: str, open_page: Callable[..., Page]
) -> None:
    # TR-06
    name = f"person-{uuid4().hex[:6]}"
    new = NewCustomer(key=name, name="Айгерім", language="kk")
    person = parties.register_customers([new], now=clock.now())[name]
    ids = settled(person, a_buyer(), clock.now())
    client = Client()
    sign_in_customer(client, person)
    session = client.cookies["oferta_session"].value
    home = f"{site}/my/organiser/{ids['organiser_key']}/"
    report = f"{home}performances/{ids['show_id']}/"
    for language, width in (("kk", 360), ("zh-Hant", 1280)):
        page = open_page("/", language=language, viewport={"width": width, "height": 800})
        page.context.add_cookies(
            [
                {"name": "oferta_session", "value": session, "url": site},
                {"name": "oferta_language", "value": language.lower(), "url": site},
            ]
        )
        for number, address in enumerate(
            (home, report, f"{home}settlements/{ids['settled_id']}/", f"{site}/my/tickets/balance/")
        ):
            page.goto(address)
            expect(page.locator("h1")).to_have_count(1)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (address, wide)
            _kept(page, f"{language}-{number}")
        page.goto(report)
        expect(page.locator(".chip.good").first).to_be_visible()


def _kept(page: Page, name: str) -> None:
    """Keep a picture where somebody asks for it."""
    folder: Any = os.environ.get("KEPT_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"organiser-{name}.png", full_page=True)
