"""From a notice to the reason, from the reason to a dispute, from the dispute to an answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

LOOP = Path(__file__).parents[1] / "integration" / "loop"
sys.path.insert(0, str(LOOP))

import loop_builders as build  # noqa: E402 - the builders live beside the loop's own tests

from oferta.kernel.i18n import Language  # noqa: E402

pytestmark = pytest.mark.browser

WORDS: dict[str, dict[str, str]] = {
    "kk": {
        "inbox": "Хабарламаларыңыз",
        "why": "Неге олай шешілді?",
        "clause": "Кассада бір пайыз",
        "dispute": "Қарсылық білдіру",
        "words": "Неге келіспейсіз? Өз сөзіңізбен жазыңыз.",
        "send": "Қарсылықты жіберу",
        "opened": "ашылды",
        "upheld": "қанағаттандырылды",
        "new": "Жаңа шешім",
        "new_clause": "Қолданбада он пайыз",
        "mine": "Қолданбамен төледім, түбіртегім бар.",
    },
    "zh-Hant": {
        "inbox": "您的通知",
        "why": "為何如此決定？",
        "clause": "收銀台百分之一",
        "dispute": "對此決定提出異議",
        "words": "您不同意什麼？請用自己的話說明。",
        "send": "提交異議",
        "opened": "已開立",
        "upheld": "成立",
        "new": "新的決定",
        "new_clause": "應用程式百分之十",
        "mine": "我是用應用程式付款的，有收據。",
    },
}


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


def a_member(language: str) -> tuple[Any, str, dict[str, int]]:
    """Return a customer who earned at the till, their link, and the accounts."""
    from oferta.core.decisions import actions
    from oferta.core.parties import queries
    from oferta.kernel import clock

    party, purse = build.a_customer(language), build.a_purse()
    actions.decide(build.a_payment(party, context=purse), now=clock.now())
    return party, f"/c/{queries.link_token(party)}/", purse


def sign_in(page: Page, name: str, *, approver: bool = False) -> None:
    from oferta.core.parties import actions, factors
    from oferta.core.parties.types import Role

    role = Role.APPROVER if approver else Role.CLERK
    actions.appoint_staff(name, password="a long word", name=name.title(), role=role)  # noqa: S106 - of a test
    secret = factors.new_secret()
    factors.give_app(name, secret)
    page.goto("/desk/")
    page.get_by_label("Phone, e-mail or sign-in name").fill(name)
    page.get_by_label("Password").fill("a long word")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code from the app, or a recovery code").fill(factors.code_of(secret))
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/desk/")


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page where the person who runs the test asks for one."""
    import os

    folder = os.environ.get("PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("language", ["kk", "zh-Hant"])
def test_a_customer_disputes_and_is_put_right(
    open_page: Callable[..., Page], language: Language
) -> None:
    words = WORDS[language]
    _, link, purse = a_member(language)
    page = open_page(link)
    assert page.get_by_role("heading", level=1).inner_text() == words["inbox"]
    picture(page, f"{language}-inbox")
    page.get_by_role("link", name=words["why"]).click()
    assert page.get_by_role("heading", name=words["clause"]).is_visible()
    picture(page, f"{language}-why")
    page.get_by_role("link", name=words["dispute"]).click()
    page.get_by_label(words["words"]).fill(words["mine"])
    picture(page, f"{language}-dispute")
    page.get_by_role("button", name=words["send"]).click()
    assert page.get_by_text(words["mine"]).is_visible()
    assert page.get_by_text(words["opened"], exact=True).is_visible()
    picture(page, f"{language}-case")
    address = page.url

    from oferta.core.decisions import actions

    actions.set_authority("corner-club", second_person_above=100_00)
    desk = open_page("/")
    sign_in(desk, "clerk")
    picture(desk, f"{language}-desk")
    desk.get_by_role("table").get_by_role("link").first.click()
    assert desk.get_by_text(words["mine"]).is_visible()
    desk.get_by_label("Correct the facts").check()
    desk.get_by_text("The facts we looked at").last.click()
    desk.get_by_label("way of paying").select_option("app")
    desk.get_by_label("Reason, as the customer will read it").fill("Түбіртек · 收據")
    picture(desk, f"{language}-desk-case")
    desk.get_by_role("button", name="Send the answer").click()
    assert desk.get_by_text("upheld", exact=True).first.is_visible()

    page.goto(address)
    assert page.get_by_text(words["upheld"], exact=True).is_visible()
    picture(page, f"{language}-answered")
    page.get_by_role("link", name=words["new"]).click()
    assert page.get_by_role("heading", name=words["new_clause"]).is_visible()
    assert build.balance_of(purse["member"]) == 5000
    picture(page, f"{language}-new")


def test_a_large_grant_waits_for_a_second_person(open_page: Callable[..., Page]) -> None:
    _, link, purse = a_member("en")
    page = open_page(link)
    page.get_by_role("link", name="Why was it decided so?").click()
    page.get_by_role("link", name="Dispute this decision").click()
    page.get_by_label("What do you not agree with?").fill("My loyalty counts for more")
    page.get_by_role("button", name="Send the objection").click()

    clerk = open_page("/")
    sign_in(clerk, "clerk")
    clerk.get_by_role("table").get_by_role("link").first.click()
    case = clerk.url
    clerk.get_by_label("Grant an outcome as staff").check()
    clerk.get_by_text("Outcome to grant").click()
    clerk.get_by_label("amount of bonus").fill("200 KZT")
    clerk.get_by_label("Reason, as the customer will read it").fill("Goodwill")
    clerk.get_by_role("button", name="Send the answer").click()
    assert clerk.get_by_role("heading", name="waits for a second person").is_visible()
    assert clerk.get_by_role("button", name="Approve").count() == 0
    picture(clerk, "en-proposal")

    second = open_page("/")
    sign_in(second, "approver", approver=True)
    second.goto(case)
    second.get_by_role("button", name="Approve").click()
    assert second.get_by_text("upheld", exact=True).first.is_visible()
    picture(second, "en-approved")
    assert build.balance_of(purse["member"]) == 200_00


def test_the_journey_works_by_keyboard_alone(open_page: Callable[..., Page]) -> None:
    _, link, _ = a_member("en")
    page = open_page(link)

    def tab_to(name: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            focused = page.evaluate("document.activeElement.innerText || document.activeElement.id")
            if name in str(focused):
                return
        raise AssertionError(f"{name} cannot be reached by keyboard")

    tab_to("Why was it decided so?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/decisions/**")
    tab_to("Dispute this decision")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dispute")
    tab_to("words")
    page.keyboard.type("I paid by app")
    tab_to("Send the objection")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/**")
    assert page.get_by_text("I paid by app").is_visible()
