"""The API's description and its pages."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from oferta.project.rest import openapi as description


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Return the description of the API."""
    del request
    return HttpResponse(description.text(), content_type="application/json")


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Show every operation."""
    del request
    raise Http404


@require_safe
def errors(request: HttpRequest) -> HttpResponse:
    """Show every code."""
    del request
    raise Http404


@csrf_exempt
def nothing(request: HttpRequest) -> HttpResponse:
    """Answer that there is nothing at an address below the API."""
    del request
    raise Http404
