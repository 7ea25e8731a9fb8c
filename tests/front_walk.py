"""Every address of the site that shows a page, filled in from a `World`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RegexPattern

from front_world import World

sys.path.append(str(Path(__file__).parent / "authorisation"))

from access_table import FACTOR, HIDDEN, IN, REFUSED, TABLE, Row

#: In this order staff walk the desk; what one may open the later ones leave out.
STAFF = (
    "clerk",
    "approver",
    "administrator",
    "messenger",
    "finance",
    "auditor",
    "terms_owner",
    "cashier",
    "gate",
    "moderator",
)
#: What each of them sees differently.
OWN_VIEW = ("desk:home", "my:home")
#: Parts of the site that show no pages: they answer programs.
FOR_PROGRAMS = (
    "rest:api:",
    "rest:openapi",
    "rest:nothing",
    "health",
    "my:statement_file",
    "club:settlement_file",
    "tickets:settlement_file",
    "tickets:transfer_file",
    "tickets:ticket_code",
    "tickets:ticket_paper",
    "tickets:ticket_pass",
    "configuration:jsi18n",
    "tickets:gate_file",
    "tickets:gate_worker",
    "tickets:form",
    "tickets:refund_paper",
    "tickets:refund_form",
    "tickets:refund_form_of",
    "tickets:office_paper",
    "tickets:office_document",
)
#: Performances to which something happened.
CHANGED = ("moved_id", "replaced_id", "called_off_id")
#: Performances to which something happened.
CHANGED = ("moved_id", "replaced_id", "called_off_id")
#: Names in an address that more than one value makes sense for: name to the keys in `World.ids`.
MORE = {
    "tickets:application": ("application_id", ["application_id", "granted_id", "late_id"]),
    "tickets:office_application": ("application_id", ["application_id", "late_id", "refused_id"]),
    "tickets:choose": ("refund_id", ["refund_id", "sent_refund_id", "reported_id"]),
    "tickets:missing": ("doubted_id", ["doubted_id", "reported_id"]),
    "tickets:refund": ("order_id", ["order_id", "returned_order_id"]),
    "tickets:history": ("performance_id", ["performance_id", *CHANGED]),
    "tickets:my_change": ("order_id", ["order_id", "moved_order_id", "replaced_order_id"]),
    "tickets:change": ("performance_id", ["performance_id", *CHANGED]),
    "tickets:proposal": ("prepared_id", ["prepared_id", "prepared_done_id"]),
    "cases:case": ("case_id", ["case_id", "answered_case", "proposed_case"]),
    "desk:case": ("case_id", ["case_id", "answered_case", "proposed_case"]),
    "decisions:decision": ("decision_id", ["decision_id", "paid_id", "stopped_id"]),
    "standing:page": ("customer_id", ["customer_id", "firm_id"]),
    "tickets:order": (
        "order_id",
        ["order_id", "reserved_order_id", "brought_order_id", "corrected_order_id"],
    ),
    "tickets:shipment": ("shipment_id", ["shipment_id", "back_shipment_id"]),
    "desk:decision": ("decision_id", ["decision_id", "paid_id", "stopped_id"]),
    "club:desk_member": ("customer_id", ["customer_id", "firm_id"]),
}
#: What is typed behind an address to see another side of the page.
QUERIES = {
    "tickets:settlement": ["?kind=returned", "?kind=covered"],
    "tickets:refund": ["?reason=illness", "?reason=other"],
    "tickets:office": ["?show=money", "?q=FRONTDOOR1"],
    "tickets:office_register": ["?order=FRONTDOOR1", "?order=x"],
    "tickets:gate_incidents": ["?all=1"],
    "tickets:counter": ["?code=x"],
    "tickets:dispatch": ["?show=sent", "?show=came_back", "?kind=courier", "?code=x"],
    "inbox:list": ["?show=unread"],
    "my:statement": ["?month=2017-01", "?month=1999-01"],
    "desk:find": ["?q=Айгерім", "?q=nobody"],
    "club:statement": ["?month=2017-01"],
    "club:suspicions": ["?show=all"],
    "club:guide": ["?q=Halyk+Bonus", "?q=nobody"],
    "club:partner": ["?from=2017-01-01", "?from=x"],
    "club:board": ["?from=2017-01-01&to=2017-01-31", "?from=x&to=y"],
    "tickets:listing": ["?q=nothing", "?day=never"],
    "terms:pack": ["?on=1999-01-01", "?on=never"],
    "terms:compare": ["?from=2024-04-15&to=2024-04-16", "?from=x"],
}


#: Kind of what an address asks for to something that is not there.
_GUESSES = {
    "UUIDConverter": UUID(int=7),
    "IntConverter": 7,
    "StringConverter": "nothing",
    "SlugConverter": "nothing",
}


@dataclass(frozen=True)
class Address:
    """One address of the site."""

    name: str
    #: What it asks for, and how it is written: `uuid`, `int`, `slug`.
    params: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    """An address filled in."""

    name: str
    path: str
    #: Something in it was made up: right for an address that only takes what is sent.
    guessed: bool


def addresses() -> list[Address]:
    """Return every address with a name that shows pages."""
    return sorted(set(_below(get_resolver(), "")), key=lambda one: one.name)


def pages(world: World, *, door: str = "my") -> Iterator[Page]:
    """Yield every page, with each value and query that is told above."""
    for one in addresses():
        known = world.ids | {"token": door} | world.own.get(one.name, {})
        guessed = [name for name, _ in one.params if name not in known]
        known |= {name: _GUESSES.get(kind, "7") for name, kind in one.params if name in guessed}
        name, keys = MORE.get(one.name, ("", [""]))
        for key in keys:
            filled = {name_: known[name_] for name_, _ in one.params}
            if key:
                filled[name] = known[key]
            if None in filled.values():
                continue
            try:
                path = reverse(one.name, kwargs=filled)
            except NoReverseMatch:
                message = f"{one.name} asks for {one.params}: add it to tests/front_world.py"
                raise LookupError(message) from None
            yield Page(one.name, path, bool(guessed))
            for query in QUERIES.get(one.name, ()):
                yield Page(one.name, path + query, bool(guessed))


def names(who: str, *, sent: bool = False, again: tuple[str, ...] = ()) -> set[str]:
    """Return the addresses that a visitor walks: open to them, and to no member of staff before.

    Args:
        who: `anonymous`, `customer`, `link`, or a role.
        sent: whether those count that only take what is sent.
        again: roles that walk all that is open to them.
    """
    rows = [row for row in TABLE if sent or row.method == "GET"]
    if who == "anonymous":
        return {row.name for row in rows if row.answers["anonymous"] == IN}
    if who in {"customer", "link"}:
        mine = {row.name for row in rows if row.answers["owner"] in {IN, FACTOR}}
        return mine - names("anonymous")
    before = () if who in again else STAFF[: STAFF.index(who)]
    return {
        row.name
        for row in rows
        if _lets_in(row, who)
        and row.answers["owner"] == REFUSED
        and (row.name in OWN_VIEW or not any(_lets_in(row, other) for other in before))
    }


def _lets_in(row: Row, who: str) -> bool:
    return row.answers[who] in {IN, HIDDEN}


def _below(resolver: URLResolver, space: str) -> Iterator[Address]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _below(one, space + (f"{one.namespace}:" if one.namespace else ""))
        elif isinstance(one, URLPattern) and one.name:
            name = space + one.name
            if not name.startswith(FOR_PROGRAMS):
                kinds = {key: type(kind).__name__ for key, kind in one.pattern.converters.items()}
                if isinstance(one.pattern, RegexPattern):
                    kinds = dict.fromkeys(one.pattern.regex.groupindex, "StringConverter")
                yield Address(name, tuple(kinds.items()))
