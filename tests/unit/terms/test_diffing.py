"""What an edition changes is told clause by clause, in the reader's words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_pack import FIRST, SECOND, a_pack

from oferta.core.terms.diffing import EditionDiff, ItemDiff, Status, diff, grouped
from oferta.core.terms.loader import load_pack
from oferta.core.terms.types import Pack
from oferta.core.terms.word_diff import Mark, word_diff
from oferta.kernel.i18n import LANGUAGES, Language
from oferta.project.cli import main

ROOT = Path(__file__).parents[3]


def compared(pack: Pack, language: Language = "en") -> EditionDiff:
    return diff(pack, pack.editions[0], pack.editions[1], language)


def item(found: EditionDiff, id_: str) -> ItemDiff:
    return next(one for one in found.items if one.id == id_)


def test_added_withdrawn_and_changed_clauses_are_told_apart(tmp_path: Path) -> None:
    found = compared(load_pack(a_pack(tmp_path)))
    told = {one.id: one.status for one in found.items}
    assert told == {
        "campaign": Status.ADDED,
        "own-shop": Status.WITHDRAWN,
        "wallet-rate": Status.CHANGED,
        "bank_rate": Status.CHANGED,
    }


def test_a_new_rate_shows_in_the_value_and_in_the_outcome_that_reads_it(tmp_path: Path) -> None:
    found = compared(load_pack(a_pack(tmp_path)))
    (value,) = (one for one in item(found, "bank_rate").changes if one.aspect == "value")
    assert (value.before, value.after) == ("1%", "2%")
    (rate,) = item(found, "wallet-rate").changes
    assert rate.aspect == "outcome.rate"
    assert "1%" in rate.before
    assert "2%" in rate.after


def test_an_edition_does_not_differ_from_itself(tmp_path: Path) -> None:
    pack = load_pack(a_pack(tmp_path))
    for language in LANGUAGES:
        for edition in pack.editions:
            assert diff(pack, edition, edition, language).items == ()


@pytest.mark.parametrize(
    ("old", "new", "aspect"),
    [
        ("when: method = 'cash' AND", "when: method = 'card' AND", "condition"),
        ("through: 2024-07-16", "through: 2024-07-17", "window"),
        ("defeats: [rest]", "defeats: [rest, wallet-rate]", "defeats"),
        ("then: {rate: 1%,", "then: {rate: 3%,", "outcome.rate"),
        ("money_paid >= '1000 KZT'", "money_paid > '1000 KZT'", "condition"),
    ],
)
def test_each_kind_of_change_of_a_clause_is_named(
    tmp_path: Path, old: str, new: str, aspect: str
) -> None:
    pack = load_pack(a_pack(tmp_path / "a"))
    other = load_pack(a_pack(tmp_path / "b", SECOND, old, new))
    found = diff(other, pack.editions[1], other.editions[1], "ru")
    assert [one.id for one in found.items] == ["campaign"]
    assert [change.aspect for change in found.items[0].changes] == [aspect]


@pytest.mark.parametrize(
    ("old", "new", "aspect"),
    [
        ("at_most: 5000 KZT", "at_most: 6000 KZT", "at_most"),
        ("period: month", "period: day", "period"),
        ("clauses: [wallet-rate]", "clauses: [rest]", "clauses"),
    ],
)
def test_each_kind_of_change_of_a_limit_is_named(
    tmp_path: Path, old: str, new: str, aspect: str
) -> None:
    pack = load_pack(a_pack(tmp_path / "a"))
    other = load_pack(a_pack(tmp_path / "b", FIRST, old, new))
    found = diff(other, pack.editions[0], other.editions[0], "kk")
    assert [change.aspect for change in item(found, "monthly-cap").changes] == [aspect]


def test_another_way_of_counting_days_and_another_derived_fact_are_told(tmp_path: Path) -> None:
    pack = load_pack(a_pack(tmp_path / "a"))
    old, new = "calendar: working, first_day: false", "calendar: none, first_day: true"
    other = load_pack(a_pack(tmp_path / "b", FIRST, old, new))
    found = diff(other, pack.editions[0], other.editions[0], "en")
    assert [change.aspect for change in item(found, "work-days").changes] == [
        "counting",
        "calendar",
    ]
    assert item(found, "days_left").changes[0].aspect == "formula"


def test_words_changed_in_one_language_are_told_to_readers_of_every_language(
    tmp_path: Path,
) -> None:
    words = "## rest @2024-04-16: About rest\n\nOther words.\n"
    folder = a_pack(tmp_path)
    file = folder / "text" / "zh-Hant.md"
    file.write_text(file.read_text() + words)
    for language in LANGUAGES:
        (change,) = item(compared(load_pack(folder), language), "rest").changes
        assert change.aspect == "words"
        assert change.languages == ("zh-Hant",)
        assert (change.before != change.after) is (language == "zh-Hant")


def test_whether_two_editions_answer_alike_is_left_open(tmp_path: Path) -> None:
    assert compared(load_pack(a_pack(tmp_path))).equivalent == {"bonus": None, "refund": None}


def test_clauses_that_changed_alike_are_read_once() -> None:
    pack = load_pack(ROOT / "terms" / "bonus-club")
    found = diff(pack, pack.editions[1], pack.editions[2], "en")
    groups = grouped(found.items)
    assert sum(map(len, groups)) == len(found.items)
    assert max(map(len, groups)) > 10
    assert len(groups) < 10


@given(
    st.text(alphabet="ab 1,5.中文，", max_size=30), st.text(alphabet="ab 1,5.中文，", max_size=30)
)
def test_the_pieces_spell_both_texts(before: str, after: str) -> None:
    pieces = word_diff(before, after)
    assert "".join(one.text for one in pieces if one.mark is not Mark.NEW) == before
    assert "".join(one.text for one in pieces if one.mark is not Mark.GONE) == after


def test_a_number_changes_as_a_whole() -> None:
    pieces = word_diff("earns 1% of the money paid", "earns 1.5% of the money paid")
    assert [one.text for one in pieces if one.mark is not Mark.SAME] == ["1%", "1.5%"]


def test_the_command_prints_text_or_json(capsys: pytest.CaptureFixture[str]) -> None:
    pack = str(ROOT / "terms" / "ticket-refunds")
    assert main(["terms", "diff", pack, "2021-09-01", "2024-03-22", "--lang", "zh-Hant"]) == 0
    assert "+ 首個演出日" in capsys.readouterr().out.replace("特別規則所涵蓋的", "")
    assert main(["terms", "diff", pack, "2021-09-01", "2024-03-22", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["items"][0]["id"] == "attack-of-22-march"
    assert told["equivalent"]["refund"] is False
    assert told["equivalent"]["fees"] is True
    assert told["questions"][0]["witnesses"][0]["after"]["clauses"] == ["attack-of-22-march"]
    assert main(["terms", "diff", pack, "2021-09-01", "2024-03-22", "--json", "--text-only"]) == 0
    assert json.loads(capsys.readouterr().out)["equivalent"]["refund"] is None
    assert main(["terms", "diff", pack, "2021-09-01", "2020-01-01"]) == 4
