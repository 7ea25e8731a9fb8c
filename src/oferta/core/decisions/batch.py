"""A batch of events, decided in order inside one database transaction.

1. Probe the keys: what was decided before is answered from what is stored.
2. Take the rest as `preparing` has read them; what cannot be read is rejected and leaves nothing.
3. Lock the limits concerned, in one order, and decide in the order given.
4. Post all transfers in one call. An event whose transfers are refused is stored as refused.
5. COPY the decisions, then the notices, and leave one job in the outbox.

The order of locks is limits, accounts, keys, so that batches wait for each other but never in a
circle.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import TypeAlias

from django.db import transaction
from psycopg import errors as pg

from oferta.core.decisions import asking, limits, moving, queries, storing
from oferta.core.decisions.asking import Holder
from oferta.core.decisions.drafts import Draft
from oferta.core.decisions.errors import KeyReused, UnknownParty
from oferta.core.decisions.preparing import Prepared
from oferta.core.decisions.types import (
    HELD_BACK,
    Answer,
    Decision,
    DecisionBrief,
    DecisionsMade,
    DecisionStopped,
    Status,
)
from oferta.core.notices import actions as notices
from oferta.core.parties import queries as parties
from oferta.kernel import events, pgcopy
from oferta.kernel.errors import OfertaError
from oferta.kernel.meanwhile import meanwhile

#: Decisions made before, by the key of their event.
Stored: TypeAlias = Mapping[str, list[Decision]]


def decide(batch: Prepared, *, now: datetime) -> list[Answer]:
    """Decide a batch; see `actions.decide_many`."""
    # Each attempt finds at least one key more decided than the one before, so this many suffice.
    for left in reversed(range(len(batch.events) + 1)):
        try:
            with _no_collection(), meanwhile(batch.step), transaction.atomic():
                return _decide(batch, now)
        except pg.UniqueViolation as error:
            # Another batch committed one of our keys after our probe: its answer is now ours.
            if error.diag.constraint_name != "decided_once" or not left:
                raise
            batch = batch.anew()
    raise AssertionError  # the last attempt returns or raises


@contextmanager
def _no_collection() -> Iterator[None]:
    """Leave the collector of cycles off: a batch makes a hundred thousand objects and no cycle.

    Each full collection in between would walk everything the process holds, packs included. What
    the batch leaves is put among the old objects at once: it would be the first thing walked.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.unfreeze()
            gc.enable()


def _decide(batch: Prepared, now: datetime) -> list[Answer]:
    known = queries.decisions_by_key({event.key for event in batch.events})
    languages = parties.languages_in_order([event.party_id for event in batch.events])
    drafts = batch.finished(known)
    fresh: dict[str, Draft] = {}
    for draft, language in zip(drafts, languages, strict=True):
        draft.language = language
        draft.error = _error(draft, known, fresh)
        key = draft.event.key
        if draft.error is None and key not in known and key not in fresh:
            if draft.failure is not None:
                raise draft.failure
            fresh[key] = draft
    _settle(list(fresh.values()), now)
    return [_answer(draft, known, fresh, now) for draft in drafts]


def _error(draft: Draft, known: Stored, fresh: Mapping[str, Draft]) -> OfertaError | None:
    """Return why an event is rejected, if it is."""
    event = draft.event
    if not draft.digest:
        return draft.error
    if event.key in known or event.key in fresh:
        before = known[event.key][0].digest if event.key in known else fresh[event.key].digest
        return None if before == draft.digest else KeyReused(key=event.key)
    if draft.error is None and event.party_id is not None and draft.language is None:
        return UnknownParty(key=event.key, party_id=str(event.party_id))
    return draft.error


def _answer(draft: Draft, known: Stored, fresh: Mapping[str, Draft], now: datetime) -> Answer:
    """Return an event's answer; the first to ask is not a replay."""
    event = draft.event
    if draft.error is not None:
        return Answer(event.key, Status.REJECTED, error=draft.error)
    first = fresh.get(event.key)
    if first is not None:
        made = partial(first.decisions, now)
        return Answer(event.key, first.status, made, None, first is not draft)
    stored = _ordered(known[event.key], event.questions)
    return Answer(event.key, stored[0].status, lambda: stored, replayed=True)


def _settle(drafts: list[Draft], now: datetime) -> None:
    before = limits.lock(
        holder for draft in drafts for item in draft.questions for _, holder in item.holders
    )
    after = _post(drafts, before, now)
    limits.write(before, after)
    if drafts:
        in_order = sorted(drafts, key=lambda draft: draft.event.key)
        decided = pgcopy.moment(now)
        storing.write(row for draft in in_order for row in draft.rows(decided))
    notices.send([notice for draft in drafts if (notice := draft.notice()) is not None], now=now)
    if drafts:
        events.publish(DecisionsMade(made=lambda: _briefs(drafts), at=now))
    for item in (item for draft in drafts if draft.stopped for item in draft.decisions(now)):
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
    """Decide what limits have a say in, and post all; return what is used of each afterwards.

    A refused event uses nothing of a limit, so whoever came after it in the batch and shares that
    limit was answered wrongly: then everything is undone and begun anew with that event known to
    be refused. Each round settles one such event; batches without limits need one round.
    """
    if not before:
        moving.post((draft.group for draft in drafts), now=now)
        return before
    doomed: set[int] = set()
    while True:
        used = dict(before)
        point = transaction.savepoint()
        for place, draft in enumerate(drafts):
            if draft.limited:
                draft.decide(used, counts=place not in doomed)
        moving.post((draft.group for draft in drafts), now=now)
        wrong = _first_wrong(drafts, doomed)
        if wrong is None:
            transaction.savepoint_commit(point)
            _give_back_refused(drafts, doomed, used)
            return used
        transaction.savepoint_rollback(point)
        doomed.add(wrong)


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
