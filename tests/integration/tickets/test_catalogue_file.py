"""`oferta tickets`: a catalogue is put on sale once, and a performance is cancelled."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oferta.project.cli import main
from oferta.services.tickets import listing, offering, queries
from oferta.services.tickets.errors import BadCatalogue, WrongCurrency
from oferta.services.tickets.models import Performance, Place, PromoCode, Ticket, Venue
from oferta.services.tickets.offering import NewPerformance
from oferta.services.tickets.types import Stage, TicketStatus, Wanted
from ticket_world import Show, a_show, bought

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).parents[3] / "samples" / "tickets-catalogue.yaml"
KEY = "rachmaninoff-2027"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_who_has_no_terms_of_refunds_sells_nothing() -> None:
    # TR-05: nobody could say what comes back of its tickets.
    with pytest.raises(BadCatalogue, match="afisha"):
        a_show(general=1, operator="afisha")
    assert not Performance.objects.exists()


def test_nothing_is_sold_in_a_currency_that_its_terms_do_not_count_in() -> None:
    made = a_show(general=1).performance
    new = NewPerformance(
        key="in-tenge",
        operator=made.operator_id,
        organiser=made.organiser_id,
        hall_id=made.hall_id,
        titles=made.titles,
        starts_at=made.starts_at,
        sale_starts_at=made.sale_starts_at,
        currency="KZT",
    )
    with pytest.raises(WrongCurrency, match="RUB, as ticket-sale counts") as found:
        offering.make_performance(new, now=NOW)
    assert (found.value.code, found.value.pack) == ("tickets.wrong_currency", "ticket-sale")
    assert Performance.objects.count() == 1


def test_the_sample_is_on_sale_at_once_and_offering_it_again_changes_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["tickets", "offer", str(SAMPLE), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["offered"]["new"] == [KEY]
    made = queries.performance_called(KEY)
    left = {one.name: one.left for one in listing.categories(made.id, now=NOW)}
    assert left == {"Stalls": 240, "Balcony": 64, "Standing": 100}
    assert (made.stage, PromoCode.objects.get().percent) == (Stage.ON_SALE, 100_000)
    assert main(["tickets", "offer", str(SAMPLE)]) == 0
    assert "Put on sale: none." in capsys.readouterr().out
    assert (Performance.objects.count(), Place.objects.count()) == (1, 404)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("time_zone: Europe/Moscow", "time_zone: Europe/Moskva", "time_zone is Europe/Moskva"),
        ("operator: kassir", "operator: nobody", "there is no operator nobody"),
        ("hall: Great hall", "hall: Attic", "house-of-music has no hall Attic"),
        ("2027-12-18T19:00:00+03:00", "2027-12-18", "starts_at is 2027-12-18"),
        ("nominal: 3500 RUB", "nominal: 3500 KZT", "3500.00 KZT"),
        ("nominal: 3500 RUB", "nominal: much", "kernel.bad_money"),
        ("count: 100", "count: -1", "count is -1"),
        ("rows: 12", "rows: 100000", "sector Stalls"),
        ("uses: 50", "users: 50", "users is not known here"),
        ("percent: 10", "percent: 101", "percent is 1010000"),
        ("2027-06-01T00", "2025-06-01T00", "it ends before it starts"),
        ("sectors: [Stalls]", "sectors: Stalls", "sectors is no list"),
        ("    city: Moscow\n", "", "city is missing"),
        ("  city-philharmonic:\n", "  city philharmonic:\n", "slug"),
        ("      kk: ", "      xx: ", "titles is"),
        ("operators:\n", "operators: [\n", "not YAML"),
        ("name: Kassir\n", "name:\n", "nothing is written here"),
    ],
)
def test_a_wrong_value_is_told_with_its_line_and_nothing_is_kept(
    right: str, wrong: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    assert right in text
    file = tmp_path / "catalogue.yaml"
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    assert main(["tickets", "offer", str(file), "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert (told["error"], told["file"]) == ("tickets.catalogue_unreadable", "catalogue.yaml")
    assert said in told["what"]
    assert told["line"] > 0
    assert (Performance.objects.count(), Venue.objects.count()) == (0, 0)


def test_a_value_too_long_for_its_column_is_told_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "long.yaml"
    text = SAMPLE.read_text(encoding="utf-8").replace("Standing:", f"{'S' * 101}:")
    file.write_text(text, encoding="utf-8")
    assert main(["tickets", "offer", str(file)]) == 4
    assert "values that fit" in capsys.readouterr().err
    assert not Venue.objects.exists()
    file.write_bytes(b"\xff\xfe")
    assert main(["tickets", "offer", str(file)]) == 4
    assert main(["tickets", "offer", str(tmp_path / "none.yaml")]) == 4


def test_a_venue_keeps_the_time_zone_that_days_are_counted_by(tmp_path: Path) -> None:
    """TR-26."""
    assert main(["tickets", "offer", str(SAMPLE)]) == 0
    file = tmp_path / "moved.yaml"
    file.write_text(SAMPLE.read_text(encoding="utf-8").replace("Europe/Moscow", "Asia/Almaty"))
    assert main(["tickets", "offer", str(file)]) == 4
    assert Venue.objects.get().time_zone == "Europe/Moscow"


def test_a_cancelled_performance_gives_every_ticket_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """TR-104."""
    assert main(["tickets", "offer", str(SAMPLE)]) == 0
    made = queries.performance_called(KEY)
    category = made.categories.get(name="Standing")
    bought(Show(made, category, None), Wanted(category_id=category.id, count=3), now=NOW)
    capsys.readouterr()
    cancel = ["tickets", "cancel", KEY, "--source", "the organiser's letter", "--json"]
    assert main(cancel) == 0
    assert json.loads(capsys.readouterr().out) == {"performance": KEY, "returned": 3}
    assert not Ticket.objects.filter(status=TicketStatus.VALID).exists()
    assert main(cancel) == 0
    assert json.loads(capsys.readouterr().out)["returned"] == 0
    assert main(["tickets", "cancel", "nothing", "--source", "x"]) == 4
    assert main(["tickets", "cancel", KEY, "--source", " "]) == 2
