"""No page of the site shows a word that is not in the language of the page, whoever reads it.

Every address that shows a page is asked as every kind of visitor in every language, and every form
is sent empty, so that its complaints are read too. Nothing here names single pages: a new address
is walked as soon as it stands in `urls.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils.translation import override
from django.views.defaults import server_error

import front_walk as walk
import front_world as world_of
from front_leaks import leaks
from front_walk import Page
from front_world import World
from oferta.core.parties.types import Role
from oferta.core.terms import shelf
from oferta.kernel.i18n import LANGUAGES, Language
from oferta.services.club.models import Payment
from oferta.services.tickets.models import Performance

#: Sent to every form: nothing that any field takes.
NONSENSE = dict.fromkeys(
    ("email", "phone", "code", "password", "password1", "login", "reason"), "!"
)
CUSTOMER_SIDE = ("anonymous", "link", "customer")
#: They work at the same pages, and see different things there.
ALL_OF_THEIRS = ("clerk", "approver")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Build the world once for all that read it; undone at the end, as is what each page does."""
    with django_db_blocker.unblock(), transaction.atomic():
        cache.clear()
        yield world_of.build()
        transaction.set_rollback(True)


def data_of(world: World) -> frozenset[str]:
    """Return the words that people and shops brought in."""
    brought = [*Payment.objects.values_list("merchant", flat=True).distinct()]
    brought += [one.name for one in world.staff.values()] + [world_of.WORDS, world_of.REASON]
    brought += [
        world_of.NAME,
        world_of.EMAIL,
        world_of.FIRM,
        "till",
        *(f"walker-{role}" for role in world.staff),
    ]
    # Of a performance its organiser brings the title, in the languages that they have.
    for titles in Performance.objects.values_list("titles", flat=True):
        brought += titles.values()
    # Publishers, and merchants as the card payments' record writes them, stand in the terms.
    for pack in shelf.terms().packs.values():
        brought += [pack.publisher, *(str(value) for one in pack.lists.values() for value in one)]
    told = " ".join(brought).lower()
    words = {*re.findall(r"\w+", told), *re.findall(r"[a-zà-ɏа-ӿ]+", told), *told.split()}
    return frozenset(words | {word.rpartition(".")[0] for word in words})


def visitor(name: str, world: World, language: Language) -> Client:
    client = Client(raise_request_exception=True)
    client.cookies["oferta_language"] = language.lower()
    if name == "customer":
        world.customer(client)
    elif name in {role.value for role in Role}:
        world.desk(client, Role(name))
    return client


def pages(world: World, who: str, *, sent: bool = False) -> list[Page]:
    """Return what this visitor walks; with `sent`, the addresses that take something from them."""
    mine = walk.names(who, sent=sent, again=ALL_OF_THEIRS)
    found = walk.pages(world, door=world.token if who == "link" else "my")
    return [one for one in found if one.name in mine and (who != "link" or "/c/" in one.path)]


def untranslated(answer: HttpResponse, language: Language, data: frozenset[str]) -> list[str]:
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        return []
    html = answer.content.decode()
    if "<html" in html[:200]:
        assert f'<html lang="{language}">' in html[:200]
    return [str(leak) for leak in leaks(html, language, data)]


def told(found: dict[str, list[str]]) -> str:
    """Return each leak once, with one page that has it."""
    once = {leak: name for name, leaked in found.items() for leak in leaked}
    return "\n".join(f"{name}: {leak}" for leak, name in once.items())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", [*CUSTOMER_SIDE, *walk.STAFF])
def test_no_page_shows_a_word_of_another_language(
    who: str, language: Language, world: World
) -> None:
    data = data_of(world)
    client = visitor(who, world, language)
    found: dict[str, list[str]] = {}
    shown = 0
    for page in pages(world, who):
        with undone():
            answer = client.get(page.path)
        assert answer.status_code < 500, page.path
        taught = not page.guessed or answer.status_code != 404
        assert taught, f"add what {page.name} asks for to tests/front_world.py"
        shown += answer.status_code == 200
        if leaked := untranslated(answer, language, data):
            found[f"{page.name} {answer.status_code}"] = leaked
    assert not found, told(found)
    assert shown >= 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", ["anonymous", "customer", *walk.STAFF])
def test_no_complaint_of_a_form_shows_a_word_of_another_language(
    who: str, language: Language, world: World
) -> None:
    data = data_of(world)
    found: dict[str, list[str]] = {}
    client = visitor(who, world, language)
    for page in pages(world, who, sent=True):
        if "?" in page.path:
            continue
        for sent in ({}, NONSENSE):
            with undone():
                answer = client.post(page.path, sent)
            if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
                break
            assert answer.status_code < 500, page.path
            if leaked := untranslated(answer, language, data):
                found[f"{page.name} {answer.status_code}"] = leaked
    assert not found, told(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_acts_for_a_firm_reads_of_its_members_in_their_language(
    language: Language, world: World
) -> None:
    client = visitor("customer", world, language)
    with undone():
        client.post("/my/acting/", {"organisation": str(world.ids["firm_id"])})
        shown = client.get("/my/acting/members/")
        refused = client.post("/my/acting/members/", {"contact": "!"})
    assert shown.status_code == HTTPStatus.OK
    data = data_of(world)
    assert not untranslated(shown, language, data)
    assert not untranslated(refused, language, data)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_an_error_shows_a_word_of_another_language(
    language: Language, world: World
) -> None:
    data = data_of(world)
    with override(language.lower()):
        broken = server_error(RequestFactory().get("/"))
    clerk = visitor("clerk", world, language)
    customer = visitor("customer", world, language)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["oferta_language"] = language.lower()
    answers = {
        "500": broken,
        "404": customer.get("/nowhere"),
        "404 of a page": customer.get(f"/my/cases/{world.party}/"),
        "403 of a customer": clerk.get("/my/"),
        "403 of staff": customer.get("/desk/"),
        "403 of a forgery": strict.post("/language", {"language": "kk"}),
    }
    found = {name: untranslated(answer, language, data) for name, answer in answers.items()}
    assert not any(found.values()), told(found)
    assert broken.status_code == 500


class undone:  # noqa: N801 - reads as a word
    """What happens inside is undone at its end: every page is asked of the same world."""

    def __enter__(self) -> None:
        cache.clear()  # nobody is sent too many requests
        self._point = transaction.savepoint()

    def __exit__(self, *_: object) -> None:
        transaction.savepoint_rollback(self._point)
        connection.needs_rollback = False
