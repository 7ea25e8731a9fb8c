"""What nobody means well: hostile texts, numbers beyond any account, zones of one machine only."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from made import GIVEN, MONEY, clause, decide, edition, fact, pack
from small_pack import FIRST, a_pack, problems_of, small_files

from oferta.core.terms import reference
from oferta.core.terms.counting import UnknownZone, date_of, time_zone
from oferta.core.terms.errors import OutOfBounds
from oferta.core.terms.loader import load_pack
from oferta.core.terms.problems import Code, shown
from oferta.core.terms.program import compile_program
from oferta.core.terms.types import Binary, Field, Kind, Pack, Type
from oferta.core.terms.values import BadValue, parse_value, write_value
from oferta.core.terms.writing import show
from oferta.kernel.money import BadMoney, parse_money

TEXT = Type(Kind.TEXT)
MOMENT = Type(Kind.MOMENT)
HUGE = 2**63 - 1


# --- texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "half \udfff a pair", json.loads('"\\ud83d"')])
def test_a_text_that_no_database_keeps_is_refused(text: str) -> None:
    with pytest.raises(BadValue) as refused:
        parse_value(text, TEXT)
    refused.value.given.encode()  # and the refusal itself can be written


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE x;--", '"\n## b', "\x1b[31m", "银 😀", "", "{x}%s"]
)
def test_any_other_text_is_only_a_text(text: str) -> None:
    assert parse_value(text, TEXT) == text


def test_a_refusal_shows_no_sign_that_a_terminal_obeys() -> None:
    assert shown("\x1b[2J\u202eab\ud800") == "'\\x1b[2J\\u202eab\\ud800'"
    assert shown("Сумма, 银行\tи\nещё") == "'Сумма, 银行 и ещё'"


# --- numbers --------------------------------------------------------------------------------------


def product(*, minimum: int | None = None) -> Pack:
    """Return a pack whose outcome is an amount times a number."""
    times = Binary("*", fact("paid"), fact("count"), MONEY)
    answer = (Field("amount", Type(Kind.MONEY, "KZT", minimum=minimum), {}),)
    return pack(edition([clause("a", then={"amount": times})]), answer=answer)


@pytest.mark.parametrize(("count", "paid"), [(1, HUGE), (-1, HUGE), (HUGE, 1), (0, HUGE)])
def test_an_outcome_as_wide_as_an_account_is_given(count: int, paid: int) -> None:
    assert decide(product(), count=count, paid=paid).outcome == {"amount": count * paid}


@pytest.mark.parametrize(("count", "paid"), [(2, HUGE), (-2, HUGE), (HUGE, HUGE)])
def test_an_outcome_that_no_account_holds_stops_the_case(count: int, paid: int) -> None:
    made = product()
    program, given = compile_program(made, made.editions[0], "q"), GIVEN | {"count": count}
    values = tuple((given | {"paid": paid})[name] for name in program.names)
    for ask in (
        lambda: program.decide(given | {"paid": paid}),
        lambda: program.bare(0, *values),
        lambda: program.run(0, values),
        lambda: reference.decide(made, made.editions[0], "q", given | {"paid": paid}),
    ):
        with pytest.raises(OutOfBounds) as stopped:
            ask()
        assert stopped.value.value == write_value(count * paid, MONEY)


def test_what_lies_out_of_bounds_is_told_as_it_is_written() -> None:
    with pytest.raises(OutOfBounds) as stopped:
        decide(product(minimum=0), count=-1, paid=10050)
    assert stopped.value.value == "-100.50 KZT"


@pytest.mark.parametrize("text", ["١٠٠ KZT", "１００ KZT", "1e3 KZT", "100,00 KZT", "₸100"])
def test_money_is_written_in_plain_digits(text: str) -> None:
    with pytest.raises(BadMoney):
        parse_money(text)


# --- days and zones -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-23:59", "9999-12-31T00:00:00Z"],
)
def test_a_moment_that_some_zone_cannot_write_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        parse_value(text, MOMENT)


def test_the_widest_moments_are_read_and_written_in_every_zone() -> None:
    for text in ("0001-01-02T00:00:00Z", "9999-12-30T23:59:59.999999Z"):
        coded = parse_value(text, MOMENT)
        assert isinstance(coded, int)
        assert write_value(coded, MOMENT) == text
        assert all(date_of(coded, zone) for zone in ("Etc/GMT-14", "Etc/GMT+12"))
    assert parse_value(datetime(2024, 4, 16, tzinfo=UTC), MOMENT) == 1_713_225_600_000_000


@pytest.mark.parametrize("name", ["localtime", "right/Europe/Moscow", "posix/UTC", "", "../UTC"])
def test_a_zone_that_another_machine_reads_otherwise_is_none(name: str) -> None:
    with pytest.raises(UnknownZone):
        time_zone(name)


# --- sources --------------------------------------------------------------------------------------

WHEN = "when: method IN (wallets) AND NOT foreign_shop"


@pytest.mark.parametrize(
    ("condition", "code", "told"),
    [
        ("NOT " * 26 + "foreign_shop", Code.CONDITION_SYNTAX, "nested too deeply"),
        ("NOT " * 3000 + "TRUE", Code.CONDITION_SYNTAX, "8000"),
        ("NOT (" * 13 + "foreign_shop" + ")" * 13, Code.CONDITION_SYNTAX, "at most 25 deep"),
        ("foreign_shop AND", Code.CONDITION_SYNTAX, "cut short"),
        ("method == 'qr'", Code.NOT_ALLOWED, "a single ="),
        ("method IN ('qr', )", Code.NOT_ALLOWED, "without it"),
    ],
)
def test_an_odd_condition_is_refused_in_words(
    tmp_path: Path, condition: str, code: Code, told: str
) -> None:
    found = problems_of(a_pack(tmp_path, FIRST, WHEN, f"when: {json.dumps(condition)}"))
    assert [problem.code for problem in found] == [code]
    assert told in str(found[0])
    assert "class" not in str(found[0])


def test_a_condition_is_as_deep_as_is_promised_and_no_deeper(tmp_path: Path) -> None:
    condition = "NOT (" * 12 + "NOT foreign_shop" + ")" * 12
    made = load_pack(a_pack(tmp_path, FIRST, WHEN, f"when: {json.dumps(condition)}"))
    assert "wallet-rate" in made.editions[0].clauses


def test_a_chain_of_derived_facts_has_an_end(tmp_path: Path) -> None:
    links = [f"  x{n}: {{is: x{n - 1} + x{n - 1}, label: W(x)}}" for n in range(1, 199)]
    chain = ["derived:", "  x0: {is: money_paid, label: W(x)}", *links]
    # With the two that the pack has already: 200.
    made = load_pack(a_pack(tmp_path, FIRST, "derived:", "\n".join(chain[:-1])))
    assert "x197" in made.editions[0].derived
    longer = a_pack(tmp_path / "longer", FIRST, "derived:", "\n".join(chain))
    assert any("at most 200" in str(problem) for problem in problems_of(longer))


def test_a_literal_too_large_is_named_by_its_kind(tmp_path: Path) -> None:
    amount = 'amount: "round_down(money_paid * rate, step)"'
    folder = a_pack(tmp_path, FIRST, amount, 'amount: "money_paid * 99999999999999999999"')
    assert "is not an integer" in str(problems_of(folder)[0])


def test_a_limit_on_no_clause_is_refused_and_not_taken_for_all(tmp_path: Path) -> None:
    folder = a_pack(tmp_path, FIRST, "clauses: [wallet-rate]\n    per", "clauses: []\n    per")
    assert [problem.code for problem in problems_of(folder)] == [Code.EMPTY]


@pytest.mark.parametrize("sign", ["\0", "\x1b", "\x7f"])
def test_published_words_hold_no_sign_that_is_no_word(tmp_path: Path, sign: str) -> None:
    words = small_files()["text/en.md"].replace("Words.", f"Wo{sign}rds.", 1)
    found = problems_of(a_pack(tmp_path, text__en__md=words))
    assert [(problem.code, problem.file, problem.line) for problem in found] == [
        (Code.UNREADABLE, "text/en.md", 5)
    ]
    assert f"U+{ord(sign):04X}" in found[0].what


def test_a_text_among_the_facts_gives_a_terminal_no_orders() -> None:
    told = show("\x1b[31mred\u202e 银\u3000行\u00a0café", TEXT, "en")
    assert told == "“\\x1b[31mred\\u202e 银\u3000行\u00a0café”"
