"""Bodies in and out: strict JSON of bounded depth, written fast."""

from __future__ import annotations

import re
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from oferta.kernel.rest.errors import BadRequest, TooLarge, WrongMediaType

DEPTH_MAX = 16
MEDIA_TYPE = "application/json"
#: Operations that take a file in base64, and the bytes of such a body: a file of 10 MB and more.
FILES = re.compile(r"/api/v1/tickets/refund-applications/[0-9a-f-]{36}/documents")
FILE_BODY_MAX = 14_000_000
#: Signs of JSON's structure in one: a large body is one long text, not a million small values.
_MARKS, _MARKS_MAX = b",[{", 100


class StrictParser(Parser):
    """Reads JSON only, no deeper than anything we ask for, and no text that no database keeps."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the body as JSON values.

        Raises:
            WrongMediaType: it is not declared as JSON.
            BadRequest: it is none, is nested too deep, or holds a NUL character.
        """
        if request.content_type != MEDIA_TYPE:
            raise WrongMediaType(given=request.content_type or "")
        try:
            value = orjson.loads(request.body)
        except orjson.JSONDecodeError as error:
            raise BadRequest(what=str(error)) from None
        _check(value)
        return value


def take_file(request: HttpRequest) -> None:
    """Read the body of an operation that takes a file, which is larger than any other may be.

    Called once the caller is known: nobody else makes us hold so much.

    Raises:
        TooLarge: it is larger than a file, or is none.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    usual = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if not FILES.fullmatch(request.path) or not length.isdigit() or int(length) <= usual:
        return
    if int(length) > FILE_BODY_MAX:
        raise TooLarge(bytes_max=FILE_BODY_MAX)
    body = request.read(FILE_BODY_MAX)
    if sum(body.count(mark) for mark in _MARKS) > _MARKS_MAX:
        raise TooLarge(bytes_max=usual)
    # What the framework reads of itself it bounds by one setting for all.
    request._body = body  # noqa: SLF001


def _check(value: Any) -> None:
    level = [value]
    for _ in range(DEPTH_MAX):
        below: list[Any] = []
        for item in level:
            if isinstance(item, str):
                if "\0" in item:
                    raise BadRequest(what="a NUL character")
            elif isinstance(item, dict):
                below.extend(item)
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        if not below:
            return
        level = below
    raise BadRequest(what=f"nested deeper than {DEPTH_MAX}")


class FastRenderer(BaseRenderer):
    """Writes JSON with moments in UTC."""

    media_type = MEDIA_TYPE

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Write an answer."""
        del request, response_status
        return orjson.dumps(data, default=str)
