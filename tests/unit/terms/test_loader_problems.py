"""Every way to be refused: the code, the line, and a word of what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from broken_packs import ABOUT_FILES, BROKEN, BrokenPack
from planted_defects import PLANTED
from small_pack import FIRST, NAME, SECOND, a_pack, line_of, problems_of, write_pack

from oferta.core.terms.loader import load_pack
from oferta.core.terms.problems import Code

X = "examples.yaml"


@pytest.mark.parametrize(
    "case",
    BROKEN,
    ids=[f"{number}-{case[0].value}" for number, case in enumerate(BROKEN)],
)
def test_a_pack_broken_in_one_place_is_refused_there(tmp_path: Path, case: BrokenPack) -> None:
    code, file, old, new, marker, told = case
    folder = a_pack(tmp_path, file, old, new)
    found = [problem for problem in problems_of(folder) if problem.code == code.value]
    assert found, [str(problem) for problem in problems_of(folder)]
    assert any(told in str(problem) for problem in found), [str(problem) for problem in found]
    if marker:
        lines = {problem.line for problem in found if problem.file == file}
        assert line_of(folder, file, marker) in lines, [str(problem) for problem in found]


def test_every_code_has_a_pack_that_it_refuses() -> None:
    planted = {defect.code for defect in PLANTED}
    notes = {Code.SUSPENDED, Code.NOT_PROVED}
    assert {case[0] for case in BROKEN} | ABOUT_FILES | planted | notes == set(Code)


def test_a_good_pack_loads_with_nothing_said(tmp_path: Path) -> None:
    pack = load_pack(a_pack(tmp_path))
    assert [edition.id for edition in pack.editions] == ["2017-01-01", "2024-04-16"]


def test_all_problems_are_told_at_once_by_file_and_line(tmp_path: Path) -> None:
    folder = a_pack(
        tmp_path,
        FIRST,
        "merchant = 'Own shop'",
        "merchnt = 'Own shop' OR metod = 'qr'",
        text__kk__md="",
        examples__yaml="examples: [{id: a, question: nothing}]",
    )
    found = [problem for problem in problems_of(folder) if problem.file == FIRST]
    assert [problem.what for problem in found] == [
        "'merchnt' is not a fact of this pack",
        "'metod' is not a fact of this pack",
    ]
    assert {problem.file for problem in problems_of(folder)} == {FIRST, "text/kk.md", X}
    keys = [(problem.file, problem.line) for problem in problems_of(folder)]
    assert keys == sorted(keys)


def test_a_problem_reads_as_file_line_clause_what_expected_code(tmp_path: Path) -> None:
    folder = a_pack(tmp_path, FIRST, "merchant = 'Own shop'", "merchnt = 'Own shop'")
    line = line_of(folder, FIRST, "merchnt")
    assert str(problems_of(folder)[0]) == (
        f"{FIRST}:{line}: own-shop: 'merchnt' is not a fact of this pack. Expected one of paid_at,"
        " method, money_paid, mcc, merchant, own_rate, foreign_shop, customer, funding, paid_on,"
        " bank_rate, step… (13 in all) (did you mean 'merchant'?). [terms.unknown_fact]"
    )


def test_a_missing_folder_and_a_file_are_no_packs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "nowhere", tmp_path / "file", tmp_path / "a\0b"):
        assert [problem.code for problem in problems_of(folder)] == [Code.NO_PACK]


def test_missing_files_are_each_named(tmp_path: Path) -> None:
    folder = a_pack(tmp_path, examples__yaml=None, text__zh__Hant__md=None)
    found = problems_of(folder)
    assert {problem.code for problem in found} == {Code.UNREADABLE}
    assert {problem.file for problem in found} == {X, "text/zh-Hant.md"}


def test_a_file_that_is_not_utf8_is_refused_at_the_byte(tmp_path: Path) -> None:
    folder = a_pack(tmp_path, terms__yaml=b"pack: small-club\npublisher: \xff\n")
    assert [(found.code, found.line) for found in problems_of(folder)] == [(Code.NOT_UTF8, 2)]


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    folder = a_pack(tmp_path, terms__yaml=b"#" * 4_000_001)
    assert [found.code for found in problems_of(folder)] == [Code.TOO_LARGE]


def test_aliases_that_multiply_are_refused(tmp_path: Path) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    folder = a_pack(tmp_path, terms__yaml="\n".join(rows))
    assert Code.TOO_LARGE in {found.code for found in problems_of(folder)}


def test_a_pack_without_an_edition_is_refused(tmp_path: Path) -> None:
    folder = a_pack(tmp_path, editions__2017__01__01__yaml=None, editions__2024__04__16__yaml=None)
    assert Code.NO_EDITION in {found.code for found in problems_of(folder)}


def test_an_amendment_that_skips_an_edition_is_refused(tmp_path: Path) -> None:
    folder = a_pack(tmp_path)
    later = (folder / SECOND).read_text(encoding="utf-8").replace("2024-04-16\n", "2025-01-01\n")
    (folder / "editions/2025-01-01.yaml").write_text(later, encoding="utf-8")
    found = [problem for problem in problems_of(folder) if problem.code == Code.AMENDS]
    assert [(problem.file, problem.expected) for problem in found] == [
        ("editions/2025-01-01.yaml", "2024-04-16")
    ]


def test_an_empty_folder_tells_what_a_pack_has(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, {}, NAME)
    folder.mkdir()
    codes = {found.code for found in problems_of(folder)}
    assert codes == {Code.UNREADABLE, Code.NO_EDITION}


def test_a_file_of_comments_only_is_empty(tmp_path: Path) -> None:
    folder = a_pack(tmp_path, editions__2024__04__16__yaml="# nothing yet\n")
    assert [(found.code, found.file) for found in problems_of(folder)] == [(Code.EMPTY, SECOND)]
