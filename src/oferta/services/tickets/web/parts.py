"""What every page of the office says alike: titles, stages, times, places, who is at the door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from oferta.core.decisions.naming import Name
from oferta.core.parties import queries as parties
from oferta.core.parties.errors import UnknownCustomer
from oferta.core.parties.types import Customer
from oferta.core.parties.web import acting
from oferta.kernel.i18n import LANGUAGES, Language
from oferta.kernel.money import Money
from oferta.services.tickets.models import HallSeat, Venue
from oferta.services.tickets.types import Stage


class Titled(NamedTuple):
    """A title and the language that it is in: for `lang`, so that it is read out right."""

    text: str
    language: str


class Chip(NamedTuple):
    """A state in words, and the tone that repeats them: good, bad, warn, info or nothing."""

    key: str
    tone: str = ""


class Staged(Protocol):
    """What a stage is told of: a performance's row, or what it is sold as."""

    @property
    def stage(self) -> str:
        """A value of `Stage`."""

    @property
    def sale_starts_at(self) -> datetime:
        """From when it is sold."""

    @property
    def sale_ends_at(self) -> datetime:
        """Until when it is sold."""


_STAGES: Mapping[str, Chip] = {
    Stage.DRAFT: Chip("tickets.stage.draft"),
    Stage.ON_SALE: Chip("tickets.stage.on_sale", "good"),
    Stage.CANCELLED: Chip("tickets.stage.cancelled", "bad"),
    Stage.POSTPONED: Chip("tickets.stage.postponed", "warn"),
    Stage.REPLACED: Chip("tickets.stage.replaced", "warn"),
    Stage.HELD: Chip("tickets.stage.held"),
}
_SOLD_OUT = Chip("tickets.stage.sold_out", "warn")
_NOT_YET = Chip("tickets.stage.not_yet", "info")
_CLOSED = Chip("tickets.stage.closed")


def title(titles: Mapping[str, str], language: Language) -> Titled:
    """Return a performance's title in the reader's language, or in the nearest that it has."""
    chinese = [one for one in LANGUAGES if one.startswith("zh")]
    near = [language, *(chinese if language in chinese else ("ru", "en", "kk"))]
    found = next((one for one in near if titles.get(one)), next(iter(titles)))
    return Titled(titles[found], found)


def stage(performance: Staged, *, left: int | None = None, now: datetime) -> Chip:
    """Return where a performance stands, in words.

    Args:
        performance: its row, or its offer.
        left: how many places are free, if it is known; none left is "sold out".
        now: zoned.
    """
    if performance.stage != Stage.ON_SALE:
        return _STAGES[performance.stage]
    if now < performance.sale_starts_at:
        return _NOT_YET
    if now >= performance.sale_ends_at:
        return _CLOSED
    return _SOLD_OUT if left == 0 else _STAGES[Stage.ON_SALE]


def can_buy(performance: Staged, *, now: datetime) -> bool:
    """Tell whether tickets are sold at a moment, if any are left."""
    on_time = performance.sale_starts_at <= now < performance.sale_ends_at
    return performance.stage == Stage.ON_SALE and on_time


def place(sector: str, row: str, number: str, category: str = "") -> Name:
    """Return a place in words, for `{% said %}`: "Stalls, row 3, seat 12", or its category."""
    if not number:
        return Name("tickets.place.general", {"category": _data(category)})
    if not sector:
        return Name("tickets.place.row_seat", {"row": _data(row), "number": _data(number)})
    values = {"sector": _data(sector), "row": _data(row), "number": _data(number)}
    return Name("tickets.place.seat", values)


def seat_place(seat: HallSeat | None, category: str = "") -> Name:
    """Return the place of a row of the hall in words; arguments as of `place`."""
    if seat is None:
        return place("", "", "", category)
    return place(seat.sector, seat.row, seat.number, category)


def where(venue: Venue) -> str:
    """Return a house with its city and address, as they are written: data of no language."""
    return ", ".join(part for part in (venue.name, venue.city, venue.address) if part)


def money(minor: int, unit: str) -> Money:
    """Return an amount for `{% money %}`."""
    return Money(minor, unit)


def reader(request: HttpRequest) -> Customer | None:
    """Return the customer at the door of a public page, or the organisation that they act for.

    None: nobody signed in, or a member of staff who is no customer.
    """
    if not request.user.is_authenticated:
        return None
    try:
        person = parties.customer_of_login(request.user.pk)
    except UnknownCustomer:
        return None
    found = acting.chosen(request, person)
    request.acting = found  # type: ignore[attr-defined] # the frame says for whom they act
    return person if found is None else found.organisation


def may_act(request: HttpRequest) -> bool:
    """Tell whether the reader may do something here; a mere reader of an organisation may not.

    To be asked after `reader`.
    """
    found: acting.Acting | None = getattr(request, "acting", None)
    return found is None or found.may(request.method or "", owners=False)


def address(name: str, *args: object) -> str:
    """Return the address of a page of another room; "" if there is none yet."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _data(text: str) -> SafeString:
    return format_html('<span translate="no">{}</span>', text)
