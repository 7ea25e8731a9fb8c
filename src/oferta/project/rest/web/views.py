"""The API's description and its pages."""

from __future__ import annotations

from dataclasses import fields

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from oferta.kernel.errors import OfertaError
from oferta.kernel.rest.problems import status_of
from oferta.project.rest import openapi as description
from oferta.project.rest.types import CUSTOMER_SCOPES, Scope
from oferta.project.rest.web import pages


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Return the description of the API."""
    del request
    return HttpResponse(description.text(), content_type="application/json")


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Show every operation, and every shape that bodies have."""
    context = {
        "groups": pages.operations(),
        "shapes": pages.shapes(),
        "scopes": [(scope.value, scope in CUSTOMER_SCOPES) for scope in Scope],
    }
    return render(request, "rest/reference.html", context)


@require_safe
def errors(request: HttpRequest) -> HttpResponse:
    """Show every code that a program may meet, with its HTTP status."""
    return render(request, "rest/errors.html", {"errors": _errors(OfertaError)})


def _errors(base: type[OfertaError]) -> list[tuple[str, int, str, str]]:
    return sorted(
        (
            kind.code,
            status_of(kind),
            (kind.__doc__ or "").strip().split("\n")[0],
            ", ".join(field.name for field in fields(kind)),
        )
        for kind in _below(base)
    )


def _below(base: type[OfertaError]) -> list[type[OfertaError]]:
    own = [kind for kind in base.__subclasses__() if kind.__module__.startswith("oferta.")]
    return own + [kind for one in own for kind in _below(one)]
