"""An event on its way to being decided, and what is stored of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Any

from oferta.core.decisions import asking, moving, plans, storing
from oferta.core.decisions.asking import Holder, Question
from oferta.core.decisions.types import HELD_BACK, Basis, Decision, Event, Plan, Status
from oferta.core.notices.types import Citation, NewNotice
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import Language
from oferta.kernel.jsontext import loaded_words

NO_PLAN = Plan()
NO_GROUP = moving.Group([])


@dataclass(slots=True)
class Draft:
    """An event with its questions, each of which becomes a Decision."""

    event: Event
    #: Of what was asked; empty if that cannot even be written down.
    digest: bytes = b""
    #: The event's context as it is stored.
    context: bytes = b""
    questions: Sequence[Question] = ()
    plan: Plan = NO_PLAN
    group: moving.Group = NO_GROUP
    #: Whether one of its questions stopped.
    stopped: bool = False
    #: Why it is rejected.
    error: OfertaError | None = None
    #: What broke when it was decided: no answer, so it is raised once the event's turn has come.
    failure: Exception | None = None
    language: Language | None = None
    _decisions: tuple[Decision, ...] | None = None

    @property
    def status(self) -> Status:
        """What has become of it."""
        if self.stopped:
            return Status.STOPPED
        return Status.REFUSED if self.group.refusal else Status.DECIDED

    @property
    def limited(self) -> bool:
        """Whether limits have a say: then it can only be decided once they are locked."""
        for item in self.questions:  # noqa: SIM110 - asked of every event, and half the price
            if item.holders:
                return True
        return False

    def decide(self, used: dict[Holder, int], *, counts: bool) -> None:
        """Answer the questions and plan what follows.

        Args:
            used: of each limit so far; what this event uses is added.
            counts: False of an event known to be refused: it uses nothing.
        """
        shared = used if counts else dict(used)
        self.stopped = False
        for item in self.questions:
            asking.answer(item, shared)
            self.stopped |= item.stopped is not None
        if self.stopped:
            for item in self.questions:
                if counts:
                    asking.change(used, item.uses, self.event.pack, sign=-1)
                item.uses = ()
            self.plan, self.group = NO_PLAN, NO_GROUP
            return
        outcomes, ids = {}, {}
        for item in self.questions:
            ids[item.name] = item.id
            if item.outcome is not None:
                outcomes[item.name] = item.outcome
        self.plan = plans.plan(self.event, outcomes)
        if self.plan.movements:
            self.group = moving.group(self.plan.movements, ids, self.event.event_at)
        else:
            self.group = NO_GROUP

    def decisions(self, decided_at: datetime) -> tuple[Decision, ...]:
        """Return its Decisions in the order of the event's questions, made when first read."""
        if self._decisions is None:
            self._decisions = tuple([self._decision(item, decided_at) for item in self.questions])
        return self._decisions

    def rows(self, decided: bytes) -> Iterator[bytes]:
        """Write its Decisions for `storing.write`, in the order of their questions' names.

        Args:
            decided: when that was, as COPY takes a moment: a batch has one.
        """
        event = self.event
        of_event = storing.of_event(event, decided, self.digest, self.context)
        for item in _by_name(self.questions):
            standing = item.standing
            yield storing.row(
                item.id,
                asking.EPOCH + item.day,
                item.facts(),
                item.outcome,
                self.group.ids_of(item.id),
                (
                    of_event,
                    storing.of_clauses(
                        item.name,
                        standing.pack.name,
                        (standing.edition.id, standing.edition.digest, event.edition is not None),
                        item.decided_by,
                        item.mask,
                    ),
                    storing.of_end(self.status, *self._error(item), item.uses)
                    if self.stopped or item.uses
                    else _plain_end(self.group.refusal),
                    storing.NO_OVERRIDE,
                ),
            )

    def notice(self) -> NewNotice | None:
        """Return what the customer is told, if anything."""
        wanted, event = self.plan.notice, self.event
        if wanted is None or event.party_id is None or self.language is None:
            return None
        if self.stopped or self.group.refusal:
            return None
        return NewNotice(
            event.party_id,
            self.language,
            wanted.kind,
            wanted.params,
            self._cites(),
            tuple([item.id for item in self.questions]),
        )

    def _decision(self, item: Question, decided_at: datetime) -> Decision:
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
            decided_at=decided_at,
            party_id=event.party_id,
            facts=loaded_words(item.facts()),  # words, flags and null
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
            edition_kept=event.edition is not None,
        )

    def _cites(self) -> tuple[Citation, ...]:
        cited = [_citations(item.standing.pack.name, item.standing.edition.id, item.decided_by)
                 for item in self.questions]  # fmt: skip
        return cited[0] if len(cited) == 1 else tuple(chain.from_iterable(cited))

    def _error(self, item: Question) -> tuple[str, dict[str, Any]]:
        if item.stopped is not None:
            said = item.stopped.as_json()
            return said.pop("error"), said
        if self.stopped:
            return HELD_BACK, {}
        return self.group.refusal, {}


@lru_cache
def _plain_end(refusal: str) -> bytes:
    return storing.of_end(Status.REFUSED if refusal else Status.DECIDED, refusal, {})


def _by_name(questions: Sequence[Question]) -> Sequence[Question]:
    if len(questions) == 1:
        return questions
    return sorted(questions, key=lambda question: question.name)


@lru_cache(maxsize=4_096)  # a batch is decided by few clauses
def _citations(pack: str, edition: str, clauses: tuple[str, ...]) -> tuple[Citation, ...]:
    return tuple((pack, edition, clause) for clause in clauses)
