"""A real Chromium for the journeys through the pages; the system's own, nothing is downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

#: Playwright keeps a loop running in this thread; the ORM is called beside it, never inside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
#: A page that takes longer is broken, not slow.
PATIENCE_MILLISECONDS = 15_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a module: its loop must have ended when other modules start theirs."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    assert program is not None, "the browser tests need Chromium (apt-get install chromium)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Return a function that opens an address of the site as a new visitor.

    `open_page("/", language="kk")`: `language` is what the visitor's browser prefers. A message
    of the browser's console (a blocked style, a missing file) fails the test at its end; with
    `refusals` an answer above 399 is none.
    """
    contexts = []
    complaints: list[str] = []

    def open_at(
        address: str, *, language: str = "en", refusals: bool = False, **options: object
    ) -> Page:
        context = browser.new_context(locale=language, base_url=site, **options)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        contexts.append(context)
        page = context.new_page()

        def listen(said: ConsoleMessage) -> None:
            refused = refusals and said.text.startswith("Failed to load resource")
            if said.type == "error" and not refused:
                complaints.append(said.text)

        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert complaints == []
