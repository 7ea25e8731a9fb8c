"""What the REST door itself refuses, whichever room lies behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class NotSignedIn(OfertaError):
    """No token and no session, or one that is unknown, expired or revoked."""

    code: ClassVar[str] = "rest.not_signed_in"


@dataclass(eq=False, kw_only=True)
class ScopeMissing(OfertaError):
    """The token does not reach this far."""

    code: ClassVar[str] = "rest.scope_missing"
    scope: str


@dataclass(eq=False, kw_only=True)
class ForgedRequest(OfertaError):
    """A session may change something only with its page's CSRF token."""

    code: ClassVar[str] = "rest.forged_request"


@dataclass(eq=False, kw_only=True)
class NothingThere(OfertaError):
    """There is nothing at this address, or nothing that you may see."""

    code: ClassVar[str] = "rest.nothing_there"


@dataclass(eq=False, kw_only=True)
class MethodNotAllowed(OfertaError):
    """The address does not take this method."""

    code: ClassVar[str] = "rest.method_not_allowed"
    allowed: list[str]


@dataclass(eq=False, kw_only=True)
class BadRequest(OfertaError):
    """The request cannot be read; nothing was done."""

    code: ClassVar[str] = "rest.bad_request"
    what: str


@dataclass(eq=False, kw_only=True)
class WrongMediaType(OfertaError):
    """The body is not sent as application/json."""

    code: ClassVar[str] = "rest.wrong_media_type"
    given: str


@dataclass(eq=False, kw_only=True)
class TooLarge(OfertaError):
    """The body is larger than one request may be; send several."""

    code: ClassVar[str] = "rest.too_large"
    bytes_max: int


@dataclass(eq=False, kw_only=True)
class BadFields(OfertaError):
    """Fields are missing, unknown or of a wrong type; each is listed."""

    code: ClassVar[str] = "rest.bad_fields"
    wrong: list[Any]


@dataclass(eq=False, kw_only=True)
class BadParameters(OfertaError):
    """A parameter of the address or a header is missing or of a wrong type; each is listed."""

    code: ClassVar[str] = "rest.bad_parameters"
    wrong: list[Any]


@dataclass(eq=False, kw_only=True)
class BadCursor(OfertaError):
    """The cursor is none that a page before gave."""

    code: ClassVar[str] = "rest.bad_cursor"


@dataclass(eq=False, kw_only=True)
class TooManyRequests(OfertaError):
    """The token's requests of the minute are used up; wait and go on."""

    code: ClassVar[str] = "rest.too_many_requests"
    seconds: int


@dataclass(eq=False, kw_only=True)
class KeyMissing(OfertaError):
    """The operation has no key of its own: send an Idempotency-Key, so that a retry is safe."""

    code: ClassVar[str] = "rest.key_missing"


@dataclass(eq=False, kw_only=True)
class BadKey(OfertaError):
    """An Idempotency-Key has 1 to 200 printable characters."""

    code: ClassVar[str] = "rest.bad_key"


@dataclass(eq=False, kw_only=True)
class KeyUsed(OfertaError):
    """The Idempotency-Key was used before for another request. Same request: the same answer."""

    code: ClassVar[str] = "rest.key_used"


@dataclass(eq=False, kw_only=True)
class AnswerErased(OfertaError):
    """The request was done under this key; its answer was erased with the customer's data."""

    code: ClassVar[str] = "rest.answer_erased"


@dataclass(eq=False, kw_only=True)
class DatabaseAway(OfertaError):
    """The database cannot be reached or is overloaded; try again."""

    code: ClassVar[str] = "rest.database_away"


@dataclass(eq=False, kw_only=True)
class Defect(OfertaError):
    """A defect of Oferta; the log says more."""

    code: ClassVar[str] = "rest.defect"
