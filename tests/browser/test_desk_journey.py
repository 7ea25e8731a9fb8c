"""The desk in a browser: found by a name with a mistake, read, handed over, decided by two."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from playwright.sync_api import Page

from signing_in import sign_in_staff

LOOP = Path(__file__).parents[1] / "integration" / "loop"
sys.path.insert(0, str(LOOP))

import loop_builders as build  # noqa: E402 - the builders live beside the loop's own tests

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}


@pytest.fixture(autouse=True)
def corner_club() -> Iterator[None]:
    from oferta.core.decisions import plans
    from oferta.core.notices import rendering
    from oferta.core.terms import shelf
    from oferta.core.terms.engine import Terms
    from oferta.core.terms.loader import load_pack
    from oferta.project import wiring

    terms = Terms([load_pack(build.PACK)])
    shelf.fill(lambda: terms)
    plans.register({"corner.bonus": build.plan_bonus})
    rendering.register_words(LOOP / "words")
    yield
    wiring.connect()


def a_dispute() -> tuple[UUID, Any]:
    """Return a customer with a name, a phone and a dispute, and the case."""
    from oferta.core.cases import actions as cases
    from oferta.core.decisions import actions as decisions
    from oferta.core.parties import actions as parties
    from oferta.core.parties.types import NewCustomer
    from oferta.kernel import clock

    new = NewCustomer(
        key="crm-1", name="Айгүл Садықова", language="kk", contacts={"sms": "+77015551234"}
    )
    party = parties.register_customers([new], now=clock.now())["crm-1"]
    decision = build.a_decision(party)
    decisions.set_authority("corner-club", second_person_above=0)
    case = cases.dispute(decision.id, party_id=party, words="Қолданбамен төледім", now=clock.now())
    return party, case


def at_the_desk(page: Page, *roles: str, name: str) -> Page:
    """Sign a new member of staff in with a second factor."""
    from oferta.core.parties import actions
    from oferta.core.parties.types import Role

    actor = actions.appoint_staff(
        name, password=None, name=name, roles=[Role(role) for role in roles]
    )
    client = Client()
    sign_in_staff(client, actor.id)
    session = client.cookies["oferta_session"].value
    page.context.add_cookies([{"name": "oferta_session", "value": session, "url": page.url}])
    page.goto("/desk/")
    return page


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page where the person who runs the test asks for one."""
    import os

    folder = os.environ.get("PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_two_persons_resolve_a_dispute_found_by_a_name_with_a_mistake(
    open_page: Callable[..., Page],
) -> None:
    party, case = a_dispute()
    clerk = at_the_desk(open_page("/", viewport=DESK), "clerk", name="Dana")
    picture(clerk, "desk-queue")
    clerk.get_by_label("Search").fill("Aigul Sadikova")
    clerk.keyboard.press("Enter")
    clerk.get_by_role("link", name="Айгүл Садықова").click()
    assert clerk.get_by_text("•••1234").is_visible()
    picture(clerk, "desk-customer")
    clerk.get_by_label("What do you need it for?").fill("to call back")
    clerk.get_by_role("button", name="Show in full").click()
    assert clerk.get_by_text("+77015551234").is_visible()
    clerk.get_by_role("link", name=f"№ {case.number}").first.click()
    clerk.get_by_role("button", name="Take it over").click()
    clerk.get_by_label("Grant an outcome as staff").check()
    clerk.get_by_text("Outcome to grant").click()
    clerk.get_by_label("amount of bonus").fill("200 KZT")
    clerk.get_by_label("Reason, as the customer will read it").fill("Түбіртегі бар")
    clerk.get_by_role("button", name="Send the answer").click()
    assert clerk.get_by_role("heading", name="waits for a second person").is_visible()
    assert clerk.get_by_role("button", name="Approve").count() == 0

    second = at_the_desk(open_page("/", viewport=DESK), "approver", name="Erlan")
    second.get_by_role("link", name="To approve 1").click()
    second.get_by_role("link", name=f"№ {case.number}").click()
    picture(second, "desk-case")
    second.get_by_role("button", name="Approve").click()
    assert second.get_by_text("upheld", exact=True).first.is_visible()
    second.get_by_role("link", name="The whole page of this decision").click()
    picture(second, "desk-decision")
    assert (
        second.get_by_text("Another decision").count() or second.get_by_text("counts now").count()
    )

    auditor = at_the_desk(open_page("/", viewport=DESK), "auditor", name="Farida")
    auditor.goto(f"/desk/audit/?of={party}")
    assert auditor.get_by_text("saw the contacts in full").is_visible()
    assert auditor.get_by_text("to call back").is_visible()
    picture(auditor, "desk-audit")


@pytest.mark.parametrize("language", ["kk", "zh-Hant"])
def test_no_page_of_the_desk_is_wider_than_the_screen(
    open_page: Callable[..., Page], language: str
) -> None:
    party, case = a_dispute()
    page = open_page("/", language=language)
    at_the_desk(page, "approver", "clerk", name="Данияр 陳")
    transfer = build.a_decision(party).transfer_ids[0]
    for name, path in (
        ("home", "/desk/"),
        ("find", "/desk/find?q=айгул"),
        ("customer", f"/desk/customers/{party}/"),
        ("case", f"/desk/cases/{case.id}/"),
        ("decision", f"/desk/decisions/{case.decision_id}/"),
        ("transfer", f"/desk/transfers/{transfer}/"),
    ):
        page.goto(path)
        assert page.locator("h1").count() == 1
        for viewport in (PHONE, DESK):
            page.set_viewport_size(viewport)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= viewport["width"], f"{name}: {wide}"
            picture(page, f"{language}-{viewport['width']}-{name}")


def test_a_customer_is_found_and_opened_by_keyboard_alone(open_page: Callable[..., Page]) -> None:
    a_dispute()
    page = at_the_desk(open_page("/", viewport=DESK), "clerk", name="Dana")

    def tab_to(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = page.evaluate("document.activeElement.innerText || document.activeElement.id")
            if name in str(focused):
                return
        raise AssertionError(f"{name} cannot be reached by keyboard")

    tab_to("find")
    page.keyboard.type("+7 701 555 12 34")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/find**")
    tab_to("Айгүл Садықова")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/customers/**")
    assert page.get_by_role("heading", level=1).inner_text() == "Айгүл Садықова"
