"""The description of the API (OpenAPI 3.1), made from the code."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from typing import Any

from ninja.operation import Operation

import oferta
from oferta.kernel.rest.access import Needs
from oferta.project.rest.api import api
from oferta.project.rest.problems import MEDIA_TYPE

_PREFIX = "api/v1/"
_FIRST_REFUSAL = 400
_SECURITY = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of `oferta api token create`; its scopes say how far it reaches.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "oferta_session",
        "description": "A signed-in customer; what changes something needs the CSRF token too.",
    },
}
_PACE = {
    "RateLimit-Limit": "Requests in a minute.",
    "RateLimit-Remaining": "Requests left.",
    "RateLimit-Reset": "Seconds until all of them are there again.",
}


@cache
def document() -> dict[str, Any]:
    """Return the description as JSON values."""
    made: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=_PREFIX)))
    made["info"]["version"] = f"1 ({oferta.__version__})"
    made["info"]["license"] = {"name": "Apache 2.0", "identifier": "Apache-2.0"}
    made["servers"] = [{"url": "/"}]
    made["components"]["securitySchemes"] = deepcopy(_SECURITY)
    made["components"]["headers"] = {
        name: {"description": said, "schema": {"type": "integer", "minimum": 0}}
        for name, said in _PACE.items()
    }
    guards = {operation.view_func.__name__: _guard(operation) for operation in operations()}
    for methods in made["paths"].values():
        for operation in methods.values():
            _finish(operation, guards[operation["operationId"]])
    made["paths"] = dict(sorted(made["paths"].items()))
    made["components"]["schemas"] = dict(sorted(made["components"]["schemas"].items()))
    return made


def text() -> str:
    """Return the description as it is kept in the documentation."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def operations() -> list[Operation]:
    """Return every operation of the API."""
    return [
        operation
        for bound in api._get_bound_routers()  # noqa: SLF001 - ninja offers no other way
        for view in bound.path_operations.values()
        for operation in view.operations
    ]


def _guard(operation: Operation) -> Needs:
    return next(one for one in operation.auth_callbacks if isinstance(one, Needs))


def _finish(operation: dict[str, Any], guard: Needs) -> None:
    scopes = [guard.scope] if guard.scope else []
    operation["security"] = [{"token": scopes}, *([{"session": []}] if guard.own else [])]
    operation["summary"] = operation["description"].partition("\n\n")[0].replace("\n", " ")
    operation["x-scope"] = guard.scope
    operation["x-own"] = guard.own
    for status, response in operation["responses"].items():
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in _PACE}
        if int(status) >= _FIRST_REFUSAL:
            response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}
            if int(status) in (401, 503):  # before it is known whose pace it is
                del response["headers"]
