"""What every page's template may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from oferta.core.parties.web.doors import SESSION
from oferta.kernel.i18n import LANGUAGES, OWN_NAMES
from oferta.project.web import navigation

#: The address that ends a session, by the first of these names that exists.
_SIGN_OUT = ("account_logout", "staff:sign_out")


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the links and the languages of the page's frame."""
    return {
        "languages": [(language.lower(), language, OWN_NAMES[language]) for language in LANGUAGES],
        "navigation": navigation.public_links(request),
        "signed_in": request.path.startswith(f"/{SESSION}/"),
        "sign_out_address": _first_address(),
    }


def _first_address() -> str:
    for name in _SIGN_OUT:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""
