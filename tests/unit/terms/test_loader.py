"""What a good pack becomes: amendments, groups, defaults, cases, texts, digests, facts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from small_pack import FIRST, SECOND, a_pack, line_of, problems_of

from oferta.core.terms.errors import MissingFact, UnknownFact, UnknownQuestion, WrongFact
from oferta.core.terms.facts import question_facts, read_facts
from oferta.core.terms.loader import load_pack
from oferta.core.terms.types import (
    Between,
    Choose,
    Compare,
    Const,
    FactRef,
    Kind,
    Pack,
    Type,
    Window,
)
from oferta.core.terms.values import BadValue, infer_value, parse_value, write_value
from oferta.kernel.money import Money

GIVEN = {
    "paid_at": "2020-05-16T12:00:00+05:00",
    "method": "qr",
    "money_paid": "10000 KZT",
    "merchant": "Kiosk",
    "own_rate": "0%",
    "foreign_shop": False,
    "customer": "c1",
    "monthly_cap_used": "0 KZT",
}


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return load_pack(a_pack(tmp_path))


def test_an_amendment_reads_inherited_clauses_with_its_own_values(pack: Pack) -> None:
    first, second = pack.editions
    rates = [edition.values["bank_rate"].const.value for edition in (first, second)]
    assert rates == [10_000, 20_000]
    inherited = second.clauses["wallet-rate"].then[0].expression
    assert Const(20_000, Type(Kind.PERCENT), "bank_rate") in inherited.items
    assert second.clauses["wallet-rate"].place.file == FIRST


def test_an_amendment_keeps_places_adds_at_the_end_and_withdraws(pack: Pack) -> None:
    assert list(pack.editions[0].clauses)[:4] == ["wallet-rate", "rest", "phone-shops", "own-shop"]
    assert "own-shop" not in pack.editions[1].clauses
    assert list(pack.editions[1].clauses)[-1] == "campaign"


def test_a_group_stands_for_its_clauses_and_an_amendment_may_widen_it(tmp_path: Path) -> None:
    folder = a_pack(
        tmp_path, SECOND, "values:\n", "groups: {granting: [wallet-rate, campaign]}\nvalues:\n"
    )
    first, second = load_pack(folder).editions
    assert first.clauses["phone-shops"].defeats == ("wallet-rate",)
    assert second.clauses["phone-shops"].defeats == ("wallet-rate", "campaign")


def test_a_field_that_an_outcome_leaves_out_takes_its_default(pack: Pack) -> None:
    early = pack.editions[0].clauses["early"]
    assert [then.field for then in early.then] == ["share", "money", "why"]
    assert early.then[1].source == "round_down(money_paid * share, 0.01 KZT)"


def test_a_derived_fact_may_be_chosen_by_an_enum_and_covers_every_value(tmp_path: Path) -> None:
    is_ = "days(paid_on, filed_on, work-days)"
    old = f'{{is: "{is_}", label: W(days left)}}'
    cases = f'{{qr: "{is_}", card: "{is_} + 1", cash: "0 - {is_}"}}'
    whole = a_pack(tmp_path / "a", FIRST, old, f"{{by: method, is: {cases}, label: W(days left)}}")
    # The refund does not ask for the method, so its clauses cannot read the fact any more.
    assert {problem.code for problem in problems_of(whole)} == {"terms.not_asked"}
    asked = (whole / "terms.yaml").read_text(encoding="utf-8")
    asked = asked.replace(
        "[filed_on, paid_at, money_paid", "[filed_on, method, paid_at, money_paid"
    )
    (whole / "terms.yaml").write_text(asked, encoding="utf-8")
    derived = load_pack(whole).editions[0].derived["days_left"]
    assert isinstance(derived.expression, Choose)
    assert [value for value, _ in derived.expression.cases] == ["qr", "card", "cash"]
    assert derived.reads == ("method", "paid_at", "filed_on")

    short = cases.replace(", cash", ", cas")
    broken = a_pack(tmp_path / "b", FIRST, old, f"{{by: method, is: {short}, label: W(days left)}}")
    codes = {problem.code for problem in problems_of(broken)}
    assert codes == {"terms.unknown_key", "terms.missing_key"}


def test_words_marked_with_an_edition_hold_from_that_edition_on(tmp_path: Path) -> None:
    folder = a_pack(
        tmp_path,
        "text/ru.md",
        "## rest: About rest",
        "## rest @2024-04-16: New words\n\nNewer.\n\n## rest: About rest",
    )
    first, second = load_pack(folder).editions
    assert first.text["ru"]["rest"].title == "About rest"
    assert second.text["ru"]["rest"].title == "New words"
    assert second.text["ru"]["rest"].body == "Newer."


def test_a_fact_stands_on_the_left_of_every_comparison(tmp_path: Path) -> None:
    folder = a_pack(tmp_path, FIRST, "merchant = 'Own shop'", "('1000 KZT' <= money_paid)")
    when = load_pack(folder).editions[0].clauses["own-shop"].when
    assert isinstance(when, Compare)
    assert (when.op, when.left.name) == (">=", "money_paid")
    assert when.right == Const(100_000, Type(Kind.MONEY, "KZT"))


def test_ends_of_between_may_be_literals_and_facts(tmp_path: Path) -> None:
    folder = a_pack(
        tmp_path, FIRST, "days_left > 0", "filed_on BETWEEN DATE '2020-01-01' AND paid_on"
    )
    when = load_pack(folder).editions[0].clauses["early"].when
    between = next(item for item in when.items if isinstance(item, Between))
    assert between.low == Const(18262, Type(Kind.DATE))
    assert isinstance(between.high, FactRef)


def test_a_calendar_says_which_days_it_covers(pack: Pack) -> None:
    assert pack.calendars["working"].covers == Window(17167, 20818)
    assert pack.calendars["working"].weekend == {5, 6}


def test_a_refusal_in_a_folded_condition_has_the_line_of_its_word(tmp_path: Path) -> None:
    folder = a_pack(tmp_path, FIRST, "AND mcc IN (telecom)", "AND mcc IN (telecm)")
    assert problems_of(folder)[0].line == line_of(folder, FIRST, "telecm")


# --- the digest --------------------------------------------------------------------------------


def digests(folder: Path) -> list[str]:
    return [edition.digest for edition in load_pack(folder).editions]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("terms.yaml", "      cash: W(cash)\n", "      cash: W(cash)\n      coin: W(coin)\n"),
        ("terms.yaml", "  notice: {type", "  another: {type: text, label: W(a)}\n  notice: {type"),
        ("terms.yaml", "holidays: [2024-05-01]", "holidays: [2024-05-01, 2025-05-01]"),
        (FIRST, "clauses:\n", "# a comment\nclauses:\n"),
        (FIRST, "      mcc IS NOT NULL\n      AND mcc", "      mcc IS NOT NULL AND\n      mcc"),
    ],
)
def test_layout_and_what_terms_grow_later_leave_a_digest_alone(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    assert digests(a_pack(tmp_path / "a")) == digests(a_pack(tmp_path / "b", file, old, new))


@pytest.mark.parametrize(
    ("file", "old", "new", "both"),
    [
        (FIRST, "bank_rate: {is: 1%", "bank_rate: {is: 1.5%", False),
        (FIRST, "note: W(Wallets only.)", "note: W(Wallets and cards.)", True),
        (SECOND, "{rate: 1%, amount", "{rate: 2%, amount", None),
        ("text/en.md", "## rest: About rest", "## rest: About the rest", True),
        ("terms.yaml", "values: [qr, card]", "values: [qr]", True),
        ("terms.yaml", "better: amount", "better: rate", True),
    ],
)
def test_whatever_an_edition_says_changes_its_digest(
    tmp_path: Path, file: str, old: str, new: str, both: bool | None
) -> None:
    before = digests(a_pack(tmp_path / "a"))
    after = digests(a_pack(tmp_path / "b", file, old, new))
    changed = (before[0] != after[0], before[1] != after[1])
    assert changed == {True: (True, True), False: (True, False), None: (False, True)}[both]


# --- facts -------------------------------------------------------------------------------------


def test_facts_are_read_in_order_with_nulls_and_what_limits_used(pack: Pack) -> None:
    facts = read_facts(pack, "bonus", pack.editions[0], GIVEN)
    assert list(facts) == list(question_facts(pack, "bonus", pack.editions[0]))
    assert facts["mcc"] is None
    assert facts["money_paid"] == 1_000_000
    assert list(facts)[-1] == "monthly_cap_used"


def test_typed_values_are_taken_too(pack: Pack) -> None:
    typed = GIVEN | {
        "paid_at": datetime(2020, 5, 16, 7, tzinfo=UTC),
        "money_paid": Money(1_000_000, "KZT"),
        "mcc": 4812,
    }
    facts = read_facts(pack, "bonus", pack.editions[0], typed)
    assert facts == read_facts(pack, "bonus", pack.editions[0], GIVEN) | {"mcc": 4812}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"metod": "qr"}, UnknownFact),
        ({"notice": "3 days"}, UnknownFact),
        ({"method": "gold"}, WrongFact),
        ({"method": None}, WrongFact),
        ({"money_paid": "-1 KZT"}, WrongFact),
        ({"money_paid": "1 RUB"}, WrongFact),
        ({"money_paid": 1000}, WrongFact),
        ({"money_paid": 10.5}, WrongFact),
        ({"own_rate": "11%"}, WrongFact),
        ({"mcc": True}, WrongFact),
        ({"mcc": 10**5000}, WrongFact),
        ({"paid_at": "2020-05-16T12:00:00"}, WrongFact),
        ({"paid_at": datetime(2020, 5, 16)}, WrongFact),  # noqa: DTZ001 - naive on purpose
    ],
)
def test_a_wrong_fact_is_refused_by_its_kind(
    pack: Pack, change: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        read_facts(pack, "bonus", pack.editions[0], GIVEN | change)


def test_a_missing_fact_and_an_unknown_question_are_refused(pack: Pack) -> None:
    short = {name: value for name, value in GIVEN.items() if name != "method"}
    with pytest.raises(MissingFact):
        read_facts(pack, "bonus", pack.editions[0], short)
    with pytest.raises(UnknownQuestion):
        read_facts(pack, "bonuses", pack.editions[0], GIVEN)


@pytest.mark.parametrize(
    ("text", "kind", "canonical"),
    [
        ("1%", Kind.PERCENT, "1%"),
        ("1.50 %", Kind.PERCENT, "1.5%"),
        ("1000 KZT", Kind.MONEY, "1000.00 KZT"),
        ("12", Kind.INTEGER, "12"),
        ("2024-04-16", Kind.DATE, "2024-04-16"),
        ("2024-04-16T18:59:00+05:00", Kind.MOMENT, "2024-04-16T13:59:00Z"),
        ("1 day", Kind.DURATION, "1 day"),
        ("90 minutes", Kind.DURATION, "90 minutes"),
        ("true", Kind.BOOLEAN, "true"),
        ("some words", Kind.TEXT, "some words"),
    ],
)
def test_a_value_shows_its_type_by_its_form(text: str, kind: Kind, canonical: str) -> None:
    value, type_ = infer_value(text)
    assert type_.kind is kind
    assert write_value(value, type_) == canonical


def test_a_value_that_only_looks_like_its_type_is_refused() -> None:
    for text, kind in (("2024-02-30", Kind.DATE), ("1.23456%", Kind.PERCENT)):
        with pytest.raises(BadValue):
            parse_value(text, Type(kind))
    assert parse_value(date(2024, 4, 16), Type(Kind.DATE)) == 19829
    assert parse_value(timedelta(days=3), Type(Kind.DURATION)) == 3 * 86_400_000_000


def test_one_fault_is_told_once_and_not_again_where_it_is_used(tmp_path: Path) -> None:
    for number, (file, old, new) in enumerate(
        [
            (FIRST, "when: method IN (wallets) AND", "when: metod IN (wallets) AND"),
            (FIRST, "at_most: 5000 KZT", "at_most: 5000 RUB"),
            (FIRST, "bank_rate: {is: 1%", "bank_rate: {is: 1.23456%"),
            ("terms.yaml", "{type: duration, label", "{type: durations, label"),
            ("terms.yaml", "min: 0 KZT, label: W(money paid)", "min: 0 RUB, label: W(money paid)"),
            ("terms.yaml", "values: [qr, card]", "values: [qr, crad]"),
            (SECOND, "edition: 2024-04-16", "edition: [2024"),
        ]
    ):
        folder = a_pack(tmp_path / str(number), file, old, new)
        assert len(problems_of(folder)) == 1, [str(problem) for problem in problems_of(folder)]
