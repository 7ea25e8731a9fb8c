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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction
from psycopg import errors as pg

from oferta.core.decisions import (
    asking,
    limits,
    moving,
    plans,
    queries,
    rules,
    storing,
    supplying,
)
from oferta.core.decisions.asking import Holder, Question
from oferta.core.decisions.drafts import NO_GROUP, NO_PLAN, Draft
from oferta.core.decisions.errors import BadEvent, KeyReused, UnknownParty
from oferta.core.decisions.types import (
    HELD_BACK,
    Answer,
    Decision,
    DecisionBrief,
    DecisionsMade,
    DecisionStopped,
    Event,
    Outcomes,
    Plan,
    Status,
)
from oferta.core.notices import actions as notices
from oferta.core.parties import queries as parties
from oferta.kernel import events
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import Language

#: Times a batch is begun anew because another one took one of its keys meanwhile.
ATTEMPTS_MAX = 5


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
    supplied = supplying.supply(batch)
    read = asking.read_many(supplied, known)
    rejected: dict[int, Answer] = {}
    drafts: dict[str, Draft] = {}
    for place, event in enumerate(batch):
        try:
            draft = _begin(event, supplied[place], read[place], seen, languages, now)
        except OfertaError as error:
            rejected[place] = Answer(key=event.key, status=Status.REJECTED, error=error)
            continue
        if draft is not None:
            drafts[event.key] = draft
    _settle(list(drafts.values()), now)
    return _answers(batch, rejected, known, drafts)


def _answers(
    batch: Sequence[Event],
    rejected: dict[int, Answer],
    known: dict[str, list[Decision]],
    drafts: dict[str, Draft],
) -> list[Answer]:
    """Return an answer for each event; the first to ask is not a replay."""
    fresh = set(drafts)
    answers = []
    for place, event in enumerate(batch):
        draft = drafts.get(event.key)
        if place in rejected:
            answer = rejected[place]
        elif draft is None:
            stored = _ordered(known[event.key], event.questions)
            answer = Answer(event.key, stored[0].status, _given(stored), replayed=True)
        else:
            answer = Answer(
                event.key, draft.status, draft.decisions, replayed=event.key not in fresh
            )
            fresh.discard(event.key)
        answers.append(answer)
    return answers


def _begin(
    event: Event,
    supplied: Event,
    read: list[Question] | None,
    seen: dict[str, bytes],
    languages: dict[UUID, Language],
    now: datetime,
) -> Draft | None:
    """Return the draft of a new event, or nothing: it is a repeat.

    Raises:
        OfertaError: the event is rejected.
    """
    digest = rules.digest(event)
    before = seen.get(event.key)
    if before is not None:
        if before != digest:
            raise KeyReused(key=event.key)
        return None
    context_text = rules.context_text(event)
    plans.planner(event.plan)
    language = None
    if event.party_id is not None:
        language = languages.get(event.party_id)
        if language is None:
            raise UnknownParty(key=event.key, party_id=str(event.party_id))
    questions = asking.read(supplied) if read is None else read
    seen[event.key] = digest
    return Draft(event, digest, questions, language, context_text, now)


def _settle(drafts: list[Draft], now: datetime) -> None:
    before = limits.lock(
        holder for draft in drafts for item in draft.questions for _, holder in item.holders
    )
    after = _post(drafts, before, now)
    limits.write(before, after)
    if drafts:
        in_order = sorted(drafts, key=lambda draft: draft.event.key)
        storing.write(row for draft in in_order for row in draft.rows())
    notices.send([notice for draft in drafts if (notice := draft.notice()) is not None], now=now)
    if drafts:
        events.publish(DecisionsMade(made=lambda: _briefs(drafts), at=now))
    for item in (item for draft in drafts if draft.stopped for item in draft.decisions()):
        if item.error != HELD_BACK:
            events.publish(
                DecisionStopped(
                    decision_id=item.id, party_id=item.party_id, error=item.error, at=now
                )
            )


def _briefs(drafts: list[Draft]) -> list[DecisionBrief]:
    return [
        DecisionBrief(
            item.id,
            draft.event.key,
            draft.event.pack,
            item.name,
            draft.status,
            draft.event.party_id,
        )
        for draft in drafts
        for item in draft.questions
    ]


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
    draft.stopped = any(item.stopped is not None for item in draft.questions)
    if draft.stopped:
        for item in draft.questions:
            if counts:
                asking.change(used, item.uses, draft.event.pack, sign=-1)
            item.uses = ()
        draft.plan, draft.group = NO_PLAN, NO_GROUP
        return
    outcomes = {item.name: item.outcome for item in draft.questions if item.outcome is not None}
    draft.plan = _plan(draft.event, outcomes)
    ids = {item.name: item.id for item in draft.questions}
    draft.group = moving.group(draft.plan.movements, ids, draft.event.event_at)


def _plan(event: Event, outcomes: Outcomes) -> Plan:
    """Return what follows from an event's outcomes.

    Raises:
        BadEvent: the plan does not fit the event's questions, or misses something in its context.
    """
    try:
        return plans.planner(event.plan)(outcomes, event.context)
    except KeyError as error:
        raise BadEvent(
            key=event.key, field="context", given=event.plan, expected=f"{error.args[0]}"
        ) from error


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


def _ordered(stored: list[Decision], questions: tuple[str, ...]) -> tuple[Decision, ...]:
    """Return an event's decisions in the order of its questions."""
    if len(stored) == 1 == len(questions):
        return tuple(stored)
    by_question = {item.question: item for item in stored}
    return tuple(by_question[name] for name in questions)


def _given(stored: tuple[Decision, ...]) -> Callable[[], tuple[Decision, ...]]:
    return lambda: stored
