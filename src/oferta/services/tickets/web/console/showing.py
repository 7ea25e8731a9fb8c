"""What the organiser's page and the desk's page of a performance show alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest

from oferta.core.terms import shelf
from oferta.kernel import charts
from oferta.kernel.i18n import Language, language_of
from oferta.kernel.money import Money
from oferta.services.tickets.models import Performance, PerformanceSettlement
from oferta.services.tickets.settling import consoles, releasing, reports
from oferta.services.tickets.settling.releasing import Preview
from oferta.services.tickets.web import parts

#: Of a settlement, in the order in which they add up.
FIGURES = ("opening", "sold", "returned", "covered", "released", "closing")
#: Fewer days are drawn with empty ones before them.
DAYS_MIN = 14
#: Name of a kind of line, as an address asks for it, to the ledger's codes.
KINDS = {
    "sold": releasing.SOLD,
    "returned": releasing.RETURNED,
    "covered": releasing.COVERED,
    "released": releasing.RELEASED,
}


def of_performance(request: HttpRequest, found: Performance, *, now: datetime) -> dict[str, Any]:
    """Return everything about a performance's sales and money, drawn and in figures."""
    language = language_of(request.LANGUAGE_CODE)
    report = reports.of(found, now=now)
    unit = found.currency

    def money(minor: int) -> Money:
        return Money(minor, unit)

    return {
        "performance": found,
        "titled": parts.title(found.titles, language),
        "chip": parts.stage(found, now=now),
        "zone": found.hall.venue.time_zone,
        "where": parts.where(found.hall.venue),
        "report": report,
        "figures": [
            (f"tickets.console.{name}", money(getattr(report, name)))
            for name in ("sold", "returned", "covered", "released", "held", "fees")
            if name != "covered" or report.covered
        ],
        "difference": money(report.difference),
        "free": _free(report.preview, unit, language),
        **_days(found, unit),
        **_categories(found, unit),
        **_refunds(found, unit, language),
        "settlements": [_settled(one, unit) for one in consoles.settlements(found)],
    }


def clause_titles(pack: str, clauses: tuple[str, ...], language: Language) -> list[str]:
    """Return what clauses are called, by the last edition that has each."""
    titles = {
        clause: text.title
        for edition in shelf.terms().pack(pack).editions
        for clause, text in edition.text[language].items()
    }
    return [titles.get(one, one) for one in clauses]


def page_of(request: HttpRequest) -> int:
    """Return the number of the page that is asked for, from 0."""
    given = request.GET.get("page", "0")
    return int(given) if given.isascii() and given.isdigit() and len(given) < len("10000") else 0


def _free(preview: Preview | None, unit: str, language: Language) -> dict[str, Any] | None:
    """Return what may be paid out now, what is blocked, until when and by which clause."""
    if preview is None:
        return None
    return {
        "released": Money(preview.released, unit),
        "held_back": Money(preview.held_back, unit),
        "may_come_back": Money(preview.may_come_back, unit),
        "free_on": preview.free_on,
        "pack": preview.pack,
        "edition": preview.edition,
        "clauses": [
            (one, title)
            for one, title in zip(
                preview.clauses,
                clause_titles(preview.pack, preview.clauses, language),
                strict=True,
            )
        ],
    }


def _days(found: Performance, unit: str) -> dict[str, Any]:
    days = _padded(reports.by_day(found))
    drawn = charts.columns([(one.sold, one.returned) for one in days])
    return {
        "days": [(one.day, Money(one.sold, unit), Money(one.returned, unit)) for one in days],
        "columns": drawn,
        "width": charts.WIDTH,
        "height": charts.HEIGHT,
        "most": Money(drawn.most, unit),
        "least": Money(drawn.least, unit),
    }


def _padded(days: list[reports.OfDay]) -> list[reports.OfDay]:
    """Put empty days in front of a few, so that one day is no wall."""
    missing = DAYS_MIN - len(days)
    if not days or missing <= 0:
        return days
    first = days[0].day
    return [
        reports.OfDay(first - timedelta(days=back), 0, 0) for back in range(missing, 0, -1)
    ] + days


def _categories(found: Performance, unit: str) -> dict[str, Any]:
    categories = reports.by_category(found)
    bars = charts.shares([one.sold for one in categories])
    taken, places = reports.occupancy(categories)
    return {
        "categories": [
            {
                "name": one.name,
                "nominal": Money(one.nominal, unit),
                "valid": one.valid,
                "capacity": one.capacity,
                "full": 100 * one.valid // one.capacity if one.capacity else 0,
                "sold": Money(one.sold, unit),
                "bar": bar,
            }
            for one, bar in zip(categories, bars, strict=True)
        ],
        "taken": taken,
        "places": places,
        "full": 100 * taken // places if places else 0,
    }


def _refunds(found: Performance, unit: str, language: Language) -> dict[str, Any]:
    reasons, clauses = reports.by_reason(found), reports.by_clauses(found)
    bars = [charts.shares([one.amount for one in each]) for each in (reasons, clauses)]
    words = shelf.terms().pack(found.refund_pack).facts["reason"].value_labels
    return {
        "reasons": [
            {
                "label": words[one.reason][language] if one.reason in words else "",
                "number": one.number,
                "amount": Money(one.amount, unit),
                "bar": bar,
            }
            for one, bar in zip(reasons, bars[0], strict=True)
        ],
        "clauses": [
            {
                "titles": clause_titles(found.refund_pack, one.clauses, language),
                "number": one.number,
                "amount": Money(one.amount, unit),
                "bar": bar,
            }
            for one, bar in zip(clauses, bars[1], strict=True)
        ],
        "refund_pack": found.refund_pack,
    }


def _settled(made: PerformanceSettlement, unit: str) -> dict[str, Any]:
    return {
        "made": made,
        "released": Money(made.released, unit),
        "held": Money(made.closing, unit),
    }
