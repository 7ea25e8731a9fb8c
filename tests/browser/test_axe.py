"""No page has a barrier that axe-core can find: on a phone and on a desk, in light and in dark.

Every address that shows a page is visited. Pictures are kept in the folder that `OFERTA_ARTIFACTS`
names, else in `test-artifacts/`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Page

import front_walk as walk
import front_world as world_of
from front_world import World
from oferta.core.parties.types import Role
from oferta.kernel.i18n import Language

pytestmark = pytest.mark.browser

FOLDER = Path(os.environ.get("OFERTA_ARTIFACTS", Path(__file__).parents[2] / "test-artifacts"))
PHONE, DESK = {"width": 360, "height": 800}, {"width": 1280, "height": 900}
CONTRAST = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
#: Who walks which part of the site, and in which language.
WALKS: list[tuple[str, Language]] = [
    ("anonymous", "zh-Hant"),
    ("customer", "kk"),
    ("link", "ru"),
    ("clerk", "zh-Hans"),
    ("approver", "kk"),
    ("auditor", "ru"),
    ("messenger", "en"),
    ("administrator", "kk"),
]


def barriers(page: Page, name: str) -> list[str]:
    """Return what axe finds at both widths, in both schemes, and what runs off the side."""
    found: list[str] = []
    for size, scheme, other in ((DESK, "light", "dark"), (PHONE, "dark", "light")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        where = f"{name} {size['width']} {scheme}"
        found += _told(Axe().run(page).response["violations"], where)
        picture(page, name, f"{size['width']}-{scheme}")
        if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
            found.append(f"{where}: wider than the screen")
        if size is DESK:  # colours do not depend on the width
            page.emulate_media(color_scheme=other, reduced_motion="reduce")
            again = page.evaluate("options => axe.run(document, options)", CONTRAST)
            found += _told(again["violations"], f"{name} {size['width']} {other}")
    return found


def _told(violations: list[dict[str, object]], where: str) -> list[str]:
    return [
        f"{where}: {one['id']}: {node['html'][:140]} {node['failureSummary'][:200]}"
        for one in violations
        for node in one["nodes"]  # type: ignore[attr-defined]
    ]


def picture(page: Page, name: str, how: str) -> None:
    folder = FOLDER / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name.replace(':', '-').replace('/', '-')}-{how}.jpeg"
    page.screenshot(path=path, full_page=True, type="jpeg", quality=60)


def pages(world: World, who: str, client: Client) -> Iterator[tuple[str, str]]:
    """Yield name and path of what shows this visitor a page of their own."""
    seen: set[str] = set()
    others = who not in ("anonymous", "customer", "link", "clerk")
    clerk = world.desk(Client(), Role.CLERK) if others else None
    for one in walk.pages(world, door=world.token if who == "link" else "my"):
        theirs = {
            "anonymous": not one.path.startswith(("/my/", "/c/", "/desk/")),
            "customer": one.path.startswith("/my/"),
            "link": one.path.startswith("/c/"),
        }.get(who, one.path.startswith("/desk"))
        if not theirs or one.path in seen:
            continue
        seen.add(one.path)
        cache.clear()
        if clerk is not None and clerk.get(one.path).status_code == 200:
            continue  # the clerk has walked it
        answer = client.get(one.path)
        html = answer.headers.get("Content-Type", "").startswith("text/html")
        if html and answer.status_code == 200:
            yield one.name, one.path


@pytest.mark.parametrize(("who", "language"), WALKS, ids=lambda value: value)
def test_axe_finds_no_barrier_on_any_page(
    who: str, language: Language, site: str, open_page: Callable[..., Page]
) -> None:
    world = world_of.build()
    client = Client()
    if who == "customer":
        world.customer(client)
    elif who not in ("anonymous", "link"):
        world.desk(client, Role(who))
    page = open_page("/")
    cookies = {"oferta_language": language.lower()}
    if "oferta_session" in client.cookies:
        cookies["oferta_session"] = client.cookies["oferta_session"].value
    page.context.add_cookies(
        [{"name": name, "value": value, "url": site} for name, value in cookies.items()]
    )
    found: list[str] = []
    visited = 0
    for number, (name, path) in enumerate(pages(world, who, client)):
        page.goto(path)
        found += barriers(page, f"{who}-{number:02d}-{name}")
        visited += 1
    assert not found, "\n".join(found)
    assert visited


def test_axe_finds_no_barrier_on_pages_that_complain(open_page: Callable[..., Page]) -> None:
    page = open_page("/", refusals=True)
    page.goto("/terms/bonus-club/?on=never", wait_until="domcontentloaded")
    found = barriers(page, "complaint-of-a-day")
    page.goto("/sign-in/")
    page.locator("main form button").first.click()
    found += barriers(page, "complaint-of-signing-in")
    assert not found, "\n".join(found)
