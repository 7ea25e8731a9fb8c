"""Pages of changes: the public history, a buyer's choice, a change prepared by one, done by two."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from oferta.core.parties import actions as parties
from oferta.core.parties import queries as people
from oferta.core.parties.types import Role
from oferta.kernel import clock
from oferta.kernel.i18n import LANGUAGES
from oferta.services.tickets.models import (
    Application,
    ChangeProposal,
    OfficeIncident,
    Performance,
    Regime,
    TicketKept,
    Venue,
)
from oferta.services.tickets.refunding import changing, proposing
from oferta.services.tickets.refunding.standing import Change
from oferta.services.tickets.types import Stage, Wanted
from signing_in import sign_in_staff
from ticket_world import Show, a_buyer, a_show, bought, tickets_of

pytestmark = pytest.mark.django_db
SOURCE = "letter 7 of the organiser"


@pytest.fixture
def show() -> Show:
    made = a_show(general=4, starts_at=clock.now() + timedelta(days=40))
    Venue.objects.filter(key=made.performance.hall.venue_id).update(region="Moscow")
    return made


def desk(role: Role) -> Client:
    client = Client(headers={"accept-language": "en"})
    staff = parties.appoint_staff(f"page-{role}", password=None, name=role, role=role)
    sign_in_staff(client, staff.id)
    return client


def posted(client: Client, name: str, *args: object, **form: object) -> int:
    return client.post(reverse(name, args=args), form).status_code


def text(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_everybody_reads_what_became_of_a_performance_and_on_whose_word(show: Show) -> None:
    # TR-07, TR-155
    client = Client(headers={"accept-language": "en"})
    postponed = Change(stage=Stage.POSTPONED, source=SOURCE)
    changing.carry_out(show.id, postponed, now=clock.now())
    page = text(client, "tickets:history", show.id)
    assert SOURCE in page
    assert "No new date is named yet" in page
    unknown = client.get(reverse("tickets:history", args=[UUID(int=7)]))
    assert unknown.status_code == 404


def test_a_buyer_keeps_one_ticket_and_gives_the_other_back(show: Show) -> None:
    assert show.general is not None
    who = a_buyer()
    order = bought(show, Wanted(category_id=show.general.id, count=2), buyer=who, now=clock.now())
    changing.carry_out(show.id, Change(stage=Stage.POSTPONED, source=SOURCE), now=clock.now())
    assert who.party_id is not None
    door = people.link_token(who.party_id)
    client, (first, second) = Client(headers={"accept-language": "en"}), tickets_of([order])
    page = text(client, "tickets:my_change", f"{door}", order.id)
    assert "If you choose nothing, nothing is lost" in page
    url = ("tickets:my_change", f"{door}", order.id)
    assert posted(client, *url, choice="keep", ticket=str(first)) == 302
    assert TicketKept.objects.get().ticket_id == first
    request = client.get(reverse(url[0], args=url[1:])).context["request_id"]
    sums = re.findall(rf'name="sum-{second}" value="(\d+)"', text(client, *url))
    assert sums == ["100000"]
    give = {"choice": "give_back", "ticket": str(second), "request": str(request)}
    # TR-82: the page was older, and said more than the terms give by now.
    assert posted(client, *url, **give, **{f"sum-{second}": "100001"}) == 302
    assert not Application.objects.exists()
    give[f"sum-{second}"] = sums[0]
    assert posted(client, *url, **give) == 302
    assert posted(client, *url, **give) == 302
    made = Application.objects.get()
    assert (made.reason, made.state) == ("performance_postponed", "granted")
    assert posted(client, *url, choice="give_back", ticket="x") == 302
    assert "You keep it" in text(client, *url)


def test_a_change_is_prepared_by_one_looked_at_and_done_by_another(show: Show) -> None:
    bought(show, buyer=a_buyer(), now=clock.now())
    clerk, approver = desk(Role.CLERK), desk(Role.APPROVER)
    assert "Rachmaninoff" in text(clerk, "tickets:changes")
    change = ("tickets:change", show.id)
    assert posted(clerk, *change, stage="cancelled", source="") == 422
    assert posted(clerk, *change, stage="nothing", source=SOURCE) == 422
    assert posted(clerk, *change, stage="postponed", source=SOURCE, starts_at="x") == 422
    assert posted(clerk, *change, stage="cancelled", source=SOURCE) == 302
    row = ChangeProposal.objects.get()
    page = text(clerk, "tickets:proposal", row.id)
    assert "Cancelled: " in page
    assert "Another person must approve it" in page
    assert posted(clerk, "tickets:proposal", row.id, act="do") == 302
    assert Performance.objects.get().stage == Stage.ON_SALE
    assert posted(approver, "tickets:proposal", row.id, act="do") == 302
    assert Performance.objects.get().stage == Stage.CANCELLED
    assert proposing.follow(show.performance.changes.latest("id").id, now=clock.now()) == 1
    assert "Done" in text(approver, "tickets:proposal", row.id)


def test_regimes_and_incidents_are_kept_at_the_desk(show: Show) -> None:
    del show
    clerk, approver = desk(Role.CLERK), desk(Role.APPROVER)
    today = clock.now().date().isoformat()
    begin = {"region": "Moscow", "began_on": today, "act": "Decree 12"}
    assert posted(clerk, "tickets:regimes", **begin) == 302
    assert posted(clerk, "tickets:regimes", **begin | {"region": "Atlantis"}) == 422
    regime = Regime.objects.get()
    end = {"regime": str(regime.id), "ended_on": today, "act": "Decree 13"}
    assert posted(clerk, "tickets:regimes", **end | {"ended_on": "x"}) == 422
    assert posted(clerk, "tickets:regimes", **end) == 302
    assert "2027-03-01" in text(clerk, "tickets:regimes")  # TR-107: the rules are looked at again

    words = {
        f"{part}-{tag}": f"{part} {tag}"
        for part in ("title", "answer", "script")
        for tag in LANGUAGES
    }
    note = {
        "act": "note",
        "kind": "outage",
        "began_at": "2026-01-01T10:00",
        "channel": "vk",
        **words,
    }
    assert posted(clerk, "tickets:office_incidents", **note | {"script-kk": ""}) == 422
    assert posted(clerk, "tickets:office_incidents", **note) == 302
    assert "script en" in text(clerk, "tickets:office_incidents")  # TR-135: before it is public
    public = Client(headers={"accept-language": "en"})
    assert "answer en" not in text(public, "tickets:incidents")
    row = str(OfficeIncident.objects.get().id)
    assert posted(approver, "tickets:office_incidents", act="publish", incident=row) == 302
    page = text(public, "tickets:incidents")
    assert "answer en" in page
    assert "script en" not in page
    assert (
        posted(clerk, "tickets:office_incidents", act="end", incident=row, confirmed="hack") == 302
    )
    assert "hack" in text(public, "tickets:incidents")
    assert posted(clerk, "tickets:office_incidents", act="end", incident="x") == 302
