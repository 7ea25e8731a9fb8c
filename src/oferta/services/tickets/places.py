"""Places change hands here and nowhere else; every statement leaves each place in one state.

A reservation is the place's own row (status, moment, order), so between held and sold there is no
gap in which a place counts for nobody. A hold that is over is free to whoever asks next, in the
same statement; nobody has to tidy up first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from oferta.kernel import asking


class Claimed(NamedTuple):
    """A place that an order now holds, and what is written on its seat, if it has one."""

    id: int
    category_id: int
    sector: str = ""
    row: str = ""
    number: str = ""
    #: A ticket that is still good for it: its holder offered it to who waits.
    ticket_id: UUID | None = None


#: Somebody waits for a place of a category (named `category` around it) and has no offer yet: what
#: is free is theirs first. Shortly before the sale ends nobody is offered anything any more.
WAITED = """
EXISTS (
    SELECT FROM tickets_waitingentry AS entry
    JOIN tickets_performance AS performance ON performance.id = entry.performance_id
    WHERE entry.performance_id = category.performance_id
      AND (entry.category_id IS NULL OR entry.category_id = category.id)
      AND entry.left_at IS NULL AND entry.order_id IS NULL
      AND least(performance.sale_ends_at, performance.starts_at)
          > %(now)s::timestamptz + interval '30 minutes'
)
"""
#: Worked out once a statement, and only in those for whom somebody waits.
_OPEN = f"""
NOT (SELECT {WAITED} FROM tickets_pricecategory AS category WHERE category.id = %(category)s)
"""  # noqa: S608 - constants only


def _any_of(condition: str) -> str:
    """Return the statement that claims any places on a condition.

    Whoever locks a place first has it; others pass on to the next one without waiting.
    """
    return f"""
WITH free AS (
    SELECT id, seat_id FROM tickets_place
    WHERE category_id = %(category)s AND status = 'free' AND {condition}
    ORDER BY rank, id LIMIT %(count)s FOR UPDATE SKIP LOCKED
), late AS (
    SELECT id, seat_id FROM tickets_place
    WHERE category_id = %(category)s AND status = 'held' AND hold_until <= %(now)s
      AND {condition}
    ORDER BY hold_until LIMIT %(count)s - (SELECT count(*) FROM free) FOR UPDATE SKIP LOCKED
)
UPDATE tickets_place AS place SET status = 'held', order_id = %(order)s, hold_until = %(until)s
FROM (SELECT * FROM free UNION ALL SELECT * FROM late) AS found
LEFT JOIN tickets_hallseat AS seat ON seat.id = found.seat_id
WHERE place.id = found.id
RETURNING place.id, place.category_id, coalesce(seat.sector, ''), coalesce(seat.row, ''),
          coalesce(seat.number, '')
"""  # noqa: S608 - constants only


def _chosen_of(condition: str) -> str:
    """Return the statement that claims chosen places on a condition.

    They are waited for, in one order: two buyers never wait for each other in a circle.
    """
    return f"""
WITH found AS (
    SELECT id, seat_id FROM tickets_place
    WHERE id = ANY(%(places)s) AND category_id = %(category)s
      AND (status = 'free' OR (status = 'held' AND hold_until <= %(now)s)) AND {condition}
    ORDER BY id FOR UPDATE
)
UPDATE tickets_place AS place SET status = 'held', order_id = %(order)s, hold_until = %(until)s
FROM found LEFT JOIN tickets_hallseat AS seat ON seat.id = found.seat_id
WHERE place.id = found.id
RETURNING place.id, place.category_id, coalesce(seat.sector, ''), coalesce(seat.row, ''),
          coalesce(seat.number, '')
"""  # noqa: S608 - constants only


_ANY, _ANY_OPEN = _any_of("true"), _any_of(_OPEN)
_CHOSEN, _CHOSEN_OPEN = _chosen_of("true"), _chosen_of(_OPEN)
_SELL = """
WITH held AS (
    SELECT id FROM tickets_place WHERE order_id = %(order)s AND status = 'held'
    ORDER BY id FOR UPDATE
)
UPDATE tickets_place AS place SET status = 'sold', hold_until = NULL
FROM held WHERE place.id = held.id
RETURNING place.id, category_id, '', '', '',
          (SELECT id FROM tickets_ticket WHERE place_id = place.id AND status = 'valid')
"""
#: A place that was offered by who has a good ticket for it goes back to them.
_FREE = """
WITH held AS (
    SELECT id FROM tickets_place WHERE order_id = ANY(%(orders)s) AND status = 'held'
    ORDER BY id FOR UPDATE
)
UPDATE tickets_place AS place
SET status = CASE WHEN ticket.id IS NULL THEN 'free' ELSE 'sold' END,
    order_id = ticket.order_id, hold_until = NULL
FROM held
LEFT JOIN tickets_ticket AS ticket ON ticket.place_id = held.id AND ticket.status = 'valid'
WHERE held.id = place.id
RETURNING place.id
"""
#: Nobody but this order can have it: the hold has no end of its own, the order has.
_HAND_OVER = """
UPDATE tickets_place AS place
SET status = 'held', order_id = %(order)s, hold_until = '9999-12-31 00:00:00+00'
FROM tickets_place AS sold LEFT JOIN tickets_hallseat AS seat ON seat.id = sold.seat_id
WHERE sold.id = place.id AND place.id = %(place)s AND place.status = 'sold'
  AND place.order_id = %(holder)s
RETURNING place.id, place.category_id, coalesce(seat.sector, ''), coalesce(seat.row, ''),
          coalesce(seat.number, '')
"""
_RELEASE_SOLD = """
UPDATE tickets_place SET status = 'free', order_id = NULL
WHERE order_id = %(order)s AND status = 'sold'
RETURNING id
"""
_GIVE_BACK = """
UPDATE tickets_place SET status = 'free', order_id = NULL, hold_until = NULL
WHERE id = ANY(%(places)s) AND status = 'sold'
RETURNING id
"""
_COUNT = """
UPDATE tickets_pricecategory AS category SET sold = sold + counted.change
FROM (SELECT unnest(%(categories)s::bigint[]) AS id, unnest(%(changes)s::integer[]) AS change)
    AS counted
WHERE category.id = counted.id
RETURNING category.id
"""


def claim_any(
    order_id: UUID, category_id: int, count: int, *, until: datetime, now: datetime, waited: bool
) -> list[Claimed]:
    """Hold up to `count` places of a category for an order; fewer if no more are free.

    Args:
        order_id: of who buys.
        category_id: of which.
        count: how many.
        until: the end of the hold.
        now: zoned.
        waited: somebody waited when it was looked up: what is theirs first is not on open sale.
    """
    params = {"order": order_id, "category": category_id, "until": until, "now": now}
    return _claimed(_ANY_OPEN if waited else _ANY, {**params, "count": count})


def claim_first(
    order_id: UUID, category_id: int, *, until: datetime, now: datetime
) -> list[Claimed]:
    """Hold a place of a category for the order of who waits first; none if none is free."""
    return claim_any(order_id, category_id, 1, until=until, now=now, waited=False)


def claim_chosen(
    order_id: UUID,
    category_id: int,
    places: Sequence[int],
    *,
    until: datetime,
    now: datetime,
    waited: bool,
) -> list[Claimed]:
    """Hold those of the chosen places of a category that are free; `waited` as of `claim_any`."""
    params = {"order": order_id, "category": category_id, "until": until, "now": now}
    statement = _CHOSEN_OPEN if waited else _CHOSEN
    return _claimed(statement, {**params, "places": sorted(set(places))})


def pass_on(order_id: UUID, place_id: int, *, holder: UUID) -> list[Claimed]:
    """Hold a place for an order that another order bought; none if it is no longer that one's.

    Args:
        order_id: of who is offered it.
        place_id: which.
        holder: the order that has it.
    """
    return _claimed(_HAND_OVER, {"order": order_id, "place": place_id, "holder": holder})


def release_sold(order_id: UUID) -> int:
    """Let go what an order just bought, if it could not buy all of it."""
    return _changed(_RELEASE_SOLD, {"order": order_id})


def sell(order_id: UUID) -> list[Claimed]:
    """Turn what an order still holds into what it has bought."""
    return _claimed(_SELL, {"order": order_id})


def free(order_ids: Sequence[UUID]) -> int:
    """Let go what orders hold; return how many places these were."""
    return _changed(_FREE, {"orders": list(order_ids)})


def give_back(place_ids: Sequence[int]) -> set[int]:
    """Let places that were sold be sold anew; return which: one may be offered to who waits."""
    return {id_ for (id_,) in asking.rows(_GIVE_BACK, {"places": list(place_ids)})}


def count_sold(changes: dict[int, int]) -> None:
    """Add to the categories' counts of sold places; the table refuses more than there are."""
    wanted = sorted(changes.items())
    _changed(
        _COUNT, {"categories": [one for one, _ in wanted], "changes": [two for _, two in wanted]}
    )


def _claimed(statement: str, params: dict[str, Any]) -> list[Claimed]:
    return sorted(Claimed(*row) for row in asking.rows(statement, params))


def _changed(statement: str, params: dict[str, Any]) -> int:
    return len(asking.rows(statement, params))
