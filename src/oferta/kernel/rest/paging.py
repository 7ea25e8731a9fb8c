"""Pages by cursor: each goes on where the one before ended, whatever came in between."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from ninja import Query
from pydantic import Field

from oferta.kernel.i18n import Language
from oferta.kernel.rest.access import Caller
from oferta.kernel.rest.errors import BadCursor, BadParameters
from oferta.kernel.rest.schemas import Told

PAGE_MAX = 200
_T = TypeVar("_T")

After = Annotated[
    str | None,
    Query(None, max_length=200, description="`next` of the page before; none: the first page."),
]
Limit = Annotated[int, Query(50, ge=1, le=PAGE_MAX, description="How many at most.")]
Whose = Annotated[
    UUID | None, Query(None, description="The customer; a customer may leave it out.")
]
InLanguage = Annotated[Language, Query("en", description="Language of the words.")]


class Page(Told, Generic[_T]):
    """A part of a list."""

    items: list[_T]
    next: str | None = Field(description="Give it as `after` for the next page; null: no more.")


def customer_of_list(caller: Caller, asked: UUID | None) -> UUID:
    """Return the customer whose things are listed.

    Raises:
        BadParameters: neither is one named, nor is the caller one.
        NothingThere: it is another customer than the one who asks.
    """
    whose = asked or caller.party_id
    if whose is None:
        raise BadParameters(wrong=[{"at": "query.party_id", "what": "Field required"}])
    caller.ensure_sees(whose)
    return whose


def page(
    found: Sequence[_T], limit: int, place: Callable[[_T], UUID | int | str]
) -> tuple[list[_T], str | None]:
    """Return what goes on a page and the cursor of the next one.

    Args:
        found: one more than `limit` if there is more.
        limit: of the page.
        place: what the query goes on after.
    """
    shown = list(found[:limit])
    more = len(found) > limit
    return shown, cursor(place(shown[-1])) if more else None


def cursor(place: UUID | int | str) -> str:
    """Write a place in a list so that nobody builds on what it is."""
    text = place.hex if isinstance(place, UUID) else str(place)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def text_after(given: str | None) -> str | None:
    """Return the place that a cursor stands for, as it was written.

    Raises:
        BadCursor: no page gave it.
    """
    if given is None:
        return None
    try:
        text = urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode()
    except ValueError:
        raise BadCursor from None
    if cursor(text) != given or "\0" in text:
        raise BadCursor
    return text


def id_after(given: str | None) -> UUID | None:
    """Return the id that a cursor stands for; errors as of `text_after`."""
    text = text_after(given)
    try:
        return None if text is None else UUID(hex=text)
    except ValueError:
        raise BadCursor from None


def number_after(given: str | None) -> int:
    """Return the number that a cursor stands for, 0 for none; errors as of `text_after`."""
    text = text_after(given)
    if text is None:
        return 0
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):  # noqa: PLR2004 - an int64
        raise BadCursor
    return int(text)
