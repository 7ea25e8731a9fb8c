"""A high-alert regime: what it does to decisions and to days of payment, in its region only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from oferta.core.notices import queries as notices
from oferta.kernel.ids import uuid7
from oferta.services.tickets.models import Refund, Regime, Venue
from oferta.services.tickets.refunding import applying, changing, choosing, regimes
from oferta.services.tickets.refunding.errors import BadChange
from oferta.services.tickets.refunding.standing import Change
from oferta.services.tickets.refunding.types import Filing
from oferta.services.tickets.types import ApplicationState, OrderBrief, RefundState, Stage
from ticket_world import NOW, Show, a_buyer, a_show, bought, tickets_of

pytestmark = pytest.mark.django_db
ACT = "Decree of the Mayor of Moscow 12-UM of 5 March 2020"
LIFTED = "Decree of the Mayor of Moscow 97-UM of 1 December 2026"
LATER = NOW + timedelta(days=1)


@pytest.fixture
def show() -> Show:
    made = a_show(general=4)
    Venue.objects.filter(key=made.performance.hall.venue_id).update(region="Moscow")
    return made


@pytest.fixture
def order(show: Show) -> OrderBrief:
    return bought(show, buyer=a_buyer())


def begun() -> Regime:
    return regimes.begin("Moscow", ACT, date(2026, 11, 1), now=NOW)


def changed(stage: Stage, starts_at: datetime | None = None, **rest: Any) -> Change:
    return Change(stage=stage, source="the act", starts_at=starts_at, high_alert=True, **rest)


def asked(order: OrderBrief, at: datetime = LATER) -> ApplicationState:
    filing = Filing(
        id=uuid7(),
        order_id=order.id,
        tickets=tuple(tickets_of([order])),
        reason="performance_postponed",
    )
    return applying.apply(filing, now=at).state


def told(order: OrderBrief, kind: str) -> list[dict[str, Any]]:
    assert order.party_id is not None
    return [dict(one.params) for one in notices.inbox(order.party_id) if one.kind == kind]


def test_a_regime_of_another_region_changes_nothing(show: Show, order: OrderBrief) -> None:
    # TR-115
    Venue.objects.filter(key=show.performance.hall.venue_id).update(region="Omsk")
    Venue.objects.create(key="m", name="M", city="M", region="Moscow", time_zone="Europe/Moscow")
    begun()
    with pytest.raises(BadChange):
        changing.carry_out(show.id, changed(Stage.CANCELLED), now=LATER)
    assert told(order, "tickets.cancelled") == []


@pytest.mark.parametrize(("extra", "state"), [(0, "refused"), (1, "granted")])
def test_postponed_by_18_months_nothing_comes_back_and_a_day_more_it_does(
    extra: int, state: str, show: Show, order: OrderBrief
) -> None:
    # TR-106, TR-112, TR-113: printed for 20 December 2026
    begun()
    new = datetime(2028, 6, 20, 9, tzinfo=UTC) + timedelta(days=extra)
    changing.carry_out(show.id, changed(Stage.POSTPONED, new), now=LATER)
    kind = "tickets.postponed" if extra else "tickets.postponed_kept"
    assert told(order, kind)[0]["amount"]["minor"] == 100_000 * extra
    assert asked(order) == state


def test_postponed_without_a_day_the_organiser_is_asked(show: Show, order: OrderBrief) -> None:
    # TR-114
    begun()
    changing.carry_out(show.id, changed(Stage.POSTPONED), now=LATER)
    assert len(told(order, "tickets.postponed_asked")) == 1
    choice = choosing.choice(order.id, now=LATER)
    assert choice is not None
    assert choice.decision == "organiser_decides"
    assert asked(order) is ApplicationState.WITH_ORGANISER


def test_cancelled_while_it_lasts_the_next_answer_has_a_day_and_then_the_money_has(
    show: Show, order: OrderBrief
) -> None:
    # TR-91, TR-110, TR-111
    regime = begun()
    changing.carry_out(show.id, changed(Stage.CANCELLED), now=LATER)
    refund = Refund.objects.get(order_id=order.id)
    assert refund.due_on == LATER.date() + timedelta(days=14)
    due = datetime(2026, 12, 6, 12, tzinfo=UTC)
    assert regimes.follow(now=due - timedelta(days=1)) == 0
    assert (regimes.follow(now=due), regimes.follow(now=due)) == (1, 0)
    refund.refresh_from_db()
    assert refund.due_on == due.date() + timedelta(days=14)
    assert told(order, "tickets.regime_lasts")[0]["day"] == {"date": refund.due_on.isoformat()}

    assert regimes.end(regime.id, date(2026, 12, 1), LIFTED, now=due) == 1
    refund.refresh_from_db()
    assert refund.due_on == date(2026, 12, 1) + timedelta(days=180)
    (said,) = told(order, "tickets.due_moved")
    assert said["day"] == {"date": refund.due_on.isoformat()}
    assert said["amount"]["minor"] == refund.amount


def test_ended_again_nothing_is_told_twice_and_money_that_arrived_has_no_other_day(
    show: Show, order: OrderBrief
) -> None:
    regime = begun()
    changing.carry_out(show.id, changed(Stage.CANCELLED), now=LATER)
    Refund.objects.update(state=RefundState.PAID, paid_at=LATER)
    before = Refund.objects.get(order_id=order.id).due_on
    ended = LATER.date()
    assert regimes.end(regime.id, ended, LIFTED, now=LATER) == 0
    assert regimes.end(regime.id, ended, LIFTED, now=LATER) == 0
    assert Refund.objects.get(order_id=order.id).due_on == before
    with pytest.raises(BadChange):
        regimes.end(regime.id, ended - timedelta(days=1), LIFTED, now=LATER)


def test_an_end_that_was_cut_off_is_finished_and_told_once(
    show: Show, order: OrderBrief, monkeypatch: pytest.MonkeyPatch
) -> None:
    regime = begun()
    changing.carry_out(show.id, changed(Stage.CANCELLED), now=LATER)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    real = regimes._give_days
    monkeypatch.setattr(regimes, "_give_days", dies)
    with pytest.raises(KeyboardInterrupt):
        regimes.end(regime.id, LATER.date(), LIFTED, now=LATER)
    monkeypatch.setattr(regimes, "_give_days", real)
    assert told(order, "tickets.due_moved") == []
    assert (regimes.follow(now=LATER), regimes.follow(now=LATER)) == (1, 0)
    assert len(told(order, "tickets.due_moved")) == 1


def test_a_second_regime_of_the_region_moves_no_day_of_the_first(
    show: Show, order: OrderBrief
) -> None:
    first = begun()
    changing.carry_out(show.id, changed(Stage.CANCELLED), now=LATER)
    regimes.end(first.id, LATER.date(), LIFTED, now=LATER)
    due = Refund.objects.get(order_id=order.id).due_on
    regimes.begin("Moscow", "Another act", LATER.date(), now=LATER)
    assert regimes.follow(now=LATER + timedelta(days=300)) == 0
    assert Refund.objects.get(order_id=order.id).due_on == due
