"""An event on its way to being decided, and what is stored of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from oferta.core.decisions import asking, moving, storing
from oferta.core.decisions.asking import Question
from oferta.core.decisions.rules import shares_json
from oferta.core.decisions.types import HELD_BACK, Basis, Decision, Event, Plan, Status
from oferta.core.notices.types import NewNotice
from oferta.kernel.i18n import Language
from oferta.kernel.jsontext import json_text, loaded

NO_PLAN = Plan()
NO_GROUP = moving.Group([])


@dataclass(slots=True)
class Draft:
    """An event with its questions, each of which becomes a Decision."""

    event: Event
    digest: bytes
    questions: list[Question]
    language: Language | None
    context_text: str
    decided_at: datetime
    plan: Plan = NO_PLAN
    group: moving.Group = field(default_factory=lambda: NO_GROUP)
    #: Whether one of its questions stopped.
    stopped: bool = False
    _decisions: tuple[Decision, ...] | None = None

    @property
    def status(self) -> Status:
        """What has become of it."""
        if self.stopped:
            return Status.STOPPED
        return Status.REFUSED if self.group.refusal else Status.DECIDED

    def decisions(self) -> tuple[Decision, ...]:
        """Return its Decisions in the order of the event's questions, made when first read."""
        if self._decisions is None:
            self._decisions = tuple(self._decision(item) for item in self.questions)
        return self._decisions

    def rows(self) -> Iterator[str]:
        """Write its Decisions for `storing.write`, in the order of their questions' names."""
        event, status = self.event, self.status.value
        of_event = (
            f"{storing.moment(event.event_at)}\t{storing.moment(self.decided_at)}\t"
            f"{storing.identity(event.party_id)}\t"
        )
        rest = (
            f"{_BASIS}\t{storing.escaped_text(event.plan)}\t{storing.escaped(self.context_text)}\t"
        )
        key, digest = storing.escaped_text(event.key), storing.written_bytes(self.digest)
        for item in _by_name(self.questions):
            error, error_facts = self._error(item)
            outcome = item.outcome
            uses = storing.escaped(json_text(shares_json(item.uses))) if item.uses else "[]"
            yield (
                f"{item.id.hex}\t{key}\t{_head(item)}\t{_day(item.day)}\t{of_event}"
                f"{storing.escaped(item.facts_text())}\t"
                f"{storing.NULL if outcome is None else storing.escaped(json_text(outcome))}\t"
                f"{storing.array(item.decided_by)}\t{storing.mask_bytes(item.mask)}\t"
                f"{status}\t{error}\t"
                f"{storing.escaped(json_text(error_facts)) if error_facts else '{}'}\t{rest}"
                f"{uses}\t{storing.identities(self.group.ids_of(item.id))}\t{digest}\t"
                f"{_NOT_OVERRIDDEN}\n"
            )

    def notice(self) -> NewNotice | None:
        """Return what the customer is told, if anything."""
        wanted, event = self.plan.notice, self.event
        if wanted is None or event.party_id is None or self.language is None:
            return None
        if self.status is not Status.DECIDED:
            return None
        return NewNotice(
            party_id=event.party_id,
            language=self.language,
            kind=wanted.kind,
            params=wanted.params,
            cites=_cites(self.questions),
            decision_ids=tuple([item.id for item in self.questions]),
        )

    def _decision(self, item: Question) -> Decision:
        event, standing = self.event, item.standing
        error, error_facts = self._error(item)
        return Decision(
            id=item.id,
            key=event.key,
            question=item.name,
            pack=event.pack,
            edition=standing.edition.id,
            edition_digest=standing.edition.digest,
            day=asking.day_of(item.day),
            event_at=event.event_at,
            decided_at=self.decided_at,
            party_id=event.party_id,
            facts=loaded(item.facts_text()),
            outcome=item.outcome,
            decided_by=item.decided_by,
            mask=item.mask,
            status=self.status,
            error=error,
            error_facts=error_facts,
            basis=Basis.TERMS,
            plan=event.plan,
            context=event.context,
            uses=item.uses,
            transfer_ids=self.group.ids_of(item.id),
            digest=self.digest,
        )

    def _error(self, item: Question) -> tuple[str, dict[str, Any]]:
        if item.stopped is not None:
            said = item.stopped.as_json()
            return said.pop("error"), said
        if self.stopped:
            return HELD_BACK, {}
        return self.group.refusal, {}


_BASIS = Basis.TERMS.value
#: Nobody's override: overrides, reason, actor, approver.
_NOT_OVERRIDDEN = f"{storing.NULL}\t\t{storing.NULL}\t{storing.NULL}"


def _head(item: Question) -> str:
    edition = item.standing.edition
    return f"{item.name}\t{item.standing.pack.name}\t{edition.id}\t{edition.digest}"


@lru_cache(maxsize=4_096)
def _day(coded: int) -> str:
    return asking.day_of(coded).isoformat()


def _by_name(questions: list[Question]) -> list[Question]:
    if len(questions) == 1:
        return questions
    return sorted(questions, key=lambda question: question.name)


def _cites(questions: Sequence[Question]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        [
            (item.standing.pack.name, item.standing.edition.id, clause)
            for item in questions
            for clause in item.decided_by
        ]
    )
