"""Membership by the API: joining, cards, activities, what can be collected, campaigns."""

from __future__ import annotations

from pathlib import Path

import pytest
from rest_builders import Api, a_customer, a_customers_api, an_api

from oferta.core.parties.identity_types import PartyKind
from oferta.kernel import clock
from oferta.services.club import partners
from oferta.services.club.campaigns import registry

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).parents[3] / "samples" / "club-campaigns.yaml"


def a_member(api: Api) -> str:
    party = str(a_customer())
    given = {"party_id": party, "card": "card-1", "product": "debit"}
    assert api.post("/club/members", given).status_code == 200
    return party


def test_an_organisation_cannot_join_and_the_problem_names_the_clause() -> None:
    """BC-03."""
    party = str(a_customer("a company", kind=PartyKind.ORGANISATION))
    told = an_api().post("/club/members", {"party_id": party, "card": "card-1"})
    assert (told.status_code, told.json()["code"]) == (422, "club.not_admitted")
    assert told.json()["facts"]["clause"] == "join-organisation"


def test_a_member_has_cards_loses_one_and_leaves() -> None:
    api = an_api()
    party = a_member(api)
    place = f"/club/members/{party}/cards"
    assert api.post(place, {"number": "card-2", "product": "gift"}).json()["product"] == "gift"
    assert api.post(place, {"number": "card-3", "product": "x"}).json()["code"] == "club.bad_card"
    lost = {"number": "card-1", "on": "2026-03-01", "new_number": "card-9"}
    first = api.post(f"{place}/losses", lost).json()
    assert [(one["number"], one["state"]) for one in first] == [
        ("card-1", "lost"),
        ("card-9", "active"),
    ]
    assert api.post(f"{place}/losses", lost).json() == first
    assert api.post(f"{place}/losses", lost | {"number": "card-8"}).status_code == 404
    assert [one["number"] for one in api.get(place).json()] == ["card-9", "card-2", "card-1"]
    assert api.get(f"/club/members/{party}").json()["cards"] == ["card-9", "card-2"]
    assert api.post("/club/leavings", {"party_id": party}).json()["reopens_until"]
    assert api.post("/club/leavings", {"party_id": party}).json()["code"] == "club.has_left"
    assert api.get(f"/club/members/{party}").json()["left_on"] is not None


def test_activities_say_which_tier_would_follow() -> None:
    """BC-10."""
    api = an_api()
    given = {"party_id": a_member(api), "starts": "2026-01-01"}
    api.post("/club/activities", given | {"product": "deposit"})
    told = api.post("/club/activities", given | {"product": "mortgage"}).json()
    assert (told["tier"], told["rate"]) == ("bronze", "2%")


def test_the_most_one_can_collect_is_read_by_the_member_alone() -> None:
    """BC-82, BC-83."""
    api = an_api()
    party = a_member(api)
    place = f"/club/members/{party}/collectable?on=2024-10-01"
    told = a_customers_api(a_customer()).get(place).json()
    (cap,) = told["caps"]
    assert (told["rate"], cap["limit"], cap["left"]["minor"]) == ("1%", "bus-cap", 20_000_00)
    other = a_customers_api(a_customer("berik")).get(place)
    assert (other.status_code, other.json()["code"]) == (404, "rest.nothing_there")


def test_the_campaigns_of_a_day_are_those_that_started() -> None:
    """BC-09, BC-26."""
    api = an_api()
    partners.load(SAMPLE.with_name("club-partners.yaml"), today=clock.now().date())
    registry.load(SAMPLE)
    place = "/club/campaigns?on=2024-05-01"
    assert api.get(place).json()["campaigns"] == []
    registry.start("mobile-spring-2024", now=clock.now())
    (one,) = api.get(place).json()["campaigns"]
    assert (one["key"], one["rate"], one["cap"]["minor"]) == ("mobile-spring-2024", "1%", 5_000_00)
    assert api.get("/club/campaigns?on=x").status_code == 400
