"""The gate on a telephone: the camera reads a code once, and it works without a connection."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from conftest import FLAGS, PROGRAMS
from oferta.core.parties import actions as parties
from oferta.core.parties.types import Role
from oferta.kernel import clock
from oferta.services.tickets import doors, issuing, queries
from oferta.services.tickets.codes import qr
from oferta.services.tickets.models import Admission, Gate, Ticket
from signing_in import sign_in_staff
from ticket_world import a_buyer, a_show, bought

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
#: Two fifths of the picture's height a side: as held before a telephone.
SIDE, WIDTH, HEIGHT = 328, 640, 480


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera of the browser sees."""
    return tmp_path_factory.mktemp("camera") / "ticket.y4m"


@pytest.fixture(scope="module")
def browser(film: Path) -> Iterator[Browser]:
    """A browser with a camera that shows a film."""
    program = next(found for name in PROGRAMS if (found := shutil.which(name)))
    camera = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS, *camera])
        yield browser
        browser.close()


def _filmed(film: Path, text: str) -> None:
    """Write a film of one picture with a code in its middle."""
    modules = np.array(qr.modules(text))
    scale = SIDE // len(modules)
    drawn = np.where(modules.repeat(scale, 0).repeat(scale, 1), 30, 225).astype(np.uint8)
    grey = np.full((HEIGHT, WIDTH), 225, np.uint8)
    top, left = (HEIGHT - len(drawn)) // 2, (WIDTH - len(drawn)) // 2
    grey[top : top + len(drawn), left : left + len(drawn)] = drawn
    plain = np.full(HEIGHT * WIDTH // 2, 128, np.uint8)
    frame = b"FRAME\n" + grey.tobytes() + plain.tobytes()
    film.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip C420\n".encode() + frame * 3)


def _two_tickets() -> tuple[Gate, list[Ticket]]:
    show = a_show(general=2, starts_at=clock.now() + timedelta(hours=1))
    orders = [bought(show, buyer=a_buyer(), now=clock.now()) for _ in range(2)]
    gate = doors.open_gate(show.id, "North")
    return gate, [queries.ticket(one.lines[0].ticket_id) for one in orders]  # type: ignore[arg-type]


def _at_the_gate(open_page: Callable[..., Page], gate: Gate, **options: Any) -> Page:
    page = open_page("/", viewport=PHONE, **options)
    actor = parties.appoint_staff("gate", password=None, name="Gate", roles=[Role.GATE])
    client = Client()
    sign_in_staff(client, actor.id)
    session = client.cookies["oferta_session"].value
    page.context.add_cookies([{"name": "oferta_session", "value": session, "url": page.url}])
    page.goto(f"/gate/{gate.id}/")
    return page


def _picture(page: Page, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_the_camera_lets_in_once_and_the_gate_works_alone(
    open_page: Callable[..., Page], film: Path
) -> None:
    """TR-123: read once, by camera or typed, and without a connection (told afterwards)."""
    gate, (first, second) = _two_tickets()
    _filmed(film, issuing.text_of(first))
    page = _at_the_gate(open_page, gate, refusals=True)
    answer = page.locator("#answer strong")
    page.get_by_role("button", name="Scan with the camera").click()
    expect(answer).to_have_text("Let in")
    expect(page.locator("#admitted")).to_have_text("1")
    assert Admission.objects.get().ticket_id == first.id
    _picture(page, "gate-in")
    page.reload()
    page.get_by_label("Code or ticket number").fill(issuing.text_of(first))
    page.keyboard.press("Enter")
    expect(answer).to_have_text("Already used")
    expect(page.locator("#answer")).to_contain_text("North")
    _picture(page, "gate-used")

    expect(page.locator("#list-at")).not_to_have_text("–")
    page.wait_for_function("caches.match(location.href, {ignoreVary: true}).then(Boolean)")
    page.context.set_offline(True)
    page.reload()
    for wanted, ticket in (("Let in", second), ("Already used", second), ("Already used", first)):
        page.get_by_label("Code or ticket number").fill(issuing.text_of(ticket))
        page.keyboard.press("Enter")
        expect(answer).to_have_text(wanted)
    forged = issuing.text_of(second)[:-4] + "0000"
    page.get_by_label("Code or ticket number").fill(forged)
    page.keyboard.press("Enter")
    expect(answer).to_have_text("No ticket of ours")
    expect(page.locator("#untold")).to_have_text("1")
    _picture(page, "gate-alone")
    page.context.set_offline(False)
    expect(page.locator("#untold")).to_have_text("0")
    assert Admission.objects.get(ticket_id=second.id).offline


def test_without_scripts_a_code_is_typed_and_a_number_asks_for_a_document(
    open_page: Callable[..., Page],
) -> None:
    """TR-123: the page is a form; TR-08: a number alone lets nobody in."""
    gate, (first, second) = _two_tickets()
    page = _at_the_gate(open_page, gate, java_script_enabled=False)
    page.get_by_label("Code or ticket number").fill(issuing.text_of(first))
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#answer strong")).to_have_text("Let in")
    page.get_by_label("Code or ticket number").fill(str(second.serial))
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#answer strong")).to_have_text("Ask for a document")
    assert Admission.objects.count() == 1
    page.get_by_role("button", name="I saw the document: let in").click()
    expect(page.locator("#answer strong")).to_have_text("Let in")
    page.get_by_label("Way out").check()
    page.get_by_label("Code or ticket number").fill(issuing.text_of(first))
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#answer strong")).to_have_text("Went out")
    assert Admission.objects.get(ticket_id=first.id).left_at is not None
