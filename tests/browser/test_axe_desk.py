"""No page of the desk has a barrier that axe-core can find, whatever the role."""

from __future__ import annotations

import pytest
from axe_walk import walked
from playwright.sync_api import Browser

import front_world as world_of
from front_walk import STAFF

pytestmark = pytest.mark.browser
LANGUAGES = ("zh-Hans", "kk", "ru", "zh-Hant", "en")


def test_axe_finds_no_barrier_on_a_desk_of_any_role(browser: Browser, shared_site: str) -> None:
    world, seen = world_of.build(), set[str]()
    found: list[str] = []
    for number, who in enumerate(STAFF):
        language = LANGUAGES[number % len(LANGUAGES)]
        found += walked(browser, shared_site, world, who, language, seen)
    assert not found, "\n".join(found)
