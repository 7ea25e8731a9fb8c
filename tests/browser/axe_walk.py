"""Walks every page with axe-core, wide and light, then narrow and dark, and keeps pictures.

All rules run once on the wide page; on the narrow one, those that a width, a scheme or a folded
menu can break. Which visitor walks which page is read from the table of who may open what: each
page is walked by the first who may, so a new page is walked without being named here.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Error, Page

import front_walk as walk
from front_world import World
from oferta.core.parties.types import Role

LOG = logging.getLogger(__name__)
#: Where pictures are kept; none are taken unless it is told, for they take a third of the walk.
FOLDER = os.environ.get("OFERTA_ARTIFACTS", "")
#: Tall, so that one picture shows most of a page.
PHONE, DESK = {"width": 360, "height": 1600}, {"width": 1280, "height": 1400}
#: Nothing of ours is in frames, and no rule that we run reads style sheets.
_QUICK = {"resultTypes": ["violations"], "preload": False, "iframes": False}
ALL: dict[str, Any] = {**_QUICK}
#: Of a long row of things made by one template the first are looked at.
REPEATED = [
    ["main li:nth-child(n+7)"],
    ["main tr:nth-child(n+7)"],
    ["main article:nth-of-type(n+7)"],
    ["main section:nth-of-type(n+7)"],
    ["main details:nth-of-type(n+7)"],
    ["main dl > div:nth-child(n+7)"],
]
NARROW: dict[str, Any] = {
    **_QUICK,
    "runOnly": [
        "color-contrast",
        "target-size",
        "scrollable-region-focusable",
        "link-in-text-block",
        "aria-hidden-focus",
        "button-name",
        "link-name",
        "region",
    ],
}


class Walker:
    """One visitor in one tab."""

    def __init__(self, browser: Browser, site: str, language: str, client: Client) -> None:
        self.complaints: list[str] = []
        self._context = browser.new_context(
            base_url=site, viewport=DESK, color_scheme="light", reduced_motion="reduce"
        )
        self._narrow = False
        self._context.set_default_timeout(60_000)
        self._context.add_init_script(Axe().axe_script)
        cookies = {"oferta_language": language.lower()}
        if "oferta_session" in client.cookies:
            cookies["oferta_session"] = client.cookies["oferta_session"].value
        self._context.add_cookies(
            [{"name": name, "value": value, "url": site} for name, value in cookies.items()]
        )
        self.page = self._context.new_page()
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def visit(self, path: str, name: str) -> list[str]:
        """Open a page and return its barriers, as it is wide and narrow."""
        self.page.goto(path)
        return self.barriers(name)

    def barriers(self, name: str) -> list[str]:
        """Return what axe finds on the page at hand, and what runs off its side.

        It begins with the look that the page before was left in: each turn is a new layout.
        """
        found = self._look_at(name)
        self._turn()
        return found + self._look_at(name)

    def close(self) -> list[str]:
        """End the visit; return what the browser complained of."""
        self._context.close()
        return self.complaints

    def _turn(self) -> None:
        self._narrow = not self._narrow
        self.page.set_viewport_size(PHONE if self._narrow else DESK)
        self.page.emulate_media(color_scheme="dark" if self._narrow else "light")

    def _look_at(self, name: str) -> list[str]:
        size, how = (PHONE, "360-dark") if self._narrow else (DESK, "1280-light")
        picture(self.page, f"{name}-{how}")
        found = self._axe(NARROW if self._narrow else ALL, f"{name} {how}")
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        return found + ([f"{name} {how}: wider than the screen"] if wide > size["width"] else [])

    def _axe(self, options: dict[str, Any], where: str) -> list[str]:
        run = "([on, options]) => axe.run(on, options).then(found => found.violations)"
        return [
            f"{where}: {one['id']}: {node['html'][:140]} {node['failureSummary'][:200]}"
            for one in self.page.evaluate(run, [{"exclude": REPEATED}, options])
            for node in one["nodes"]
        ]

    def _listen(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(said.text)


def picture(page: Page, name: str) -> None:
    """Keep a picture of the top of the page, if pictures are wanted.

    A picture is for who looks later. A browser on a busy machine cannot always draw one in time.
    """
    if not FOLDER:
        return
    folder = Path(FOLDER) / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name.replace(':', '-').replace('/', '-')}.jpeg"
    try:
        page.screenshot(path=path, type="jpeg", quality=50)
    except Error as error:
        LOG.warning("no picture of %s: %s", name, error.message.partition("\n")[0])


def paths(world: World, who: str) -> Iterator[tuple[str, str]]:
    """Yield name and path of what a visitor walks: what shows them a page, and nobody before them.

    Args:
        world: what there is to see.
        who: `anonymous`, `customer`, `link`, or a role.
    """
    seen: set[str] = set()
    mine = walk.names(who)
    for one in walk.pages(world, door=world.token if who == "link" else "my"):
        through = one.path.startswith("/c/") if who == "link" else True
        if one.name in mine and through and not one.guessed and one.path not in seen:
            seen.add(one.path)
            yield one.name, one.path


def template_of(client: Client, path: str) -> str:
    """Return which template an address shows this visitor; "" if it only takes what is sent."""
    cache.clear()
    answer = client.get(path)
    html = answer.headers.get("Content-Type", "").startswith("text/html")
    return str(answer.templates[0].name) if html and answer.status_code == 200 else ""


def client_of(world: World, who: str) -> Client:
    """Return a client in which a visitor is signed in."""
    client = Client()
    if who == "customer":
        return world.customer(client)
    return client if who in {"anonymous", "link"} else world.desk(client, Role(who))


def walked(
    browser: Browser, site: str, world: World, who: str, language: str, seen: set[str]
) -> list[str]:
    """Return the barriers on everything that a visitor walks.

    Args:
        browser: in which they walk.
        site: its address.
        world: what there is to see.
        who: as of `paths`.
        language: of the pages.
        seen: templates that were looked at, by this or another visitor; those of this walk are
            added. A page whose states differ (`front_walk.MORE`) is looked at in each of them.

    Raises:
        AssertionError: there was nothing to see.
    """
    client = client_of(world, who)
    walker = Walker(browser, site, language, client)
    found: list[str] = []
    visited = 0
    for name, path in paths(world, who):
        template = template_of(client, path)
        if template and (template not in seen or name in {*walk.MORE, *walk.OWN_VIEW}):
            found += walker.visit(path, f"{who}-{visited:02d}-{name}")
            visited += 1
            seen.add(template)
    found += walker.close()
    assert visited, who
    return found
