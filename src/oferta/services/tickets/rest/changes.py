"""What becomes of a performance, by the API: looked at, prepared, done by one or by two, followed.

The same functions as the desk's pages: what is shown was worked out by doing and undoing it, and
above the maker's reach another member of staff must do it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field, StrictBool, StrictInt, StrictStr

from oferta.kernel import clock
from oferta.kernel.i18n import Language
from oferta.kernel.money import Money as KernelMoney
from oferta.kernel.rest.access import Needs, idempotent
from oferta.kernel.rest.schemas import Day, Given, Moment, Money, Told, answers, one_of
from oferta.services.tickets import queries
from oferta.services.tickets.models import ChangeProposal, PerformanceChange
from oferta.services.tickets.refunding import progress, proposing, standing
from oferta.services.tickets.refunding.progress import Progress
from oferta.services.tickets.refunding.standing import Change
from oferta.services.tickets.rest.schemas import as_told
from oferta.services.tickets.rest.staff import clerk
from oferta.services.tickets.types import Stage

router = Router()
_SCOPE = "cases:resolve"
_READ, _DESK = Needs("tickets:read"), Needs(_SCOPE)
_Source = Annotated[
    StrictStr,
    Field(min_length=1, max_length=standing.SOURCE_MAX, description="Whose word it rests on."),
]
_Title = Annotated[StrictStr, Field(min_length=1, max_length=standing.TITLE_MAX)]
_StageTold = Annotated[Stage, one_of(Stage)]


class ChangeGiven(Given):
    """What is to become of a performance."""

    stage: Literal["cancelled", "postponed", "replaced", "held"]
    source: _Source
    effective_at: Moment | None = Field(None, description="Since when; null: since now.")
    starts_at: Moment | None = Field(
        None, description="Of a postponed one: its new start; null: no date yet."
    )
    instead: dict[Language, _Title] = Field(
        default_factory=dict, description="Of a replaced one: what is given instead, by language."
    )
    accepts_before: Day | None = Field(
        None, description="The first day on which the organiser takes no more requests."
    )
    organiser_refund_days: Annotated[StrictInt, Field(ge=1, le=standing.TERM_DAYS_MAX)] | None = (
        None
    )
    high_alert: StrictBool = Field(False, description="Caused by the regime of its region.")


class ChangePreviewGiven(ChangeGiven):
    """A change to look at before it is prepared."""

    language: Language = Field("en", description="Of the example.")


class ChangeSeen(Told):
    """What a change would do. Nothing is stored."""

    orders: int
    tickets: int
    people: int = Field(description="Who would be told.")
    amount: Money = Field(description="What comes back, or may be asked back, in all.")
    hold_by: date | None = Field(
        description="Postponed: not held by then, it becomes a cancelled one."
    )
    needs_second: bool = Field(description="Its maker may not do it alone.")
    subject: str = Field(description="Of a notice as its buyer would read it.")
    body: str


class ChangeProposalTold(Told):
    """A change as it was prepared."""

    id: UUID
    performance_id: UUID
    stage: _StageTold
    source: str
    made_by: UUID
    made_at: datetime
    tickets: int = Field(description="As its maker was shown.")
    amount: Money
    approved_by: UUID | None
    ended_at: datetime | None = Field(description="Null: it waits.")
    done: bool


class PerformanceChangeTold(Told):
    """A line of a performance's history, and how far everybody was told."""

    stage: _StageTold
    changed_at: datetime
    effective_at: datetime
    source: str = Field(description="`@never_held` and `@gate` are the office's own.")
    starts_before: datetime
    starts_at: datetime | None
    instead: dict[str, str]
    orders_told: int
    carried_out_at: datetime | None = Field(
        description="Postponed or replaced: when the last order was told."
    )


class PerformanceStandingTold(Told):
    """Where a performance stands, and what of its changes is left to do."""

    performance_id: UUID
    stage: _StageTold
    starts_at: datetime
    hold_by: date | None
    high_alert: bool
    valid_tickets: int = Field(description="Of a cancelled one: not returned yet.")
    refunds: int
    refunds_owed: int = Field(description="Granted and not paid.")
    waiting: ChangeProposalTold | None = Field(description="A change that waits to be done.")
    changes: list[PerformanceChangeTold] = Field(description="The latest first.")


@router.get(
    "/tickets/performances/{uuid:performance_id}/changes",
    auth=_READ,
    response=answers(PerformanceStandingTold, 404),
)
def get_performance_standing(request: HttpRequest, performance_id: UUID) -> PerformanceStandingTold:
    """Read where a performance stands, what became of it, and how far that is carried out."""
    del request
    return _standing(progress.of(performance_id))


@router.post(
    "/tickets/performances/{uuid:performance_id}/change-preview",
    auth=_DESK,
    response=answers(ChangeSeen, 404, 409, body=True),
)
def preview_performance_change(
    request: HttpRequest, performance_id: UUID, given: ChangePreviewGiven
) -> ChangeSeen:
    """Say what a change would do: how many orders, what comes back, whom it reaches, how it reads.

    It is worked out by doing the change and undoing it.
    """
    actor, now = clerk(request, _SCOPE), clock.now()
    wanted = _change(given)
    seen = proposing.preview(performance_id, wanted, language=given.language, now=now)
    performance = queries.performance(performance_id)
    second = proposing.needs_second(seen, performance, maker=actor.id, now=now)
    return ChangeSeen(
        orders=seen.orders,
        tickets=seen.tickets,
        people=len(seen.parties),
        amount=as_told(seen.amount),
        hold_by=seen.hold_by,
        needs_second=second,
        subject=seen.example.subject if seen.example else "",
        body=seen.example.body if seen.example else "",
    )


@router.post(
    "/tickets/performances/{uuid:performance_id}/changes",
    auth=_DESK,
    response=answers(ChangeProposalTold, 404, 409, status=201, body=True),
)
@idempotent(201)
def propose_performance_change(
    request: HttpRequest, performance_id: UUID, given: ChangeGiven
) -> ChangeProposalTold:
    """Prepare a change. Nothing happens and nobody is told before it is done."""
    actor = clerk(request, _SCOPE)
    made = proposing.propose(performance_id, _change(given), actor=actor, now=clock.now())
    return _proposal(made)


@router.get(
    "/tickets/performance-changes/{uuid:prepared_id}",
    auth=_DESK,
    response=answers(ChangeProposalTold, 404),
)
def get_performance_change(request: HttpRequest, prepared_id: UUID) -> ChangeProposalTold:
    """Read a change as it was prepared, and what became of it."""
    clerk(request, _SCOPE)
    return _proposal(proposing.prepared(prepared_id))


@router.post(
    "/tickets/performance-changes/{uuid:prepared_id}/do",
    auth=_DESK,
    response=answers(ChangeProposalTold, 404, 409, 422),
)
@idempotent(200)
def do_performance_change(request: HttpRequest, prepared_id: UUID) -> ChangeProposalTold:
    """Do a change: its maker within their reach, else another who may approve.

    The stage changes at once; tickets, money and notices follow in batches: see the performance's
    changes.
    """
    actor = clerk(request, _SCOPE)
    proposing.prepared(prepared_id)
    return _proposal(proposing.do(prepared_id, actor=actor, now=clock.now()))


@router.post(
    "/tickets/performance-changes/{uuid:prepared_id}/withdraw",
    auth=_DESK,
    response=answers(ChangeProposalTold, 404, 409),
)
@idempotent(200)
def withdraw_performance_change(request: HttpRequest, prepared_id: UUID) -> ChangeProposalTold:
    """Take a prepared change back."""
    actor = clerk(request, _SCOPE)
    proposing.prepared(prepared_id)
    return _proposal(proposing.withdraw(prepared_id, actor=actor, now=clock.now()))


def _change(given: ChangeGiven) -> Change:
    return Change(
        stage=Stage(given.stage),
        source=given.source,
        effective_at=given.effective_at,
        starts_at=given.starts_at,
        instead=dict(given.instead.items()),
        accepts_before=given.accepts_before,
        organiser_refund_days=given.organiser_refund_days,
        high_alert=given.high_alert,
    )


def _proposal(row: ChangeProposal) -> ChangeProposalTold:
    return ChangeProposalTold(
        id=row.id,
        performance_id=row.performance_id,
        stage=Stage(row.stage),
        source=row.source,
        made_by=row.made_by,
        made_at=row.made_at,
        tickets=row.tickets,
        amount=as_told(KernelMoney(row.amount, row.performance.currency)),
        approved_by=row.approved_by,
        ended_at=row.ended_at,
        done=row.done,
    )


def _standing(found: Progress) -> PerformanceStandingTold:
    return PerformanceStandingTold(
        performance_id=found.performance.id,
        stage=Stage(found.performance.stage),
        starts_at=found.performance.starts_at,
        hold_by=found.performance.hold_by,
        high_alert=found.performance.high_alert,
        valid_tickets=found.valid_tickets,
        refunds=found.refunds,
        refunds_owed=found.owed,
        waiting=_proposal(found.waits) if found.waits else None,
        changes=[_line(one) for one in found.changes],
    )


def _line(one: PerformanceChange) -> PerformanceChangeTold:
    run = getattr(one, "run", None)
    return PerformanceChangeTold(
        stage=Stage(one.stage),
        changed_at=one.changed_at,
        effective_at=one.effective_at,
        source=one.source,
        starts_before=one.starts_before,
        starts_at=one.starts_at,
        instead=dict(one.instead),
        orders_told=getattr(one, "orders_told", 0),
        carried_out_at=run.finished_at if run else None,
    )
