"""What every answer of the API has: its pace, an ETag, and a problem where Django has a page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag

from oferta.core.parties import audit
from oferta.core.parties import queries as parties
from oferta.core.parties.types import Actor, Who, WhoKind
from oferta.kernel import clock
from oferta.kernel.rest.access import Caller
from oferta.kernel.rest.errors import BadRequest, Defect, MethodNotAllowed, NothingThere
from oferta.project.rest.door import PACE
from oferta.project.rest.problems import MEDIA_TYPE, problem
from oferta.project.rest.types import BELOW, Pace

_BOOK = f"{BELOW}ledger/"
_FINE, _NOT_FOUND, _NOT_ALLOWED, _BROKEN = 200, 404, 405, 500


def answer(
    request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]
) -> HttpResponse:
    """Answer a request below `BELOW`."""
    if _has_nul(request):
        return problem(request, BadRequest(what="a NUL character"))
    response = _told_as_problem(request, get_response(request))
    _tell_pace(request, response)
    _log_reading(request, response)
    response.headers.setdefault("Cache-Control", "private, no-cache")
    patch_vary_headers(response, ("Authorization", "Cookie"))
    if request.method != "GET" or response.status_code != _FINE:
        return response
    set_response_etag(response)
    return get_conditional_response(request, response.headers.get("ETag"), None, response) or (
        response
    )


def _has_nul(request: HttpRequest) -> bool:
    return "\0" in request.path or "\0" in "".join(
        text for name, values in request.GET.lists() for text in (name, *values)
    )


def _told_as_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return answers of Django itself (no such address, no such method) as problems."""
    if response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
        return response
    if response.status_code == _NOT_FOUND:
        return problem(request, NothingThere())
    if response.status_code == _NOT_ALLOWED:
        allowed = response.headers.get("Allow", "")
        refused = problem(request, MethodNotAllowed(allowed=allowed.split(", ")))
        refused.headers["Allow"] = allowed
        return refused
    if response.status_code >= _BROKEN:
        return problem(request, Defect())
    return response


def _log_reading(request: HttpRequest, response: HttpResponse) -> None:
    """Keep whose data a token was shown or touched; what customers see of themselves needs no log.

    After the answer is made: what was refused or is nobody's is no reading. The ledger knows no
    customers: there the log keeps which account it was.
    """
    caller: Caller | None = getattr(request, "auth", None)
    if caller is None or caller.party_id is not None:
        return
    in_book = request.path.startswith(_BOOK) and response.status_code == _FINE
    if not caller.shown and not in_book:
        return
    who: Who | Actor = Who(kind=WhoKind.TOKEN, id=caller.id, name=caller.owner)
    if caller.staff_id is not None:
        who = parties.actor(caller.staff_id)
    audit.record(
        actor=who,
        what="rest.read" if request.method == "GET" else "rest.wrote",
        parties=sorted(caller.shown),
        now=clock.now(),
        details={"path": request.path, "method": request.method, "token": str(caller.id)},
    )


def _tell_pace(request: HttpRequest, response: HttpResponse) -> None:
    pace: Pace | None = getattr(request, PACE, None)
    if pace is not None:
        response.headers["RateLimit-Limit"] = str(pace.limit)
        response.headers["RateLimit-Remaining"] = str(pace.left)
        response.headers["RateLimit-Reset"] = str(pace.reset_seconds)
        response.headers["RateLimit-Policy"] = f"{pace.limit};w=60"
