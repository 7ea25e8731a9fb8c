"""Everything that happened with a customer as one list by time, a page at a time.

Every row has a time-ordered id, so one id is the place in all the sources at once: each gives what
lies before it, and the newest of all make the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias
from uuid import UUID

from oferta.core.cases import queries
from oferta.core.decisions import naming
from oferta.core.decisions import queries as decisions
from oferta.core.decisions.web.pages import question_label
from oferta.core.notices import queries as notices
from oferta.core.notices import rendering
from oferta.core.parties import agreements, audit
from oferta.kernel.i18n import Language

PAGE = 30
#: Readings are in the audit log; they did not happen with the customer.
_NOT_TOLD = (".read", ".found", ".listed", ".refused")
#: What a case was through stands on its own page.
_OF_CASES = "case."


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that happened with a customer."""

    id: UUID
    at: datetime
    #: What it is; its words are under `desk.moment.<kind>`.
    kind: str
    #: Words in the reader's language, or data.
    title: str = ""
    #: Key of words that say more, "" if none, and what is filled in.
    state_key: str = ""
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    #: Name of the address of its page, if it has one, and the id that goes into it.
    page: str = ""

    @property
    def kind_key(self) -> str:
        """Return the key of the words for what it is."""
        return f"desk.moment.{self.kind}"


#: Customer, the id to start before, how many, the reader's language: what happened, newest first.
Source: TypeAlias = Callable[[UUID, UUID | None, int, Language], list[Moment]]


def of_customer(
    party_id: UUID, language: Language, *, before: UUID | None = None, limit: int = PAGE
) -> tuple[list[Moment], UUID | None]:
    """Return a page of what happened with a customer, newest first, and where the next begins."""
    found = [one for source in SOURCES for one in source(party_id, before, limit + 1, language)]
    found.sort(key=lambda one: one.id, reverse=True)
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def _decisions(party_id: UUID, before: UUID | None, limit: int, language: Language) -> list[Moment]:
    return [
        Moment(
            id=one.id,
            at=one.decided_at,
            kind="overridden" if one.overrides else "decision",
            title=f"{naming.title(one).subject} · {question_label(one, language)}".strip(" ·"),
            state_key=f"desk.decision.{one.status}",
            page="desk:decision",
        )
        for one in decisions.decisions_of_party(party_id, before=before, limit=limit)
    ]


def _notices(party_id: UUID, before: UUID | None, limit: int, language: Language) -> list[Moment]:
    return [
        Moment(
            id=one.id,
            at=one.created_at,
            kind="notice",
            title=rendering.render(one.kind, one.params, one.cites, language).subject,
        )
        for one in notices.inbox(party_id, before=before, limit=limit)
    ]


def _cases(party_id: UUID, before: UUID | None, limit: int, language: Language) -> list[Moment]:
    del language
    return [
        Moment(
            id=one.id,
            at=one.opened_at,
            kind="case",
            title=f"№ {one.number}",
            state_key=f"cases.status.{one.status}",
            page="desk:case",
        )
        for one in queries.cases_of_party(party_id, limit, before=before)
    ]


def _agreements(
    party_id: UUID, before: UUID | None, limit: int, language: Language
) -> list[Moment]:
    del language
    rows = (one for one in agreements.agreements_of(party_id) if before is None or one.id < before)
    return [
        Moment(id=one.id, at=one.at, kind="agreement", title=f"{one.pack} {one.edition}")
        for one in sorted(rows, key=lambda one: one.id, reverse=True)[:limit]
    ]


def _acts(party_id: UUID, before: UUID | None, limit: int, language: Language) -> list[Moment]:
    """Return what was done to or by the customer as the audit log has it: sign-ins, blocks."""
    del language
    return [
        Moment(
            id=one.id,
            at=one.at,
            kind="act",
            title=one.name,
            state_key=audit.words_of(one.what),
            values={"what": one.what},
        )
        for one in audit.acts_with(party_id, before=before, limit=limit, leave_out=_NOT_TOLD)
        if not one.what.startswith(_OF_CASES)
    ]


SOURCES: tuple[Source, ...] = (_decisions, _notices, _cases, _agreements, _acts)
