"""A batch of events, decided in order inside one database transaction.

1. Probe the keys: what was decided before is answered from what is stored.
2. Read the facts of the rest; what cannot be read is rejected and leaves nothing behind.
3. Lock the limits concerned, in one order, and decide in the order given.
4. Post all transfers in one call. An event whose transfers are refused is stored as refused.
5. COPY the decisions, then the notices, and leave one job in the outbox.

The order of locks is limits, accounts, keys, so that batches wait for each other but never in a
circle.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from psycopg import errors as pg

from oferta.core.decisions import asking, limits, moving, plans, queries, rules, storing
from oferta.core.decisions.asking import Holder, Question
from oferta.core.decisions.errors import KeyReused, UnknownParty
from oferta.core.decisions.types import (
    HELD_BACK,
    Answer,
    Basis,
    Decision,
    DecisionStopped,
    Event,
    Plan,
    Status,
)
from oferta.core.notices import actions as notices
from oferta.core.notices.types import NewNotice
from oferta.core.parties import queries as parties
from oferta.kernel import events
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import Language
from oferta.kernel.ids import uuid7

#: Times a batch is begun anew because another one took one of its keys meanwhile.
ATTEMPTS_MAX = 5


@dataclass(slots=True)
class Draft:
    """An event on its way to being decided."""

    event: Event
    digest: bytes
    questions: list[Question]
    language: Language | None
    context_text: str
    ids: dict[str, UUID] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
    group: moving.Group = field(default_factory=lambda: moving.Group([]))
    #: Whether one of its questions stopped.
    stopped: bool = False

    @property
    def status(self) -> Status:
        """What has become of it."""
        if self.stopped:
            return Status.STOPPED
        return Status.REFUSED if self.group.refusal else Status.DECIDED


def decide(batch: Sequence[Event], *, now: datetime) -> list[Answer]:
    """Decide a batch; see `actions.decide_many`."""
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            with _no_collection(), transaction.atomic():
                return _decide(batch, now)
        except pg.UniqueViolation as error:
            # Another batch committed one of our keys after our probe: its answer is now ours.
            if error.diag.constraint_name != "decided_once" or attempt == ATTEMPTS_MAX:
                raise
    raise AssertionError  # the last attempt returns or raises


@contextmanager
def _no_collection() -> Iterator[None]:
    """Leave the collector of cycles off: a batch makes a hundred thousand objects and no cycle.

    Each full collection in between would walk everything the process holds, packs included.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _decide(batch: Sequence[Event], now: datetime) -> list[Answer]:
    known = queries.decisions_by_key({event.key for event in batch})
    seen = {key: stored[0].digest for key, stored in known.items()}
    languages = parties.languages({event.party_id for event in batch if event.party_id})
    answers: list[Answer | None] = []
    drafts: list[Draft] = []
    for event in batch:
        answer, draft = _begin(event, seen, languages)
        answers.append(answer)
        if draft is not None:
            drafts.append(draft)
    made = _settle(drafts, now)
    fresh = set(made)
    return [
        answer or _answer(event, known, made, fresh)
        for event, answer in zip(batch, answers, strict=True)
    ]


def _begin(
    event: Event, seen: dict[str, bytes], languages: dict[UUID, Language]
) -> tuple[Answer | None, Draft | None]:
    """Return the rejection of an event, or the draft of a new one, or neither: it is a repeat."""
    try:
        digest = rules.digest(event)
        if event.key in seen:
            if seen[event.key] != digest:
                raise KeyReused(key=event.key)
            return None, None
        context_text = rules.context_text(event)
        plans.planner(event.plan)
        if event.party_id is not None and event.party_id not in languages:
            raise UnknownParty(key=event.key, party_id=str(event.party_id))
        questions = asking.read(event)
    except OfertaError as error:
        return Answer(key=event.key, status=Status.REJECTED, error=error), None
    seen[event.key] = digest
    language = languages[event.party_id] if event.party_id else None
    return None, Draft(event, digest, questions, language, context_text)


def _settle(drafts: list[Draft], now: datetime) -> dict[str, list[Decision]]:
    before = limits.lock(
        holder for draft in drafts for item in draft.questions for _, holder in item.holders
    )
    after = _post(drafts, before, now)
    limits.write(before, after)
    made: dict[str, list[Decision]] = {}
    if drafts:
        storing.write(_made(drafts, made, now))
    notices.send(
        [notice for draft in drafts if (notice := _notice(draft, made)) is not None], now=now
    )
    for item in (item for draft in drafts if draft.stopped for item in made[draft.event.key]):
        if item.error != HELD_BACK:
            events.publish(
                DecisionStopped(
                    decision_id=item.id, party_id=item.party_id, error=item.error, at=now
                )
            )
    return made


def _post(drafts: list[Draft], before: dict[Holder, int], now: datetime) -> dict[Holder, int]:
    """Answer and post all drafts; return what is used of each limit afterwards.

    A refused event uses nothing of a limit, so whoever came after it in the batch and shares that
    limit was answered wrongly: then everything is undone and begun anew with that event known to
    be refused. Each round settles one such event; batches without limits need one round.
    """
    doomed: set[int] = set()
    while True:
        used = dict(before)
        point = transaction.savepoint() if before else None
        for place, draft in enumerate(drafts):
            _answer_draft(draft, used, counts=place not in doomed)
        moving.post((draft.group for draft in drafts), now=now)
        wrong = _first_wrong(drafts, doomed)
        if point is None:
            return used
        if wrong is None:
            transaction.savepoint_commit(point)
            _give_back_refused(drafts, doomed, used)
            return used
        transaction.savepoint_rollback(point)
        doomed.add(wrong)


def _answer_draft(draft: Draft, used: dict[Holder, int], *, counts: bool) -> None:
    shared = used if counts else dict(used)
    for item in draft.questions:
        asking.answer(item, shared)
    draft.ids = {item.name: uuid7() for item in draft.questions}
    draft.stopped = any(item.stopped is not None for item in draft.questions)
    if draft.stopped:
        for item in draft.questions:
            if counts:
                asking.change(used, item.uses, draft.event.pack, sign=-1)
            item.uses = ()
        draft.plan, draft.group = Plan(), moving.Group([])
        return
    outcomes = {item.name: item.decided.outcome for item in draft.questions if item.decided}
    draft.plan = plans.planner(draft.event.plan)(outcomes, draft.event.context)
    draft.group = moving.group(draft.plan.movements, draft.ids, draft.event.event_at)


def _first_wrong(drafts: list[Draft], doomed: set[int]) -> int | None:
    """Return the first refused event whose use of a limit a later event was told of."""
    for place, draft in enumerate(drafts):
        if place in doomed or not draft.group.refusal:
            continue
        own = {(item.limit, item.holder, item.since) for question in draft.questions
               for item in question.uses}  # fmt: skip
        if own and any(
            (holder[1], holder[2], holder[3]) in own
            for later in drafts[place + 1 :]
            for question in later.questions
            for _, holder in question.holders
        ):
            return place
    return None


def _give_back_refused(drafts: list[Draft], doomed: set[int], used: dict[Holder, int]) -> None:
    for place, draft in enumerate(drafts):
        if not draft.group.refusal:
            continue
        for item in draft.questions:
            if place not in doomed:
                asking.change(used, item.uses, draft.event.pack, sign=-1)
            item.uses = ()


def _made(
    drafts: list[Draft], made: dict[str, list[Decision]], now: datetime
) -> Iterator[tuple[Decision, str, str]]:
    """Make the decisions in the order of their keys, noting them in `made` by event."""
    for draft in sorted(drafts, key=lambda draft: draft.event.key):
        status = draft.status
        own = made[draft.event.key] = []
        for question in _by_name(draft.questions):
            decision, facts = _decision(draft, question, status, now)
            own.append(decision)
            yield decision, facts, draft.context_text


def _by_name(questions: list[Question]) -> list[Question]:
    if len(questions) == 1:
        return questions
    return sorted(questions, key=lambda question: question.name)


def _decision(
    draft: Draft, question: Question, status: Status, now: datetime
) -> tuple[Decision, str]:
    """Return a decision and its facts as JSON text."""
    event, asked, decided = draft.event, question.asked, question.decided
    error, error_facts = _error(draft, question)
    values = {**asked.facts, **question.given} if decided is None else decided.facts
    facts, text = asking.written_facts(asked, values)
    decision = Decision(
        id=draft.ids[question.name],
        key=event.key,
        question=question.name,
        pack=event.pack,
        edition=asked.edition.id,
        edition_digest=asked.edition.digest,
        day=asking.day_of(asked.day),
        event_at=event.event_at,
        decided_at=now,
        party_id=event.party_id,
        facts=facts,
        outcome=decided.outcome if decided is not None else None,
        decided_by=decided.decided_by if decided is not None else (),
        mask=_mask(question),
        status=status,
        error=error,
        error_facts=error_facts,
        basis=Basis.TERMS,
        plan=event.plan,
        context=event.context,
        uses=question.uses,
        transfer_ids=draft.group.ids_of(draft.ids[question.name]),
        digest=draft.digest,
    )
    return decision, text


def _mask(question: Question) -> int:
    if question.decided is not None:
        return question.decided.mask
    return question.stopped.mask if question.stopped is not None else 0


def _error(draft: Draft, question: Question) -> tuple[str, dict[str, Any]]:
    if question.stopped is not None:
        said = question.stopped.as_json()
        return said.pop("error"), said
    if draft.stopped:
        return HELD_BACK, {}
    return draft.group.refusal, {}


def _notice(draft: Draft, made: dict[str, list[Decision]]) -> NewNotice | None:
    wanted = draft.plan.notice
    if wanted is None or draft.event.party_id is None or draft.language is None:
        return None
    if draft.status is not Status.DECIDED:
        return None
    stored = _ordered(made[draft.event.key], draft.event.questions)
    return NewNotice(
        party_id=draft.event.party_id,
        language=draft.language,
        kind=wanted.kind,
        params=wanted.params,
        cites=tuple(
            (item.pack, item.edition, clause) for item in stored for clause in item.decided_by
        ),
        decision_ids=tuple(item.id for item in stored),
    )


def _ordered(stored: list[Decision], questions: tuple[str, ...]) -> tuple[Decision, ...]:
    """Return an event's decisions in the order of its questions."""
    if len(stored) == 1 == len(questions):
        return tuple(stored)
    by_question = {item.question: item for item in stored}
    return tuple(by_question[name] for name in questions)


def _answer(
    event: Event,
    known: dict[str, list[Decision]],
    made: dict[str, list[Decision]],
    fresh: set[str],
) -> Answer:
    """Return the answer that an event's decisions make; the first to ask is not a replay."""
    ordered = _ordered(known.get(event.key) or made[event.key], event.questions)
    replayed = event.key not in fresh
    fresh.discard(event.key)
    return Answer(key=event.key, status=ordered[0].status, decisions=ordered, replayed=replayed)
