"""No page for everybody has a barrier that axe-core can find, nor any that complains."""

from __future__ import annotations

import pytest
from axe_walk import Walker, walked
from django.test import Client
from playwright.sync_api import Browser

import front_world as world_of

pytestmark = pytest.mark.browser


def test_axe_finds_no_barrier_on_the_pages_of_everybody(browser: Browser, shared_site: str) -> None:
    found = walked(browser, shared_site, world_of.build(), "anonymous", "zh-Hant", set())
    assert not found, "\n".join(found)


def test_axe_finds_no_barrier_on_pages_that_complain(browser: Browser, shared_site: str) -> None:
    walker = Walker(browser, shared_site, "kk", Client())
    walker.page.goto("/terms/bonus-club/?on=never", wait_until="domcontentloaded")
    found = walker.barriers("complaint-of-a-day")
    for path in ("/sign-in/", "/sign-up/"):
        walker.page.goto(path)
        walker.page.evaluate("document.querySelector('main form').noValidate = true")
        walker.page.locator("main form button").first.click()
        found += walker.barriers(f"complaint-of-{path.strip('/')}")
    walker.close()  # the browser names each answer above 399 in its console
    assert not found, "\n".join(found)
