"""No page of a customer has a barrier that axe-core can find, behind a session or a link."""

from __future__ import annotations

import pytest
from axe_walk import walked
from playwright.sync_api import Browser

import front_world as world_of
from front_world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def world(shared_db: str) -> World:
    return world_of.build()


def test_axe_finds_no_barrier_on_a_customers_pages(
    browser: Browser, shared_site: str, world: World
) -> None:
    seen: set[str] = set()
    found = walked(browser, shared_site, world, "customer", "kk", seen)
    found += walked(browser, shared_site, world, "link", "ru", seen)
    assert not found, "\n".join(found)
