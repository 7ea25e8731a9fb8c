"""One box that finds anything: a customer, decision, transfer, case, or what a service knows.

Services that keep something findable (a payment, an order) register a searcher; `project/wiring.py`
is where. A searcher gets what was typed and returns what fits, the best first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from oferta.core.cases import waiting
from oferta.core.decisions import queries as decisions
from oferta.core.decisions.types import Decision
from oferta.core.ledger import queries as ledger
from oferta.core.parties import finding as parties
from oferta.core.parties.types import Actor, Permission

#: What one searcher may return; more means that one should type more.
EACH_MAX = 8
TEXT_MAX = 200
#: Fewer digits of an id say nothing: ids of one hour begin alike.
ID_PART_MIN = 6
_ID_PART = re.compile(r"^[0-9a-f]{6,32}$")
_NUMBER = re.compile(r"^[#№]?\s*([0-9]{1,12})$")
_ID_DIGITS = 32
_EXACT = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something that fits what was typed."""

    #: What it is; its words are under `desk.found.<kind>`.
    kind: str
    #: Data: a name, a number, an event's key.
    title: str
    detail: str = ""
    #: Name of the address of its page, and the id that goes into it.
    page: str
    id: UUID
    #: Whose it is, if anybody's: the audit log names them.
    party_id: UUID | None = None
    #: How well it fits, 0 to 1; 1 is what was meant.
    score: float = 0.9


#: What was typed to what fits.
Searcher: TypeAlias = Callable[[str], list[Found]]


@dataclass(frozen=True, slots=True)
class Searched:
    """A searcher and the permission that its pages need."""

    search: Searcher
    needs: Permission


_services: dict[str, Searched] = {}


def register(searchers: Mapping[str, Searched]) -> None:
    """Add searchers of services, replacing what is registered under the same name."""
    _services.update(searchers)


def find(text: str, *, actor: Actor) -> list[Found]:
    """Return what fits a text and what the actor may open, the best first."""
    typed = text.strip()[:TEXT_MAX]
    if not typed or "\0" in typed:
        return []
    found: dict[UUID, Found] = {}
    for searched in (*_CORE, *_services.values()):
        if actor.may(searched.needs):
            for one in searched.search(typed):
                found.setdefault(one.id, one)
    return sorted(found.values(), key=lambda one: -one.score)


def id_range(text: str) -> tuple[UUID, UUID] | None:
    """Return the first and last id that begin as a text does; None if it begins none."""
    digits = text.lower().replace("-", "").strip()
    if not _ID_PART.match(digits) or len(digits) < ID_PART_MIN:
        return None
    return UUID(hex=digits.ljust(_ID_DIGITS, "0")), UUID(hex=digits.ljust(_ID_DIGITS, "f"))


def _customers(text: str) -> list[Found]:
    between = id_range(text)
    rows = parties.customers_between(*between, limit=EACH_MAX) if between else []
    rows += parties.customers(text, limit=EACH_MAX)
    return [
        Found(
            kind="customer",
            title=row.name or row.key,
            detail=row.key if row.name else "",
            page="desk:customer",
            id=row.id,
            party_id=row.id,
            score=row.score,
        )
        for row in rows
    ]


def _decisions(text: str) -> list[Found]:
    between = id_range(text)
    rows = decisions.decisions_between(*between, limit=EACH_MAX) if between else []
    rows += [
        one for found in decisions.decisions_by_key([text]).values() for one in found[:EACH_MAX]
    ]
    return [_found_decision(row) for row in rows]


def _transfers(text: str) -> list[Found]:
    between = id_range(text)
    if between is None:
        return []
    rows = ledger.transfers_between(*between, limit=EACH_MAX)
    owners = decisions.parties_of({row.decision_id for row in rows})
    return [
        Found(
            kind="transfer",
            title=str(row.id),
            page="desk:transfer",
            id=row.id,
            party_id=owners.get(row.decision_id),
            score=_EXACT,
        )
        for row in rows
    ]


def _cases(text: str) -> list[Found]:
    rows = []
    if number := _NUMBER.match(text):
        rows = [one] if (one := waiting.case_of_number(int(number[1]))) else []
    if between := id_range(text):
        rows += waiting.cases_between(*between, limit=EACH_MAX)
    return [
        Found(
            kind="case",
            title=f"№ {row.number}",
            page="desk:case",
            id=row.id,
            party_id=row.party_id,
            score=_EXACT,
        )
        for row in rows
    ]


def _found_decision(row: Decision) -> Found:
    return Found(
        kind="decision",
        title=row.key,
        detail=str(row.id),
        page="desk:decision",
        id=row.id,
        party_id=row.party_id,
        score=_EXACT,
    )


_CORE = (
    Searched(_cases, Permission.SEE_CASES),
    Searched(_customers, Permission.SEE_CUSTOMERS),
    Searched(_decisions, Permission.SEE_DECISIONS),
    Searched(_transfers, Permission.SEE_TRANSFERS),
)
