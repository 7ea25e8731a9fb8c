"""What is refused around mass messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class ReachUsedUp(OfertaError):
    """One person alone may not reach so many people in a day; a second person is needed."""

    code: ClassVar[str] = "notices.reach_used_up"
    staff_id: str
    people: int
    people_max: int


@dataclass(eq=False, kw_only=True)
class BadMass(OfertaError):
    """A mass message lacks words, receivers or a channel that we have."""

    code: ClassVar[str] = "notices.bad_mass"
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class UnknownMass(OfertaError):
    """There is no such mass message."""

    code: ClassVar[str] = "notices.unknown_mass"
    mass_id: str


@dataclass(eq=False, kw_only=True)
class MassElsewhere(OfertaError):
    """The mass message is not in a state in which this can be done."""

    code: ClassVar[str] = "notices.mass_elsewhere"
    mass_id: str
    state: str


@dataclass(eq=False, kw_only=True)
class SamePerson(OfertaError):
    """Who made it cannot be its second person."""

    code: ClassVar[str] = "notices.same_person"
    staff_id: str


@dataclass(eq=False, kw_only=True)
class NoConsent(OfertaError):
    """Advertising goes only to customers who consent to it."""

    code: ClassVar[str] = "notices.no_consent"
    purpose: str
    parties: list[str]


@dataclass(eq=False, kw_only=True)
class TooManyChecks(OfertaError):
    """Too many messages were checked from this place; it can go on in some minutes."""

    code: ClassVar[str] = "notices.too_many_checks"
    checks_max: int
    minutes: int


@dataclass(eq=False, kw_only=True)
class UnknownFalse(OfertaError):
    """There is no such note on a false message."""

    code: ClassVar[str] = "notices.unknown_false_message"
    false_id: str
