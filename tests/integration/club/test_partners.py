"""Partners, their dated rates, terminals and the public list."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from oferta.services.club import partners
from oferta.services.club.errors import BadPartner, RateInThePast, UnknownPartner
from oferta.services.club.models import Partner, PartnerRate, Terminal

TODAY = date(2024, 5, 16)
SAMPLE = Path("samples/club-partners.yaml")

pytestmark = pytest.mark.django_db


@pytest.fixture
def costa() -> str:
    partners.put_partner("costa", name="Costa")
    partners.set_rate("costa", "10%", starts=date(2024, 1, 1), today=TODAY)
    return "costa"


def rate_on(day: date) -> int | None:
    (one,) = partners.listed(day)
    return one.rate


def test_a_partner_may_give_up_to_30_percent_and_no_more(costa: str) -> None:
    """BC-14."""
    partners.set_rate(costa, "30%", starts=TODAY, today=TODAY)
    assert rate_on(TODAY) == 30_0000
    for rate in ("30.01%", "0%", "-1%", "much"):
        with pytest.raises(BadPartner, match="rate"):
            partners.set_rate(costa, rate, starts=TODAY, today=TODAY)


def test_a_new_rate_ends_the_one_before_and_past_days_keep_theirs(costa: str) -> None:
    partners.set_rate(costa, "5%", starts=date(2024, 6, 1), ends=date(2024, 6, 30), today=TODAY)
    days = [date(2024, 5, 31), date(2024, 6, 1), date(2024, 6, 30), date(2024, 7, 1)]
    assert [rate_on(day) for day in days] == [10_0000, 5_0000, 5_0000, None]
    with pytest.raises(RateInThePast):
        partners.set_rate(costa, "1%", starts=date(2024, 5, 15), today=TODAY)


def test_the_database_refuses_two_rates_on_a_day_and_one_above_30_percent(costa: str) -> None:
    """BC-14."""
    for rate, starts in ((5_0000, TODAY), (30_0001, date(2023, 1, 1))):
        with pytest.raises(IntegrityError), transaction.atomic():
            PartnerRate.objects.create(partner_id=costa, rate=rate, starts=starts, ends=TODAY)


def test_a_terminal_tells_the_facts_of_a_payment_on_its_day(costa: str) -> None:
    """BC-05, BC-21."""
    partners.put_terminal("T1", owner="bank", channel="pos", merchant="costa", partner=costa)
    partners.put_terminal("T2", owner="other", channel="site", merchant="elsewhere")
    told = partners.facts_at(["T1", "T2", "T3"], TODAY)
    assert sorted(told) == ["T1", "T2"]
    assert (told["T1"]["partner"], told["T1"]["partner_rate"]) == ("costa", "10%")
    assert partners.facts_at(["T1"], date(2023, 12, 31))["T1"]["partner_rate"] is None
    assert told["T2"] == {
        "terminal_owner": "other",
        "channel": "site",
        "category": "purchase",
        "merchant": "elsewhere",
        "mcc": None,
        "abroad": False,
        "partner_rate": None,
    }


def test_what_the_terms_do_not_know_is_refused() -> None:
    with pytest.raises(BadPartner, match="channel"):
        partners.put_terminal("T1", owner="bank", channel="fax", merchant="x")
    with pytest.raises(UnknownPartner):
        partners.put_terminal("T1", owner="bank", channel="pos", merchant="x", partner="nobody")
    with pytest.raises(UnknownPartner):
        partners.set_rate("nobody", "1%", starts=TODAY, today=TODAY)
    assert not Terminal.objects.exists()


def test_the_sample_is_kept_once_however_often_it_is_loaded() -> None:
    assert partners.load(SAMPLE, today=TODAY) == partners.load(SAMPLE, today=TODAY) == (5, 5)
    assert (Partner.objects.count(), PartnerRate.objects.count()) == (5, 7)
    later = partners.load(SAMPLE, today=date(2027, 1, 1))
    assert (later, PartnerRate.objects.count()) == ((5, 5), 7)


def test_the_past_is_told_only_to_a_register_that_has_none_of_the_partner(tmp_path: Path) -> None:
    """BC-14: what was promised for a day is not changed after it."""
    file = tmp_path / "partners.yaml"
    rates = "{rate: 10%, from: 2024-01-01, through: 2024-01-31}, {rate: 20%, from: 2024-02-01}"
    file.write_text(f"partners: {{a: {{name: A, rates: [{rates}]}}}}", encoding="utf-8")
    partners.load(file, today=TODAY)
    kept = list(PartnerRate.objects.values_list("starts", "rate"))
    file.write_text(file.read_text().replace("20%", "5%"), encoding="utf-8")
    with pytest.raises(RateInThePast):
        partners.load(file, today=TODAY)
    assert list(PartnerRate.objects.values_list("starts", "rate")) == kept


def test_a_broken_file_keeps_nothing(tmp_path: Path) -> None:
    file = tmp_path / "partners.yaml"
    for text in (
        "[",
        "partners: 3",
        "partners: {a: {name: A, rates: [{rate: 31%, from: 2024-01-01}]}}",
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(BadPartner):
            partners.load(file, today=TODAY)
    assert not Partner.objects.exists()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("kk", "бонус жинау"),
        ("ru", "копить бонусы"),
        ("zh-hant", "賺取積分"),
        ("zh-hans", "赚取积分"),
    ],
)
def test_the_public_list_is_searched_by_name_city_and_day(
    client: Client, language: str, words: str
) -> None:
    """BC-78."""
    partners.load(SAMPLE, today=TODAY)
    client.cookies["oferta_language"] = language
    page = client.get("/club/partners/", {"q": "Алматы"}).content.decode()
    assert "Travelodge" in page
    assert "Costa" not in page
    assert words in page
    before = client.get("/club/partners/", {"on": "2016-12-31"}).content.decode()
    assert words not in before
    assert client.get("/club/partners/", {"on": "yesterday"}).status_code == 422
