"""Every address, every caller: nobody gets in where the table does not let them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
import world as made
from access_table import CALLERS, FACTOR, HIDDEN, IN, REFUSED, SIGN_IN, TABLE, Row
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from world import SECRET, World

from oferta.kernel import clock

#: Namespaces whose rows are made from a description of their own.
DESCRIBED = ("rest:api:",)
FACTOR_PAGES = ("/my/security/confirm/", "/my/security/factors/app/", "/sign-in/second-factor/")


class Got(NamedTuple):
    """What a caller got."""

    outcome: str
    #: Something of the owner's stands in it.
    tells: bool


@pytest.fixture(scope="module")
def world(shared_db: str, corner_club: None) -> World:
    """One world for all: whatever a test does in it is undone at once."""
    return made.make()


@pytest.fixture(scope="module")
def walked(world: World) -> dict[tuple[int, str], Got]:
    """Every row, asked by every caller once: by the number of the row and the caller."""
    found = {}
    for number, row in enumerate(TABLE):
        path = _path(row, world)
        for caller in CALLERS:
            answer = _ask(world.clients[caller], row, path, world)
            body = b"" if answer.streaming else answer.content
            found[number, caller] = Got(_outcome(answer), SECRET.encode() in body)
    return found


def test_the_table_names_every_address_of_the_site() -> None:
    named = {row.name for row in TABLE}
    there = {name for name, _ in _routes() if not name.startswith(DESCRIBED)}
    assert there - named == set(), "say in tests/authorisation/access_table.py who may open these"
    assert named - there == set(), "these are gone"


def test_each_caller_gets_what_the_table_says(walked: dict[tuple[int, str], Got]) -> None:
    wrong = [
        f"{row.method} {row.name} {caller}: {got}, not {row.answers[caller]}"
        for number, row in enumerate(TABLE)
        for caller in CALLERS
        if (got := walked[number, caller].outcome) != row.answers[caller]
    ]
    assert wrong == [], "\n".join(wrong)


#: What a personal link opens beside reading: nothing about money, data or the login; but of one's
#: tickets all about giving them back, since who bought as a guest has no other door (TR-100).
OF_A_LINK = {
    "tickets:mine",
    "tickets:order",
    "tickets:my_change",
    "tickets:pay",
    "tickets:abandon",
    "tickets:ticket",
    "tickets:ticket_code",
    "tickets:ticket_paper",
    "tickets:ticket_pass",
    "tickets:refund",
    "tickets:apply",
    "tickets:refund_form_of",
    "tickets:refunds",
    "tickets:application",
    "tickets:attach",
    "tickets:explain",
    "tickets:withdraw",
    "tickets:write",
    "tickets:refund_paper",
    "tickets:choose",
    "tickets:send",
    "tickets:consent",
    "tickets:missing",
    "my:home",
    "inbox:list",
    "inbox:notice",
    "inbox:read_all",
    "decisions:decision",
    "cases:dispute",
    "cases:list",
    "cases:case",
    "security:not_me",
}
#: The owner has a login already: what a link would give them is theirs.
CLAIMED = "sign_in:claim"


def test_a_personal_link_opens_its_owners_pages_and_no_others(world: World) -> None:
    """The link is the key: whoever holds it is let in, whoever they are, to these pages alone."""
    wrong = []
    by_door = {name for name, route in _routes() if "token" in route.pattern.regex.groupindex}
    for row in (row for row in TABLE if row.name in by_door - {CLAIMED}):
        for caller, whose, wanted in (
            ("anonymous", "owner", row.answers["owner"]),
            ("clerk", "owner", row.answers["owner"]),
            ("anonymous", "stranger", row.answers["stranger"]),
        ):
            path = _path(row, world, token=world.links[whose])
            got = _outcome(_ask(world.clients[caller], row, path, world))
            expected = SIGN_IN if row.name not in OF_A_LINK else wanted
            if got != expected:
                wrong.append(f"{row.method} {row.name} {caller} by {whose}'s link: {got}")
    assert wrong == [], "\n".join(wrong)


def test_a_forged_link_opens_nothing(world: World) -> None:
    forged = world.links["owner"][:-1] + ("A" if world.links["owner"][-1] != "A" else "B")
    for row in TABLE:
        if row.name in OF_A_LINK:
            path = _path(row, world, token=forged)
            assert _outcome(_ask(world.clients["anonymous"], row, path, world)) == HIDDEN, path


def test_no_page_of_another_customer_shows_anything_of_the_owner(
    walked: dict[tuple[int, str], Got],
) -> None:
    others = ("anonymous", "stranger", "blocked", "gate", "messenger", "dismissed")
    assert any(got.tells for (_, caller), got in walked.items() if caller == "owner")
    told = [
        f"{row.name} {caller}"
        for number, row in enumerate(TABLE)
        for caller in others
        if row.method == "GET" and walked[number, caller].tells
    ]
    assert told == []


def test_nothing_is_done_without_the_token_against_forgery(world: World) -> None:
    for row in (row for row in TABLE if row.method == "POST"):
        for caller in ("owner", "approver", "administrator"):
            client = Client(enforce_csrf_checks=True)
            client.cookies = world.clients[caller].cookies.copy()
            answer = client.post(_path(row, world), dict(row.form))
            assert answer.status_code == 403, f"{row.name} {caller}"


#: What is no reading or disputing of one's own: who is blocked buys and hands over nothing.
ACTS = {"tickets:pay", "tickets:hold"}


def test_a_blocked_customer_still_reads_and_disputes_what_is_theirs(world: World) -> None:
    from oferta.core.parties import blocks

    with _undone():
        blocks.block(
            world.owner,
            reason="x",
            clause=("corner-club", "2024-01-01", "till"),
            actor=world.staff["clerk"],
            now=made.build.NOW,
        )
        own = (row for row in TABLE if row.answers["stranger"] == HIDDEN != row.answers["owner"])
        for row in own:
            answer = _ask(world.clients["owner"], row, _path(row, world), world)
            assert _outcome(answer) == (REFUSED if row.name in ACTS else IN), row.name


#: Whose a token is that must act for a member of staff.
OF_STAFF = {"cases:resolve": "approver", "tickets:settle": "finance"}


def test_each_operation_of_the_api_wants_its_scope_and_keeps_customers_to_their_own(
    world: World,
) -> None:
    from oferta.project.rest import actions, openapi
    from oferta.project.rest.types import NewToken, Scope

    document = openapi.document()
    texts = {}
    for scope in Scope:
        staff = world.staff[role].id if (role := OF_STAFF.get(scope.value)) else None
        wanted = NewToken(name=scope, owner="test", scopes=frozenset({scope}), staff_id=staff)
        texts[scope.value] = actions.create_token(wanted, created_by="test", now=clock.now())[1]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            address = re.sub(r"\{(\w+)\}", lambda one: _sample(one[1], world), path)
            refused = {
                scope: _call(method, address, {"authorization": f"Bearer {text}"})
                for scope, text in texts.items()
            }
            needed = operation.get("x-scope") or ""
            for scope, status in refused.items():
                assert status < 500, f"{method} {path} {scope}"
                if needed:
                    assert (status == 403) == (scope != needed), f"{method} {path} {scope}"
            assert _call(method, address, {}) == 401, f"{method} {path}"
            forged = {"authorization": f"Bearer {next(iter(texts.values()))[:-2]}xx"}
            assert _call(method, address, forged) == 401, f"{method} {path}"
            own = bool(operation.get("x-own"))
            status = _call(method, address, {}, world.clients["stranger"])
            assert own or status in {401, 403}, f"{method} {path} by a session"
            staff = _call(method, address, {}, world.clients["clerk"])
            assert staff in {401, 403}, f"{method} {path} by a session of staff"


#: Parts of addresses that name what everybody may read.
PUBLISHED = ("pack", "/performances/")


def test_a_customers_session_reads_nothing_of_anothers_by_the_api(world: World) -> None:
    from oferta.project.rest import openapi

    for path, methods in openapi.document()["paths"].items():
        operation = methods.get("get")
        if operation is None or not operation.get("x-own"):
            continue
        address = re.sub(r"\{(\w+)\}", lambda one: _sample(one[1], world), path)
        for query in ("", f"?party_id={world.owner}"):
            answer = world.clients["stranger"].get(address + query)
            assert SECRET.encode() not in answer.content, address
            if "{" in path and not any(one in path for one in PUBLISHED):
                assert answer.status_code == 404, address


def _sample(name: str, world: World) -> str:
    known = {"party_id": world.owner, "channel": "sms", "account_id": 1, "delivery_id": 1}
    return str(world.values.get(name) or known.get(name) or uuid4())


def _call(method: str, path: str, headers: dict[str, str], client: Client | None = None) -> int:
    fresh = Client(enforce_csrf_checks=True)
    if client is not None:
        fresh.cookies = client.cookies.copy()
    given: dict[str, Any] = {} if method == "get" else {"content_type": "application/json"}
    if method != "get":
        given["data"] = "{}"
    with _undone():
        answer = getattr(fresh, method)(path, headers=headers, **given)
    return answer.status_code


@contextmanager
def _undone() -> Iterator[None]:
    """Undo what is done meanwhile."""
    with transaction.atomic():
        point = transaction.savepoint()
        yield
        transaction.savepoint_rollback(point)


@cache
def _routes() -> tuple[tuple[str, URLPattern], ...]:
    return tuple(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[Any], space: str) -> Iterator[tuple[str, URLPattern]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from _walk(one.url_patterns, inner)
        else:
            yield f"{space}{one.name}", one


def _path(row: Row, world: World, **other: Any) -> str:
    if row.name == "rest:nothing":
        return "/api/v1/nothing"
    pattern = dict(_routes())[row.name]
    wanted = set(pattern.pattern.converters) | set(pattern.pattern.regex.groupindex)
    values = world.values | other
    return reverse(row.name, kwargs={name: values[name] for name in wanted})


def _ask(client: Client, row: Row, path: str, world: World) -> HttpResponse:
    form = {
        name: value.format(**{who: actor.id for who, actor in world.staff.items()})
        for name, value in row.form.items()
    }
    cookies = client.cookies.copy()  # a session made anew is undone with the rest
    with _undone():
        answer = client.get(path) if row.method == "GET" else client.post(path, form)
    client.cookies = cookies
    return answer


def _outcome(answer: HttpResponse) -> str:
    status = answer.status_code
    if status in {301, 302}:
        where = answer.headers["Location"]
        if where.startswith(FACTOR_PAGES):
            return FACTOR
        return SIGN_IN if where.startswith("/sign-in/") else IN
    assert status < 500, answer.request
    return {403: REFUSED, 404: HIDDEN}.get(status, IN)
