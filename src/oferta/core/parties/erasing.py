"""Erasure: what is personal goes, ledger and decisions stay whole with an id that names nobody.

Each room says what stands in the way (money, an open case), which of its rows lose what, and what
stays on which ground. A request waits `days` in which the person can think better of it; then the
worker erases everything in one database transaction, and a tombstone stands in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from django.db import connection, transaction

from oferta.core.parties import audit, models, queries
from oferta.core.parties.agreement_errors import (
    AlreadyErased,
    ErasureObstructed,
    UnknownErasure,
)
from oferta.core.parties.agreement_types import (
    Erasure,
    ErasureAsked,
    ErasureRefused,
    ErasureState,
)
from oferta.core.parties.types import Actor, Who, WhoKind
from oferta.kernel import events, outbox
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7

ERASE = "parties.erase"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Something that stands in the way of erasing a customer; its words are `erasure.<code>`."""

    code: str
    #: The person may give it up, as a balance; nobody may choose that for them.
    can_give_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wipe:
    """One statement that takes what is personal out of a table.

    The SQL knows `%(party)s`, `%(login)s` (null without one), `%(grave)s`, the text that stands
    where a name stood, and `%(now)s`.
    """

    table: str
    sql: str


def blanked(table: str, change: str, where: str) -> Wipe:
    """Return the statement that changes the rows of a table; all three are constants of ours."""
    return Wipe(table=table, sql=f"UPDATE {table} SET {change} WHERE {where}")  # noqa: S608


def dropped(table: str, where: str) -> Wipe:
    """Return the statement that deletes rows of a table; both are constants of ours."""
    return Wipe(table=table, sql=f"DELETE FROM {table} WHERE {where}")  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What stays of a table and why; words `erasure.kept.<what>`, `erasure.ground.<ground>`."""

    table: str
    what: str
    ground: str


#: From a customer, the text for their grave and the moment to how many rows of which table changed.
Act: TypeAlias = Callable[[UUID, str, datetime], Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Eraser:
    """How one room erases a customer."""

    room: str
    wipes: tuple[Wipe, ...] = ()
    kept: tuple[Kept, ...] = ()
    obstacles: Callable[[UUID], Iterable[Obstacle]] = field(default=lambda _party: ())
    #: For what one statement cannot do; runs before the wipes.
    act: Act = field(default=lambda _party, _grave, _now: {})


class _Registry:
    erasers: tuple[Eraser, ...] = ()
    days = 14


def register(erasers: Sequence[Eraser], *, days: int) -> None:
    """Make these the rooms' erasers, in the order in which they erase.

    Args:
        erasers: rooms that read another room's rows come before it.
        days: that a request waits.
    """
    _Registry.erasers, _Registry.days = tuple(erasers), days


def days() -> int:
    """Return how many days a request waits."""
    return _Registry.days


def grave(customer_id: UUID) -> str:
    """Return the text that stands where the customer's name stood; the same everywhere."""
    return f"erased-{customer_id.hex[-16:]}"


def obstacles(customer_id: UUID) -> list[Obstacle]:
    """Return what stands in the way of erasing a customer."""
    found = (one for eraser in _Registry.erasers for one in eraser.obstacles(customer_id))
    return list({one.code: one for one in found}.values())


def kept() -> list[Kept]:
    """Return what stays of an erased customer, and on which ground."""
    return [one for eraser in _Registry.erasers for one in eraser.kept]


@transaction.atomic
def ask(
    customer_id: UUID,
    *,
    gives_up: Iterable[str] = (),
    now: datetime,
    by: Actor | Who | None = None,
) -> Erasure:
    """Ask that a customer be erased after the days of waiting; asked again, the first one waits.

    Args:
        customer_id: who.
        gives_up: codes of obstacles that the person gives up, as a balance.
        now: zone-aware.
        by: the member of staff, or the token, that asks in the person's name; None if they do
            themselves.

    Raises:
        ErasureObstructed: something stands in the way that is not given up, or cannot be.
        AlreadyErased, UnknownCustomer: there is nobody to erase.
    """
    queries.customer(customer_id)
    queries.hold(customer_id)
    _refuse_erased(customer_id)
    waiting = models.Erasure.objects.filter(customer_id=customer_id, state=ErasureState.WAITING)
    row = waiting.first()
    if row is not None:
        return _erasure(row)
    given = sorted(set(gives_up))
    _refuse_obstructed(customer_id, given)
    row = models.Erasure(
        id=uuid7(),
        customer_id=customer_id,
        asked_at=zoned(now),
        due_at=zoned(now) + timedelta(days=_Registry.days),
        gives_up=given,
    )
    row.save(force_insert=True)
    outbox.add(ERASE, not_before=row.due_at, erasure_id=str(row.id))
    _record("erasure.asked", row, by, now)
    events.publish(
        ErasureAsked(customer_id=customer_id, erasure_id=row.id, due_at=row.due_at, at=now)
    )
    return _erasure(row)


@transaction.atomic
def withdraw(customer_id: UUID, *, now: datetime, by: Actor | Who | None = None) -> None:
    """Think better of it: the request that waits is dropped.

    Raises:
        UnknownErasure: none waits.
    """
    row = (
        models.Erasure.objects.select_for_update()
        .filter(customer_id=customer_id, state=ErasureState.WAITING)
        .first()
    )
    if row is None:
        raise UnknownErasure(erasure_id="")
    _end(row, ErasureState.WITHDRAWN, now)
    _record("erasure.withdrawn", row, by, now)


@transaction.atomic
def erase(erasure_id: UUID, *, now: datetime) -> Erasure | None:
    """Erase a customer whose waiting time is over; run twice it does nothing the second time.

    Returns:
        What became of the request; None if it does not wait, or not long enough.
    """
    row = (
        models.Erasure.objects.select_for_update()
        .filter(id=erasure_id, state=ErasureState.WAITING, due_at__lte=zoned(now))
        .first()
    )
    if row is None:
        return None
    # Nothing of theirs may begin between the question and the answer.
    list(models.Customer.objects.select_for_update().filter(id=row.customer_id))
    left = [
        one.code
        for one in obstacles(row.customer_id)
        if not one.can_give_up or one.code not in row.gives_up
    ]
    if left:
        row.report = {"obstacles": left}
        _end(row, ErasureState.REFUSED, now)
        _record("erasure.refused", row, None, now)
        events.publish(ErasureRefused(customer_id=row.customer_id, erasure_id=row.id, at=now))
        return _erasure(row)
    row.report = {"rows": _wipe(row, now)}
    models.Tombstone(customer_id=row.customer_id, at=zoned(now)).save(force_insert=True)
    _end(row, ErasureState.DONE, now)
    _record("erasure.done", row, None, now)
    return _erasure(row)


def erasures(customer_id: UUID) -> list[Erasure]:
    """Return a customer's requests, newest first."""
    rows = models.Erasure.objects.filter(customer_id=customer_id).order_by("-id")[:20]
    return [_erasure(row) for row in rows]


def due(now: datetime) -> list[UUID]:
    """Return the requests whose waiting time is over, for a job that looks after lost ones."""
    rows = models.Erasure.objects.filter(state=ErasureState.WAITING, due_at__lte=zoned(now))
    return list(rows.values_list("id", flat=True)[:100])


def _wipe(row: models.Erasure, now: datetime) -> dict[str, int]:
    party = row.customer_id
    text = grave(party)
    changed: dict[str, int] = {}
    login = models.Customer.objects.values_list("login_id", flat=True).get(id=party)
    values: dict[str, UUID | str | datetime | None] = {
        "party": party,
        "login": login,
        "grave": text,
        "now": zoned(now),
    }
    with connection.cursor() as cursor:
        # The triggers of rows that are only ever added let what is personal go, and only now.
        cursor.execute("SELECT set_config('oferta.erasing', %s, true)", [str(row.id)])
        for eraser in _Registry.erasers:
            for table, count in eraser.act(party, text, now).items():
                changed[table] = changed.get(table, 0) + count
            for wipe in eraser.wipes:
                cursor.execute(wipe.sql, values)
                changed[wipe.table] = changed.get(wipe.table, 0) + cursor.rowcount
        cursor.execute("SELECT set_config('oferta.erasing', '', true)")
    return changed


def _refuse_erased(customer_id: UUID) -> None:
    if models.Tombstone.objects.filter(customer_id=customer_id).exists():
        raise AlreadyErased(customer_id=str(customer_id))


def _refuse_obstructed(customer_id: UUID, given: list[str]) -> None:
    left = [
        one.code for one in obstacles(customer_id) if not one.can_give_up or one.code not in given
    ]
    if left:
        raise ErasureObstructed(customer_id=str(customer_id), obstacles=left)


def _end(row: models.Erasure, state: ErasureState, now: datetime) -> None:
    row.state, row.ended_at = state.value, zoned(now)
    row.save(update_fields=["state", "ended_at", "report"])


def _record(what: str, row: models.Erasure, by: Actor | Who | None, now: datetime) -> None:
    person = Who(kind=WhoKind.CUSTOMER, id=row.customer_id)
    theirs = what in {"erasure.asked", "erasure.withdrawn"}
    audit.record(
        actor=by or (person if theirs else None),
        what=what,
        subject_kind="erasure",
        subject_id=row.id,
        parties=[row.customer_id],
        now=now,
        details=dict(row.report),
    )


def _erasure(row: models.Erasure) -> Erasure:
    return Erasure(
        id=row.id,
        customer_id=row.customer_id,
        state=ErasureState(row.state),
        asked_at=row.asked_at,
        due_at=row.due_at,
        ended_at=row.ended_at,
        gives_up=tuple(row.gives_up),
        report=dict(row.report),
    )
