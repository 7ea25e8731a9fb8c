"""One person's way through the service, by keyboard alone, on a phone and on a desk.

Sign up, add a passkey, sign in with it as the second step, switch the language, read why a line of
the statement came out as it did, dispute it; two members of staff answer; read the notice, withdraw
a consent, take one's data along.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, Locator, Page, expect

TESTS = Path(__file__).parents[1]
LOOP = TESTS / "integration" / "loop"
sys.path += [str(LOOP), str(TESTS / "integration" / "parties")]

import loop_builders as build  # noqa: E402 - the builders live beside the rooms' own tests
import signing_builders as people  # noqa: E402 - the same

pytestmark = pytest.mark.browser

LOG = logging.getLogger(__name__)
CONTACT = "anna@example.test"
FOLDER = Path(os.environ.get("OFERTA_ARTIFACTS", TESTS.parent / "test-artifacts")) / "journey"
SIZES = {"phone": {"width": 360, "height": 800}, "desk": {"width": 1280, "height": 900}}
MINE = "Қолданбамен төледім, түбіртегім бар."
REASON = "Түбіртекті көрдік."
#: So many presses of Tab lead past everything on the longest of these pages.
TABS_MAX = 80


@pytest.fixture(autouse=True)
def corner_club(fresh_db: str) -> Iterator[None]:
    from django.core.cache import cache

    from oferta.core.decisions import plans
    from oferta.core.notices import rendering
    from oferta.core.parties import joining
    from oferta.core.terms import shelf
    from oferta.core.terms.engine import Terms
    from oferta.core.terms.loader import load_pack
    from oferta.project import wiring

    cache.clear()
    terms = Terms([load_pack(build.PACK)])
    shelf.fill(lambda: terms)
    joining.offer([build.PACK.name])
    plans.register({"corner.bonus": build.plan_bonus})
    rendering.register_words(LOOP / "words")
    yield
    wiring.connect()


class Keys:
    """Somebody who has a keyboard and no mouse."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self._name, self._pictures = name, 0

    def to(self, wanted: Locator) -> None:
        """Press Tab until something has the focus, and see that the focus shows."""
        target = wanted.first
        for _ in range(TABS_MAX):
            self.page.keyboard.press("Tab")
            if target.evaluate("element => element === document.activeElement"):
                outline = target.evaluate("element => getComputedStyle(element).outlineStyle")
                assert outline != "none", wanted
                return
        message = f"{wanted} cannot be reached by keyboard"
        raise AssertionError(message)

    def press(self, wanted: Locator, key: str = "Enter") -> None:
        """Go to something and press a key on it."""
        self.to(wanted)
        self.page.keyboard.press(key)

    def follow(self, role: Any, name: str) -> None:
        """Press a link or a button and wait for the page behind it."""
        self.open(self.page.get_by_role(role, name=name))

    def open(self, wanted: Locator) -> None:
        """Go through a link."""
        self.to(wanted)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.picture()

    def write(self, label: str, text: str) -> None:
        """Fill a field in."""
        self.to(self.page.get_by_label(label))
        self.page.keyboard.type(text)

    def picture(self) -> None:
        """Keep a picture; the way goes on without one that the browser cannot draw in time."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        self._pictures += 1
        path = FOLDER / f"{self._name}-{self._pictures:02d}.jpeg"
        try:
            self.page.screenshot(path=path, type="jpeg", quality=60)
        except Error as error:
            LOG.warning("no picture of %s: %s", path.stem, error.message.partition("\n")[0])


def sign_up(keys: Keys) -> Any:
    """Accept the terms and sign up by a one-time code; return the customer's id."""
    keys.write("Phone or e-mail", CONTACT)
    keys.press(keys.page.get_by_label("I accept the terms"), "Space")
    keys.follow("button", "Send me a one-time code")
    keys.write("Code from the message", people.code_for(CONTACT))
    keys.follow("button", "Continue")
    from oferta.core.parties import agreements, models

    party = models.Contact.objects.get(address=CONTACT).customer_id
    assert [(one.how, one.edition) for one in agreements.agreements_of(party)] == [
        ("click", "2025-01-01")
    ]
    return party


def a_second_factor(keys: Keys) -> None:
    """Plug in a passkey, add it, and sign in again with a code and the passkey."""
    page = keys.page
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True}
    options |= {"automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/my/security/")
    keys.follow("link", "Add a passkey")
    keys.press(page.get_by_role("button", name="Add a passkey"))
    page.get_by_role("heading", name="Recovery codes").wait_for()
    page.context.clear_cookies(name="oferta_session")
    page.goto("/sign-in/code/?next=/my/")
    keys.write("Phone or e-mail", CONTACT)
    keys.follow("button", "Send me a one-time code")
    keys.write("Code from the message", people.code_for(CONTACT))
    keys.follow("button", "Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("Second factor")
    keys.press(page.get_by_role("button", name="Use a passkey"))
    page.wait_for_url("**/my/")


def staff(open_page: Callable[..., Page], name: str, size: dict[str, int], role: Any) -> Keys:
    """Sign a member of staff in with a password and the code of their app."""
    from oferta.core.parties import actions, factors

    actions.appoint_staff(name, password=people.PASSWORD, name=name.title(), role=role)
    factors.give_app(name, people.SECRET)
    keys = Keys(open_page("/desk/", viewport=size), f"{size['width']}-{name}")
    keys.write("Phone, e-mail or sign-in name", name)
    keys.write("Password", people.PASSWORD)
    keys.follow("button", "Sign in")
    keys.write("Code from the app, or a recovery code", people.totp())
    keys.follow("button", "Continue")
    return keys


def understand_and_dispute(keys: Keys) -> None:
    """Switch to Kazakh, open a line of the statement, read why, and object."""
    page = keys.page
    keys.press(page.locator(".languages summary"))
    keys.follow("button", "Қазақша")
    expect(page.locator("html")).to_have_attribute("lang", "kk")
    keys.follow("link", "Үзінді")
    keys.open(page.locator("a.row"))
    expect(page.get_by_role("heading", name="Кассада бір пайыз")).to_be_visible()
    keys.follow("link", "Қарсылық білдіру")
    keys.write("Неге келіспейсіз?", MINE)
    keys.follow("button", "Қарсылықты жіберу")
    expect(page.get_by_text(MINE)).to_be_visible()
    expect(page.get_by_text("Жауап беріледі")).to_be_visible()


def answer_with_two(open_page: Callable[..., Page], size: dict[str, int]) -> None:
    """Grant more than one person may, and let a second one approve it."""
    from oferta.core.parties.types import Role

    clerk = staff(open_page, "clerk", size, Role.CLERK)
    page = clerk.page
    clerk.open(page.locator("main a[href*='/desk/cases/']"))
    case = page.url
    clerk.press(page.get_by_label("Correct the facts"), "ArrowDown")
    expect(page.get_by_label("Grant an outcome as staff")).to_be_checked()
    clerk.press(page.locator("summary", has_text="Outcome to grant"))
    clerk.to(page.get_by_label("amount of bonus"))
    page.keyboard.press("Control+A")
    page.keyboard.type("200 KZT")
    clerk.write("Reason, as the customer will read it", REASON)
    clerk.follow("button", "Send the answer")
    expect(page.get_by_role("heading", name="waits for a second person")).to_be_visible()
    assert page.get_by_role("button", name="Approve").count() == 0
    second = staff(open_page, "approver", size, Role.APPROVER)
    second.page.goto(case)
    second.follow("button", "Approve")


def withdraw_a_consent(keys: Keys, party: Any) -> None:
    """Give a consent and take it back."""
    from oferta.core.parties import models

    page = keys.page
    page.goto("/my/consents/")
    keys.press(page.get_by_role("checkbox"), "Space")
    keys.follow("button", "Сақтау")
    assert models.ConsentEntry.objects.filter(customer_id=party).count() == 1
    keys.press(page.get_by_role("checkbox"), "Space")
    keys.follow("button", "Сақтау")
    expect(page.get_by_role("checkbox").first).not_to_be_checked()


def take_the_data_along(keys: Keys, party: Any) -> None:
    """Ask for the file of one's data, and fetch it when it is made."""
    from oferta.core.parties import exporting, models
    from oferta.kernel import clock

    page = keys.page
    page.goto("/my/data/")
    keys.follow("button", "Файлды дайындау")
    exporting.make(models.Export.objects.get(customer_id=party).id, now=clock.now())
    page.reload()
    keys.to(page.locator("a[href$='.zip']"))
    with page.expect_download() as taken:
        page.keyboard.press("Enter")
    assert taken.value.suggested_filename.endswith(".zip")


@pytest.mark.parametrize("where", SIZES)
def test_a_person_goes_the_whole_way_by_keyboard_alone(
    where: str, open_page: Callable[..., Page]
) -> None:
    from oferta.core.decisions import actions as decisions
    from oferta.kernel import clock

    size = SIZES[where]
    keys = Keys(open_page("/sign-up/?next=/my/", viewport=size), f"{size['width']}-customer")
    party = sign_up(keys)
    purse = build.a_purse()
    decisions.decide(build.a_payment(party, context=purse), now=clock.now())
    decisions.set_authority("corner-club", second_person_above=100_00)
    a_second_factor(keys)
    understand_and_dispute(keys)
    answer_with_two(open_page, size)
    assert build.balance_of(purse["member"]) == 200_00
    keys.follow("link", "Хабарлар")
    keys.open(keys.page.locator("a.row.new"))
    expect(keys.page.get_by_text(REASON)).to_be_visible()
    withdraw_a_consent(keys, party)
    take_the_data_along(keys, party)
