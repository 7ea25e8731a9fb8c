"""A campaign with an open field, or one that differs from the terms, does not start (BC-09)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from club_builders import at
from django.db import IntegrityError, transaction

from oferta.kernel.i18n import LANGUAGES
from oferta.project.cli import main
from oferta.services.club import partners
from oferta.services.club.campaigns import registry
from oferta.services.club.errors import (
    BadCampaign,
    CampaignDiffers,
    CampaignOpen,
    CampaignRunning,
    UnknownCampaign,
    UnknownPartner,
)
from oferta.services.club.models import Campaign

pytestmark = pytest.mark.django_db
SAMPLE = Path("samples/club-campaigns.yaml")
NOW = at("2024-09-01")
BUS = {
    "title": dict.fromkeys(LANGUAGES, "Bus"),
    "owner": "bank",
    "clause": "bus-2024",
    "rate": 100_0000,
    "exception": "BC-18",
    "limit": "bus-cap",
    "cap": 20_000_00,
    "cap_period": "campaign",
    "accrual_days": 3,
    "starts": date(2024, 9, 2),
    "ends": date(2024, 12, 31),
    "document": "https://bank.example/promo/247",
}


def test_a_whole_campaign_that_the_terms_know_starts_and_runs_in_its_days() -> None:
    """BC-09, BC-18, BC-26, BC-41, BC-84."""
    registry.put("bus", **BUS)
    assert registry.start("bus", now=NOW).state == "started"
    assert registry.start("bus", now=NOW).started_at == NOW
    days = [date(2024, 9, 1), date(2024, 9, 2), date(2024, 12, 31), date(2025, 1, 1)]
    assert [len(registry.listed(on)) for on in days] == [0, 1, 1, 0]
    assert [one.key for one in registry.over(days[3])] == ["bus"]
    assert [one.clause for one in registry.unrecorded()] == ["mobile-spring-2024", "coffee-2026"]


@pytest.mark.parametrize("field", registry.FIELDS)
def test_an_open_field_keeps_it_from_starting_and_so_does_the_table(field: str) -> None:
    """BC-09, BC-39: the error names the field."""
    registry.put("bus", **{name: value for name, value in BUS.items() if name != field})
    with pytest.raises(CampaignOpen) as refused:
        registry.start("bus", now=NOW)
    assert refused.value.field == field
    if field != "title":  # a title is words: not the table's to judge
        with pytest.raises(IntegrityError), transaction.atomic():
            Campaign.objects.filter(key="bus").update(state="started", started_at=NOW)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("clause", "no-such-clause"),
        ("starts", date(2024, 9, 3)),
        ("ends", date(2024, 12, 30)),
        ("rate", 10_0000),
        ("accrual_days", 0),
        ("limit", "no-such-limit"),
        ("cap", 20_001_00),
        ("cap_period", "month"),
        ("exception", "BC-99"),
    ],
)
def test_what_differs_from_the_terms_keeps_it_from_starting(field: str, value: object) -> None:
    """BC-09, BC-15, BC-18."""
    registry.put("bus", **BUS | {field: value})
    with pytest.raises(CampaignDiffers) as refused:
        registry.start("bus", now=NOW)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"exception": ""}, "rate"),
        ({"rate": 10_0001, "exception": ""}, "rate"),
        ({"rate": 0}, "rate"),
        ({"owner": "partner"}, "owner"),
        ({"owner": "somebody"}, "owner"),
        ({"ends": date(2024, 9, 1)}, "ends"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_not_kept(changes: dict[str, object], field: str) -> None:
    """BC-15: the Bank's campaigns give at most 10%, but for a cited exception."""
    with pytest.raises(BadCampaign) as refused:
        registry.put("bus", **BUS | changes)
    assert refused.value.field == field
    assert not Campaign.objects.exists()


def test_a_partners_campaign_gives_at_most_30_percent() -> None:
    """BC-14."""
    partners.put_partner("costa", name="Costa")
    own = BUS | {"owner": "partner", "partner": "costa", "exception": ""}
    registry.put("costa-30", **own | {"rate": 30_0000})
    with pytest.raises(BadCampaign):
        registry.put("costa-31", **own | {"rate": 30_0001})
    with pytest.raises(UnknownPartner):
        registry.put("nobody", **own | {"partner": "nobody"})
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(key="costa-30").update(rate=30_0001)


def test_the_table_holds_the_banks_ceiling_too() -> None:
    """BC-15."""
    registry.put("bus", **BUS)
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(key="bus").update(exception="")


def test_one_that_started_is_not_changed_and_may_be_stopped() -> None:
    registry.put("bus", **BUS)
    registry.start("bus", now=NOW)
    with pytest.raises(CampaignRunning):
        registry.put("bus", **BUS | {"cap": 1})
    assert registry.stop("bus").state == "stopped"
    assert registry.listed(date(2024, 10, 1)) == []
    with pytest.raises(UnknownCampaign):
        registry.start("train", now=NOW)


def test_the_sample_starts_but_for_the_one_whose_papers_are_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """BC-39."""
    partners.load(Path("samples/club-partners.yaml"), today=date(2026, 11, 22))
    assert main(["club", "campaigns", str(SAMPLE), "--start", "mobile-spring-2024"]) == 1
    assert "no started campaign is behind it" in capsys.readouterr().out
    assert main(["club", "campaigns", "--start", "bus-2024", "--json"]) == 3
    assert '"field": "document"' in capsys.readouterr().out
    assert registry.load(SAMPLE) == ["mobile-spring-2024", "coffee-2026", "bus-2024"]
