"""The statement: every line opens into its explanation, and a line that moved nothing says why."""

from __future__ import annotations

import base64
import csv
import json
from binascii import Error as BadBase64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from oferta.core.decisions import purses, statement
from oferta.core.decisions.explaining import explanation_of
from oferta.core.decisions.purses import Purse
from oferta.core.decisions.statement import Line, Place, Span
from oferta.core.decisions.types import Status
from oferta.core.decisions.web.pages import improving
from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.kernel.i18n import Language, language_of
from oferta.kernel.money import UNITS, decimal_text

PAGE = 20
_STATES = (Status.DECIDED, Status.STOPPED, Status.REFUSED)
_CHIPS = {Status.STOPPED: "decisions.line.stopped", Status.REFUSED: "decisions.line.refused"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A line and what the page says of it beside its figures."""

    line: Line
    #: Titles of the clauses that decided that nothing moves.
    because: tuple[str, ...] = ()
    #: What would have changed it, in a sentence; "" if nothing near would.
    instead: str = ""

    @property
    def day(self) -> date:
        """The day of the event, in the pages' time zone."""
        return timezone.localtime(self.line.place.event_at, _zone()).date()

    @property
    def chip_key(self) -> str:
        """The key of the words for a line that did not go its usual way; "" if it did."""
        return _CHIPS.get(self.line.status, "")


@require_safe
@for_customer(link=False)
def page(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Show a month of the customer's statement."""
    language = language_of(request.LANGUAGE_CODE)
    months = months_of(customer.id)
    month = asked_month(request, months)
    mine = purses.of_party(customer.id)
    found, after = page_of(request, customer.id, month, mine)
    context: dict[str, Any] = {
        "token": token,
        "month": month,
        "days": by_day(shown(found, language)),
        "after": coded(after) if after else "",
        "is_first": not request.GET.get("after"),
    }
    if request.headers.get("HX-Request") and not context["is_first"]:
        return render(request, "decisions/_lines.html", context)
    if month:
        context |= {
            "months": months,
            "sums": statement.sums(customer.id, span_of_month(month), mine=mine),
        }
    return render(request, "decisions/statement.html", context)


@require_safe
@for_customer(link=False)
def download(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Send a month as a table for spreadsheets, one row a line, in UTF-8 with its mark."""
    del token
    month = asked_month(request, months_of(customer.id))
    if month is None:
        raise Http404("nothing")
    rows = _rows(statement.every_line(customer.id, span_of_month(month)))
    name = f"{month:%Y-%m}.csv"
    return HttpResponse(
        "".join(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="statement-{name}"'},
    )


def latest(
    party_id: UUID, language: Language, *, limit: int, mine: list[Purse] | None = None
) -> list[Shown]:
    """Return the newest lines of all, for the first page; `mine` as of `statement.lines`."""
    span = statement.span_of(party_id)
    if span is None:
        return []
    whole = Span(span.since, span.until.replace(year=span.until.year + 1))
    return shown(statement.lines(party_id, whole, limit=limit, mine=mine)[0], language)


def shown(found: list[Line], language: Language) -> list[Shown]:
    """Return lines with the reason of those that moved nothing."""
    return [
        Shown(line, *_reason(line, language)) if line.is_nothing else Shown(line) for line in found
    ]


def by_day(found: list[Shown]) -> list[tuple[date, list[Shown]]]:
    """Return lines under the day on which they happened."""
    return [(day, list(group)) for day, group in groupby(found, key=lambda one: one.day)]


def _reason(line: Line, language: Language) -> tuple[tuple[str, ...], str]:
    """Return the titles of the clauses that decided, and what would have changed it."""
    titles: dict[str, None] = {}
    instead = ""
    for item in line.decisions:
        why = explanation_of(item, language, changes=1)
        if why is None:
            continue
        titled = {clause.id: clause.title for clause in why.clauses}
        titles |= dict.fromkeys(titled[id_] for id_ in why.decided_by if id_ in titled)
        if not instead and (changes := improving(item, why)):
            instead = changes[0].said
    return tuple(titles), instead


def _rows(found: Iterator[Line]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    states = dict(zip(_STATES, _words("decisions/statement_states.txt"), strict=True))
    yield "\ufeff" + writer.writerow(_words("decisions/statement_heads.txt"))
    for line in found:
        paid = line.title.paid
        moved = {one.unit: one.minor for one in line.changes}
        waits = {one.unit: one.minor for one in line.held}
        for unit in moved | waits or {"": 0}:
            yield writer.writerow(
                [
                    timezone.localtime(line.place.event_at, _zone()).date().isoformat(),
                    _harmless(line.title.subject),
                    "" if paid is None else str(paid).rpartition(" ")[0],
                    "" if paid is None else paid.unit,
                    _decimal(moved.get(unit, 0), unit),
                    _decimal(waits.get(unit, 0), unit),
                    unit,
                    states[line.status],
                ]
            )


def _words(template: str) -> list[str]:
    """Return words of the page's language, one a line of the template."""
    return render_to_string(template).strip().splitlines()


class _Echo:
    """Takes the place of a file: what the writer writes is its answer."""

    def write(self, text: str) -> str:
        return text


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


def _decimal(minor: int, unit: str) -> str:
    return decimal_text(minor, UNITS.get(unit, 0))


# --- months and pages -----------------------------------------------------------------------------


def months_of(party_id: UUID) -> list[date]:
    """Return every month from the newest line's to the oldest's."""
    span = statement.span_of(party_id)
    if span is None:
        return []
    first, month = (timezone.localtime(at, _zone()).date().replace(day=1) for at in span)
    found = [month]
    while month > first:
        month = _month_before(month)
        found.append(month)
    return found


def asked_month(request: HttpRequest, months: list[date]) -> date | None:
    """Return the month asked for, the newest if none is; None: there are no lines at all."""
    asked = request.GET.get("month", "")
    if not asked:
        return months[0] if months else None
    try:
        month = date.fromisoformat(f"{asked}-01")
    except ValueError:
        raise Http404("month") from None
    if month.year == MAXYEAR:  # the month after its last one is no date
        raise Http404("month")
    return month


def page_of(
    request: HttpRequest, party_id: UUID, month: date | None, mine: list[Purse] | None = None
) -> tuple[list[Line], Place | None]:
    """Return the lines of the page that is asked for, and where the next one begins.

    `mine` is as of `statement.lines`.
    """
    if month is None:
        return [], None
    after = request.GET.get("after", "")
    place = _place(after) if after else None
    return statement.lines(party_id, span_of_month(month), after=place, limit=PAGE, mine=mine)


def span_of_month(month: date) -> Span:
    """Return a month in the pages' time zone."""
    start = datetime(month.year, month.month, 1, tzinfo=_zone())
    last = month.month == 12  # noqa: PLR2004 - December
    end = start.replace(year=month.year + last, month=1 if last else month.month + 1)
    return Span(start, end)


def _month_before(month: date) -> date:
    return date.fromordinal(month.toordinal() - 1).replace(day=1)


def coded(place: Place) -> str:
    """Return a place as an address says it."""
    text = json.dumps([place.event_at.isoformat(), place.key])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _place(coded: str) -> Place:
    try:
        at, key = json.loads(base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)))
        place = Place(datetime.fromisoformat(at), str(key))
    except (ValueError, TypeError, BadBase64):
        raise Http404("after") from None
    if "\0" in place.key or place.event_at.tzinfo is None:
        raise Http404("after")
    return place


def _zone() -> Any:
    return timezone.get_default_timezone()
