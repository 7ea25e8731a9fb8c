"""A high-alert regime: what it does to decisions and to days of payment, in its region only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import transaction
from django.test import Client

from oferta.core.notices import queries as notices
from oferta.core.parties import actions as parties
from oferta.core.parties.types import Role
from oferta.kernel.ids import uuid7
from oferta.project.web import words
from oferta.services.tickets.models import Performance, Refund, Regime, Venue
from oferta.services.tickets.refunding import applying, changing, choosing, regimes, standing
from oferta.services.tickets.refunding.errors import BadChange
from oferta.services.tickets.refunding.standing import Change
from oferta.services.tickets.refunding.types import Filing
from oferta.services.tickets.types import ApplicationState, OrderBrief, RefundState, Stage
from signing_in import sign_in_customer, sign_in_staff
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


def test_organisers_tell_of_the_change_within_14_days_from_the_regimes_end(
    show: Show, order: OrderBrief
) -> None:
    """TR-110: counted in calendar days; a performance without a day is what must be told of."""
    regime = begun()
    changing.carry_out(show.id, changed(Stage.POSTPONED), now=LATER)
    (news,) = regimes.news_of(regime)
    assert (regimes.news_by(regime), news.said_at, news.by) == (None, None, None)
    ended = LATER.date()
    regimes.end(regime.id, ended, LIFTED, now=LATER)
    regime.refresh_from_db()
    assert regimes.news_by(regime) == ended + timedelta(days=14)
    assert regimes.news_of(regime)[0].by == ended + timedelta(days=14)

    page = {extra: _page(LATER + timedelta(days=extra)) for extra in (14, 15)}
    assert ("chip warn" in page[14], "chip bad" in page[14]) == (True, False)
    assert ("chip warn" in page[15], "chip bad" in page[15]) == (False, True)
    assert order.code


def _page(now: datetime) -> str:
    """Return the page of regimes as staff see it at a moment."""
    clerk = parties.appoint_staff(f"c-{uuid7().hex}", password=None, name="C", role=Role.CLERK)
    desk = Client()
    sign_in_staff(desk, clerk.id)
    with mock.patch("oferta.services.tickets.web.changes.office.clock.now", return_value=now):
        return desk.get("/desk/regimes/").content.decode()


def test_what_is_told_needs_no_day_any_more(show: Show, order: OrderBrief) -> None:
    """TR-110."""
    regime = begun()
    changing.carry_out(show.id, changed(Stage.CANCELLED), now=LATER)
    regimes.end(regime.id, LATER.date(), LIFTED, now=LATER)
    regime.refresh_from_db()
    (news,) = regimes.news_of(regime)
    assert (news.said_at, news.by, bool(order.code)) == (LATER, None, True)


@pytest.mark.parametrize(("began", "allowed"), [(0, True), (1, False)])
def test_only_a_change_on_a_day_of_the_regime_is_caused_by_it(
    began: int, allowed: bool, show: Show
) -> None:
    """TR-115: the regime's first day is one of its days."""
    regimes.begin("Moscow", ACT, NOW.date() + timedelta(days=began), now=LATER)
    change = changed(Stage.CANCELLED, effective_at=NOW)
    if not allowed:
        with pytest.raises(BadChange):
            changing.carry_out(show.id, change, now=LATER)
        return
    changing.carry_out(show.id, change, now=LATER)
    assert Performance.objects.get(id=show.id).high_alert


def test_a_regime_puts_off_no_money_that_is_owed_for_another_reason(
    show: Show, order: OrderBrief
) -> None:
    """TR-110, TR-111: its day stays, before and after the regime; the other ticket's is put off."""
    other = bought(show, buyer=a_buyer())
    filing = Filing(
        id=uuid7(), order_id=order.id, tickets=tuple(tickets_of([order])), reason="own_wish"
    )
    (own,) = applying.apply(filing, now=NOW).refunds
    regime = begun()
    changing.carry_out(show.id, changed(Stage.CANCELLED), now=LATER)
    put_off = Refund.objects.get(order_id=other.id)
    wished = Refund.objects.get(id=own.id)
    assert wished.due_on == own.due_on
    assert [regimes.defers(one) for one in (wished, put_off)] == [False, True]
    later = datetime(2027, 3, 1, 12, tzinfo=UTC)
    assert regimes.follow(now=later) == 1
    regimes.end(regime.id, later.date(), LIFTED, now=later)
    wished.refresh_from_db()
    put_off = Refund.objects.get(order_id=other.id)
    assert (wished.due_on, regimes.defers(put_off)) == (own.due_on, False)
    assert put_off.due_on == later.date() + timedelta(days=180)


def test_who_asked_for_the_money_of_a_cancelled_one_gets_the_same_days(
    show: Show, order: OrderBrief
) -> None:
    """TR-111: whether somebody asked or nobody had to makes no difference."""
    regime = begun()
    with transaction.atomic():
        standing.enter(standing.locked(show.id), changed(Stage.CANCELLED), now=LATER)
    filing = Filing(
        id=uuid7(),
        order_id=order.id,
        tickets=tuple(tickets_of([order])),
        reason="performance_cancelled",
    )
    (asked_for,) = applying.apply(filing, now=LATER).refunds
    assert asked_for.due_on == LATER.date() + timedelta(days=14)
    regimes.end(regime.id, LATER.date(), LIFTED, now=LATER)
    assert Refund.objects.get().due_on == LATER.date() + timedelta(days=180)


def test_the_buyer_reads_that_the_day_is_that_of_the_next_answer(
    show: Show, order: OrderBrief
) -> None:
    """TR-111: a day of payment is promised only once it can be computed."""
    regime = begun()
    changing.carry_out(show.id, changed(Stage.CANCELLED), now=LATER)
    assert order.party_id is not None
    own = Client()
    sign_in_customer(own, order.party_id)
    refund = Refund.objects.get()
    next_answer, there_by = (
        words.say(f"tickets.refund.{one}", "en") for one in ("next_answer", "there_by")
    )

    def shown() -> list[tuple[bool, bool]]:
        pages = [
            own.get(path, headers={"accept-language": "en"}).content.decode()
            for path in ("/my/refunds/", f"/my/refunds/money/{refund.id}/")
        ]
        return [(next_answer in one, there_by in one) for one in pages]

    assert shown() == [(True, False)] * 2
    regimes.end(regime.id, LATER.date(), LIFTED, now=LATER)
    assert shown() == [(False, True)] * 2
