"""A performance postponed, replaced, held or never held: everybody is told, no right is lost."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from oferta.core.decisions import queries as decided
from oferta.core.ledger import queries as ledger
from oferta.core.notices import queries as notices
from oferta.kernel.ids import uuid7
from oferta.services.tickets import gates, issuing, offering, paying
from oferta.services.tickets.gate_types import Scanned
from oferta.services.tickets.models import (
    ChangeRun,
    ChangeTold,
    Gate,
    Performance,
    PerformanceChange,
    Refund,
    Ticket,
    TicketKept,
)
from oferta.services.tickets.refunding import (
    applying,
    cancelling,
    changing,
    choosing,
    reading,
)
from oferta.services.tickets.refunding.choosing import Said
from oferta.services.tickets.refunding.errors import (
    BadChange,
    BadReason,
    CannotChange,
    NothingToChoose,
)
from oferta.services.tickets.refunding.standing import Change
from oferta.services.tickets.refunding.types import Filing
from oferta.services.tickets.types import ApplicationState, OrderBrief, Pay, Stage, Wanted
from ticket_world import NOW, Show, a_buyer, a_show, bought, reserved, tickets_of

pytestmark = pytest.mark.django_db
LETTER = "the organiser's letter"
LATER = NOW + timedelta(days=1)
NEW_START = NOW + timedelta(days=120)


def a_sold_show(orders: int = 3, **rest: Any) -> tuple[Show, list[OrderBrief]]:
    """Orders of one, two, one … tickets."""
    show = a_show(general=orders * 2 + 2, **rest)
    assert show.general is not None
    wanted = [Wanted(category_id=show.general.id, count=1 + place % 2) for place in range(orders)]
    return show, [bought(show, one, buyer=a_buyer()) for one in wanted]


def postponed(starts_at: datetime | None = NEW_START, **rest: Any) -> Change:
    return Change(stage=Stage.POSTPONED, source=LETTER, starts_at=starts_at, **rest)


REPLACED = Change(
    stage=Stage.REPLACED, source=LETTER, instead={"ru": "Вечер Шопена", "en": "Chopin"}
)


def told(party_id: UUID | None, kind: str) -> list[dict[str, Any]]:
    assert party_id is not None
    return [dict(one.params) for one in notices.inbox(party_id) if one.kind == kind]


def scanned_of(ticket: Ticket) -> Scanned:
    return Scanned(serial=ticket.serial, generation=ticket.generation)


def given_back(order: OrderBrief, reason: str, at: datetime = LATER) -> Any:
    filing = Filing(
        id=uuid7(), order_id=order.id, tickets=tuple(tickets_of([order])), reason=reason
    )
    return applying.apply(filing, now=at)


@pytest.mark.parametrize(("change", "kind"), [(postponed(), "postponed"), (REPLACED, "replaced")])
def test_every_buyer_is_told_what_a_request_really_gives(change: Change, kind: str) -> None:
    # TR-104, TR-116: the amount in the notice is the amount of the refund
    show, orders = a_sold_show()
    assert changing.carry_out(show.id, change, now=LATER) == 3
    for order in orders:
        (said,) = told(order.party_id, f"tickets.{kind}")
        made = given_back(order, f"performance_{kind}")
        assert said["amount"]["minor"] == sum(one.amount.minor for one in made.refunds)
        assert said["amount"]["minor"] == 100_000 * len(order.lines)
        assert ChangeTold.objects.get(order_id=order.id).amount == said["amount"]["minor"]
    assert ledger.verify().findings == ()


def test_said_again_nobody_is_told_twice() -> None:
    show, orders = a_sold_show()
    changing.carry_out(show.id, postponed(), now=LATER)
    assert changing.carry_out(show.id, postponed(), now=LATER) == 0
    assert PerformanceChange.objects.filter(stage=Stage.POSTPONED).count() == 1
    assert [len(told(one.party_id, "tickets.postponed")) for one in orders] == [1, 1, 1]


def test_silence_is_no_consent_and_the_ticket_stays_good_without_an_exchange() -> None:
    # TR-105: nothing said until the last day, and both still hold
    show, (order, *_) = a_sold_show()
    changing.carry_out(show.id, postponed(), now=LATER)
    (ticket,) = Ticket.objects.filter(order_id=order.id)
    assert issuing.code_of(ticket).valid_from < NEW_START < issuing.code_of(ticket).valid_through
    gate = Gate.objects.create(id=uuid7(), performance=show.performance, name="A")
    last = NEW_START - timedelta(minutes=1)
    choice = choosing.choice(order.id, now=last)
    assert choice is not None
    assert [one.said for one in choice.tickets] == [Said.NOTHING]
    assert choice.last_day == NEW_START.date()
    scanned = gates.scan(scanned_of(ticket), gate.id, "1", now=last)
    assert scanned.answer == "admitted"
    other = choosing.choice(order.id, now=last)
    assert other is not None
    assert other.decision == "refused"  # it was used (TR-129)


def test_until_the_new_start_the_money_comes_back_and_then_no_more() -> None:
    show, (first, second, _) = a_sold_show()
    changing.carry_out(show.id, postponed(), now=LATER)
    last = NEW_START - timedelta(seconds=1)
    assert given_back(first, "performance_postponed", last).state is ApplicationState.GRANTED
    late = given_back(second, "performance_postponed", NEW_START)
    assert late.state is ApplicationState.REFUSED


def test_i_keep_it_is_a_decision_that_ends_no_right() -> None:
    show, (order, *_) = a_sold_show()
    changing.carry_out(show.id, postponed(), now=LATER)
    tickets = tickets_of([order])
    assert choosing.keep(order.id, tickets, now=LATER) == 1
    assert choosing.keep(order.id, tickets, now=LATER) == 0
    kept = TicketKept.objects.get()
    made = decided.decision(kept.decision_id)
    assert (made.question, made.decided_by) == ("choices", ("choice-until-new-date",))
    assert told(order.party_id, "tickets.kept") == [
        {
            "code": order.code,
            "performance": {
                "kk": "Вечер Рахманинова",
                "ru": "Вечер Рахманинова",
                "en": "An evening of Rachmaninoff",
                "zh-Hant": "An evening of Rachmaninoff",
                "zh-Hans": "An evening of Rachmaninoff",
            },
            "day": {"date": NEW_START.date().isoformat()},
        }
    ]
    choice = choosing.choice(order.id, now=LATER)
    assert choice is not None
    assert choice.tickets[0].said is Said.KEEP
    made_back = choosing.give_back(uuid7(), order.id, tickets, accepted=100_000, now=LATER)
    assert made_back.state is ApplicationState.GRANTED
    again = choosing.choice(order.id, now=LATER)
    assert again is None or again.tickets[0].said is Said.GIVE_BACK


def test_nothing_can_be_chosen_where_nothing_changed() -> None:
    _, (order, *_) = a_sold_show()
    assert choosing.choice(order.id, now=LATER) is None
    with pytest.raises(NothingToChoose):
        choosing.keep(order.id, tickets_of([order]), now=LATER)
    with pytest.raises(NothingToChoose):
        choosing.give_back(uuid7(), order.id, tickets_of([order]), accepted=0, now=LATER)
    with pytest.raises(BadReason):
        given_back(order, "performance_postponed")


def test_who_bought_for_the_new_date_was_promised_nothing_else() -> None:
    # Put on sale again, the right of those who were there before stays; newcomers have none.
    show, (order, *_) = a_sold_show()
    changing.carry_out(show.id, postponed(), now=LATER)
    offering.open_sale(show.id, source=LETTER, now=LATER)
    new = bought(show, buyer=a_buyer(), now=LATER + timedelta(hours=1))
    assert choosing.choice(new.id, now=LATER + timedelta(hours=2)) is None
    assert given_back(order, "performance_postponed").state is ApplicationState.GRANTED
    (sold,) = reading.sold_in(new.id)
    assert (sold.starts_at, sold.new_starts_at) == (NEW_START, None)


def test_a_holder_who_did_not_pay_is_told_in_their_language_where_the_money_goes() -> None:
    # TR-08, TR-116, TR-127
    show, (order, *_) = a_sold_show()
    friend = a_buyer("kk").party_id
    (ticket,) = Ticket.objects.filter(order_id=order.id)
    Ticket.objects.filter(id=ticket.id).update(holder_id=friend)
    changing.carry_out(show.id, postponed(), now=LATER)
    (said,) = told(friend, "tickets.holder_postponed")
    assert said["amount"] == {"minor": 100_000, "unit": "RUB"}
    assert told(order.party_id, "tickets.postponed") != []
    cancelling.cancel(show.id, source=LETTER, now=LATER + timedelta(days=1))
    assert told(friend, "tickets.holder_cancelled")[0]["amount"]["minor"] == 100_000
    assert told(order.party_id, "tickets.holder_cancelled") == []


def test_an_organisers_last_day_is_kept_and_a_later_cancellation_opens_the_money_again() -> None:
    # TR-117, TR-118: 31 May is the last day; "before 1 June" excludes it
    show, (first, second, third) = a_sold_show(time_zone="Europe/Moscow")
    before = date(2026, 12, 10)
    changing.carry_out(show.id, postponed(accepts_before=before), now=LATER)
    (said,) = told(first.party_id, "tickets.postponed")
    assert said["day"] == {"date": "2026-12-09"}
    in_time = datetime.fromisoformat("2026-12-09T23:59:59+03:00")
    late = datetime.fromisoformat("2026-12-10T00:00:00+03:00")
    reason = "performance_postponed"
    assert given_back(first, reason, in_time).state is ApplicationState.GRANTED
    assert given_back(second, reason, late).state is ApplicationState.REFUSED
    assert cancelling.cancel(show.id, source=LETTER, now=late + timedelta(days=1)) == 3
    assert Refund.objects.filter(order_id__in=[second.id, third.id]).count() == 3


def test_a_postponed_performance_that_is_never_held_is_cancelled_by_the_terms() -> None:
    # TR-118: dated, 14 days after the new day; undated, 18 months after the printed one
    dated, orders = a_sold_show()
    undated, _ = a_sold_show()
    changing.carry_out(dated.id, postponed(), now=LATER)
    changing.carry_out(undated.id, postponed(None), now=LATER)
    by = {one.id: one.hold_by for one in Performance.objects.filter(hold_by__isnull=False)}
    assert by == {
        dated.id: (NEW_START + timedelta(days=14)).date(),
        undated.id: date(2028, 6, 20),
    }
    assert changing.end_unheld(now=NEW_START + timedelta(days=14)) == (0, 0)
    assert changing.end_unheld(now=NEW_START + timedelta(days=16)) == (0, 1)
    dated.performance.refresh_from_db()
    assert dated.performance.stage == Stage.CANCELLED
    assert Refund.objects.filter(order_id=orders[0].id).count() == 1
    assert changing.end_unheld(now=NEW_START + timedelta(days=16)) == (0, 0)


def test_a_performance_that_somebody_came_to_counts_as_held_unsaid() -> None:
    show, (order, *_) = a_sold_show()
    changing.carry_out(show.id, postponed(), now=LATER)
    gate = Gate.objects.create(id=uuid7(), performance=show.performance, name="A")
    ticket = Ticket.objects.filter(order_id=order.id).get()
    gates.scan(scanned_of(ticket), gate.id, "1", now=NEW_START)
    assert changing.held_at(show.id) is None
    assert changing.end_unheld(now=NEW_START + timedelta(days=16)) == (1, 0)
    assert changing.held_at(show.id) == NEW_START


def test_held_is_said_after_the_start_and_ends_every_change() -> None:
    show, _ = a_sold_show()
    start = show.performance.starts_at
    with pytest.raises(BadChange):
        changing.hold(show.id, source=LETTER, now=LATER)
    changing.hold(show.id, source=LETTER, now=start + timedelta(hours=3))
    assert changing.held_at(show.id) == start + timedelta(hours=3)
    with pytest.raises(CannotChange):
        changing.carry_out(show.id, postponed(), now=start + timedelta(hours=4))


def test_postponed_again_everybody_is_told_anew_of_the_new_day() -> None:
    show, (order, *_) = a_sold_show()
    changing.carry_out(show.id, postponed(), now=LATER)
    changing.carry_out(show.id, postponed(None), now=LATER + timedelta(days=1))
    latest, first = told(order.party_id, "tickets.postponed")
    assert first["starts"] == {"date": NEW_START.date().isoformat()}
    assert latest["starts"] == {"words": "tickets.changes.no_date"}
    (sold,) = reading.sold_in(order.id)
    assert (sold.starts_at, sold.new_starts_at) == (NOW + timedelta(days=30), None)


def test_an_order_that_was_being_paid_in_that_moment_is_found_and_told() -> None:
    show, _ = a_sold_show()
    ordered = LATER - timedelta(minutes=5)
    order = reserved(show, buyer=a_buyer(), now=ordered)
    changing.carry_out(show.id, postponed(), now=LATER)
    paying.pay(order.id, [Pay(means="card")], now=LATER)
    assert changing.finish(now=LATER + timedelta(minutes=1)) == 1
    assert len(told(order.party_id, "tickets.postponed")) == 1
    assert changing.finish(now=LATER + timedelta(hours=2)) == 0
    assert changing.finish(now=LATER + timedelta(hours=2)) == 0
    assert not ChangeRun.objects.filter(finished_at__isnull=True).exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (postponed(LATER), "starts_at"),
        (postponed(effective_at=LATER + timedelta(seconds=1)), "effective_at"),
        (postponed(accepts_before=LATER.date()), "accepts_before"),
        (postponed(organiser_refund_days=0), "organiser_refund_days"),
        (postponed(high_alert=True), "high_alert"),
        (Change(stage=Stage.REPLACED, source=LETTER), "instead"),
        (Change(stage=Stage.REPLACED, source=LETTER, instead={"de": "Chopin"}), "instead"),
        (Change(stage=Stage.POSTPONED, source=" "), "source"),
    ],
)
def test_a_change_that_cannot_be_is_refused_whole(change: Change, field: str) -> None:
    show, _ = a_sold_show(1)
    with pytest.raises(BadChange) as caught:
        changing.carry_out(show.id, change, now=LATER)
    assert caught.value.field == field
    assert Performance.objects.get(id=show.id).stage == Stage.ON_SALE


def test_the_organisers_own_term_counts_where_it_is_sooner() -> None:
    # TR-90
    show, (first, *_) = a_sold_show()
    changing.carry_out(show.id, postponed(organiser_refund_days=3), now=LATER)
    made = given_back(first, "performance_postponed")
    assert [one.due_on for one in made.refunds] == [LATER.date() + timedelta(days=3)]
