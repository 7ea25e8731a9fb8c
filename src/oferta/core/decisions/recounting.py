"""Deciding again, by the terms alone, what came in another order than it happened.

No person stands behind it and none is needed: the facts that are put right are those that the
order of arrival had wrong (what was used of a limit, what was refunded before), and the clauses of
the day decide. Nothing can be granted this way: a constraint of the table holds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from oferta.core.decisions import asking, limits, moving, plans, queries, rules, storing
from oferta.core.decisions.asking import Question
from oferta.core.decisions.errors import AlreadyOverridden, OverrideRefused
from oferta.core.decisions.types import (
    Basis,
    Decision,
    DecisionOverridden,
    Plan,
    Recount,
    Recounted,
    Status,
)
from oferta.core.notices import actions as notices
from oferta.core.notices.types import NewNotice
from oferta.core.parties import queries as parties
from oferta.core.terms import shelf
from oferta.kernel import events
from oferta.kernel.ids import uuid7
from oferta.kernel.jsontext import json_bytes, loaded

#: Stands as the reason of such a Decision; pages have words for it.
REASON = "late_arrival"


@dataclass(slots=True)
class _Again:
    old: Decision
    wanted: Recount
    question: Question


@transaction.atomic
def recount(wanted: Sequence[Recount], *, now: datetime) -> list[Recounted]:
    """Decide again in the order given; see `actions.recount`."""
    olds = _locked([one.decision_id for one in wanted])
    again = [_Again(olds[one.decision_id], one, _asked(olds, one)) for one in wanted]
    _answer(again)
    changed = [one for one in again if _differs(one)]
    return [_replace(one, now) for one in changed]


def _locked(ids: Sequence[UUID]) -> dict[UUID, Decision]:
    found = {id_: queries.lock(id_) for id_ in sorted(set(ids))}
    replaced = queries.replacing(found)
    for old_id, newer in replaced.items():
        raise AlreadyOverridden(decision_id=str(old_id), by=str(newer.id))
    return found


def _asked(olds: Mapping[UUID, Decision], one: Recount) -> Question:
    old = olds[one.decision_id]
    names = shelf.terms().pack(old.pack).questions[old.question].facts
    facts = rules.own_facts(old.facts, names) | dict(one.facts)
    return asking.read_question(old.pack, old.question, facts, old.kept_edition)


def _answer(again: Sequence[_Again]) -> None:
    """Give back what all of them used of limits, then let each use it in its turn."""
    held = [
        (one.old.pack, use.limit, use.holder, use.since) for one in again for use in one.old.uses
    ]
    before = limits.lock([holder for one in again for _, holder in one.question.holders] + held)
    used = dict(before)
    for one in again:
        asking.change(used, one.old.uses, one.old.pack, sign=-1)
    for one in again:
        asking.answer(one.question, used)
        if one.question.stopped is not None:
            raise one.question.stopped
    limits.write(before, used)


def _differs(one: _Again) -> bool:
    old, question = one.old, one.question
    same = old.status is Status.DECIDED and dict(old.outcome or {}) == dict(question.outcome or {})
    return one.wanted.force or not same


def _replace(one: _Again, now: datetime) -> Recounted:
    old = one.old
    new = _decision(one, now)
    plan = plans.planner(new.plan)({old.question: new.outcome or {}}, new.context)
    moved = moving.replace_transfers(moving.moved_by(old), plan.movements, new, now=now)
    if moved.refusal:
        raise OverrideRefused(decision_id=str(old.id), ledger_code=moved.refusal)
    new = replace(new, transfer_ids=moved.ids_of(new.id))
    storing.write_one(new)
    _tell(old, new, plan, now)
    events.publish(DecisionOverridden(old_id=old.id, new_id=new.id, party_id=old.party_id, at=now))
    return Recounted(old=old, new=new)


def _decision(one: _Again, now: datetime) -> Decision:
    old, question = one.old, one.question
    edition = question.standing.edition
    outcome = dict(question.outcome or {})
    return replace(
        old,
        id=uuid7(),
        key=f"override/{old.id}",
        edition=edition.id,
        edition_digest=edition.digest,
        day=asking.day_of(question.day),
        decided_at=now,
        facts=loaded(question.facts()),
        outcome=outcome,
        decided_by=question.decided_by,
        mask=question.mask,
        status=Status.DECIDED,
        error="",
        error_facts={},
        basis=Basis.TERMS,
        context={**old.context, **one.wanted.context},
        uses=question.uses,
        transfer_ids=(),
        digest=sha256(json_bytes([str(old.id), REASON, outcome])).digest(),
        overrides=old.id,
        reason=REASON,
        actor_id=None,
        approver_id=None,
    )


def _tell(old: Decision, new: Decision, plan: Plan, now: datetime) -> None:
    if new.party_id is None or not (plan.notice or moving.moved_by(old)):
        return
    notices.send(
        [
            NewNotice(
                party_id=new.party_id,
                language=parties.customer(new.party_id).language,
                kind="decision.recounted",
                params={},
                cites=tuple((new.pack, new.edition, clause) for clause in new.decided_by),
                decision_ids=(new.id, old.id),
            )
        ],
        now=now,
    )
