"""Trying a case on the published terms: nothing is stored."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from oferta.core.terms import shelf
from oferta.core.terms.engine import Asked
from oferta.core.terms.errors import NotInForce, Stopped
from oferta.core.terms.explain import explain, explain_stopped
from oferta.core.terms.explanation import Explanation, Role
from oferta.core.terms.types import Coded, Example, Pack
from oferta.core.terms.wording import upper_first
from oferta.kernel.i18n import Language, language_of
from oferta.project.web.terms import trying
from oferta.project.web.terms.pages import headings
from oferta.project.web.terms.views import pack_named

#: Clauses of these roles made the outcome.
_MADE_IT = (Role.DECIDED, Role.ADDED, Role.CLASHED)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def try_it(request: HttpRequest, pack: str, question: str) -> HttpResponse:
    """Decide on the facts that the reader types, and say why."""
    found = pack_named(pack)
    if question not in found.questions:
        raise Http404("terms.unknown_question")
    language = language_of(request.LANGUAGE_CODE)
    context = headings(found, language) | {
        "question": question,
        "label": upper_first(found.questions[question].label[language]),
    }
    if request.method != "POST":
        example = _example(found, question, request.GET.get("example", ""))
        form = trying.filled(found, question, example, language)
        context |= {"form": form, "example": example.id if example else ""}
        return render(request, "terms/try.html", context)
    form = trying.read(found, question, request.POST, language)
    answer = {} if form.wrong else _answered(found, question, form.facts, language)
    return render(request, "terms/try.html", context | {"form": form} | answer)


def _example(pack: Pack, question: str, asked_for: str) -> Example | None:
    """Return the example asked for, else the first one that is decided."""
    found = [one for one in pack.examples if one.question == question]
    named = [one for one in found if one.id == asked_for]
    decided = [one for one in found if not one.error]
    return next(iter([*named, *decided, *found]), None)


def _answered(
    pack: Pack, question: str, facts: dict[str, object], language: Language
) -> dict[str, Any]:
    """Return the answer with its reasons, or why there is none."""
    try:
        asked = shelf.terms().read(pack.name, question, facts)
    except NotInForce as error:
        return {"stop_key": "published.too_early", "first": error.first}
    except Stopped as stopped:  # the day itself cannot be told
        return {"stop_key": "published.no_day", "code": stopped.code}
    try:
        why = explain(pack, asked.decide(), language)
    except Stopped as stopped:
        why = explain_stopped(pack, stopped, _complete(asked), asked.day, language)
    return {
        "why": why,
        "deciding": _clauses(why, made_it=True),
        "others": _clauses(why, made_it=False),
    }


def _complete(asked: Asked) -> dict[str, Coded]:
    return {**dict.fromkeys(asked.program.names, 0), **asked.facts}


def _clauses(why: Explanation, *, made_it: bool) -> list[Any]:
    return [clause for clause in why.clauses if (clause.role in _MADE_IT) is made_it]
