"""Settling a performance: what it took and returned, what is free for the organiser, and why.

Everything is read from the account that holds the face value. A settlement's sums explain the
difference of the ledger's balances, each transfer stands in one settlement, and what the refund
terms may still return stays on the account: constraints of the tables hold all three.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum

from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import Decision
from oferta.core.ledger import queries as ledger
from oferta.core.ledger.types import StatementLine
from oferta.core.terms import shelf
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets import accounts, rules, selling
from oferta.services.tickets.errors import UnknownPerformance
from oferta.services.tickets.models import (
    OrganiserContract,
    Performance,
    PerformanceLine,
    PerformanceSettlement,
)
from oferta.services.tickets.refunding import plans as refunds
from oferta.services.tickets.settling import asking, exposure, plans
from oferta.services.tickets.settling.errors import NothingToSettleYet
from oferta.services.tickets.types import Stage

PAGE = 1000
#: Performances shown, or settled by the command line, at a time.
DUE_MAX = 200
SOLD = (rules.FACE,)
RETURNED = (rules.FACE_RETURNED, refunds.PRICE_RETURNED)
COVERED = (plans.COVERED,)
RELEASED = (plans.RELEASED, plans.SET_OFF)


@transaction.atomic
def settle(performance_id: UUID, *, now: datetime) -> PerformanceSettlement:
    """Settle a performance up to now and free what its organiser may be paid.

    Args:
        performance_id: one that has been offered.
        now: zoned.

    Raises:
        UnknownPerformance: there is none, or nothing of it was ever sold.
        NothingToSettleYet: nothing was booked since the last time, and nothing is free.
        SettlementRefused: the ledger refused; nothing moved.
    """
    performance = _locked(performance_id)
    face = performance.face_account_id
    assert face is not None  # noqa: S101 - `_locked` looks
    last = performance.settlements.order_by("last_seq").last()
    after, opening = (last.last_seq, last.closing) if last else (0, 0)
    may = exposure.may_come_back(performance, now=zoned(now))
    decision = _release(performance, may, now)
    lines = list(_booked(face, after))
    if not lines:
        raise NothingToSettleYet(subject=performance.key)
    said = decision.outcome or {}
    made = PerformanceSettlement.objects.create(
        id=uuid7(),
        performance=performance,
        decision_id=decision.id,
        after_seq=after,
        last_seq=lines[-1].seq,
        settled_at=zoned(now),
        opening=opening,
        closing=lines[-1].balance,
        sold=_sum(lines, SOLD),
        returned=-_sum(lines, RETURNED),
        covered=_sum(lines, COVERED),
        released=-_sum(lines, RELEASED),
        tickets_sold=_count(lines, SOLD),
        tickets_returned=_count(lines, RETURNED),
        may_come_back=may,
        advance=bool(said["advance"]),
        free_on=asking.day(said["free_on"]),
    )
    zone = ZoneInfo(performance.hall.venue.time_zone)
    PerformanceLine.objects.bulk_create(_lines(made, lines, zone), batch_size=PAGE)
    return made


def due(*, now: datetime) -> list[Performance]:
    """Return performances that were held, or may have an advance, and hold money; oldest first."""
    held = Performance.objects.filter(stage=Stage.HELD, face_account_id__isnull=False)
    agreed = OrganiserContract.objects.filter(advance_share__gt=0).values("organiser_id")
    ahead = Performance.objects.filter(
        stage=Stage.ON_SALE, organiser_id__in=agreed, sale_starts_at__lte=now
    )
    both = (held | ahead).select_related("hall__venue", "organiser")
    rows = list(both.order_by("starts_at", "id")[:DUE_MAX])
    balances = ledger.accounts([one.face_account_id for one in rows if one.face_account_id])
    return [one for one in rows if one.face_account_id and balances[one.face_account_id].balance]


def _locked(performance_id: UUID) -> Performance:
    rows = Performance.objects.select_for_update(of=("self",)).select_related(
        "hall__venue", "organiser", "operator"
    )
    found = rows.filter(id=performance_id, face_account_id__isnull=False).first()
    if found is None:
        raise UnknownPerformance(performance=str(performance_id))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a settlement would free now, and by which clauses."""

    released: int
    held_back: int
    may_come_back: int
    free_on: date
    advance: bool
    pack: str
    edition: str
    clauses: tuple[str, ...]


def preview(performance: Performance, *, now: datetime) -> Preview:
    """Return what the contract would free if it were settled now; nothing is stored.

    Args:
        performance: with its hall and venue read.
        now: zoned.
    """
    may = exposure.may_come_back(performance, now=zoned(now))
    pack = asking.pack_of(performance.organiser_id)
    found = shelf.terms().decide(pack, plans.RELEASE, _given(performance, may, now))
    said = found.outcome
    return Preview(
        released=int(said["released"] or 0),
        held_back=int(said["held_back"] or 0),
        may_come_back=may,
        free_on=asking.day(said["free_on"]),
        advance=bool(said["advance"]),
        pack=pack,
        edition=found.edition,
        clauses=tuple(found.decided_by),
    )


def _release(performance: Performance, may: int, now: datetime) -> Decision:
    """Ask the contract what is free and move it."""
    unit, organiser = performance.currency, performance.organiser_id
    claims = accounts.owed_by_organiser(organiser, unit)
    asked = asking.occurrence(
        f"tickets/release/{performance.id}/{performance.settlements.count() + 1}",
        organiser,
        plans.RELEASE,
        _given(performance, may, now),
        plan=plans.RELEASE_PLAN,
        context={
            "performance": selling.title_of(performance.titles),
            "face": performance.face_account_id,
            "due": accounts.due_to_organiser(organiser, unit),
            "claims": claims,
            "owes": max(-ledger.account(claims).balance, 0),
        },
        now=now,
    )
    return asking.decided(asked, now=now)


def _given(performance: Performance, may: int, now: datetime) -> dict[str, object]:
    """Return the facts of a settlement."""
    unit = performance.currency
    zone = ZoneInfo(performance.hall.venue.time_zone)
    contract = OrganiserContract.objects.filter(organiser_id=performance.organiser_id).first()
    held = ledger.account(performance.face_account_id or 0).balance
    done = performance.settlements.aggregate(out=Sum("released"), back=Sum("covered"))
    released = max(int(done["out"] or 0) - int(done["back"] or 0), 0)
    return {
        "settled_on": now.astimezone(zone).date(),
        "stage": performance.stage,
        "performance_on": performance.starts_at.astimezone(zone).date(),
        "face_held": str(Money(held, unit)),
        "face_sold": str(Money(held + released, unit)),
        "may_come_back": str(Money(may, unit)),
        "released_before": str(Money(released, unit)),
        "advance_share": _percent(contract.advance_share if contract else 0),
    }


def _booked(account_id: int, after: int) -> Iterator[StatementLine]:
    while page := ledger.statement(account_id, after=after, limit=PAGE):
        yield from page
        after = page[-1].seq


def _sum(lines: Sequence[StatementLine], codes: Sequence[int]) -> int:
    return sum(one.change for one in lines if one.code in codes)


def _count(lines: Sequence[StatementLine], codes: Sequence[int]) -> int:
    """Return how many Decisions are behind lines: a ticket may be paid from several accounts."""
    made = {one.decision_id for one in lines if one.code in codes and one.reverses is None}
    undone = {one.decision_id for one in lines if one.code in codes and one.reverses is not None}
    return len(made) - len(undone)


def _lines(
    made: PerformanceSettlement, lines: Sequence[StatementLine], zone: ZoneInfo
) -> Iterator[PerformanceLine]:
    told = {one.decision_id for one in lines if one.code not in SOLD}
    found = decided.decisions(told)
    for line in lines:
        decision = found.get(line.decision_id)
        clauses = " ".join(decision.decided_by) if decision else ""
        yield PerformanceLine(
            settlement=made,
            transfer_id=line.transfer_id,
            decision_id=line.decision_id,
            code=line.code,
            day=line.event_at.astimezone(zone).date(),
            amount=line.change,
            pack=decision.pack if decision else "",
            clauses=clauses[:300],
        )


def _percent(coded: int) -> str:
    return f"{coded / 10_000:.4f}".rstrip("0").rstrip(".") + "%"
