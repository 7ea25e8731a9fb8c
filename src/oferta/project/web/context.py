"""What every page's template may use."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from oferta.core.parties.web.doors import SESSION
from oferta.kernel.i18n import LANGUAGES, OWN_NAMES
from oferta.project.web import navigation

#: The address that ends a session, by the first of these names that exists.
_SIGN_OUT = ("account_logout", "staff:sign_out")
_LANGUAGES = [(language.lower(), language, OWN_NAMES[language]) for language in LANGUAGES]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the links and the languages of the page's frame."""
    return {
        "languages": _LANGUAGES,
        # Frames with links of their own do without.
        "navigation": SimpleLazyObject(partial(navigation.public_links, request)),
        "signed_in": request.path.startswith(f"/{SESSION}/"),
        "sign_out_address": navigation.first_address(_SIGN_OUT),
    }
