"""A change is looked at before it is done, by two where much is at stake; incidents likewise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from oferta.core.decisions import actions as decisions
from oferta.core.notices import masses
from oferta.core.notices import queries as notices
from oferta.core.notices.mass_errors import BadMass
from oferta.core.notices.mass_types import Nature, NewMass
from oferta.core.notices.rendering import render
from oferta.core.notices.types import Rendered
from oferta.core.parties import actions as parties
from oferta.core.parties.errors import NotPermitted
from oferta.core.parties.types import Actor, Role
from oferta.kernel.i18n import LANGUAGES
from oferta.kernel.ids import uuid7
from oferta.services.tickets import incidents
from oferta.services.tickets.errors import BadIncident, UnknownIncident
from oferta.services.tickets.incidents import NewIncident
from oferta.services.tickets.models import (
    ChangeProposal,
    Performance,
    PerformanceChange,
    Refund,
    Ticket,
)
from oferta.services.tickets.refunding import applying, changing, proposing
from oferta.services.tickets.refunding.errors import ProposalElsewhere, SecondPersonMissing
from oferta.services.tickets.refunding.standing import Change
from oferta.services.tickets.refunding.types import ApplicationBrief, Filing
from oferta.services.tickets.types import OfficeIncidentKind, OrderBrief, Stage, Wanted
from ticket_world import NOW, Show, a_buyer, a_show, bought, tickets_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)
CANCEL = Change(stage=Stage.CANCELLED, source="the organiser's letter")
POSTPONE = Change(
    stage=Stage.POSTPONED,
    source="the organiser's letter",
    starts_at=NOW + timedelta(days=90),
)


def staff(role: Role) -> Actor:
    name = uuid7().hex
    return parties.appoint_staff(f"{role}-{name}", password=None, name=role, role=role)


@pytest.fixture
def sold() -> tuple[Show, list[OrderBrief]]:
    show = a_show(general=6)
    assert show.general is not None
    wanted = [Wanted(category_id=show.general.id, count=1 + place) for place in range(3)]
    return show, [bought(show, one, buyer=a_buyer()) for one in wanted]


@pytest.mark.parametrize("change", [CANCEL, POSTPONE])
def test_what_is_shown_is_what_happens_and_looking_changes_nothing(
    change: Change, sold: tuple[Show, list[OrderBrief]]
) -> None:
    show, orders = sold
    seen = proposing.preview(show.id, change, language="en", now=LATER)
    assert (seen.orders, seen.tickets, seen.amount.minor) == (3, 6, 600_000)
    assert Performance.objects.get(id=show.id).stage == Stage.ON_SALE
    assert not PerformanceChange.objects.filter(stage=change.stage).exists()
    assert notices.inbox(orders[0].party_id)[0].kind == "tickets.bought"
    changing.carry_out(show.id, change, now=LATER)
    shown = {
        (one.subject, one.body)
        for order in orders
        for notice in notices.inbox(order.party_id)
        if notice.kind == f"tickets.{change.stage}"
        for one in [render(notice.kind, notice.params, notice.cites, "en")]
    }
    assert seen.example is not None
    assert len(shown) == 3
    if change is POSTPONE:
        assert (seen.example.subject, seen.example.body) in shown


def test_within_ones_own_reach_one_person_does_it_and_beyond_another_must(
    sold: tuple[Show, list[OrderBrief]],
) -> None:
    show, _ = sold
    clerk, approver = staff(Role.CLERK), staff(Role.APPROVER)
    row = proposing.propose(show.id, CANCEL, actor=clerk, now=LATER)
    with pytest.raises(SecondPersonMissing):
        proposing.do(row.id, actor=clerk, now=LATER)
    with pytest.raises(SecondPersonMissing):
        proposing.do(row.id, actor=staff(Role.CLERK), now=LATER)
    assert Performance.objects.get(id=show.id).stage == Stage.ON_SALE
    done = proposing.do(row.id, actor=approver, now=LATER)
    assert (done.made_by, done.approved_by, done.done) == (clerk.id, approver.id, True)
    change = PerformanceChange.objects.get(stage=Stage.CANCELLED)
    assert (proposing.follow(change.id, now=LATER), proposing.follow(change.id, now=LATER)) == (
        6,
        0,
    )
    assert Refund.objects.count() == 6
    with pytest.raises(ProposalElsewhere):
        proposing.do(row.id, actor=approver, now=LATER)


def test_one_person_alone_where_the_authority_allows_it(
    sold: tuple[Show, list[OrderBrief]],
) -> None:
    decisions.set_authority("ticket-refunds", second_person_above=600_000)
    clerk = staff(Role.CLERK)
    row = proposing.propose(sold[0].id, POSTPONE, actor=clerk, now=LATER)
    done = proposing.do(row.id, actor=clerk, now=LATER)
    assert (done.done, done.approved_by) == (True, None)
    change = PerformanceChange.objects.get(stage=Stage.POSTPONED)
    assert proposing.follow(change.id, now=LATER) == 3


def test_more_people_than_one_may_reach_need_another_whatever_the_money(
    sold: tuple[Show, list[OrderBrief]], monkeypatch: pytest.MonkeyPatch
) -> None:
    decisions.set_authority("ticket-refunds", second_person_above=10**9)
    monkeypatch.setattr("oferta.core.notices.reach.left", lambda *_, **__: 2)
    clerk = staff(Role.CLERK)
    row = proposing.propose(sold[0].id, POSTPONE, actor=clerk, now=LATER)
    with pytest.raises(SecondPersonMissing):
        proposing.do(row.id, actor=clerk, now=LATER)


def test_one_change_of_a_performance_waits_at_a_time_and_can_be_taken_back(
    sold: tuple[Show, list[OrderBrief]],
) -> None:
    show, _ = sold
    clerk = staff(Role.CLERK)
    row = proposing.propose(show.id, CANCEL, actor=clerk, now=LATER)
    with pytest.raises(ProposalElsewhere):
        proposing.propose(show.id, POSTPONE, actor=clerk, now=LATER)
    proposing.withdraw(row.id, actor=clerk, now=LATER)
    proposing.propose(show.id, POSTPONE, actor=clerk, now=LATER)
    assert ChangeProposal.objects.filter(ended_at__isnull=True).count() == 1
    with pytest.raises(NotPermitted):
        proposing.propose(show.id, POSTPONE, actor=staff(Role.CASHIER), now=LATER)


# --- incidents of the office ----------------------------------------------------------------------


def an_outage(**rest: object) -> NewIncident:
    words = {
        one: {"title": "Сбой", "answer": "Мы знаем о сбое.", "script": "Говорите так."}
        for one in LANGUAGES
    }
    given = {
        "kind": OfficeIncidentKind.OUTAGE,
        "began_at": NOW,
        "words": words,
        "channel": "vk.example/office",
        "claimed": "technical failure",
        **rest,
    }
    return NewIncident(**given)  # type: ignore[arg-type]


def test_an_incident_is_public_by_a_second_person_and_names_another_channel() -> None:
    # TR-130, TR-132, TR-133, TR-135, TR-138
    clerk, approver = staff(Role.CLERK), staff(Role.APPROVER)
    row = incidents.note(an_outage(), actor=clerk, now=LATER)
    assert incidents.published() == []
    assert incidents.all_of_them()[0].words["kk"]["script"] == "Говорите так."
    both = parties.appoint_staff("b", password=None, name="b", role=Role.APPROVER)
    own = incidents.note(an_outage(), actor=both, now=LATER)
    with pytest.raises(BadIncident):
        incidents.publish(own.id, actor=both, now=LATER)
    with pytest.raises(NotPermitted):
        incidents.publish(row.id, actor=clerk, now=LATER)
    incidents.publish(row.id, actor=approver, now=LATER)
    with pytest.raises(UnknownIncident):
        incidents.publish(row.id, actor=approver, now=LATER)
    (shown,) = incidents.published()
    assert (shown.claimed, shown.confirmed, shown.channel) == (
        "technical failure",
        "",
        "vk.example/office",
    )
    over = incidents.end(row.id, confirmed="a hack", actor=clerk, ended_at=LATER, now=LATER)
    assert (over.confirmed, over.ended_at) == ("a hack", LATER)


@pytest.mark.parametrize(
    ("rest", "field"),
    [
        ({"words": {}}, "title.kk"),
        ({"channel": " "}, "channel"),
        ({"claimed": "x" * 501}, "claimed"),
        ({"began_at": LATER + timedelta(hours=1)}, "began_at"),
        ({"ended_at": NOW - timedelta(hours=1)}, "began_at"),
    ],
)
def test_an_incident_without_its_words_is_not_kept(rest: dict[str, object], field: str) -> None:
    with pytest.raises(BadIncident) as caught:
        incidents.note(an_outage(**rest), actor=staff(Role.CLERK), now=LATER)
    assert caught.value.field == field


def asked(order: OrderBrief, at: object) -> ApplicationBrief:
    tickets = tuple(tickets_of([order]))
    filing = Filing(id=uuid7(), order_id=order.id, tickets=tickets, reason="own_wish")
    return applying.apply(filing, now=at)  # type: ignore[arg-type]


@pytest.mark.parametrize(("hours", "gives"), [(0, 100_000), (23, 100_000), (48, 50_000)])
def test_what_could_not_be_filed_in_an_outage_counts_as_filed_when_it_began(
    hours: int, gives: int
) -> None:
    # TR-136: the day with the whole price passes within the outage
    start = NOW + timedelta(days=12)
    order = bought(a_show(general=1, starts_at=start), buyer=a_buyer())
    began, ended = start - timedelta(days=10, hours=2), start - timedelta(days=9, hours=2)
    clerk = staff(Role.CLERK)
    outage = an_outage(began_at=began, ended_at=ended)
    row = incidents.note(outage, actor=clerk, now=ended)
    incidents.publish(row.id, actor=staff(Role.APPROVER), now=ended)
    made = asked(order, ended + timedelta(hours=hours))
    assert sum(one.amount.minor for one in made.refunds) == gives


def test_an_outage_that_nobody_published_moves_nothing() -> None:
    incidents.note(an_outage(began_at=NOW), actor=staff(Role.CLERK), now=LATER)
    assert incidents.filed_at(LATER) == LATER


def test_service_news_reach_holders_and_payers_by_the_guarded_path_alone(
    sold: tuple[Show, list[OrderBrief]],
) -> None:
    # TR-116, TR-131: a list by the performance's key; above one's own reach it waits for another
    show, orders = sold
    friend = a_buyer().party_id
    Ticket.objects.filter(order_id=orders[0].id).update(holder_id=friend)
    words = {one: Rendered(subject="Двери", body="Вход с севера.") for one in LANGUAGES}
    new = NewMass(
        nature=Nature.SERVICE, words=words, audience="performance", chosen=show.performance.key
    )
    made = masses.prepare(new, actor=staff(Role.MESSENGER), now=LATER)
    assert made.people == len({friend, *(one.party_id for one in orders)})
    with pytest.raises(BadMass):
        masses.prepare(replace(new, chosen="nothing"), actor=staff(Role.MESSENGER), now=LATER)
