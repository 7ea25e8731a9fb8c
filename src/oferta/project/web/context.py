"""What every page's template may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from oferta.kernel.i18n import LANGUAGES, OWN_NAMES
from oferta.project.web.navigation import NAVIGATION


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the links and the languages of the page's frame."""
    return {
        "languages": [(language.lower(), language, OWN_NAMES[language]) for language in LANGUAGES],
        "navigation": [link for entry in NAVIGATION if (link := _link(request, *entry))],
    }


def _link(request: HttpRequest, name: str, key: str) -> dict[str, Any] | None:
    try:
        address = reverse(name)
    except NoReverseMatch:
        return None
    return {"address": address, "key": key, "current": request.path == address}
