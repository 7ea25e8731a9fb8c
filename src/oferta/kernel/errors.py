"""One base for every refusal: a stable code and the facts, no prose. Doors add the words."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(eq=False, kw_only=True)
class OfertaError(Exception):
    """A refusal that callers can tell apart by `code` and act on by its fields.

    Subclasses are dataclasses that set `code` ("room.what_is_wrong") and add their facts as
    fields. Never frozen: an exception gets its traceback assigned while it is raised.
    """

    code: ClassVar[str] = "oferta.error"

    def facts(self) -> dict[str, Any]:
        """Return the facts of this refusal by field name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def as_json(self) -> dict[str, Any]:
        """Return `{"error": code, **facts}` with every value made printable."""
        return {"error": self.code} | {name: _plain(value) for name, value in self.facts().items()}

    def __str__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.facts().items())
        return f"{self.code}: {said}" if said else self.code


def ensure(condition: bool, error: OfertaError) -> None:
    """Raise `error` unless `condition` holds; unlike `assert`, also under `python -O`."""
    if not condition:
        raise error


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, OfertaError):
        return value.as_json()
    return str(value)
