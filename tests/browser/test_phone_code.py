"""A ticket on a telephone: its code changes by itself, also alone, and gates check it."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import zxingcpp
from django.test import Client
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect

from oferta.core.parties import actions as parties
from oferta.core.parties.types import Role
from oferta.kernel import clock
from oferta.services.tickets import doors, gates, queries, showing
from oferta.services.tickets.kinds import PhoneCode
from oferta.services.tickets.models import Admission, Gate, Incident, Ticket
from oferta.services.tickets.papers import text_of as printed
from signing_in import sign_in_customer, sign_in_staff
from ticket_world import a_buyer, a_show, bought

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}
#: How far ahead of the office's clock this telephone is.
WRONG = timedelta(minutes=10)


def _session(page: Page, client: Client) -> None:
    session = client.cookies["oferta_session"].value
    page.context.add_cookies([{"name": "oferta_session", "value": session, "url": page.url}])


def _until(page: Page, holds: str) -> None:
    """Wait for the browser; the page's own clock is ours, so Playwright's waiting does not work."""
    for _ in range(100):
        if page.evaluate(holds):
            return
        time.sleep(0.1)
    raise AssertionError(holds)


def _decoded(page: Page) -> str:
    seen = Image.open(io.BytesIO(page.locator("#code").screenshot()))
    (code,) = zxingcpp.read_barcodes(seen)
    return code.text


def _picture(page: Page, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_telephone_makes_codes_alone_and_a_gate_alone_checks_them(
    open_page: Callable[..., Page],
) -> None:
    """TR-123, TR-125: the live code lets in, its picture and a print do not; both sides alone."""
    show = a_show(
        general=3, starts_at=clock.now() + timedelta(hours=1), phone_code=PhoneCode.REQUIRED
    )
    buyer = a_buyer()
    orders = [bought(show, buyer=buyer, now=clock.now()) for _ in range(2)]
    ids = [one.lines[0].ticket_id for one in orders]
    assert all(ids)
    gate = doors.open_gate(show.id, "North")

    phone = open_page("/", viewport=PHONE, has_touch=True, is_mobile=True, refusals=True)
    client = Client()
    sign_in_customer(client, buyer.party_id)
    _session(phone, client)
    phone.clock.install(time=clock.now() + WRONG)
    phone.goto(reverse("tickets:ticket", args=["my", ids[0]]))
    box = phone.locator("#code")
    _until(phone, "() => Number(localStorage.getItem('oferta/clock')) < -500000")
    phone.clock.run_for(1_000)
    expect(box.locator("svg[role=img]")).to_be_visible()
    _picture(phone, "phone-code")
    live = _decoded(phone)
    read = gates.read(live, now=clock.now())
    assert read is not None
    assert read.rounds == (0,)

    # Half an hour later, without a connection and loaded again.
    _until(phone, "() => caches.match(location.href, {ignoreVary: true}).then(Boolean)")
    _until(phone, "() => navigator.serviceWorker.ready.then((one) => Boolean(one.active))")
    phone.context.set_offline(True)
    phone.clock.fast_forward(1_800_000)
    phone.reload()
    expect(phone.locator("#is-alone")).to_be_visible()
    half_past = clock.now() + timedelta(seconds=1_801)
    later = gates.read(_decoded(phone), now=half_past)
    assert later is not None
    assert later.rounds == (0,)
    assert gates.read(live, now=half_past).rounds == ()  # type: ignore[union-attr]

    _at_a_gate_alone(open_page, gate, queries.ticket(ids[1]))  # type: ignore[arg-type]


def _at_a_gate_alone(open_page: Callable[..., Page], gate: Gate, ticket: Ticket) -> None:
    """Scan without a connection, and tell of it afterwards."""
    page = open_page("/", viewport=PHONE, refusals=True)
    actor = parties.appoint_staff("gate", password=None, name="Gate", roles=[Role.GATE])
    client = Client()
    sign_in_staff(client, actor.id)
    _session(page, client)
    page.goto(f"/gate/{gate.id}/")
    expect(page.locator("#list-at")).not_to_have_text("–")
    page.context.set_offline(True)
    now = clock.now()
    for said, text in (
        ("Old picture of a screen", showing.text_now(ticket, now=now - timedelta(minutes=5))),
        ("Show the telephone", printed(ticket)),
        ("Let in", showing.text_now(ticket, now=now)),
        ("Already used", showing.text_now(ticket, now=now)),
    ):
        page.get_by_label("Code or ticket number").fill(text)
        page.keyboard.press("Enter")
        expect(page.locator("#answer strong")).to_have_text(said)
        _picture(page, f"gate-{said.partition(' ')[0].lower()}")
    page.context.set_offline(False)
    expect(page.locator("#untold")).to_have_text("0")
    assert Admission.objects.get(ticket=ticket).offline
    assert not Incident.objects.exists()
