"""A cancelled performance: everybody gets their money back and is told the same sum, once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from oferta.core.ledger import queries as ledger
from oferta.core.notices import queries as notices
from oferta.kernel.ids import uuid7
from oferta.services.tickets.models import Performance, Refund, Ticket
from oferta.services.tickets.refunding import applying, booking, cancelling, claims
from oferta.services.tickets.refunding.errors import CannotChange
from oferta.services.tickets.refunding.types import Filing
from oferta.services.tickets.types import ApplicationState, OrderBrief, Stage, Wanted
from ticket_world import NOW, Show, a_buyer, a_show, bought, tickets_of

pytestmark = pytest.mark.django_db
LETTER = "the organiser's letter"


def a_sold_show(orders: int = 4) -> tuple[Show, list[OrderBrief]]:
    """Orders of one, two, one, two … tickets."""
    show = a_show(general=orders * 2)
    assert show.general is not None
    wanted = [Wanted(category_id=show.general.id, count=1 + place % 2) for place in range(orders)]
    return show, [bought(show, one, buyer=a_buyer()) for one in wanted]


def told(party_id: UUID | None) -> list[int]:
    assert party_id is not None
    return [
        one.params["amount"]["minor"]
        for one in notices.inbox(party_id)
        if one.kind == "tickets.cancelled"
    ]


def test_each_order_gets_its_price_back_and_one_notice_of_the_same_sum() -> None:
    # TR-28, TR-30, TR-104, TR-116, TR-122: fees stay, nobody has to apply
    show, orders = a_sold_show()
    assert cancelling.cancel(show.id, source=LETTER, now=NOW) == 6
    for order in orders:
        refunds = Refund.objects.filter(order_id=order.id)
        assert [one.amount for one in refunds] == [100_000] * len(order.lines)
        assert told(order.party_id) == [sum(one.amount for one in refunds)]
        assert all(one.due_on >= NOW.date() and one.owner == "kassir" for one in refunds)
    assert set(Ticket.objects.values_list("status", "generation")) == {("returned", 2)}
    assert ledger.account("tickets/owed/RUB").balance == 600_000
    face = Performance.objects.get(id=show.id).face_account_id
    assert face is not None
    assert ledger.account(face).balance == 0
    assert ledger.verify().findings == ()


def test_said_again_nothing_is_doubled() -> None:
    show, orders = a_sold_show(2)
    cancelling.cancel(show.id, source=LETTER, now=NOW)
    assert cancelling.cancel(show.id, source=LETTER, now=NOW) == 0
    assert Refund.objects.count() == 3
    assert [len(told(order.party_id)) for order in orders] == [1, 1]


def test_a_run_cut_off_in_the_middle_goes_on_and_misses_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    show, orders = a_sold_show(6)
    monkeypatch.setattr(cancelling, "BATCH", 2)
    real, calls = booking.void, Counter[str]()

    def dies(ticket_ids: list[UUID], *, resell: bool) -> None:
        calls["void"] += 1
        if calls["void"] == 3:
            raise KeyboardInterrupt
        real(ticket_ids, resell=resell)

    monkeypatch.setattr(booking, "void", dies)
    with pytest.raises(KeyboardInterrupt):
        cancelling.cancel(show.id, source=LETTER, now=NOW)
    done = Refund.objects.count()
    assert 0 < done < 9
    monkeypatch.setattr(booking, "void", real)
    assert cancelling.cancel(show.id, source=LETTER, now=NOW) == 9 - done
    assert Refund.objects.values("ticket").distinct().count() == Refund.objects.count() == 9
    assert [len(told(order.party_id)) for order in orders] == [1] * 6
    assert ledger.verify().findings == ()


def test_what_was_given_back_before_is_not_paid_twice_and_a_waiting_request_ends() -> None:
    show, orders = a_sold_show(2)
    first = tickets_of(orders)[0]
    own = Filing(id=uuid7(), order_id=orders[0].id, tickets=(first,), reason="own_wish")
    applying.apply(own, now=NOW)
    waits = Filing(
        id=uuid7(), order_id=orders[1].id, tickets=tuple(tickets_of(orders[1:])), reason="illness"
    )
    applying.apply(waits, now=NOW)
    assert cancelling.cancel(show.id, source=LETTER, now=NOW + timedelta(days=1)) == 2
    assert Refund.objects.filter(order_id=orders[0].id).count() == 1
    assert claims.application(waits.id).state is ApplicationState.GRANTED


def test_a_cancelled_performance_cannot_be_cancelled_from_a_draft_or_after_it_was_held() -> None:
    show, _ = a_sold_show(1)
    Performance.objects.filter(id=show.id).update(stage=Stage.HELD)
    with pytest.raises(CannotChange):
        cancelling.cancel(show.id, source=LETTER, now=NOW)
