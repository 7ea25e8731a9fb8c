"""The owner's page: what the club gave, what was spent, what it owes."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from oferta.core.decisions.tallying import Tally
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.core.terms import shelf
from oferta.kernel import charts, clock
from oferta.kernel.i18n import Language, language_of
from oferta.kernel.money import Money
from oferta.services.club.boards import figures
from oferta.services.club.boards.figures import Board, Flow, Span
from oferta.services.club.facts import PACK, day_of
from oferta.services.club.rules import UNIT

#: Of the flow, in the order in which they are told.
_NAMES = ("earned", "clawed_back", "burned", "restored", "expired")


class Figure(NamedTuple):
    """A figure with the key of its words."""

    key: str
    amount: Money


@require_safe
@for_staff(Permission.SEE_FIGURES)
def board(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the figures of a span of days, each with a table beside its drawing."""
    today = day_of(clock.now())
    span, wrong = _asked(request)
    found = figures.board(span, today=today)
    language = language_of(request.LANGUAGE_CODE)
    context = {
        "actor": actor,
        "board": found,
        "wrong": wrong,
        "given": {
            "from": request.GET.get("from") if wrong else found.span.first.isoformat(),
            "to": request.GET.get("to") if wrong else found.span.last.isoformat(),
        },
        "figures": [*_figures(found.flow)],
        "liability": _money(found.liability),
        "incoming": _money(found.incoming),
        "difference": _money(found.difference),
        "opening": _money(found.opening),
        "closing": _money(found.closing),
        "pack": PACK,
    }
    context |= _drawn(found) | _of_funders(found) | _of_clauses(found, language)
    return render(request, "club/board.html", context, status=422 if wrong else 200)


def _asked(request: HttpRequest) -> tuple[Span | None, bool]:
    """Return the span asked for, if any, and whether what was asked is none."""
    given = [request.GET.get(name, "") for name in ("from", "to")]
    if not any(given):
        return None, False
    try:
        first, last = (date.fromisoformat(one) for one in given)
    except ValueError:
        return None, True
    if first > last or not date(1990, 1, 1) <= first <= last < date(2200, 1, 1):
        return None, True
    return Span(first, last), False


def _figures(flow: Flow) -> list[Figure]:
    return [Figure(f"club.board.{name}", _money(getattr(flow, name))) for name in _NAMES]


def _drawn(found: Board) -> dict[str, Any]:
    """Return the columns of periods, and their table."""
    drawn = charts.columns([(one.flow.earned, one.flow.taken) for one in found.periods])
    return {
        "columns": drawn,
        "width": charts.WIDTH,
        "height": charts.HEIGHT,
        "most": _money(drawn.most),
        "least": _money(drawn.least),
        "periods": [
            {
                "first": one.first,
                "figures": [figure.amount for figure in _figures(one.flow)],
                "liability": _money(one.liability),
            }
            for one in found.periods
        ],
    }


def _of_funders(found: Board) -> dict[str, Any]:
    bars = charts.shares([one.earned for one in found.funders])
    return {
        "funders": [
            {
                "key": one.key,
                "name": one.name,
                "bar": bar,
                "accruals": one.accruals,
                "earned": _money(one.earned),
                "clawed_back": _money(one.clawed_back),
            }
            for one, bar in zip(found.funders, bars, strict=True)
        ]
    }


def _of_clauses(found: Board, language: Language) -> dict[str, Any]:
    questions = shelf.terms().pack(PACK).questions
    bars = charts.shares([one.amount for one in found.clauses])
    return {
        "clauses": [
            {
                "question": questions[one.question].label[language],
                "titles": _titles(one, language),
                "held": one.held,
                "bar": bar,
                "decisions": one.decisions,
                "amount": _money(one.amount),
            }
            for one, bar in zip(found.clauses, bars, strict=True)
        ]
    }


def _titles(one: Tally, language: Language) -> list[str]:
    """Return what clauses are called, by the last edition that has each."""
    titles = {
        clause: text.title
        for edition in shelf.terms().pack(PACK).editions
        for clause, text in edition.text[language].items()
    }
    return [titles.get(clause, clause) for clause in one.clauses]


def _money(minor: int) -> Money:
    return Money(minor, UNIT)
