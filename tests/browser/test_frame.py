"""The frame of every page, as a visitor meets it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

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
    button = page.get_by_role("button", name="Қазақша")
    for _ in range(20):
        page.keyboard.press("Tab")
        if button.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(GREETINGS["kk"][1])
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "kk")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme: str, open_page: Callable[..., Page]) -> None:
    page = open_page("/", color_scheme=scheme)
    for selector in ("h1", ".lead", ".loop p", "footer p", ".language button"):
        assert _contrast(page, selector) >= 4.5, selector


def test_on_a_phone_nothing_runs_off_the_side(open_page: Callable[..., Page]) -> None:
    page = open_page("/", language="ru", viewport={"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_on_paper_only_the_words_remain(open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    page.emulate_media(media="print")
    expect(page.locator(".language")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


LUMINANCE = """selector => {
  const number = text => {
    const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map(value => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let ground = document.querySelector(selector);
  const ink = number(getComputedStyle(ground).color);
  while (/rgba\\(.*, 0\\)/.test(getComputedStyle(ground).backgroundColor)) {
    ground = ground.parentElement;
  }
  return [ink, number(getComputedStyle(ground).backgroundColor)];
}"""


def _contrast(page: Page, selector: str) -> float:
    """Return the contrast of WCAG 2 between the text and what it stands on."""
    dark, light = sorted(page.evaluate(LUMINANCE, selector))
    return float((light + 0.05) / (dark + 0.05))
