"""Anyone reads the terms as they stood on any day, and tries a case on them, without JavaScript."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from oferta.kernel.i18n import Language

pytestmark = pytest.mark.browser

WORDS: dict[str, dict[str, str]] = {
    "kk": {
        "title": "Жеке тұлғаларға арналған бонус клубы",
        "show": "Көрсету",
        "on": "Қай күнгі шарттар",
        "spring": "Ұялы байланыстың көктемгі науқаны",
        "compare": "Екі күн арасында не өзгерді",
        "from": "Бұрынғы күн",
        "to": "Кейінгі күн",
        "added": "қосылды",
        "try": "Өз жағдайыңызды тексеру",
        "method": "төлем тәсілі",
        "card": "картаның өзі",
        "decide": "Жауапты көру",
        "answer": "Жауап",
        "plain": "Картаның өзімен төлеу",
        "paid": "ақшамен төленгені",
        "wrong": "Соманы санмен жазыңыз",
    },
    "zh-Hant": {
        "title": "個人客戶積分會",
        "show": "顯示",
        "on": "生效條款的日期",
        "spring": "流動通訊春季推廣",
        "compare": "兩日之間的改動",
        "from": "起始日",
        "to": "結束日",
        "added": "新增",
        "try": "試算您的情況",
        "method": "付款方式",
        "card": "實體卡",
        "decide": "查看答案",
        "answer": "答案",
        "plain": "以實體卡付款",
        "paid": "以金錢支付的金額",
        "wrong": "請以數字填寫金額",
    },
}
LANGUAGES = sorted(WORDS)


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page where the person who runs the test asks for one."""
    folder = os.environ.get("PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_terms_of_a_chosen_day_are_read_and_compared_without_javascript(
    open_page: Callable[..., Page], language: Language
) -> None:
    words = WORDS[language]
    page = open_page("/terms/", language=language, java_script_enabled=False)
    picture(page, f"{language}-terms")
    page.get_by_role("link", name=words["title"]).click()
    assert page.locator("html").get_attribute("lang") == language
    assert page.get_by_role("heading", level=1).inner_text() == words["title"]
    assert page.locator("#mobile-spring-2024").count() == 0
    page.get_by_label(words["on"]).fill("2024-05-16")
    page.get_by_role("button", name=words["show"]).click()
    spring = page.locator("#mobile-spring-2024")
    assert words["spring"] in spring.get_by_role("heading").inner_text()
    assert "SELECT" not in spring.inner_text()
    assert " = '" not in spring.inner_text()
    picture(page, f"{language}-edition")
    spring.get_by_role("link").last.click()
    assert "#" in page.url
    page.get_by_role("link", name=words["compare"]).click()
    page.get_by_label(words["from"]).fill("2024-04-15")
    page.get_by_label(words["to"]).fill("2024-04-16")
    page.get_by_role("button", name=words["show"]).click()
    added = page.locator("article", has_text=words["added"]).first
    assert words["spring"] in added.inner_text()
    picture(page, f"{language}-compare")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reader_tries_a_case_and_is_told_which_field_is_wrong(
    open_page: Callable[..., Page], language: Language
) -> None:
    words = WORDS[language]
    page = open_page("/terms/bonus-club/", language=language, java_script_enabled=False)
    page.get_by_role("link", name=words["try"]).first.click()
    picture(page, f"{language}-try")
    page.get_by_label(words["method"], exact=True).select_option(words["card"])
    paid = page.get_by_label(words["paid"])
    paid.fill("a lot")
    page.get_by_role("button", name=words["decide"]).click()
    assert words["wrong"] in page.locator(".errorlist").inner_text()
    assert paid.get_attribute("aria-invalid") == "true"
    assert paid.input_value() == "a lot"
    assert page.get_by_role("heading", name=words["answer"], exact=True).count() == 0
    picture(page, f"{language}-wrong")
    paid.fill("20 000")
    page.get_by_role("button", name=words["decide"]).click()
    answer = page.get_by_role("region", name=words["answer"])
    assert answer.get_by_role("link", name=words["plain"]).is_visible()
    picture(page, f"{language}-answer")
    answer.get_by_role("link", name=words["plain"]).first.click()
    assert page.url.endswith("/#plain-card")
    assert page.locator("#plain-card").is_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_edition_prints_its_clauses_and_leaves_the_forms_out(
    open_page: Callable[..., Page], language: Language
) -> None:
    page = open_page("/terms/ticket-refunds/", language=language, java_script_enabled=False)
    page.emulate_media(media="print")
    assert page.locator("#own-wish-full").is_visible()
    assert page.locator("form.line").is_visible() is False
    assert page.locator(".contents").is_visible() is False
    picture(page, f"{language}-print")


def test_the_examples_of_an_edition_lead_to_the_form_filled_with_them(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/terms/ticket-refunds/editions/2024-03-22/examples", language="ru")
    picture(page, "ru-examples")
    page.locator("tbody tr").first.get_by_role("link").last.click()
    assert "example=" in page.url
    page.get_by_role("button", name="Узнать ответ").click()
    assert page.get_by_role("region", name="Ответ").is_visible()
    picture(page, "ru-answer")


def test_nothing_is_wider_than_the_screen_of_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page("/terms/", language="kk", viewport={"width": 360, "height": 800})
    for address in (
        "/terms/ticket-refunds/",
        "/terms/ticket-refunds/try/refund/",
        "/terms/bonus-club/compare?from=2024-04-15&to=2024-09-02",
        "/terms/ticket-refunds/editions/2024-03-22/examples",
    ):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
