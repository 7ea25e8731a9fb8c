"""Writes lots beside the transfers that fill and use them, in the same database transaction.

Lock order: a member's row first, the ledger's accounts after it. New lots need no lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeAlias
from uuid import UUID

from django.db import connection

from oferta.core.decisions.types import Decision, Status
from oferta.core.terms import shelf
from oferta.core.terms.engine import Terms
from oferta.kernel import pgarray
from oferta.services.club.campaigns import waiting
from oferta.services.club.facts import PACK, PAYMENT_PREFIX
from oferta.services.club.lots import Lot, Use
from oferta.services.club.models import Lot as StoredLot
from oferta.services.club.models import LotMove, Waiting
from oferta.services.club.purse import Kind, Move, Purse
from oferta.services.club.rules import FUNDERS, waits

_EPOCH = date(1970, 1, 1)
#: Member, question, funder, Decision, purchase, the day earned, the last day, the amount.
_NewLot: TypeAlias = tuple[int, str, int, UUID, str, date, date, int]
#: A batch has a thousand: arrays take a tenth of the time of rows made one by one.
_OPEN = """
INSERT INTO club_lot (account_id, question, funder_id, decision_id, purchase_key, earned_on,
                      last_day, amount, used, warned)
SELECT *, 0, false
FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::uuid[], %s::text[], %s::date[],
            %s::date[], %s::bigint[])
"""
_HOLD = """
SELECT account_id, owed FROM club_member WHERE account_id = ANY(%s::bigint[]) AND owed >= %s
ORDER BY account_id FOR UPDATE
"""
_LEFT = """
SELECT account_id, id, earned_on, last_day, amount - used
FROM club_lot WHERE (account_id = ANY(%s) AND used < amount) OR id = ANY(%s)
"""
_THESE = (
    "SELECT account_id, id, earned_on, last_day, amount - used FROM club_lot WHERE id = ANY(%s)"
)
_REPAID = """
SELECT account_id, lot_id, -sum(amount)::bigint AS net
FROM club_lotmove WHERE account_id = ANY(%s) AND kind = 'repaid' AND lot_id IS NOT NULL
GROUP BY account_id, lot_id HAVING sum(amount) < 0 ORDER BY min(id)
"""
_WRITE_LOTS = """
UPDATE club_lot SET used = used - given.amount
FROM unnest(%s::bigint[], %s::bigint[]) AS given (id, amount) WHERE club_lot.id = given.id
"""
_WRITE_OWED = """
UPDATE club_member SET owed = given.owed
FROM unnest(%s::bigint[], %s::bigint[]) AS given (account_id, owed)
WHERE club_member.account_id = given.account_id
"""


def hold(account_ids: Iterable[int], *, debtors_only: bool = False) -> dict[int, Purse]:
    """Lock members, in one order, and return what they owe; their lots are still to be read.

    Args:
        account_ids: of members.
        debtors_only: leave alone those who owe nothing.
    """
    wanted = pgarray.plain(set(account_ids))
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [wanted, int(debtors_only)])
        return {account: Purse(account, owed, {}) for account, owed in cursor.fetchall()}


def lock(account_ids: Iterable[int]) -> dict[int, Purse]:
    """Lock members as `hold` does, and return their lots that have something left."""
    purses = hold(account_ids)
    fill(purses)
    return purses


def fill(purses: Mapping[int, Purse]) -> None:
    """Read into locked purses all that paying and filling a debt may touch."""
    if not purses:
        return
    read(purses)
    with connection.cursor() as cursor:
        cursor.execute(_REPAID, [list(purses)])
        for account_id, lot_id, net in cursor.fetchall():
            purses[account_id].repaid.append(Use(lot_id, net))
    if given := [use.lot_id for one in purses.values() for use in one.repaid]:
        read_lots(purses, given)  # what is given back goes to lots that may have nothing left


def read(purses: Mapping[int, Purse], lot_ids: Sequence[int] = ()) -> None:
    """Read into locked purses the lots with something left, and those asked for by id.

    What was done to a purse and is not written yet is counted in.
    """
    _read(purses, _LEFT, [list(purses), list(lot_ids)])


def read_lots(purses: Mapping[int, Purse], lot_ids: Sequence[int]) -> None:
    """Read lots into locked purses, those asked for alone; as `read`."""
    _read(purses, _THESE, [list(lot_ids)])


def _read(purses: Mapping[int, Purse], sql: str, values: list[list[int]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for account_id, id_, earned_on, last_day, left in cursor.fetchall():
            purse = purses[account_id]
            unwritten = sum(one.amount for one in purse.moves if one.lot_id == id_)
            purse.lots[id_] = Lot(id_, earned_on, last_day, left + unwritten)


def write(purses: Iterable[Purse]) -> None:
    """Write what was done to purses since they were locked."""
    changed = [one for one in purses if one.moves]
    moves = [(one.account_id, move) for one in changed for move in one.moves]
    if not moves:
        return
    LotMove.objects.bulk_create(
        LotMove(
            account_id=account_id,
            lot_id=move.lot_id,
            decision_id=move.decision_id,
            kind=move.kind,
            amount=move.amount,
        )
        for account_id, move in moves
    )
    sums: dict[int, int] = {}
    for _, move in moves:
        if move.lot_id is not None:
            sums[move.lot_id] = sums.get(move.lot_id, 0) + move.amount
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_LOTS, [list(sums), list(sums.values())])
        cursor.execute(
            _WRITE_OWED, [[one.account_id for one in changed], [one.owed for one in changed]]
        )
    for one in changed:
        one.moves.clear()


def open_lots(
    decisions: Iterable[Decision], purchase_keys: Mapping[UUID, str] = MappingProxyType({})
) -> None:
    """Open a lot for each Decision of an earning question that gave something to be had now.

    What is to be had later waits for its accrual day.

    Args:
        decisions: of any question.
        purchase_keys: the payment behind a Decision, by its id, where its own key does not say it.
    """
    given = [one for one in decisions if _gives(one)]
    keys = {
        one.id: purchase_keys.get(one.id) or one.key.removeprefix(PAYMENT_PREFIX) for one in given
    }
    if later := [one for one in given if waits(one.outcome or {})]:
        waiting.wait(later, keys)
    _open(_new_lot(one, keys[one.id]) for one in given if not waits(one.outcome or {}))


def open_accrued(accrued: Iterable[tuple[Waiting, Decision, UUID]]) -> None:
    """Open the lots of bonuses that came to their accrual day: they last from that day on.

    Args:
        accrued: what waited, the Decision that gave it, and the one that accrued it.
    """
    _open(
        (
            row.account_id,
            row.question,
            given.context[FUNDERS[row.question][0]],
            accrual_id,
            row.purchase_key,
            row.due_on,
            last_day(row.due_on),
            row.amount,
        )
        for row, given, accrual_id in accrued
    )


def _open(lots: Iterable[_NewLot]) -> None:
    rows = list(lots)
    if rows:
        accounts, questions, funders, decisions, purchases, *sums = zip(*rows, strict=True)
        columns = [
            pgarray.plain(accounts),
            pgarray.texts(questions),
            pgarray.plain(funders),
            pgarray.plain(decisions),
            pgarray.texts(purchases),
            *map(pgarray.plain, sums),
        ]
        with connection.cursor() as cursor:
            cursor.execute(_OPEN, columns)


def opened_by(decision_ids: Sequence[UUID]) -> dict[UUID, StoredLot]:
    """Return the lots that these Decisions opened, by Decision."""
    return StoredLot.objects.in_bulk(list(decision_ids), field_name="decision_id")


def moves_of(decision_id: UUID) -> list[Move]:
    """Return what a Decision itself did to lots and debts.

    Repayments are left out: they settle anew. So is what it undid of the Decision before it: that
    stays undone, whatever comes in its place.
    """
    rows = LotMove.objects.filter(decision_id=decision_id)
    rows = rows.exclude(kind__in=[Kind.REPAID, Kind.UNDONE]).order_by("id")
    return [Move(one.lot_id, one.decision_id, Kind(one.kind), one.amount) for one in rows]


def last_day(earned_on: date) -> date:
    """Return the last day of a bonus earned on a day, by the edition of that day (BC-68)."""
    return _last_day(shelf.terms(), earned_on)


@lru_cache(maxsize=1024)
def _last_day(terms: Terms, earned_on: date) -> date:
    days = terms.decide(PACK, "lot", {"earned_on": earned_on}).outcome["valid_through"]
    return _EPOCH + timedelta(days=int(days or 0))


def _new_lot(decision: Decision, purchase_key: str) -> _NewLot:
    funder, _ = FUNDERS[decision.question]
    outcome: Mapping[str, Any] = decision.outcome or {}
    return (
        decision.context["member"],
        decision.question,
        decision.context[funder],
        decision.id,
        purchase_key,
        decision.day,
        last_day(decision.day),
        int(outcome["amount"]),
    )


def _gives(decision: Decision) -> bool:
    outcome = decision.outcome
    return (
        decision.status is Status.DECIDED
        and decision.question in FUNDERS
        and outcome is not None
        and not outcome["hold"]
        and bool(outcome["amount"])
    )


def uses_of(decision_id: UUID) -> list[Use]:
    """Return what each lot gave to a redemption, in the order of use."""
    rows = LotMove.objects.filter(decision_id=decision_id, kind=Kind.SPENT, lot__isnull=False)
    return [
        Use(lot_id, -amount)
        for lot_id, amount in rows.order_by("id").values_list("lot_id", "amount")
    ]
