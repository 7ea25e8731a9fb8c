"""What decisions refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oferta.kernel.errors import OfertaError


@dataclass(eq=False, kw_only=True)
class KeyReused(OfertaError):
    """The key was used before for another content. Same content: the same answer."""

    code: ClassVar[str] = "decisions.key_reused"
    key: str


@dataclass(eq=False, kw_only=True)
class BadEvent(OfertaError):
    """An event that cannot be asked about: no key, no question, a naive moment."""

    code: ClassVar[str] = "decisions.bad_event"
    key: str
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class UnknownParty(OfertaError):
    """The event names a customer who is not registered."""

    code: ClassVar[str] = "decisions.unknown_party"
    key: str
    party_id: str


@dataclass(eq=False, kw_only=True)
class UnknownPlan(OfertaError):
    """No plan is registered under this name."""

    code: ClassVar[str] = "decisions.unknown_plan"
    plan: str
    known: list[str]


@dataclass(eq=False, kw_only=True)
class UnknownDecision(OfertaError):
    """There is no such Decision."""

    code: ClassVar[str] = "decisions.unknown_decision"
    decision_id: str


@dataclass(eq=False, kw_only=True)
class AlreadyOverridden(OfertaError):
    """Another Decision stands in its place already: override that one."""

    code: ClassVar[str] = "decisions.already_overridden"
    decision_id: str
    by: str


@dataclass(eq=False, kw_only=True)
class BadOverride(OfertaError):
    """An override without a reason, or not by exactly one of facts and outcome."""

    code: ClassVar[str] = "decisions.bad_override"
    field: str
    given: str
    expected: str


@dataclass(eq=False, kw_only=True)
class SecondPersonNeeded(OfertaError):
    """The override moves more than one member of staff may alone. Amounts in minor units."""

    code: ClassVar[str] = "decisions.second_person_needed"
    amount: int
    above: int
    given: str


@dataclass(eq=False, kw_only=True)
class OverrideRefused(OfertaError):
    """The ledger refused what the override would move; nothing has changed."""

    code: ClassVar[str] = "decisions.override_refused"
    decision_id: str
    ledger_code: str
