"""The sample's campaign of a partner: from the register to the till, the pages and the console."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from club_builders import DEBIT, SHOP, a_person, at, balance, paid, take
from django.test import Client
from django.urls import reverse

from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import Decision
from oferta.core.parties import actions as parties
from oferta.core.parties import identity
from oferta.core.parties.identity_types import MemberRole, PartyKind
from oferta.core.parties.types import NewCustomer
from oferta.kernel import clock
from oferta.services.club import enrolment, partners
from oferta.services.club.campaigns import collecting, registry
from oferta.services.club.facts import EARNING, payment_key
from oferta.services.club.pages import earning
from oferta.services.club.paying import Paid, key_of
from signing_in import sign_in_customer

pytestmark = pytest.mark.django_db
NOW = at("2026-11-22")
TODAY = date(2026, 11, 22)
SAMPLES = Path("samples")
TILL = SHOP | DEBIT | {"partner_rate": "20%"}


@pytest.fixture
def member(monkeypatch: pytest.MonkeyPatch) -> UUID:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    partners.load(SAMPLES / "club-partners.yaml", today=TODAY)
    registry.load(SAMPLES / "club-campaigns.yaml")
    registry.start("coffee-2026", now=NOW)
    anna = a_person()
    enrolment.enrol(anna, "card-1")
    return anna


def coffee(id_: str, day: str, tenge: int) -> Paid:
    rate = "20%" if day >= "2026-11-01" else "10%"
    facts = TILL | {"partner_rate": rate}
    return paid(id_, day, tenge, merchant="costa abay 10", partner="costa", facts=facts)


def test_it_gives_up_to_its_ceiling_each_month_and_the_bank_goes_on(member: UUID) -> None:
    """BC-09, BC-14, BC-17, BC-83, BC-84: day by day, one member's month."""
    told = take(
        coffee("before", "2026-10-31", 1_000),
        coffee("first", "2026-11-01", 45_000),
        coffee("cut", "2026-11-20", 10_000),
        coffee("none", "2026-11-21", 10_000),
        paid("other", "2026-11-21", 1_000, merchant="argos", partner="argos",
             facts=TILL | {"partner_rate": "3%"}),
        coffee("next", "2026-12-01", 1_000),
        now=at("2026-12-02"),
    )  # fmt: skip
    given = [{one.question: tenge(one) for one in each.decisions} for each in told]
    assert [one["partner_bonus"] for one in given] == [100, 9_000, 1_000, 0, 30, 200]
    assert [one["bank_bonus"] for one in given] == [10, 450, 100, 100, 10, 10]
    by = [one.decided_by for one in told[2].decisions if one.question == "partner_bonus"]
    assert by == [("coffee-2026",)]
    assert balance(member) == 10_330 + 680


def test_a_late_coffee_takes_its_place_under_the_ceiling(member: UUID) -> None:
    """BC-84: the end is that of the payments' own order."""
    take(coffee("later", "2026-11-20", 45_000), now=NOW)
    take(coffee("early", "2026-11-10", 45_000), now=NOW)
    del member
    keys = [payment_key(key_of(one)) for one in ("early", "later")]
    standing = decided.standing(keys)
    assert [tenge(standing[key, EARNING[1]]) for key in keys] == [9_000, 1_000]


def test_what_was_told_before_partners_had_campaigns_is_the_same_content_when_told_again(
    member: UUID,
) -> None:
    """The event of an older day names neither partner nor member beside its accounts."""
    del member
    made = take(coffee("old", "2026-10-31", 1_000), coffee("new", "2026-11-01", 1_000), now=NOW)
    asked = [next(one.facts for one in each.decisions if one.question == EARNING[1])
             for each in made]  # fmt: skip
    assert [(one.get("partner"), bool(one.get("member"))) for one in asked] == [
        ("", False),
        ("costa", True),
    ]


def test_members_see_used_and_left_and_the_calculator_knows_it(
    member: UUID, client: Client
) -> None:
    """BC-26, BC-82, BC-83: 3 000 of 10 000 used, 7 000 left."""
    take(coffee("first", "2026-11-10", 15_000), now=NOW)
    (cap,) = [one for one in collecting.collectable(member, on=TODAY).caps if one.campaign]
    assert (cap.campaign, cap.used, cap.left) == ("coffee-2026", 3_000_00, 7_000_00)
    sign_in_customer(client, member)
    client.cookies["oferta_language"] = "en"
    page = shown(client, "club:campaigns")
    for words in ("20% at Costa", "3,000 bonuses", "7,000 bonuses", "10,000 bonuses"):
        assert words in page, words
    form = dict(earning.USUAL) | {
        "paid_on": "2026-11-22",
        "money_paid": "40000",
        "partner": "costa",
    }
    answer = client.post(reverse("club:calculator", args=["my"]), form)
    told = answer.content.decode().replace("\u00a0", " ")
    assert answer.status_code == 200
    assert "7,400 bonuses" in told, "what the ceiling leaves of 8,000, and the Bank's 400"
    assert "Costa's campaign of 20%" in told.replace("&#x27;", "'")


def test_the_partner_sees_what_it_gave_and_names_nobody(member: UUID, client: Client) -> None:
    """BC-83: used and left of all ceilings together."""
    bolat = a_person("bolat")
    enrolment.enrol(bolat, "card-2")
    take(
        coffee("first", "2026-11-10", 15_000),
        paid("b", "2026-11-11", 60_000, card="card-2", partner="costa", facts=TILL),
        now=NOW,
    )
    own = NewCustomer(key="costa-llp", kind=PartyKind.ORGANISATION)
    ids = parties.register_customers([own, NewCustomer(key="p", language="en")], now=NOW)
    partners.give_to("costa", "costa-llp")
    identity.set_member(ids["costa-llp"], ids["p"], MemberRole.READER, now=NOW)
    sign_in_customer(client, ids["p"])
    client.cookies["oferta_language"] = "en"
    page = shown(client, "club:partner", "costa")
    for words in ("20% at Costa", "13,000 bonuses", "7,000 bonuses", "Members who have used"):
        assert words in page, words
    assert str(member) not in page
    assert "anna" not in page


def tenge(one: Decision) -> int:
    """Return what a Decision gives."""
    outcome: Any = one.outcome or {}
    return int(outcome["amount"]) // 100


def shown(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=["my", *args]))
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode().replace("\u00a0", " ")
