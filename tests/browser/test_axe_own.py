"""No page of a customer has a barrier that axe-core can find, behind a session or a link."""

from __future__ import annotations

import pytest
from axe_walk import Walker, walked
from django.test import Client
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
    found += _for_a_firm(browser, shared_site, world)
    assert not found, "\n".join(found)


def _for_a_firm(browser: Browser, site: str, world: World) -> list[str]:
    """Look at who acts for an organisation, as its owner."""
    client = world.customer(Client())
    client.post("/my/acting/", {"organisation": str(world.ids["firm_id"])})
    walker = Walker(browser, site, "kk", client)
    barriers = walker.visit("/my/acting/members/", "customer-acting:members")
    assert walker.page.url.endswith("/members/")
    return barriers + walker.close()
