"""Two editions are proved equal on a question, or a case shows where they differ."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

import pytest
from made import clause, const, edition, equals, fact, limit, pack
from small_pack import SECOND, a_pack

from oferta.core.terms.beside import NotProvedInTime, ask
from oferta.core.terms.diffing import diff
from oferta.core.terms.loader import load_pack
from oferta.core.terms.meaning import meaning_of
from oferta.core.terms.program import compile_program
from oferta.core.terms.proving import Comparison, compare
from oferta.core.terms.proving.comparing import days_of
from oferta.core.terms.types import Compare, Decided, Edition, Pack, Window
from oferta.kernel.i18n import LANGUAGES

PACKS = Path(__file__).parents[3] / "terms"


@cache
def the_club() -> tuple[Pack, Edition, Edition]:
    club = load_pack(PACKS / "bonus-club")
    return club, club.editions[0], club.editions[1]


@cache
def club_meaning() -> dict[str, Comparison]:
    return meaning_of(*the_club())


def test_an_edition_that_changes_another_question_is_proved_equal_on_this_one(
    tmp_path: Path,
) -> None:
    pack = load_pack(a_pack(tmp_path))
    twice = (pack.editions[0], pack.editions[0])
    assert compare(pack, twice, "bonus").equal is True
    club = load_pack(PACKS / "bonus-club")
    assert compare(club, club.editions[:2], "partner_bonus").equal is True  # type: ignore[arg-type]


def test_a_case_shows_where_two_editions_differ(tmp_path: Path) -> None:
    pack = load_pack(a_pack(tmp_path, SECOND, "bank_rate: {is: 2%", "bank_rate: {is: 3%"))
    first, second = pack.editions
    found = compare(pack, (first, second), "bonus")
    assert found.equal is False
    assert found.case is not None
    before, after = (compile_program(pack, one, "bonus") for one in (first, second))
    assert before.decide(found.case).outcome != after.decide(found.case).outcome


def test_payments_in_the_app_differ_once_they_are_suspended() -> None:
    club = load_pack(PACKS / "bonus-club")
    found = compare(club, (club.editions[0], club.editions[1]), "bank_bonus")
    assert found.equal is False
    assert found.case is not None
    assert found.case["channel"] == "app"


def test_the_plainest_case_is_a_worked_example_or_next_to_one() -> None:
    club = load_pack(PACKS / "bonus-club")
    stopped = compare(club, (club.editions[0], club.editions[1]), "bank_bonus")
    assert stopped.witnesses[0].apart == ("channel",)
    bus = compare(club, (club.editions[2], club.editions[3]), "bank_bonus")
    assert bus.witnesses[0].apart == ()
    assert [len(one.apart) for one in bus.witnesses] == sorted(
        len(one.apart) for one in bus.witnesses
    )


def test_every_witness_is_really_decided_differently_by_the_clauses_it_names() -> None:
    club = load_pack(PACKS / "bonus-club")
    for pair in zip(club.editions, club.editions[1:], strict=False):
        for witness in compare(club, pair, "bank_bonus").witnesses:
            for one, told in zip(pair, (witness.before, witness.after), strict=True):
                decided = compile_program(club, one, "bank_bonus").decide(witness.facts)
                assert isinstance(told, Decided)
                assert (decided.outcome, decided.decided_by) == (told.outcome, told.decided_by)
            assert witness.before.outcome != witness.after.outcome  # type: ignore[union-attr]


def test_figures_of_a_witness_are_small_and_round() -> None:
    old = edition([clause("all", None, 5)])
    odd = Compare(">", fact("paid"), const(7_777))
    new = edition([clause("all", None, 5), clause("much", odd, 6, defeats=["all"])], start=50)
    (witness,) = compare(pack(old, new), (old, new), "q").witnesses
    assert witness.facts["paid"] == 10_000


def test_a_campaign_that_was_over_before_the_later_edition_is_no_difference() -> None:
    over = clause("spring", None, 9, defeats=["all"], window=Window(0, 40))
    old, new = edition([clause("all", None, 5), over]), edition([clause("all", None, 5)], start=50)
    assert compare(pack(old, new), (old, new), "q").equal is True
    still = edition([clause("all", None, 5), clause("spring", None, 9, defeats=["all"])])
    assert compare(pack(still, new), (still, new), "q").equal is False


def test_days_after_the_later_edition_are_not_asked_about() -> None:
    old, new = edition([clause("all", None, 5)]), edition([clause("all", None, 5)], start=50)
    made = pack(old, new, edition([clause("all", None, 6)], start=90))
    assert days_of(made, (old, new)) == (50, 89)
    assert days_of(made, (new, old)) == (50, 89)
    late = clause("late", Compare(">=", fact("on"), const(90, fact("on").type)), 6, defeats=["all"])
    changed = edition([clause("all", None, 5), late], start=50)
    made = pack(old, changed, made.editions[2])
    assert compare(made, (old, changed), "q").equal is True


def test_a_gap_on_one_side_is_a_difference_told_by_its_code() -> None:
    old = edition([clause("app", equals("channel", "app"), 5)])
    new = edition([clause("all", None, 5)], start=50)
    (witness,) = compare(pack(old, new), (old, new), "q").witnesses
    assert witness.before == "terms.gap"
    assert witness.clauses == ((), ("all",))


@pytest.mark.parametrize("combine", ["one", "max", "min", "sum"])
def test_an_edition_whose_clauses_only_lift_others_has_a_gap_everywhere(combine: str) -> None:
    none = edition([clause("lifts", equals("channel", "app"))])
    all_paid = edition([clause("all", None, 5)], start=50)
    (witness,) = compare(pack(none, all_paid, combine=combine), (none, all_paid), "q").witnesses
    assert (witness.before, witness.clauses) == ("terms.gap", ((), ("all",)))
    still = edition([clause("lifts", equals("channel", "pos"))], start=50)
    assert compare(pack(none, still, combine=combine), (none, still), "q").equal is True


def test_a_limit_of_another_height_is_a_difference_though_no_clause_changed() -> None:
    old = edition([clause("all", None, 500)], limits=[limit("cap", 900)])
    new = edition([clause("all", None, 500)], limits=[limit("cap", 800)], start=50)
    (witness,) = compare(pack(old, new), (old, new), "q").witnesses
    assert 300 < int(witness.facts["cap_used"]) < 900  # type: ignore[arg-type]


def test_what_costs_too_much_is_said_to_be_unknown() -> None:
    tickets = load_pack(PACKS / "ticket-refunds")
    found = compare(tickets, tickets.editions[:2], "payout_deadline", cost_max=1)  # type: ignore[arg-type]
    assert found.equal is None
    assert found.witnesses == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_diff_tells_what_was_proved_in_every_language(language: str) -> None:
    found = diff(*the_club(), language, club_meaning())  # type: ignore[arg-type]
    assert found.equivalent["bank_bonus"] is False
    assert found.equivalent["partner_bonus"] is True
    first = found.questions[0]
    assert (first.question, first.equal) == ("bank_bonus", False)
    assert first.witnesses[0].before.clauses == ("app-rate",)
    assert [one.name for one in first.witnesses[0].facts] == ["channel"]
    assert first.said in found.as_text()
    assert found.as_json()["questions"][0]["witnesses"][0]["given"]["channel"] == "app"


def test_without_a_proof_a_diff_says_so(tmp_path: Path) -> None:
    made = load_pack(a_pack(tmp_path))
    found = diff(made, made.editions[0], made.editions[1], "en")
    assert set(found.equivalent.values()) == {None}
    assert found.questions == ()


def test_a_proof_can_be_asked_of_another_process_and_given_up() -> None:
    club = load_pack(PACKS / "bonus-club")
    found = ask(60, compare, club, (club.editions[0], club.editions[1]), "lot")
    assert found.equal is True
    with pytest.raises(NotProvedInTime):
        ask(0.2, time.sleep, 5)
