"""Refusals as problem details (RFC 9457)."""

from __future__ import annotations

import logging
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from oferta.core.ledger.errors import Contended
from oferta.kernel.errors import OfertaError
from oferta.kernel.rest.errors import (
    BadFields,
    BadParameters,
    BadRequest,
    DatabaseAway,
    Defect,
    NothingThere,
    TooLarge,
    TooManyRequests,
)
from oferta.kernel.rest.problems import problem_of, status_of

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
_NOBODY = 401
_log = logging.getLogger("oferta.rest")


def problem(request: HttpRequest, error: OfertaError) -> HttpResponse:
    """Return a refusal as an answer."""
    status = status_of(error)
    told = problem_of(error, request.path)
    response = HttpResponse(
        orjson.dumps(told.model_dump(), default=str), status=status, content_type=MEDIA_TYPE
    )
    response.headers["Cache-Control"] = "no-store"
    if status == _NOBODY:
        response.headers["WWW-Authenticate"] = 'Bearer realm="oferta"'
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.seconds)
    if isinstance(error, DatabaseAway | Contended):
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def install(api: NinjaAPI) -> None:
    """Have every exception of an operation answered as a problem."""
    handlers: dict[type[Exception], Any] = {
        OfertaError: problem,
        HttpError: _unparsed,
        ValidationError: _invalid,
        Http404: lambda request, _: problem(request, NothingThere()),
        RequestDataTooBig: lambda request, _: problem(request, too_large()),
        UnreadablePostError: lambda request, _: problem(request, BadRequest(what="cut off")),
        OperationalError: _away,
        InterfaceError: _away,
        DataError: _defect,
        Exception: _defect,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def too_large() -> TooLarge:
    """Return the refusal of a body that is too large."""
    return TooLarge(bytes_max=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _unparsed(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer what ninja wraps: the parser's own refusal is its cause."""
    cause = error.__cause__
    return problem(
        request, cause if isinstance(cause, OfertaError) else BadRequest(what=str(error))
    )


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    wrong = [{"at": _place(item["loc"]), "what": item["msg"]} for item in error.errors]
    in_body = all(item["loc"][0] == "body" for item in error.errors)
    return problem(request, BadFields(wrong=wrong) if in_body else BadParameters(wrong=wrong))


def _place(loc: tuple[Any, ...]) -> str:
    """Return where a field stands; the second part, inside a body, is only a name of the code's."""
    parts = [loc[0], *loc[2:]] if loc[0] == "body" else list(loc)
    return ".".join(str(part) for part in parts)


def _away(request: HttpRequest, error: Exception) -> HttpResponse:
    _log.warning("The database is away: %s", error)
    return problem(request, DatabaseAway())


def _defect(request: HttpRequest, error: Exception) -> HttpResponse:
    # Path and stack only: neither headers nor body, in which tokens and people's data travel.
    _log.error("A defect at %s %s", request.method, request.path, exc_info=error)
    return problem(request, Defect())
