"""Two editions are proved equal on a question, or a case shows where they differ."""

from __future__ import annotations

from pathlib import Path

from small_pack import SECOND, a_pack

from oferta.core.terms.loader import load_pack
from oferta.core.terms.program import compile_program
from oferta.core.terms.proving import compare

PACKS = Path(__file__).parents[3] / "terms"


def test_an_edition_that_changes_another_question_is_proved_equal_on_this_one(
    tmp_path: Path,
) -> None:
    pack = load_pack(a_pack(tmp_path))
    twice = (pack.editions[0], pack.editions[0])
    assert compare(pack, twice, "bonus").equal is True
    club = load_pack(PACKS / "bonus-club")
    assert compare(club, (club.editions[0], club.editions[-1]), "partner_bonus").equal is True


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
