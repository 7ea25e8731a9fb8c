"""The frame of every page, as a visitor meets it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

#: What the first page's heading says to a browser that prefers the language.
GREETINGS = {
    "kk": ("kk", "Жарияланған шарттармен жұмыс істейтін қызмет"),
    "ru-RU": ("ru", "Сервис, который работает по опубликованным условиям"),
    "en-GB": ("en", "A service that runs from its published terms"),
    "zh-HK": ("zh-Hant", "依已公布條款運作的服務"),
    "zh-CN": ("zh-Hans", "按已公布条款运行的服务"),
    "fr": ("en", "A service that runs from its published terms"),
}


@pytest.mark.parametrize("preferred", GREETINGS)
def test_a_visitor_is_met_in_the_language_of_the_browser(
    preferred: str, open_page: Callable[..., Page]
) -> None:
    tag, greeting = GREETINGS[preferred]
    page = open_page("/", language=preferred)
    expect(page.locator("html")).to_have_attribute("lang", tag)
    expect(page.get_by_role("heading", level=1)).to_have_text(greeting)


def test_a_language_is_chosen_by_keyboard_alone_and_kept(open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    tab_to(page, page.locator(".languages summary"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Қазақша"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(GREETINGS["kk"][1])
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "kk")


def test_a_menu_is_closed_by_escape_and_gives_the_focus_back(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/")
    summary = page.locator(".languages summary")
    tab_to(page, summary)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Русский"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Русский")).to_be_hidden()
    expect(summary).to_be_focused()


def test_on_a_phone_nothing_runs_off_the_side(open_page: Callable[..., Page]) -> None:
    page = open_page("/", language="ru", viewport={"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_on_paper_only_the_words_remain(open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    page.emulate_media(media="print")
    expect(page.locator(".languages")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_face_of_the_letters_is_served_by_the_site(open_page: Callable[..., Page]) -> None:
    page = open_page("/", language="kk")
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px Inter', 'ә'))")


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(wanted)
