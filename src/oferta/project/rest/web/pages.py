"""What the pages about the API show, made from its description."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from oferta.project.rest import openapi
from oferta.project.rest.api import ROUTERS

_REF = "#/components/schemas/"
_METHODS = {"get": "GET", "post": "POST", "put": "PUT", "delete": "DELETE"}


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of a shape."""

    name: str
    #: As `string`, `list of …`.
    type: str
    #: Name of the shape that it is made of; "" for a plain value.
    shape: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API."""

    name: str
    method: str
    path: str
    summary: str
    about: str
    scope: str
    own: bool
    parameters: tuple[Field, ...]
    takes: str
    gives: str
    status: str
    refusals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A body or a part of one."""

    name: str
    about: str
    fields: tuple[Field, ...]
    values: tuple[str, ...]


@cache
def operations() -> dict[str, list[Operation]]:
    """Return every operation by tag, in the order of the routers."""
    found: dict[str, list[Operation]] = {tag: [] for tag in ROUTERS}
    for path, methods in openapi.document()["paths"].items():
        for method, described in methods.items():
            found[described["tags"][0]].append(_operation(_METHODS[method], path, described))
    return found


@cache
def shapes() -> list[Shape]:
    """Return every shape, by name."""
    schemas = openapi.document()["components"]["schemas"]
    return [_shape(name, schema) for name, schema in schemas.items()]


def _operation(method: str, path: str, described: dict[str, Any]) -> Operation:
    statuses = described["responses"]
    good = min(statuses)
    content = next(iter(statuses[good]["content"].values()))["schema"]
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    _, _, rest = described["description"].partition("\n\n")
    return Operation(
        name=described["operationId"],
        method=method,
        path=path,
        summary=described["summary"],
        about=rest.replace("\n", " "),
        scope=described["x-scope"],
        own=described["x-own"],
        parameters=tuple(_parameter(one) for one in described.get("parameters", ())),
        takes=_named(body.get("schema", {})),
        gives=_named(content),
        status=good,
        refusals=tuple(status for status in statuses if status != good),
    )


def _parameter(described: dict[str, Any]) -> Field:
    schema = described["schema"]
    return Field(
        name=described["name"],
        type=_type(schema),
        shape="",
        required=described["required"],
        about=described.get("description", schema.get("description", "")),
    )


def _shape(name: str, schema: dict[str, Any]) -> Shape:
    required = schema.get("required", ())
    return Shape(
        name=name,
        about=schema.get("description", "").replace("\n", " "),
        fields=tuple(
            Field(
                name=field,
                type=_type(described),
                shape=_named(described),
                required=field in required,
                about=described.get("description", ""),
            )
            for field, described in schema.get("properties", {}).items()
        ),
        values=tuple(str(value) for value in schema.get("enum", ())),
    )


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_REF)
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(f"“{value}”" for value in schema["enum"])
    kind = schema.get("type", "any")
    if kind == "array":
        return f"[{_type(schema.get('items', {}))}]"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return f"{{string: {_type(inner) if isinstance(inner, dict) else 'any'}}}"
    return f"{kind} ({schema['format']})" if "format" in schema else str(kind)


def _named(schema: dict[str, Any]) -> str:
    """Return the first shape that a schema names; "" if it names none."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_REF)
    inner = [*schema.get("anyOf", ()), schema.get("items"), schema.get("additionalProperties")]
    return next((name for one in inner if isinstance(one, dict) and (name := _named(one))), "")
