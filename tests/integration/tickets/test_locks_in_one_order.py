"""Two acts at once on the same places and tickets: neither waits for the other in a circle."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from oferta.kernel.ids import uuid7
from oferta.services.tickets import doors, gates, issuing, places, reserving
from oferta.services.tickets.errors import NotYourTicket
from oferta.services.tickets.gate_types import GateAnswer, Scanned
from oferta.services.tickets.models import Admission, Place, Ticket
from oferta.services.tickets.refunding import applying, previewing, quoting
from oferta.services.tickets.refunding.previewing import Asked
from oferta.services.tickets.refunding.types import Filing
from oferta.services.tickets.types import TicketStatus, Wanted
from ticket_world import NOW, a_basket, a_buyer, a_show, bought, reserved, tickets_of

#: Long enough that a thread waits for a lock, if it does.
MOMENT = 0.3
STARTS = NOW + timedelta(days=30)


class Other:
    """An act in a thread of its own, with a connection of its own."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.act = act
        self.answer: Any = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        self.thread.join(MOMENT)

    def _run(self) -> None:
        try:
            self.answer = self.act()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.answer = error
        finally:
            connection.close()

    @property
    def waits(self) -> bool:
        return self.thread.is_alive()

    def ended(self) -> Any:
        self.thread.join(20)
        assert not self.waits
        return self.answer


def lock(place_id: int) -> None:
    list(Place.objects.select_for_update().filter(id=place_id))


def scan(ticket_id: UUID, gate: UUID) -> GateAnswer:
    row = Ticket.objects.get(id=ticket_id)
    scanned = Scanned(serial=row.serial, generation=1)
    return gates.scan(scanned, gate, str(uuid7()), now=STARTS - timedelta(hours=1)).answer


def as_they_lie() -> list[int]:
    """Return the ids of places in the order in which the table has them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM tickets_place ORDER BY ctid")
        return [id_ for (id_,) in cursor.fetchall()]


@pytest.mark.usefixtures("fresh_db")
def test_a_reservation_that_lapses_while_its_seats_are_chosen_locks_them_in_their_order() -> None:
    show = a_show(rows=1, per_row=5)
    assert show.seats is not None
    late = reserved(show, Wanted(category_id=show.seats.id, count=5))
    lowest = min(one.place_id for one in late.lines)
    while (lie := as_they_lie()).index(lowest) < len(lie) - 1:
        Place.objects.filter(id=lowest).update(rank=lie.index(lowest))
    chosen = tuple(sorted([lowest, lie[0]]))
    after = NOW + timedelta(hours=1)
    basket = a_basket(show, Wanted(category_id=show.seats.id, places=chosen))
    with transaction.atomic():
        lock(lie[2])
        lapses = Other(lambda: reserving.lapse(now=after))
        chooses = Other(lambda: reserving.reserve(basket, now=after))
        assert lapses.waits
    assert lapses.ended() == 1
    assert {one.place_id for one in chooses.ended().lines} == set(chosen)


@pytest.mark.usefixtures("fresh_db")
def test_who_is_at_the_gate_while_the_ticket_is_given_back_does_not_come_in() -> None:
    # TR-128, TR-129
    order = bought(a_show(general=1), buyer=a_buyer())
    gate = doors.open_gate(order.performance_id, "North").id
    (ticket,) = tickets_of([order])
    with transaction.atomic():
        filing = Filing(id=uuid7(), order_id=order.id, tickets=(ticket,), reason="own_wish")
        applying.apply(filing, now=NOW)
        scans = Other(lambda: scan(ticket, gate))
        assert scans.waits
    assert scans.ended() is GateAnswer.RETURNED
    assert not Admission.objects.exists()


@pytest.mark.usefixtures("fresh_db")
def test_a_quote_locks_nothing_and_needs_no_transaction() -> None:
    order = bought(a_show(general=1), buyer=a_buyer())
    asked = Asked(order_id=order.id, reason="own_wish")
    assert previewing.preview(asked, language="en", now=NOW).total == 100_000


@pytest.mark.usefixtures("fresh_db")
def test_nobody_comes_in_between_the_look_whether_somebody_did_and_the_money(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = bought(a_show(general=1), buyer=a_buyer())
    gate = doors.open_gate(order.performance_id, "North").id
    (ticket,) = tickets_of([order])
    total_of, scans = quoting.total_of, []

    def meanwhile(*given: Any) -> tuple[int, str]:
        scans.append(Other(lambda: scan(ticket, gate)))
        monkeypatch.setattr(applying, "total_of", total_of)
        return total_of(*given)

    monkeypatch.setattr(applying, "total_of", meanwhile)
    filing = Filing(id=uuid7(), order_id=order.id, tickets=(ticket,), reason="own_wish")
    applying.apply(filing, now=NOW)
    assert scans[0].ended() is GateAnswer.RETURNED
    assert Ticket.objects.get().status == TicketStatus.RETURNED
    assert not Admission.objects.exists()


@pytest.mark.usefixtures("fresh_db")
def test_a_ticket_that_gets_a_new_code_while_it_is_given_back_waits_in_no_circle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = bought(a_show(general=1), buyer=a_buyer())
    (ticket,) = tickets_of([order])
    filing = Filing(id=uuid7(), order_id=order.id, tickets=(ticket,), reason="own_wish")
    give_back, renews = places.give_back, []

    def meanwhile(place_ids: Sequence[int]) -> set[int]:
        renews.append(Other(lambda: issuing.renew(ticket)))
        return give_back(place_ids)

    monkeypatch.setattr(places, "give_back", meanwhile)
    applying.apply(filing, now=NOW)
    assert isinstance(renews[0].ended(), NotYourTicket)
    assert Ticket.objects.get().status == TicketStatus.RETURNED
