"""The links of the frames: public pages, the customer's sections, the desk's."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, reverse

from oferta.core.notices import queries as notices
from oferta.core.parties.web.doors import SESSION


class Link(NamedTuple):
    """A link of a frame. A name that `urls.py` does not know is left out."""

    #: Name of the address.
    name: str
    #: Key of its words.
    key: str
    #: A drawing of `icons`.
    icon: str = ""
    #: Whether a personal link leads there too.
    by_link: bool = False
    #: What a member of staff must be allowed to do to see it; "" nothing.
    permission: str = ""


PUBLIC = (
    Link("home", "frame.home"),
    Link("tickets:listing", "tickets.shop.title"),
    Link("terms:packs", "published.title"),
    Link("my:home", "frame.my"),
    Link("desk:home", "desk.title"),
)
CUSTOMER = (
    Link("my:home", "my.home", "home"),
    Link("my:statement", "my.statement", "statement"),
    Link("tickets:mine", "tickets.nav", "ticket", by_link=True),
    Link("club:home", "club.nav", "club"),
    Link("inbox:list", "my.notices", "notices", by_link=True),
    Link("cases:list", "my.cases", "cases", by_link=True),
    Link("my:profile", "my.profile", "profile"),
)
DESK: tuple[Link, ...] = (
    Link("desk:home", "desk.title", "desk"),
    Link("tickets:office", "tickets.office.title", "statement", permission="work_cases"),
    Link("tickets:changes", "tickets.changes.title", "ticket", permission="work_cases"),
    Link("messages:list", "messages.title", "send", permission="stop_messages"),
    Link("club:suspicions", "club.suspicions.title", "warning", permission="see_cases"),
    Link("club:card_requests", "club.desk.cards", "club", permission="record_identity"),
    Link("club:board", "club.board.title", "chart", permission="see_figures"),
    Link("tickets:settling", "tickets.settling.title", "chart", permission="see_figures"),
    Link("tickets:gates", "tickets.gate.title", "lock", permission="admit"),
    Link("tickets:counter", "tickets.counter.title", "shop", permission="take_payments"),
    Link("tickets:dispatch", "tickets.delivery.dispatch", "send", permission="take_payments"),
    Link("tickets:delivery_offers", "tickets.delivery.offers", "send", permission="settle"),
    Link("audit:log", "audit.title", "log", permission="read_audit"),
    Link("staffing:list", "staffing.title", "people", permission="approve_appointments"),
    Link("rest:tokens", "rest.tokens", "lock", permission="manage_tokens"),
    Link("webhooks:endpoints", "webhooks.title", "send", permission="manage_tokens"),
    Link("configuration:index", "configuration.title", "lock", permission="configure"),
)
#: What else there is of one customer at the desk.
OF_CUSTOMER: tuple[Link, ...] = (
    Link("standing:page", "standing.title"),
    Link("club:desk_member", "club.desk.member"),
)
#: What anybody may want to look up, at the foot of every page.
FOOT = (
    Link("terms:packs", "published.title"),
    Link("club:partners", "frame.partners"),
    Link("club:guide", "club.guide.title"),
    Link("messages:check", "frame.check"),
    Link("tickets:incidents", "tickets.incident.public"),
    Link("agreements:keys", "frame.keys"),
    Link("rest:docs", "frame.api"),
)

#: More unread notices than this are shown as "99+".
UNREAD_MAX = 99


def public_links(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the links at the top of public pages."""
    tried = [(entry, _address(entry.name) or _address(entry.name, SESSION)) for entry in PUBLIC]
    return [_link(request, entry, address) for entry, address in tried if address]


def foot_links() -> list[dict[str, Any]]:
    """Return the links at the foot of every page."""
    tried = [(entry, _address(entry.name)) for entry in FOOT]
    return [_link(None, entry, address) for entry, address in tried if address]


def customer_links(request: HttpRequest | None, token: str) -> list[dict[str, Any]]:
    """Return the sections open to who came by this door."""
    wanted = [entry for entry in CUSTOMER if entry.by_link or token == SESSION]
    tried = [(entry, _address(entry.name, token) or _address(entry.name)) for entry in wanted]
    links = [_link(request, entry, address) for entry, address in tried if address]
    customer = getattr(request, "customer", None)
    for link in links:
        if link["name"] == "inbox:list" and customer is not None:
            unread = notices.unread(customer.id, limit=UNREAD_MAX + 1)
            link["number"] = unread
            link["number_shown"] = f"{UNREAD_MAX}+" if unread > UNREAD_MAX else str(unread)
    return links


def desk_links(request: HttpRequest | None) -> list[dict[str, Any]]:
    """Return the sections of the desk that the member of staff may see."""
    allowed = getattr(getattr(request, "actor", None), "permissions", None)
    tried = [
        (entry, _address(entry.name))
        for entry in DESK
        if not entry.permission or allowed is None or entry.permission in allowed
    ]
    return [_link(request, entry, address) for entry, address in tried if address]


def of_customer(customer_id: UUID) -> list[dict[str, Any]]:
    """Return the desk's other pages about a customer."""
    tried = [(entry, _address(entry.name, str(customer_id))) for entry in OF_CUSTOMER]
    return [_link(None, entry, address) for entry, address in tried if address]


def _link(request: HttpRequest | None, entry: Link, address: str) -> dict[str, Any]:
    path = request.path if request is not None else ""
    # A section's pages lie below its address; a first page's would be all.
    below = address.count("/") > len("//") and path.startswith(address)
    return entry._asdict() | {"address": address, "current": path == address or below}


def first_address(names: Iterable[str]) -> str:
    """Return the address of the first of these names that there is; "" if there is none."""
    return next(filter(None, map(_address, names)), "")


def _address(name: str, *args: str) -> str:
    # A personal link is one customer's; what leads everywhere else is looked up once.
    fixed = not args or args == (SESSION,)
    return _fixed(get_script_prefix(), name, *args) if fixed else _looked_up(name, *args)


@cache
def _fixed(_prefix: str, name: str, *args: str) -> str:
    return _looked_up(name, *args)


def _looked_up(name: str, *args: str) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
