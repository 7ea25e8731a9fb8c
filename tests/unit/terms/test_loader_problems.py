"""Every way to be refused: the code, the line, and a word of what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from oferta.core.terms.loader import load_pack
from oferta.core.terms.problems import Code
from packs import FIRST, NAME, SECOND, a_pack, line_of, problems_of, write_pack

T = "terms.yaml"
X = "examples.yaml"
ANY = ""

#: code, file, what stood there, what stands there now, what the line holds, a part of the message
BROKEN: list[tuple[Code, str, str, str, str, str]] = [
    # --- YAML and its shapes
    (Code.BAD_YAML, T, "publisher: Example Bank", "publisher: Bank: B", "Bank: B", "not YAML"),
    (Code.YAML_TAG, T, "publisher: Example", "publisher: !!python/none Example", "!!py", "tag"),
    (Code.YAML_ALIAS, T, "publisher: Example Bank", "publisher: *nobody", "*nobody", "anchored"),
    (Code.YAML_KEY, T, "publisher: Example Bank", "? [a, b]\n: c", "? [a", "not a word"),
    (Code.DUPLICATE_KEY, T, "authoritative: kk", "authoritative: kk\npack: b", "pack: b", "line 1"),
    (Code.TOO_DEEP, T, "publisher: Example Bank", "publisher: " + "[" * 30, "[[[", "deeply"),
    (Code.WRONG_SHAPE, T, "facts: [filed_on, paid", "facts: {a: b}\n    x: [pa", "{a: b}", "a list"),
    (Code.UNKNOWN_KEY, T, "changeable: true", "changable: true", "changable", "'changeable'"),
    (Code.MISSING_KEY, T, "publisher: Example Bank\n", "", "pack:", "'publisher' is missing"),
    (Code.MISSING_LANGUAGE, T, "title: W(Small club)", "title: {en: a}", "title:", "zh-Hant"),
    (Code.EMPTY, T, "publisher: Example Bank", "publisher:", "publisher:", "empty"),
    # --- names and ids
    (Code.BAD_NAME, T, "  notice: {type", "  Notice: {type", "Notice", "small letters"),
    (Code.BAD_NAME, FIRST, "- id: own-shop", "- id: own_shop", "own_shop", "bank-rate"),
    (Code.RESERVED_NAME, T, "  notice: {type", "  select: {type", "select:", "another name"),
    (Code.RESERVED_NAME, T, "  notice: {type", "  lambda: {type", "lambda:", "another name"),
    (Code.NAME_TAKEN, T, "  wallets: {of", "  merchant: {of", "merchant: {of", "a fact already"),
    (Code.NAME_TAKEN, FIRST, "  step: {is", "  mcc: {is", "mcc: {is", "a fact already"),
    (Code.NAME_TAKEN, FIRST, "  step: {is", "  monthly_cap_used: {is", "id: monthly-cap", "_used"),
    (Code.NAME_TAKEN, FIRST, "granting: [wallet-rate]", "rest: [rest]", "rest: [rest]", "a clause"),
    (Code.DUPLICATE_ID, FIRST, "- id: rest", "- id: wallet-rate #", "wallet-rate #", "twice"),
    (Code.DUPLICATE_ID, FIRST, "- id: monthly-cap", "- id: rest #", "id: rest #", "a clause already"),
    (Code.PACK_NAME, T, "pack: small-club", "pack: big-club", "big-club", "folder"),
    # --- types and values
    (Code.BAD_TYPE, T, "boolean, label", "boolean, unit: KZT, label", "foreign_shop:", "money only"),
    (Code.BAD_TYPE, T, "{type: text, label: W(merchant)}", "{type: text, min: a, label: W(merchant)}",
     "merchant:", "no min"),
    (Code.BAD_VALUE, T, "min: 0 KZT, label: W(money paid)", "min: 0 RUB, label: W(money paid)",
     "money_paid:", "1000 KZT"),
    (Code.BAD_VALUE, T, "values: [qr, card]", "values: [qr, crad]", "crad", "did you mean 'card'"),
    (Code.BAD_VALUE, T, "holidays: [2024-05-01]", "holidays: [2024-02-30]", "02-30", "a date"),
    (Code.BAD_VALUE, FIRST, "cites: [BC-19]", "cites: [19]", "bank_rate:", "as BC-21"),
    (Code.BAD_VALUE, FIRST, "mcc IN (telecom)", "mcc IN (telecom, 10000)", "10000", "to 9999"),
    (Code.BAD_VALUE, FIRST, "when: method IN (wallets) AND", "when: method = 'qq' AND", "'qq'", "qr"),
    (Code.BOUNDS_UPSIDE_DOWN, T, "max: 10%, label", "max: -1%, label", "own_rate:", "below"),
    # --- names that mean nothing
    (Code.UNKNOWN_FACT, T, "of: method", "of: metod", "metod", "did you mean 'method'"),
    (Code.UNKNOWN_FACT, FIRST, "AND NOT foreign_shop", "AND NOT foregn_shop", "foregn",
     "did you mean 'foreign_shop'"),
    (Code.UNKNOWN_NAME, FIRST, "money_paid * rate, step", "money_payd * rate, step", "money_payd",
     "did you mean 'money_paid'"),
    (Code.UNKNOWN_NAME, FIRST, "method IN (wallets) AND", "method = qr AND", "= qr", "quotes: 'qr'"),
    (Code.UNKNOWN_QUESTION, FIRST, "question: bonus\n    when: method IN",
     "question: bonuses\n    when: method IN", "bonuses", "did you mean 'bonus'"),
    (Code.UNKNOWN_FIELD, FIRST, "why: early", "wy: early", "wy: early", "did you mean 'why'"),
    (Code.UNKNOWN_FIELD, FIRST, "field: amount", "field: amont", "amont", "did you mean 'amount'"),
    (Code.UNKNOWN_LIST, FIRST, "method IN (wallets) AND", "method IN (walets) AND", "walets",
     "did you mean 'wallets'"),
    (Code.UNKNOWN_CALENDAR, FIRST, "calendar: working", "calendar: workng", "workng", "'working'"),
    (Code.UNKNOWN_COUNTING, FIRST, "paid_at, club-days", "paid_at, club-dys", "club-dys",
     "did you mean 'club-days'"),
    (Code.UNKNOWN_TIME_ZONE, FIRST, "last_day: true, time_zone: Asia/Almaty}\n  work",
     "last_day: true, time_zone: Asia/Almata}\n  work", "Almata", "did you mean 'Asia/Almaty'"),
    (Code.UNKNOWN_CLAUSE, FIRST, "defeats: [phone-shops]", "defeats: [phone-shop]", "phone-shop]",
     "did you mean 'phone-shops'"),
    (Code.UNKNOWN_CLAUSE, FIRST, "clauses: [wallet-rate]", "clauses: [wallets]", "[wallets]", "one of"),
    (Code.UNKNOWN_CLAUSE, FIRST, "granting: [wallet-rate]", "granting: [wallet]", "[wallet]", "one of"),
    (Code.UNKNOWN_EDITION, SECOND, "amends: 2017-01-01", "amends: 2017-01-02", "edition:", "2017-01-01"),
    (Code.UNKNOWN_FUNCTION, FIRST, '"greatest(bank', '"gretest(bank', "gretest", "'greatest'"),
    (Code.UNKNOWN_ERROR, X, "error: terms.not_in_force", "error: terms.oops", "oops", "terms.gap"),
    (Code.NOT_ASKED, FIRST, "when: notice >= enough", "when: mcc = 1 AND notice >= enough", "mcc = 1",
     "not among the facts of the question refund"),
    # --- questions and editions
    (Code.DAY_FACT, T, "day: paid_on", "day: paid_at", "  bonus:", "is a moment"),
    (Code.DAY_FACT, T, "day: paid_on", "day: payd_on", "  bonus:", "did you mean 'paid_on'"),
    (Code.BY_FIELD, T, "by: money", "by: why", "by: why", "has an order"),
    (Code.BY_FIELD, T, "combine: one", "combine: one\n    by: amount", "by: amount", "compares nothing"),
    (Code.NOT_SUMMABLE, T, "combine: max\n    by: money", "combine: sum", "combine: sum", "no sum"),
    (Code.EDITION_NAME, FIRST, "edition: 2017-01-01", "edition: 2017-01-02", "2017-01-02", "same"),
    (Code.WITHDRAWN, SECOND, "withdrawn: [own-shop]", "withdrawn: [own-shp]", "own-shp", "'own-shop'"),
    (Code.WITHDRAWN, SECOND, "withdrawn: [own-shop]", "withdrawn: [campaign]", "withdrawn", "anew"),
    (Code.REQUIRED_VALUE, T, "required_values: [bank_rate]", "required_values: [bank_rat]", ANY,
     "no value 'bank_rat'"),
    # --- conditions
    (Code.CONDITION_SYNTAX, FIRST, "when: notice >= enough AND", "when: notice >= enough AND AND",
     "AND AND", "not a condition"),
    (Code.CONDITION_SYNTAX, FIRST, "when: notice >= enough AND", "when: notice >= 'enough AND",
     "'enough", "not closed"),
    (Code.NOT_ALLOWED, FIRST, "merchant = 'Own shop'", "merchant LIKE 'Own%'", "LIKE", "'LIKE'"),
    (Code.NOT_ALLOWED, FIRST, "merchant = 'Own shop'", "lower(merchant) = 'own shop'", "lower",
     "the function 'lower'"),
    (Code.NOT_ALLOWED, FIRST, "merchant = 'Own shop'", "merchant = 'Own shop' -- so", "-- so", "comment"),
    (Code.NOT_ALLOWED, FIRST, "merchant = 'Own shop'", "merchant = 'a'; DROP x", "DROP", "';'"),
    (Code.NOT_ALLOWED, FIRST, "merchant = 'Own shop'", "merchant = CAST('a' AS TEXT)", "CAST", "CAST"),
    (Code.NOT_ALLOWED, FIRST, "merchant = 'Own shop'", "merchant = 'a'::text", "::text", "'::'"),
    (Code.NOT_ALLOWED, FIRST, "days_left > 0", "days_left > 0.5", "0.5", "whole number"),
    (Code.NOT_ALLOWED, FIRST, "days_left > 0", "days_left + 1 > 0", "+ 1", "'+'"),
    (Code.NOT_ALLOWED, FIRST, "merchant = 'Own shop'", "merchant IN (SELECT 1)", "SELECT", "'SELECT'"),
    (Code.NOT_ALLOWED, FIRST, "merchant = 'Own shop'", "foreign_shop IS TRUE", "IS TRUE", "IS NOT NULL"),
    (Code.COMPARED_WITH_NULL, FIRST, "mcc IS NOT NULL\n", "mcc = NULL\n", "mcc = NULL", "IS NULL"),
    (Code.TWO_LITERALS, FIRST, "merchant = 'Own shop'", "1 = 1", "1 = 1", "a fact on one side"),
    (Code.TYPE_MISMATCH, FIRST, "notice < '3 days'", "notice < bank_rate", "< bank_rate", "a percent"),
    (Code.TYPE_MISMATCH, FIRST, "notice < '3 days'", "notice < 3", "notice < 3", "'3 days'"),
    (Code.TYPE_MISMATCH, FIRST, "notice < '3 days'", "notice", "when: notice OR", "stands alone"),
    (Code.NO_ORDER, FIRST, "merchant = 'Own shop'", "merchant > 'Own shop'", "merchant >", "no order"),
    (Code.NEVER_TRUE, FIRST, "days_left > 0", "days_left BETWEEN 2 AND 1", "BETWEEN", "lower value"),
    (Code.COULD_BE_UNKNOWN, FIRST, "      mcc IS NOT NULL\n      AND mcc IN", "      TRUE\n      AND mcc IN",
     "AND mcc IN", "where mcc is null"),
    # --- outcomes
    (Code.OUTCOME_SYNTAX, FIRST, "money_paid * rate, step", "money_paid * rate; step", "rate;", "read"),
    (Code.OUTCOME_SYNTAX, FIRST, "money_paid * rate, step", "money_paid * 1.5, step", "* 1.5", "1.5%"),
    (Code.DIVISION_OUTSIDE_ROUNDING, SECOND, "round_half_up(money_paid / 100, 1 KZT)",
     "money_paid / 100", "money_paid / 100", "round_down"),
    (Code.DIVISION_BY_ZERO, SECOND, "money_paid / 100", "money_paid / 0", "/ 0", "another divisor"),
    (Code.NOT_ROUNDED, FIRST, "round_down(money_paid * rate, step)", "money_paid * rate",
     "money_paid * rate", "1 KZT"),
    (Code.LATER_FIELD, FIRST, "greatest(bank_rate, own_rate)", "greatest(bank_rate, rate)",
     "(bank_rate, rate)", "not computed yet"),
    (Code.COULD_BE_NULL, SECOND, "money_paid / 100", "money_paid / mcc", "/ mcc", "mcc IS NOT NULL"),
    (Code.OUT_OF_BOUNDS, SECOND, "{rate: 1%, amount", "{rate: 101%, amount", "101%", "to 100%"),
    (Code.DERIVED_CYCLE, FIRST, "days(paid_on, filed_on,", "days(paid_on, add_days(filed_on, days_left, club-days),",
     "days_left: {is", "days_left → days_left"),
    # --- clauses and limits
    (Code.LIFTS_NOTHING, FIRST, "    then: {rate: 0%, amount: 0 KZT}\n  - id: phone-shops",
     "  - id: phone-shops", "id: rest", "'defeats'"),
    (Code.DEFEATS_OTHER_QUESTION, FIRST, "defeats: [phone-shops]", "defeats: [phone-shops, early]",
     "early]", "refund"),
    (Code.DEFEATS_CYCLE, FIRST, "defeats: [granting]", "defeats: [own-shop]", "[own-shop]",
     "phone-shops → own-shop → phone-shops"),
    (Code.WINDOW_UPSIDE_DOWN, SECOND, "through: 2024-07-16", "through: 2024-04-15", "04-15", "before"),
    (Code.NEVER_IN_FORCE, FIRST, "{from: 2018-01-01}", "{from: 2024-04-16}", "id: own-shop",
     "through 2024-04-15"),
    (Code.NEVER_IN_FORCE, SECOND, "from: 2024-04-16, through: 2024-07-16", "through: 2024-04-15",
     "id: campaign", "withdrawn"),
    (Code.LIMIT_KIND, FIRST, "at_most: 5000 KZT", "at_most: 5000 KZT\n    count: 1", "at_most:", "both"),
    (Code.LIMIT_KIND, FIRST, "    at_most: 5000 KZT\n", "", "id: monthly-cap", "neither"),
    (Code.LIMIT_WINDOW, FIRST, "period: month", "period: campaign", "period:", "window:"),
    (Code.LIMIT_HOLDER, FIRST, "per: [customer]", "per: [funding]", "[funding]", "may be null"),
    (Code.LIMIT_HOLDER, FIRST, "per: [customer]", "per: [notice]", "[notice]", "not among the facts"),
    (Code.LIMIT_CLAUSE, FIRST, "clauses: [wallet-rate]", "clauses: [own-shop]", "[own-shop]", "never decides"),
    # --- texts and examples
    (Code.TEXT_MISSING, "text/ru.md", "## late: About late\n\nWords.\n\n", "", ANY, "'late'"),
    (Code.TEXT_HEADING, "text/ru.md", "## late: About late", "## late", "## late", "short title"),
    (Code.TEXT_FOR_NOTHING, "text/ru.md", "## late: About", "## lat: a\n\nb\n\n## late: About",
     "## lat:", "did you mean 'late'"),
    (Code.UNKNOWN_EDITION, "text/kk.md", "## late: About", "## late @2020-01-01: a\n\nb\n\n## late: About",
     "@2020", "2017-01-01"),
    (Code.EXAMPLE_EXPECTS, X, "    error: terms.not_in_force\n", "", "before-the-first", "nothing"),
    (Code.EXAMPLE_FACT_MISSING, X, "money_paid: 10000 KZT, paid_at: 2020", "paid_at: 2020", "2020",
     "no value for money_paid"),
    (Code.UNKNOWN_FACT, X, "{money_paid: 10000 KZT, paid_at: 2020", "{money: 1 KZT, paid_at: 2020",
     "money: 1", "'money_paid'"),
    (Code.UNKNOWN_CLAUSE, X, "decided_by: [wallet-rate]", "decided_by: [walet-rate]", "walet",
     "did you mean 'wallet-rate'"),
]  # fmt: skip

#: Codes about whole files, each with a test of its own below.
ABOUT_FILES = {
    Code.NO_PACK,
    Code.UNREADABLE,
    Code.TOO_LARGE,
    Code.NOT_UTF8,
    Code.NO_EDITION,
    Code.AMENDS,
}


@pytest.mark.parametrize(
    ("code", "file", "old", "new", "marker", "told"),
    BROKEN,
    ids=[f"{case[0].value}-{number}" for number, case in enumerate(BROKEN)],
)
def test_a_pack_broken_in_one_place_is_refused_there(
    tmp_path: Path, code: Code, file: str, old: str, new: str, marker: str, told: str
) -> None:
    folder = a_pack(tmp_path, file, old, new)
    found = [problem for problem in problems_of(folder) if problem.code == code.value]
    assert found, [str(problem) for problem in problems_of(folder)]
    assert any(told in str(problem) for problem in found), [str(problem) for problem in found]
    if marker:
        lines = {problem.line for problem in found if problem.file == file}
        assert line_of(folder, file, marker) in lines, [str(problem) for problem in found]


def test_every_code_has_a_pack_that_it_refuses() -> None:
    assert {case[0] for case in BROKEN} | ABOUT_FILES == set(Code)


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
    for number in range(1, 9):
        rows.append(f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]")
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
