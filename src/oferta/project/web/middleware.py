"""What holds for every page: headers that keep foreign code off, and text that can be kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict

#: Everything a page shows comes from this site; no inline script or style.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
DEVICES = "camera=(), microphone=(), geolocation=()"


class ContentSecurityPolicy:
    """Adds the policy to every answer that has none of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers added."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", DEVICES)
        return response


class KeepableText:
    """Takes the NUL out of what a form or an address sends: no text with it can be kept."""

    _FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; an address with a NUL in it does not exist."""
        if "\0" in request.path_info:
            raise Http404("NUL")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """Clean what was sent, after the form's own origin was checked."""
        if "%00" in request.META.get("QUERY_STRING", ""):
            request.GET = _clean(request.GET)  # type: ignore[assignment] # only read
        is_form = request.content_type in self._FORMS and not is_api(request)
        if request.method == "POST" and is_form:
            sent = request.POST
            if any("\0" in text for _, texts in sent.lists() for text in texts):
                request.POST = _clean(sent)  # type: ignore[assignment] # only read


def is_api(request: HttpRequest) -> bool:
    """Tell whether a request is the API's, which reads its bodies by itself."""
    return request.path_info.startswith("/api/")


def _clean(given: QueryDict) -> QueryDict:
    clean = given.copy()
    for name, texts in given.lists():
        clean.setlist(name, [text.replace("\0", "") for text in texts])
    return clean
