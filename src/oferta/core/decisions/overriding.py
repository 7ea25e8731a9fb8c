"""One Decision in the place of another: corrected facts or a grant, reversal, second person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256

from django.db import transaction

from oferta.core.decisions import (
    asking,
    limits,
    moving,
    plans,
    queries,
    rules,
    storing,
)
from oferta.core.decisions.errors import (
    AlreadyOverridden,
    BadOverride,
    OverrideRefused,
    SecondPersonNeeded,
)
from oferta.core.decisions.types import (
    HELD_BACK,
    Basis,
    Decision,
    DecisionOverridden,
    LimitShare,
    Override,
    Plan,
    Status,
)
from oferta.core.notices import actions as notices
from oferta.core.notices.types import NewNotice
from oferta.core.parties import queries as parties
from oferta.core.parties.types import Permission
from oferta.core.terms import shelf
from oferta.core.terms.types import Coded
from oferta.core.terms.values import BadValue, parse_value
from oferta.kernel import events
from oferta.kernel.ids import uuid7
from oferta.kernel.jsontext import json_bytes, loaded


@dataclass(frozen=True, slots=True)
class _Result:
    """What the new Decision says, before it is one."""

    edition: str
    edition_digest: str
    day: date
    facts: Mapping[str, object]
    outcome: Mapping[str, Coded]
    decided_by: tuple[str, ...]
    mask: int
    basis: Basis
    uses: tuple[LimitShare, ...]


@transaction.atomic
def override(wanted: Override, *, now: datetime) -> Decision:
    """Override a Decision; see `actions.override`."""
    _check(wanted)
    old = _lock(wanted)
    result = _granted(old, wanted) if wanted.facts is None else _corrected(old, wanted)
    new = _decision(old, wanted, result, now)
    plan = plans.planner(old.plan)({old.question: result.outcome}, old.context)
    booked = moving.moved_by(old)
    _check_second_person(wanted, old, _at_stake(old, plan))
    moved = moving.replace_transfers(booked, plan.movements, new, now=now)
    if moved.refusal:
        raise OverrideRefused(decision_id=str(old.id), ledger_code=moved.refusal)
    new = replace(new, transfer_ids=moved.ids_of(new.id))
    storing.write_one(new)
    _tell(old, new, now)
    events.publish(DecisionOverridden(old_id=old.id, new_id=new.id, party_id=old.party_id, at=now))
    if old.status is Status.STOPPED:
        _release_held_back(old, wanted, now)
    return new


def _release_held_back(old: Decision, wanted: Override, now: datetime) -> None:
    """Decide the event's other questions, which waited only because this one had stopped."""
    for item in queries.decisions_by_key([old.key]).get(old.key, []):
        if item.error == HELD_BACK and queries.overridden_by(item.id) is None:
            names = shelf.terms().pack(item.pack).questions[item.question].facts
            facts = rules.own_facts(wanted.facts or {}, names)
            override(replace(wanted, decision_id=item.id, facts=facts, outcome=None), now=now)


def _check(wanted: Override) -> None:
    if not wanted.reason.strip():
        raise BadOverride(field="reason", given="", expected="why, in words the customer may read")
    if (wanted.facts is None) == (wanted.outcome is None):
        raise BadOverride(
            field="facts",
            given="both" if wanted.facts is not None else "neither",
            expected="either corrected facts or a granted outcome",
        )


def _lock(wanted: Override) -> Decision:
    """Return the old Decision, kept from being overridden by anyone else meanwhile."""
    old = queries.lock(wanted.decision_id)
    newer = queries.overridden_by(old.id)
    if newer is not None:
        raise AlreadyOverridden(decision_id=str(old.id), by=str(newer))
    return old


def _corrected(old: Decision, wanted: Override) -> _Result:
    """Decide again by the corrected facts; limits give back the old share and take the new."""
    names = shelf.terms().pack(old.pack).questions[old.question].facts
    facts = rules.own_facts(old.facts, names) | dict(wanted.facts or {})
    question = asking.read_question(old.pack, old.question, facts, old.kept_edition)
    held = [(old.pack, item.limit, item.holder, item.since) for item in old.uses]
    before = limits.lock([holder for _, holder in question.holders] + held)
    used = dict(before)
    asking.change(used, old.uses, old.pack, sign=-1)
    asking.answer(question, used)
    if question.stopped is not None:
        raise question.stopped
    if question.outcome is None:
        raise AssertionError  # answer() sets one of the two
    limits.write(before, used)
    edition = question.standing.edition
    return _Result(
        edition=edition.id,
        edition_digest=edition.digest,
        day=asking.day_of(question.day),
        facts=loaded(question.facts()),
        outcome=question.outcome,
        decided_by=question.decided_by,
        mask=question.mask,
        basis=Basis.TERMS,
        uses=question.uses,
    )


def _granted(old: Decision, wanted: Override) -> _Result:
    """Take the outcome that staff grant; a grant uses no limit, and gives the old share back."""
    held = [(old.pack, item.limit, item.holder, item.since) for item in old.uses]
    before = limits.lock(held)
    used = dict(before)
    asking.change(used, old.uses, old.pack, sign=-1)
    limits.write(before, used)
    return _Result(
        edition=old.edition,
        edition_digest=old.edition_digest,
        day=old.day,
        facts=old.facts,
        outcome=_read_outcome(old, wanted.outcome or {}),
        decided_by=(),
        mask=0,
        basis=Basis.GRANTED,
        uses=(),
    )


def _read_outcome(old: Decision, given: Mapping[str, object]) -> dict[str, Coded]:
    fields = shelf.terms().pack(old.pack).questions[old.question].answer
    names = [item.name for item in fields]
    for name in given:
        if name not in names:
            raise BadOverride(field=name, given=name, expected=", ".join(names))
    outcome: dict[str, Coded] = {}
    for item in fields:
        try:
            outcome[item.name] = parse_value(given.get(item.name), item.type)
        except BadValue as error:
            raise BadOverride(field=item.name, given=error.given, expected=error.expected) from None
    return outcome


def _at_stake(old: Decision, plan: Plan) -> int:
    """Return what is at stake since more than one person last stood behind the Decision.

    Else many small overrides, one after the other, would move what a single one may not.
    """
    base = old
    while base.overrides is not None and base.approver_id is None:
        base = queries.decision(base.overrides)
    return max(
        rules.at_stake(moving.as_movements(moving.moved_by(one), one.question), plan.movements)
        for one in (old, base)
    )


def _check_second_person(wanted: Override, old: Decision, amount: int) -> None:
    above = queries.second_person_above(old.pack)
    if amount <= above:
        return
    second = wanted.approver
    if second is None or second.id == wanted.actor.id or not second.may(Permission.APPROVE_ANSWERS):
        given = "nobody" if second is None else f"{second.name}, {', '.join(sorted(second.roles))}"
        raise SecondPersonNeeded(amount=amount, above=above, given=given)


def _decision(old: Decision, wanted: Override, result: _Result, now: datetime) -> Decision:
    said = json_bytes([str(old.id), wanted.reason, dict(result.outcome), str(wanted.actor.id)])
    return replace(
        old,
        id=uuid7(),
        key=f"override/{old.id}",
        edition=result.edition,
        edition_digest=result.edition_digest,
        day=result.day,
        decided_at=now,
        facts=result.facts,
        outcome=result.outcome,
        decided_by=result.decided_by,
        mask=result.mask,
        status=Status.DECIDED,
        error="",
        error_facts={},
        basis=result.basis,
        uses=result.uses,
        transfer_ids=(),
        digest=sha256(said).digest(),
        overrides=old.id,
        reason=wanted.reason.strip(),
        actor_id=wanted.actor.id,
        approver_id=wanted.approver.id if wanted.approver is not None else None,
    )


def _tell(old: Decision, new: Decision, now: datetime) -> None:
    if new.party_id is None:
        return
    notices.send(
        [
            NewNotice(
                party_id=new.party_id,
                language=parties.customer(new.party_id).language,
                kind="decision.overridden",
                params={"reason": new.reason},
                cites=tuple((new.pack, new.edition, clause) for clause in new.decided_by),
                decision_ids=(new.id, old.id),
            )
        ],
        now=now,
        sender=new.actor_id if new.approver_id is None else None,
    )
