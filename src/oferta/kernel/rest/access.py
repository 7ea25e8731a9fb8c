"""Who calls an operation, and what they may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from inspect import signature
from typing import Any, Protocol, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from oferta.kernel.errors import OfertaError
from oferta.kernel.rest.errors import NothingThere, ScopeMissing

#: Header of operations that have no key of their own.
KEY_HEADER = "Idempotency-Key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who sent a request."""

    #: Of the token, or of the customer whose session it is: what paces are kept by.
    id: UUID
    #: Whose requests these are: idempotency keys are kept by it, so that a token can be replaced.
    owner: str
    scopes: frozenset[str]
    #: Set for a customer: reads and does only what is their own.
    party_id: UUID | None = None
    #: Set for a token of a member of staff: acts in their name.
    staff_id: UUID | None = None
    #: Customers whose data this request was shown; who looks after the log of reads asks for it.
    shown: set[UUID] = field(default_factory=set, compare=False)

    def sees(self, party_id: UUID | None) -> bool:
        """Tell whether something about this customer (None: about nobody) is theirs to see."""
        return self.party_id is None or self.party_id == party_id

    def ensure_sees(self, party_id: UUID | None, error: OfertaError | None = None) -> None:
        """Refuse what is another customer's as if it did not exist.

        Raises:
            NothingThere: or `error`, which must be what is raised where there is nothing.
        """
        if not self.sees(party_id):
            raise error or NothingThere()
        if party_id is not None:
            self.shown.add(party_id)


class Door(Protocol):
    """What the project provides."""

    def caller(self, request: HttpRequest) -> Caller:
        """Return who calls.

        Raises:
            NotSignedIn, ForgedRequest, TooManyRequests: nobody may, or not now.
        """

    def once(self, request: HttpRequest, status: int, act: Callable[[], BaseModel]) -> HttpResponse:
        """Answer a request with a key: by doing it, or as it was answered when it was done.

        Raises:
            KeyMissing, BadKey, KeyUsed: it cannot be done so.
        """


class _Current:
    door: Door | None = None


def connect(door: Door) -> None:
    """Make `door` the one that callers come through."""
    _Current.door = door


def _door() -> Door:
    if _Current.door is None:
        raise RuntimeError("access.connect was not called")
    return _Current.door


class Needs:
    """Guard of an operation: the scope that it takes, and whether a customer may call it."""

    def __init__(self, scope: str, *, own: bool = False) -> None:
        #: "" for any.
        self.scope = scope
        #: A customer may call it for what is their own.
        self.own = own

    def __call__(self, request: HttpRequest) -> Caller:
        """Return who calls.

        Raises:
            NotSignedIn, ForgedRequest, TooManyRequests: as of the door.
            ScopeMissing: not with this token.
        """
        caller = _door().caller(request)
        lacking = bool(self.scope) and self.scope not in caller.scopes
        if lacking or (caller.party_id is not None and not self.own):
            raise ScopeMissing(scope=self.scope)
        return caller


def caller_of(request: HttpRequest) -> Caller:
    """Return who calls the operation that a request is for."""
    return cast("Caller", request.auth)  # type: ignore[attr-defined]  # set from `Needs`


def idempotent(status: int = 201) -> Callable[[Callable[..., BaseModel]], Callable[..., Any]]:
    """Give an operation one effect for each key: body and key make it, and make its answer again.

    The key is kept in the effect's own database transaction. What was refused left nothing behind
    and may be tried again under the same key.

    Args:
        status: of the answer.
    """

    def decorated(view: Callable[..., BaseModel]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **rest: Any) -> HttpResponse:
            return _door().once(request, status, lambda: view(request, *args, **rest))

        # Ninja looks names of types up in the module of the function it is given: here, too late.
        guarded.__signature__ = signature(view, eval_str=True)  # type: ignore[attr-defined]
        guarded._ninja_contribute_to_operation = [_describe]  # type: ignore[attr-defined]  # noqa: SLF001 - ninja's name for it
        return guarded

    return decorated


def _describe(operation: Any) -> None:
    extra = operation.openapi_extra = dict(operation.openapi_extra or {})
    extra["parameters"] = [
        *extra.get("parameters", ()),
        {
            "in": "header",
            "name": KEY_HEADER,
            "required": True,
            "schema": {
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "pattern": "^[!-~]+$",
            },
            "description": "Made by you, one for each thing to be done. The same key with the same"
            " body answers the same and does nothing again; with another body it is refused.",
        },
    ]
