"""`oferta tickets postpone|replace|held|regime`: what was meant is done, what is wrong refused."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from oferta.kernel.clock import now
from oferta.project.cli import main
from oferta.services.tickets.models import Performance, Regime, Venue
from oferta.services.tickets.types import Stage
from ticket_world import Show, a_show, bought

pytestmark = pytest.mark.django_db
LETTER = ("--source", "the organiser's letter")


@pytest.fixture
def show() -> Show:
    made = a_show(general=3)
    bought(made, now=now() - timedelta(hours=1))
    return made


def run(*words: str) -> int:
    return main(["tickets", *words])


def stage(show: Show) -> str:
    return Performance.objects.get(id=show.id).stage


def test_postponed_by_its_key_and_said_again_nobody_is_told_twice(
    show: Show, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("postpone", show.performance.key, "--to", "2031-02-01T19:00:00+03:00", *LETTER)
    assert run(*words, "--json") == 0
    assert json.loads(capsys.readouterr().out)["told"] == 1
    assert run(*words) == 0
    assert "orders told: 0" in capsys.readouterr().out
    assert stage(show) == Stage.POSTPONED


def test_replaced_by_titles_in_languages(show: Show) -> None:
    key = show.performance.key
    assert run("replace", key, "--by", "ru=Вечер Шопена", "--by", "en=Chopin", *LETTER) == 0
    assert stage(show) == Stage.REPLACED


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("postpone", "nothing", *LETTER), 4, "tickets.unknown_performance"),
        (("postpone", "{key}"), 2, "--source"),
        (("postpone", "{key}", "--source", " "), 2, "1 to 300 characters"),
        (("postpone", "{key}", "--to", "tomorrow", *LETTER), 2, "no moment with its offset"),
        (("postpone", "{key}", "--to", "2031-02-01T19:00:00", *LETTER), 2, "no moment"),
        (("postpone", "{key}", "--to", "2020-02-01T19:00:00Z", *LETTER), 2, "tickets.bad_change"),
        (("postpone", "{key}", "--accepts-before", "1 June", *LETTER), 2, "1 June is no day"),
        (("postpone", "{key}", "--organiser-days", "0", *LETTER), 2, "1 to 365 days"),
        (("postpone", "{key}", "--high-alert", *LETTER), 2, "high_alert"),
        (("postpone", "{key}", "--effective", "2090-01-01T00:00:00Z", *LETTER), 2, "not after"),
        (("replace", "{key}", *LETTER), 2, "--by"),
        (("replace", "{key}", "--by", "Chopin", *LETTER), 2, "instead"),
        (("replace", "{key}", "--by", "en=", *LETTER), 2, "instead"),
        (("held", "{key}", *LETTER), 2, "not before the start"),
        (("regime", "Atlantis", "--act", "A", "--began", "2026-01-01"), 2, "a region of a venue"),
        (("regime", "Moscow", "--act", "A"), 2, "--began or --ended"),
        (("regime", "Moscow", "--act", "A", "--ended", "2026-01-01"), 4, "unknown_regime"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    words: tuple[str, ...],
    code: int,
    said: str,
    show: Show,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = [one.format(key=show.performance.key) for one in words]
    assert run(*given) == code
    assert said in capsys.readouterr().err.replace("\n", " ")
    assert stage(show) == Stage.ON_SALE


def test_a_regime_begins_once_and_ends(show: Show) -> None:
    Venue.objects.filter(key=show.performance.hall.venue_id).update(region="Moscow")
    begin = ("regime", "Moscow", "--act", "Decree 12-UM of 5 March 2020", "--began", "2026-10-01")
    assert run(*begin) == 0
    assert run(*begin) == 0
    assert Regime.objects.count() == 1
    assert run("regime", "Moscow", "--act", "Another", "--began", "2026-10-02") == 2
    assert run("regime", "Moscow", "--act", "Decree 40", "--ended", "2026-09-30") == 2
    assert run("regime", "Moscow", "--act", "Decree 40", "--ended", "2026-11-01") == 0
    assert Regime.objects.get().lifted_by_act == "Decree 40"
