"""A change as staff prepare it: looked at before it is done, done by two where much is at stake.

What is shown was worked out by doing the change and undoing it, so it is what will happen. Above
what the authority of the refund terms lets one person move, or above the number of people whom one
person reaches alone, another person must approve it (TR-131).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from oferta.core.decisions import queries as decided
from oferta.core.notices import reach, rendering
from oferta.core.notices.types import Rendered
from oferta.core.parties import audit
from oferta.core.parties.rules import check_may
from oferta.core.parties.types import Actor, Permission
from oferta.kernel import outbox
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import Language
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets import selling
from oferta.services.tickets.models import ChangeProposal, Performance
from oferta.services.tickets.refunding import booking, cancelling, changing, reading, standing
from oferta.services.tickets.refunding.errors import (
    ProposalElsewhere,
    SecondPersonMissing,
    UnknownProposal,
)
from oferta.services.tickets.refunding.facts import CANCELLED, Claim, Sold
from oferta.services.tickets.refunding.quoting import total_of
from oferta.services.tickets.refunding.reading import Returnable
from oferta.services.tickets.refunding.standing import Change
from oferta.services.tickets.types import Stage

#: The job that does what follows from a change.
CARRY_OUT = "tickets.carry_out_change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a change would do."""

    orders: int
    tickets: int
    #: What comes back, or may be asked back, in all.
    amount: Money
    #: The customers who are told.
    parties: frozenset[UUID]
    #: The notice of one of these orders, as its buyer would read it; None: nobody is told.
    example: Rendered | None
    hold_by: date | None


def preview(performance_id: UUID, change: Change, *, language: Language, now: datetime) -> Preview:
    """Return what a change would do, worked out by doing it; nothing of it stays.

    Raises:
        UnknownPerformance, CannotChange, BadChange: as of `changing.carry_out`.
    """
    with transaction.atomic():
        performance = standing.locked(performance_id)
        entered = standing.enter(performance, change, now=zoned(now))
        found = _seen(performance, entered.id, change, language, zoned(now))
        transaction.set_rollback(True)
    return found


def propose(performance_id: UUID, change: Change, *, actor: Actor, now: datetime) -> ChangeProposal:
    """Keep a change that a member of staff prepared, for them to look at; nobody is told yet.

    Raises:
        UnknownPerformance, CannotChange, BadChange: as of `changing.carry_out`.
        ProposalElsewhere: another change of it waits.
        NotPermitted: not with their roles.
    """
    check_may(actor, Permission.WORK_CASES)
    moment = zoned(now)
    seen = preview(performance_id, change, language="ru", now=moment)
    with transaction.atomic():
        performance = standing.locked(performance_id)
        if performance.proposals.filter(ended_at__isnull=True).exists():
            raise ProposalElsewhere(proposal=performance.key, state="waits")
        made = ChangeProposal.objects.create(
            id=uuid7(),
            performance=performance,
            stage=change.stage,
            source=change.source.strip(),
            effective_at=change.effective_at or moment,
            starts_at=change.starts_at,
            instead=dict(change.instead),
            accepts_before=change.accepts_before,
            organiser_refund_days=change.organiser_refund_days,
            high_alert=change.high_alert,
            tickets=seen.tickets,
            amount=seen.amount.minor,
            made_by=actor.id,
            made_at=moment,
        )
        _record(made, "performance.change_proposed", actor, moment)
    return made


def change_of(row: ChangeProposal) -> Change:
    """Return the change that a proposal is of."""
    return Change(
        stage=Stage(row.stage),
        source=row.source,
        effective_at=row.effective_at,
        starts_at=row.starts_at,
        instead=row.instead,
        accepts_before=row.accepts_before,
        organiser_refund_days=row.organiser_refund_days,
        high_alert=row.high_alert,
        staff_id=row.made_by,
    )


def prepared(proposal_id: UUID) -> ChangeProposal:
    """Return a change that was prepared, whatever became of it.

    Raises:
        UnknownProposal: there is none.
    """
    rows = ChangeProposal.objects.select_related("performance")
    found = rows.filter(id=proposal_id).first()
    if found is None:
        raise UnknownProposal(proposal=str(proposal_id))
    return found


def needs_second(seen: Preview, performance: Performance, *, maker: UUID, now: datetime) -> bool:
    """Tell whether more is at stake than one member of staff may move or reach alone."""
    above = decided.second_person_above(performance.refund_pack)
    return seen.amount.minor > above or len(seen.parties) > reach.left(maker, now=now)


def do(proposal_id: UUID, *, actor: Actor, now: datetime) -> ChangeProposal:
    """Do a change: its maker, where that is within their reach, else another as the second person.

    The stage changes at once; tickets, money and notices follow by a job, in batches.

    Raises:
        ProposalElsewhere: it was done or taken back.
        SecondPersonMissing: its maker may not do it alone, or the other may not approve.
        CannotChange, BadChange: it cannot be done any more.
        ReachUsedUp: its maker reached too many people meanwhile.
    """
    moment = zoned(now)
    with transaction.atomic():
        row = _waiting(proposal_id)
        change = replace(change_of(row), staff_id=row.made_by)
        seen = preview(row.performance_id, change, language="ru", now=moment)
        alone = row.made_by == actor.id
        if alone and needs_second(seen, row.performance, maker=actor.id, now=moment):
            raise SecondPersonMissing(amount=seen.amount.minor, people=len(seen.parties))
        if alone:
            check_may(actor, Permission.WORK_CASES)
            reach.claim(actor.id, seen.parties, now=moment)
        elif not actor.may(Permission.APPROVE_ANSWERS):
            raise SecondPersonMissing(amount=seen.amount.minor, people=len(seen.parties))
        else:
            row.approved_by = actor.id
        performance = standing.locked(row.performance_id)
        entered = standing.enter(performance, change, now=moment)
        row.ended_at, row.done = moment, True
        row.save(update_fields=["approved_by", "ended_at", "done"])
        _record(row, "performance.changed", actor, moment)
        outbox.add(CARRY_OUT, change_id=entered.id)
    return row


def withdraw(proposal_id: UUID, *, actor: Actor, now: datetime) -> ChangeProposal:
    """Take a proposal back; whoever works cases may.

    Raises:
        ProposalElsewhere: it was done or taken back.
        NotPermitted: not with their roles.
    """
    check_may(actor, Permission.WORK_CASES)
    with transaction.atomic():
        row = _waiting(proposal_id)
        row.ended_at = zoned(now)
        row.save(update_fields=["ended_at"])
        _record(row, "performance.change_withdrawn", actor, zoned(now))
    return row


def follow(change_id: int, *, now: datetime) -> int:
    """Do what follows from a change that was entered; done again, nothing is doubled."""
    stage, performance_id = changing.entered(change_id)
    if stage == Stage.CANCELLED:
        return cancelling.refund_all(performance_id, now=zoned(now))
    return changing.tell_all(change_id, now=now) if stage in standing.TOLD else 0


def _seen(
    performance: Performance, change_id: int, change: Change, language: Language, now: datetime
) -> Preview:
    reason = reading.CHANGES.get(change.stage, "")
    items = reading.valid_of(performance) if reason else []
    if reason != CANCELLED:
        items = [one for one in items if one.sold.change == reason]
    claim = Claim(reason=reason, requested_at=now, decided_at=now)
    gives: dict[Sold, int] = {}
    total = 0
    for one in items:
        alike = replace(one.sold, ticket_id=performance.id, place="")
        if alike not in gives:
            gives[alike] = total_of([alike], claim)[0]
        total += gives[alike]
    first = [one for one in items if one.order.id == items[0].order.id]
    return Preview(
        orders=len({one.order.id for one in items}),
        tickets=len(items),
        amount=Money(total, performance.currency),
        parties=frozenset(one.order.party_id for one in items),
        example=_example(first, change_id, claim, language, now) if first else None,
        hold_by=performance.hold_by,
    )


def _example(
    items: Sequence[Returnable], change_id: int, claim: Claim, language: Language, now: datetime
) -> Rendered:
    """Return the notice of one order, put into words as it will be."""
    if claim.reason != CANCELLED:
        kind, params, cites = changing.notice_of(items, change_id, now=now)
        return rendering.render(kind, params, cites, language)
    order, performance = items[0].order, items[0].order.performance
    amount, _ = total_of([one.sold for one in items], claim)
    told: dict[str, Any] = {
        "code": order.code,
        "number": order.code,
        "performance": selling.title_of(performance.titles),
        "amount": {"minor": amount, "unit": performance.currency},
        "day": {"date": booking.due_on(items[0].sold, claim).isoformat()},
    }
    return rendering.render(cancelling.NOTICE, told, (), language)


def _waiting(proposal_id: UUID) -> ChangeProposal:
    rows = ChangeProposal.objects.select_for_update(of=("self",)).select_related("performance")
    row = rows.filter(id=proposal_id).first()
    if row is None or row.ended_at is not None:
        state = "unknown" if row is None else "done" if row.done else "withdrawn"
        raise ProposalElsewhere(proposal=str(proposal_id), state=state)
    return row


def _record(row: ChangeProposal, what: str, actor: Actor, now: datetime) -> None:
    audit.record(
        actor=actor,
        what=what,
        subject_kind="performance",
        subject_id=row.performance_id,
        reason=row.source,
        now=now,
        details={"stage": row.stage, "tickets": row.tickets, "amount": row.amount},
    )
