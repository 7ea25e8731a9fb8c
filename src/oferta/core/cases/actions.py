"""What is done with cases: open, bring evidence, take over, resolve, approve."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from oferta.core.cases import keeping, models, queries
from oferta.core.cases.errors import (
    AlreadyOpen,
    BadResolution,
    BadWords,
    NothingProposed,
    NotYours,
    Replaced,
)
from oferta.core.cases.types import (
    OPEN,
    Case,
    CaseAnswered,
    CasesOpened,
    Kind,
    NewEvidence,
    OpenedCase,
    Resolution,
    Status,
)
from oferta.core.decisions import actions as decisions
from oferta.core.decisions import queries as decided
from oferta.core.decisions.errors import SecondPersonNeeded
from oferta.core.decisions.types import Decision, Override
from oferta.core.parties import queries as parties
from oferta.core.parties.errors import OwnAct
from oferta.core.parties.rules import check_may
from oferta.core.parties.types import Actor, Permission
from oferta.kernel import events
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7

#: The sources name no deadline (BC-88, a gap): fifteen days is our choice, shown to the customer.
ANSWER_DAYS = 15
LINK_LENGTH_MAX = 500


@transaction.atomic
def dispute(
    decision_id: UUID,
    *,
    party_id: UUID,
    words: str,
    evidence: Sequence[NewEvidence] = (),
    now: datetime,
) -> Case:
    """Open a case: the customer objects to a decision about them, in their own words.

    Raises:
        UnknownDecision, NotYours, Replaced: not a decision that this customer can dispute.
        AlreadyOpen: they did already.
        BadWords: no words, or too many.
    """
    keeping.check_words("words", words)
    decision = locked_decision(decision_id)
    if decision.party_id != party_id:
        raise NotYours(decision_id=str(decision_id))
    row = _open(decision, Kind.DISPUTE, words.strip(), now)
    for item in evidence:
        _add_evidence(row, item, now)
    return queries.case(row.id)


@transaction.atomic
def open_for_stopped(decision_id: UUID, *, now: datetime) -> Case:
    """Open a case for a decision that stopped, so that a person takes over.

    Raises:
        UnknownDecision, Replaced, AlreadyOpen: there is nothing to take over.
    """
    decision = locked_decision(decision_id)
    return queries.case(_open(decision, Kind.STOPPED, "", now).id)


@transaction.atomic
def open_reviews(decisions: Sequence[Decision], *, asking: str, now: datetime) -> dict[UUID, UUID]:
    """Have a person look at decisions whose terms ask for it; the decision's own notice tells so.

    One database statement a table, so that a batch of a thousand costs little. A decision with an
    open case gets no second one.

    Args:
        decisions: made before, or in this very database transaction.
        asking: a word for the log that says what is asked, as "repeat".
        now: zone-aware.

    Returns:
        The new cases by decision.
    """
    due_at = zoned(now) + timedelta(days=ANSWER_DAYS)
    taken = queries.with_open_case(item.id for item in decisions)
    rows = [
        models.Case(
            id=uuid7(),
            kind=Kind.REVIEW.value,
            decision_id=item.id,
            party_id=item.party_id,
            opened_at=now,
            due_at=due_at,
        )
        for item in decisions
        if item.id not in taken
    ]
    models.Case.objects.bulk_create(rows)
    detail = {"kind": Kind.REVIEW.value, "asking": asking}
    models.Entry.objects.bulk_create(
        models.Entry(case_id=row.id, at=now, actor_id=None, what="opened", detail=detail)
        for row in rows
    )
    announce(rows, now)
    return {item: row.id for row in rows if (item := row.decision_id) is not None}


@transaction.atomic
def add_evidence(
    case_id: UUID, evidence: NewEvidence, *, now: datetime, actor: Actor | None = None
) -> None:
    """Put evidence on file; `actor` is None if the customer brings it.

    Raises:
        UnknownCase, CaseClosed: nothing can be added.
        BadWords: no words, or too many.
    """
    _add_evidence(keeping.lock_open(case_id), evidence, now, actor)


@transaction.atomic
def assign(case_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take a case over; who had it before no longer has it.

    Raises:
        UnknownCase, CaseClosed: it cannot be taken.
        NotPermitted: the actor works no cases.
    """
    check_may(actor, Permission.WORK_CASES)
    row = keeping.lock_open(case_id)
    models.Case.objects.filter(id=case_id).update(status=Status.ASSIGNED, assignee_id=actor.id)
    keeping.log(row, "assigned", now, actor, {})


def resolve(case_id: UUID, resolution: Resolution, *, now: datetime) -> Case:
    """Answer a case, or propose the answer if it moves more than one person may move alone.

    Upheld, in full or in part, puts another Decision in the place of the disputed one, under the
    edition of the day of the event (BC-89), and reverses what the old one moved.

    Returns:
        The case: answered, or still open with a proposal that waits for a second person.

    Raises:
        UnknownCase, CaseClosed, BadResolution: it cannot be answered so.
        OverrideRefused, Stopped, TermsError: the overriding Decision cannot be made.
        NotPermitted: the actor works no cases.
        OwnAct: the actor is the customer whom it is about.
    """
    check_may(resolution.actor, Permission.WORK_CASES)
    try:
        return _resolve(case_id, resolution, approver=None, now=zoned(now))
    except SecondPersonNeeded as error:
        return _propose(case_id, resolution, error, now)


@transaction.atomic
def approve(
    case_id: UUID, *, approver: Actor, now: datetime, proposal_id: UUID | None = None
) -> Case:
    """Carry out the proposed answer as its second person.

    Args:
        case_id: of the case.
        approver: the second person.
        now: zone-aware.
        proposal_id: the proposal that they read; None: whichever waits.

    Raises:
        NothingProposed: no answer waits, or another one than they read.
        OwnAct: the approver made the proposal, or is the customer whom it is about.
        NotPermitted: they approve no answers.
        UnknownCase, CaseClosed, OverrideRefused, Stopped, TermsError: as of `resolve`.
    """
    check_may(approver, Permission.APPROVE_ANSWERS)
    keeping.lock_open(case_id)
    proposal = queries.case(case_id).proposal
    if proposal is None or proposal_id not in {None, proposal.id}:
        raise NothingProposed(case_id=str(case_id))
    if proposal.actor_id == approver.id:
        raise OwnAct(actor=approver.name)
    resolution = Resolution(
        status=proposal.resolution,
        reason=proposal.reason,
        actor=parties.actor(proposal.actor_id),
        facts=proposal.facts,
        outcome=proposal.outcome,
    )
    return _resolve(case_id, resolution, approver=approver, now=zoned(now))


@transaction.atomic
def withdraw_proposal(case_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Drop the proposed answer, so that another can be given.

    Raises:
        NothingProposed: no answer waits.
        UnknownCase, CaseClosed: the case is not open.
    """
    check_may(actor, Permission.WORK_CASES)
    row = keeping.lock_open(case_id)
    if not models.Proposal.objects.filter(case_id=case_id).delete()[0]:
        raise NothingProposed(case_id=str(case_id))
    keeping.log(row, "proposal_withdrawn", now, actor, {})


@transaction.atomic
def _resolve(
    case_id: UUID, resolution: Resolution, *, approver: Actor | None, now: datetime
) -> Case:
    row = keeping.lock_open(case_id)
    for person in filter(None, (resolution.actor, approver)):
        parties.ensure_not_own(person, row.party_id)
    _check_resolution(resolution, row)
    new = None
    if row.decision_id is not None and resolution.status is not Status.REJECTED:
        new = decisions.override(
            Override(
                decision_id=row.decision_id,
                reason=resolution.reason,
                actor=resolution.actor,
                approver=approver,
                facts=resolution.facts,
                outcome=resolution.outcome,
            ),
            now=now,
        )
    models.Proposal.objects.filter(case_id=case_id).delete()
    models.Case.objects.filter(id=case_id).update(
        status=resolution.status,
        reason=resolution.reason.strip(),
        resolved_at=now,
        assignee_id=resolution.actor.id,
        override_id=None if new is None else new.id,
    )
    detail = {"reason": resolution.reason.strip()}
    if approver is not None:
        detail["approver"] = approver.name
    keeping.log(row, resolution.status.value, now, resolution.actor, detail, by=approver)
    kind = f"case.{resolution.status.value}" if row.decision_id else "case.answered"
    sender = resolution.actor.id if approver is None else None
    keeping.tell(row, kind, {"reason": resolution.reason.strip()}, now, sender)
    events.publish(
        CaseAnswered(
            case_id=case_id,
            kind=Kind(row.kind),
            party_id=row.party_id,
            status=resolution.status,
            reason=resolution.reason.strip(),
            actor=resolution.actor,
            at=now,
        )
    )
    return queries.case(case_id)


@transaction.atomic
def _propose(
    case_id: UUID, resolution: Resolution, needed: SecondPersonNeeded, now: datetime
) -> Case:
    row = keeping.lock_open(case_id)
    models.Proposal.objects.filter(case_id=case_id).delete()
    models.Proposal.objects.create(
        id=uuid7(),  # another than before: who read that one does not approve this one
        case_id=case_id,
        actor_id=resolution.actor.id,
        resolution=resolution.status.value,
        reason=resolution.reason.strip(),
        facts=None if resolution.facts is None else dict(resolution.facts),
        outcome=None if resolution.outcome is None else dict(resolution.outcome),
        made_at=now,
    )
    detail = {"resolution": resolution.status.value, "amount": needed.amount, "above": needed.above}
    keeping.log(row, "proposed", now, resolution.actor, detail)
    return queries.case(case_id)


def _check_resolution(resolution: Resolution, row: models.Case) -> None:
    if resolution.status in OPEN:
        raise BadResolution(
            field="status",
            given=resolution.status.value,
            expected=", ".join(item.value for item in Status if item not in OPEN),
        )
    if not resolution.reason.strip():
        raise BadResolution(field="reason", given="", expected="words for the customer")
    if row.kind == Kind.CLAIM and resolution.status is not Status.REJECTED:
        raise BadResolution(field="status", given="claim", expected="one tied to a decision")
    rests_on = [item for item in (resolution.facts, resolution.outcome) if item is not None]
    needed = row.decision_id is not None and resolution.status is not Status.REJECTED
    if len(rests_on) != int(needed):
        raise BadResolution(
            field="facts",
            given=f"{len(rests_on)} of facts and outcome",
            expected="one of them if a decision is replaced, else neither",
        )


def locked_decision(decision_id: UUID) -> Decision:
    """Return a Decision that a case may be opened about, kept from others until the commit.

    Raises:
        UnknownDecision, Replaced, AlreadyOpen: none may.
    """
    decision = decided.lock(decision_id)
    newer = decided.overridden_by(decision_id)
    if newer is not None:
        raise Replaced(decision_id=str(decision_id), by=str(newer))
    existing = queries.open_case_of(decision_id)
    if existing is not None:
        raise AlreadyOpen(decision_id=str(decision_id), case_id=str(existing.id))
    return decision


def announce(rows: Sequence[models.Case], now: datetime) -> None:
    """Publish that cases were opened."""
    if rows:
        opened = tuple(
            OpenedCase(
                case_id=row.id,
                kind=Kind(row.kind),
                decision_id=row.decision_id,
                party_id=row.party_id,
                due_at=row.due_at,
            )
            for row in rows
        )
        events.publish(CasesOpened(cases=opened, at=now))


def _open(decision: Decision, kind: Kind, words: str, now: datetime) -> models.Case:
    due_at = zoned(now) + timedelta(days=ANSWER_DAYS)
    row = models.Case(
        id=uuid7(),
        kind=kind.value,
        decision_id=decision.id,
        party_id=decision.party_id,
        words=words,
        opened_at=now,
        due_at=due_at,
    )
    row.save(force_insert=True)
    keeping.log(row, "opened", now, None, {"kind": kind.value})
    announce([row], now)
    notice = "case.opened" if kind is Kind.DISPUTE else "case.stopped"
    keeping.tell(row, notice, keeping.receipt(row), now)
    return row


def _add_evidence(
    row: models.Case, item: NewEvidence, now: datetime, actor: Actor | None = None
) -> None:
    keeping.check_words("evidence", item.words)
    if len(item.link) > LINK_LENGTH_MAX:
        raise BadWords(field="link", length=len(item.link), length_max=LINK_LENGTH_MAX)
    models.Evidence(
        case_id=row.id, words=item.words.strip(), link=item.link.strip(), added_at=now
    ).save(force_insert=True)
    keeping.log(row, "evidence", now, actor, {})
