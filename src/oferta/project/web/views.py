"""The first page, and the answer for machines that watch."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from oferta.project import samples


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what this is and where to go."""
    found = samples.members() if settings.SHOW_SAMPLES else []
    return render(request, "home.html", {"samples": found})


@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """Answer that the web server is up; asks no database."""
    return JsonResponse({"ok": True})
