"""Reading the terms: which edition was in force on a day, and what changed between two."""

from __future__ import annotations

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from oferta.core.terms import shelf
from oferta.core.terms.errors import NotInForce, UnknownEdition, UnknownPack
from oferta.core.terms.types import Edition, Kind, Pack, Type
from oferta.core.terms.values import BadValue, parse_value
from oferta.kernel import clock
from oferta.kernel.i18n import Language, language_of
from oferta.project.settings import CONFIG
from oferta.project.web.terms import comparing, pages
from oferta.project.web.terms.caching import cached_by_digest, content_of

_DATE = Type(Kind.DATE)


@require_safe
@cached_by_digest
def packs(request: HttpRequest) -> HttpResponse:
    """List every pack with the edition in force today."""
    language = language_of(request.LANGUAGE_CODE)
    found = [pages.summary(pack, language) for pack in shelf.terms().packs.values()]
    return render(request, "terms/packs.html", {"packs": found})


@require_safe
@cached_by_digest
def in_force(request: HttpRequest, pack: str) -> HttpResponse:
    """Show the edition in force on a day, today if none is asked for."""
    found = pack_named(pack)
    day, wrong = asked_day(request, "on", today())
    try:
        edition = shelf.terms().edition(pack, day)
        early = False
    except NotInForce:
        edition, early = found.editions[0], True
    return _edition(request, found, edition, {"day": day, "wrong": wrong, "early": early})


@require_safe
@cached_by_digest
def edition(request: HttpRequest, pack: str, edition: str) -> HttpResponse:
    """Show one edition, whatever the day; its address never shows another."""
    found = pack_named(pack)
    return _edition(request, found, edition_named(pack, edition), {})


def _edition(
    request: HttpRequest, pack: Pack, edition: Edition, asked: dict[str, int | bool]
) -> HttpResponse:
    language = language_of(request.LANGUAGE_CODE)
    context = pages.edition_page(pack, edition, language)
    day = asked.pop("day", None)
    context |= asked | {
        "whole": _whole(pack.name, edition.id, content_of(pack), language, get_script_prefix()),
        "on": pages.iso(day if day is not None else edition.start),
        "on_shown": pages.day_shown(day, language) if day is not None else "",
    }
    status = 400 if asked.get("wrong") else 200
    return render(request, "terms/edition.html", context, status=status)


@lru_cache(maxsize=64)  # an edition and all that is printed with it never change
def _whole(pack: str, edition: str, _content: str, language: Language, _prefix: str) -> SafeString:
    """Return the clauses of an edition as they stand on its page; some 100 kilobytes each."""
    found, chosen = pack_named(pack), edition_named(pack, edition)
    return render_to_string("terms/_whole.html", pages.edition_body(found, chosen, language))


@require_safe
@cached_by_digest
def examples(request: HttpRequest, pack: str, edition: str) -> HttpResponse:
    """Show the worked examples that an edition decides."""
    found, chosen = pack_named(pack), edition_named(pack, edition)
    context = pages.examples_page(found, chosen, language_of(request.LANGUAGE_CODE))
    return render(request, "terms/examples.html", context)


@require_safe
@cached_by_digest
def compare(request: HttpRequest, pack: str) -> HttpResponse:
    """Show what changed between two days."""
    found = pack_named(pack)
    newest = today()
    current = _in_force(found, newest)
    old, wrong_old = asked_day(request, "from", current.start - 1)
    new, wrong_new = asked_day(request, "to", newest)
    before, after = _in_force(found, old), _in_force(found, new)
    context = comparing.compare_page(found, before, after, language_of(request.LANGUAGE_CODE))
    context |= {
        "from": pages.iso(old),
        "to": pages.iso(new),
        "wrong_from": wrong_old,
        "wrong_to": wrong_new,
    }
    status = 400 if wrong_old or wrong_new else 200
    return render(request, "terms/compare.html", context, status=status)


def _in_force(pack: Pack, day: int) -> Edition:
    """Return the edition of a day; the first one before there was any."""
    try:
        return shelf.terms().edition(pack.name, day)
    except NotInForce:
        return pack.editions[0]


def pack_named(name: str) -> Pack:
    """Return a pack, or answer that there is no such page."""
    try:
        return shelf.terms().pack(name)
    except UnknownPack as error:
        raise Http404(error.code) from None


def edition_named(pack: str, edition: str) -> Edition:
    """Return an edition, or answer that there is no such page."""
    try:
        return shelf.terms().edition_called(pack, edition)
    except UnknownEdition as error:
        raise Http404(error.code) from None


def today() -> int:
    """Return the coded day that it is in the pages' time zone."""
    return int(parse_value(clock.now().astimezone(CONFIG.time_zone).date(), _DATE) or 0)


def asked_day(request: HttpRequest, name: str, otherwise: int) -> tuple[int, bool]:
    """Return the coded day asked for, and whether what was typed is no day."""
    typed = request.GET.get(name, "").strip()
    if not typed:
        return otherwise, False
    try:
        return int(parse_value(typed, _DATE) or 0), False
    except BadValue:
        return otherwise, True
