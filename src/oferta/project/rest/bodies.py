"""Bodies in and out: strict JSON of bounded depth, written fast."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from oferta.kernel.rest.errors import BadRequest, WrongMediaType

DEPTH_MAX = 16
MEDIA_TYPE = "application/json"


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
