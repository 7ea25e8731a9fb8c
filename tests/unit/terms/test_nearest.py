"""The nearest change really changes the outcome, and none smaller does."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_pack import FIRST, a_pack

from oferta.core.terms.engine import Terms
from oferta.core.terms.errors import TermsError
from oferta.core.terms.explain import explain
from oferta.core.terms.loader import load_pack
from oferta.core.terms.nearest import Change, FactChange, nearest_changes
from oferta.core.terms.types import (
    And,
    Clause,
    Compare,
    Condition,
    Const,
    Decided,
    Edition,
    Fact,
    FactRef,
    Field,
    InList,
    IsNull,
    Kind,
    Not,
    Or,
    Pack,
    Place,
    Question,
    Then,
    Truth,
    Type,
    Window,
)
from oferta.kernel.i18n import LANGUAGES, Language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oferta.core.terms.types import Coded

PLACE = Place("drawn.yaml", 1)
MONEY = Type(Kind.MONEY, unit="KZT")
DAY = Type(Kind.DATE, minimum=100, maximum=103)
#: Every fact with all the values that it can have, few enough to try every combination.
SMALL = {
    "day": DAY,
    "on": Type(Kind.BOOLEAN),
    "way": Type(Kind.ENUM, values=("app", "pos", "web")),
    "size": Type(Kind.INTEGER, minimum=0, maximum=4, nullable=True),
}
VALUES: dict[str, tuple[Coded, ...]] = {
    "day": (100, 101, 102, 103),
    "on": (False, True),
    "way": ("app", "pos", "web"),
    "size": (None, 0, 1, 2, 3, 4),
}


# --- real packs -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return load_pack(a_pack(tmp_path_factory.mktemp("packs")))


FACTS = {
    "paid_at": "2020-05-16T12:00:00+05:00",
    "method": "cash",
    "money_paid": "30000 KZT",
    "mcc": None,
    "merchant": "Kiosk",
    "own_rate": "0%",
    "foreign_shop": "false",
    "customer": "c1",
    "funding": None,
    "monthly_cap_used": "0 KZT",
}


def decide(pack: Pack, **changed: object) -> Decided:
    return Terms([pack]).decide(pack.name, "bonus", FACTS | changed)


def names(change: Change) -> list[tuple[str, Coded]]:
    return [(fact.name, fact.after) for fact in change.facts]


def test_by_bank_qr_the_customer_would_have_had_three_hundred(pack: Pack) -> None:
    change = nearest_changes(pack, decide(pack))[0]
    assert names(change) == [("method", "qr")]
    assert change.before["amount"] == 0
    assert change.after["amount"] == 300_00
    assert change.decided_by == ("wallet-rate",)
    assert change.better is True


def test_a_change_may_lie_in_the_next_edition(pack: Pack) -> None:
    decided = decide(pack, paid_at="2024-04-15T12:00:00+05:00")
    moved = [
        change for change in nearest_changes(pack, decided, 9) if change.facts[0].name == "paid_at"
    ]
    assert [change.decided_by for change in moved] == [("campaign",)]
    day = 86_400_000_000
    assert moved[0].facts[0].after == int(moved[0].facts[0].before or 0) + day


def test_an_amount_is_moved_to_the_boundary_of_a_condition(pack: Pack) -> None:
    decided = decide(pack, paid_at="2024-04-16T12:00:00+05:00", money_paid="500 KZT")
    found = [names(change) for change in nearest_changes(pack, decided, 9)]
    assert [("money_paid", 1000_00)] in found


def test_what_is_used_of_a_limit_is_a_fact_like_any_other(pack: Pack) -> None:
    decided = decide(pack, method="qr", monthly_cap_used="4900 KZT")
    assert decided.outcome["amount"] == 100_00
    found = {
        names(change)[0]: change.after["amount"] for change in nearest_changes(pack, decided, 9)
    }
    assert found[("monthly_cap_used", 4700_00)] == 300_00


def test_two_facts_are_changed_where_one_is_not_enough(pack: Pack) -> None:
    decided = decide(pack, foreign_shop="true")
    pairs = [change for change in nearest_changes(pack, decided, 9) if len(change.facts) == 2]
    assert {name for name, _ in names(pairs[0])} == {"method", "foreign_shop"}
    assert pairs[0].after["amount"] == 300_00


def test_a_day_given_beside_the_facts_stays(pack: Pack) -> None:
    day = 18_000
    decided = Terms([pack]).decide(pack.name, "bonus", FACTS, on=day)
    for change in nearest_changes(pack, decided, 9):
        assert change.facts[0].name != "paid_at"


def test_the_same_case_always_has_the_same_changes(pack: Pack) -> None:
    decided = decide(pack, foreign_shop="true")
    assert nearest_changes(pack, decided, 9) == nearest_changes(pack, decided, 9)


def said(pack: Pack, decided: Decided, language: Language) -> list[str]:
    return [one.said.replace("\u00a0", " ") for one in explain(pack, decided, language).changes]


OTHER_CODES: dict[Language, str] = {
    "en": "“mcc” had been another one, such as 4811 (it was 4812)",
    "kk": "mcc басқа болса, мысалы 4811 (4812 емес)",
    "ru": "mcc — другое значение, например 4811 (а не 4812)",
    "zh-Hant": "mcc 是其他值，例如 4811（原為 4812）",
    "zh-Hans": "mcc 是其他值，例如 4811（原为 4812）",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_that_nothing_names_is_told_as_an_example_of_any_other(
    tmp_path: Path, language: Language
) -> None:
    pack = load_pack(
        a_pack(
            tmp_path,
            "terms.yaml",
            "label: W(category)",
            "label: {kk: mcc, ru: mcc, en: mcc, zh-Hant: mcc, zh-Hans: mcc}",
        )
    )
    decided = decide(pack, method="qr", mcc=4812)
    assert any(OTHER_CODES[language] in one for one in said(pack, decided, language))


def test_a_code_that_a_worked_example_gives_is_told_before_any_other(tmp_path: Path) -> None:
    folder = a_pack(
        tmp_path, "examples.yaml", "10000 KZT, paid_at: 2020", "10000 KZT, mcc: 5411, paid_at: 2020"
    )
    pack = load_pack(folder)
    change = next(
        fact
        for one in nearest_changes(pack, decide(pack, method="qr", mcc=4812), 9)
        for fact in one.facts
        if fact.name == "mcc"
    )
    assert (change.after, change.example) == (5411, False)


@pytest.mark.parametrize(
    ("condition", "fact", "after"),
    [
        ("own_rate > '0%'", "own_rate", 10_000),
        ("paid_at < '2020-05-16T12:00:00+05:00'", "paid_at", -60_000_000),
        ("money_paid > '30000 KZT'", "money_paid", 30_001_00),
    ],
)
def test_a_step_is_what_a_person_would_take(
    tmp_path: Path, condition: str, fact: str, after: int
) -> None:
    pack = load_pack(a_pack(tmp_path, FIRST, "when: merchant = 'Own shop'", f'when: "{condition}"'))
    decided = decide(pack, method="qr", mcc=4812)
    base = int(decided.facts[fact] or 0) if after < 0 else 0
    found = [dict(names(change)) for change in nearest_changes(pack, decided, 9)]
    assert {fact: base + after} in found


OTHER_DAYS: dict[Language, str] = {
    "en": "“paid at (en)” had been on 16 April 2024 at the same hour (it was on 15 April 2024)",
    "kk": "paid at (kk) дәл сол сағатта 2024 ж. 16 сәуір күні болса (2024 ж. 15 сәуір күні емес)",
    "ru": "paid at (ru) — в тот же час 16 апреля 2024 г. (а не 15 апреля 2024 г.)",
    "zh-Hant": "paid at (zh-Hant)改為 2024年4月16日的同一時間（原為 2024年4月15日）",
    "zh-Hans": "paid at (zh-Hans)改为 2024年4月16日的同一时间（原为 2024年4月15日）",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_moment_on_another_day_is_told_by_its_day(pack: Pack, language: Language) -> None:
    decided = decide(pack, paid_at="2024-04-15T12:00:00+05:00")
    assert any(OTHER_DAYS[language] in one for one in said(pack, decided, language))


@pytest.mark.parametrize("name", ["bonus-club", "ticket-refunds"])
def test_the_changes_of_every_worked_example_are_true_and_none_holds_a_smaller_one(
    name: str,
) -> None:
    real = load_pack(Path(__file__).parents[3] / "terms" / name)
    engine = Terms([real])
    examples = [one for one in real.examples if not one.error][::4]
    assert examples
    for example in examples:
        decided = engine.decide(real.name, example.question, example.facts, example.on)

        def outcome(
            *changed: FactChange, case: Decided = decided, on: int | None = example.on
        ) -> object:
            facts = case.facts | {fact.name: fact.after for fact in changed}
            try:
                return engine.decide_coded(real.name, case.question, facts, on).outcome
            except TermsError:
                return case.outcome  # a case that stops is no other outcome

        for change in nearest_changes(real, decided):
            assert outcome(*change.facts) == change.after != decided.outcome
            if len(change.facts) > 1:
                assert {str(outcome(fact)) for fact in change.facts} == {str(decided.outcome)}


# --- against trying everything --------------------------------------------------------------------


def _conditions() -> st.SearchStrategy[Condition]:
    def ref(name: str) -> FactRef:
        return FactRef(name, SMALL[name])

    size = st.builds(
        lambda op, value: And(
            (Not(IsNull(ref("size"))), Compare(op, ref("size"), Const(value, SMALL["size"])))
        ),
        st.sampled_from(("=", "<", ">=", "<>")),
        st.integers(0, 4),
    )
    atoms: st.SearchStrategy[Condition] = st.one_of(
        st.just(Truth(ref("on"))),
        st.just(IsNull(ref("size"))),
        st.builds(
            lambda values: InList(ref("way"), tuple(values)),
            st.lists(st.sampled_from(SMALL["way"].values), min_size=1, max_size=2, unique=True),
        ),
        st.builds(
            lambda op, day: Compare(op, ref("day"), Const(day, DAY)),
            st.sampled_from(("<", ">", "=")),
            st.integers(100, 103),
        ),
        size,
    )
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.builds(lambda items: And(tuple(items)), st.lists(inner, min_size=2, max_size=2)),
            st.builds(lambda items: Or(tuple(items)), st.lists(inner, min_size=2, max_size=2)),
        ),
        max_leaves=4,
    )


@st.composite
def small_packs(draw: st.DrawFn) -> Pack:
    """Draw a pack whose clauses give fixed amounts: a general one and its exceptions."""
    size, on = FactRef("size", SMALL["size"]), FactRef("on", SMALL["on"])
    usual = Not(And((IsNull(size), Truth(on))))  # the rest are gaps
    nothing = (Then("amount", Const(0, MONEY), ""),)
    general = Clause("general", "q", usual, "", Window(), (), nothing, (), (), PLACE)
    clauses = {"general": general}
    for number in range(draw(st.integers(1, 3))):
        name, amount = f"exception-{number}", draw(st.integers(0, 2)) * 100
        window = Window(draw(st.none() | st.integers(100, 103)), None)
        then = (Then("amount", Const(amount, MONEY), ""),)
        clauses[name] = Clause(
            name, "q", draw(_conditions()), "", window, tuple(clauses), then, (), (), PLACE
        )
    edition = Edition(
        "1970-04-11", 0, {}, {}, {}, {}, clauses, {}, (), (), {}, str(draw(st.uuids())), PLACE
    )
    question = Question(
        "q", "", {}, "day", (Field("amount", MONEY, {}),), "one", "",
        draw(st.sampled_from(("", "amount"))), tuple(SMALL), PLACE,
    )  # fmt: skip
    facts = {name: Fact(name, of, {}, {}, name == "way", PLACE) for name, of in SMALL.items()}
    return Pack("drawn", "", {}, "en", facts, {}, {}, {}, {"q": question}, (edition,), (), Path())


def answers(pack: Pack) -> dict[tuple[Coded, ...], Decided]:
    """Return the decision on every combination of facts that has one."""
    program = Terms([pack]).program("drawn", "q", pack.editions[0])
    found = {}
    for row in product(*VALUES.values()):
        try:
            found[row] = program.decide(dict(zip(VALUES, row, strict=True)))
        except TermsError:
            continue
    return found


def fewest_changes(
    row: tuple[Coded, ...], known: Mapping[tuple[Coded, ...], Decided], *, going_back: bool
) -> int:
    """Return how many facts the nearest other outcome is away; 9 if there is none."""
    other = [
        sum(one != two for one, two in zip(row, again, strict=True))
        for again, decided in known.items()
        if decided.outcome != known[row].outcome
        and (going_back or int(again[0] or 0) >= int(row[0] or 0))
    ]
    return min(other, default=9)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(small_packs(), st.data())
def test_no_smaller_change_exists_and_every_change_is_true(pack: Pack, data: st.DataObject) -> None:
    known = answers(pack)
    row = data.draw(st.sampled_from(sorted(known, key=str)))
    found = nearest_changes(pack, known[row])
    fewest = fewest_changes(row, known, going_back=True)
    for change in found:
        after = dict(zip(VALUES, row, strict=True)) | {
            fact.name: fact.after for fact in change.facts
        }
        decided = known[tuple(after.values())]
        assert decided.outcome == change.after != known[row].outcome
        assert len(change.facts) >= fewest
        for fact in change.facts if len(change.facts) > 1 else ():
            half = known.get(
                tuple((dict(zip(VALUES, row, strict=True)) | {fact.name: fact.after}).values())
            )
            assert half is None or half.outcome == known[row].outcome
    # Nobody goes back to a window that was past: it may matter, and is not told.
    if fewest_changes(row, known, going_back=False) == 1:
        assert len(found[0].facts) == 1
        told = {change.facts[0].name for change in all_singles(pack, known[row])}
        assert told >= {
            name for name in VALUES if alone_matters(name, row, known, going_back=False)
        }
        assert told <= {name for name in VALUES if alone_matters(name, row, known, going_back=True)}
    if fewest > 2:
        assert found == ()


def all_singles(pack: Pack, decided: Decided) -> list[Change]:
    return [one for one in nearest_changes(pack, decided, 99) if len(one.facts) == 1]


def alone_matters(
    name: str,
    row: tuple[Coded, ...],
    known: Mapping[tuple[Coded, ...], Decided],
    *,
    going_back: bool,
) -> bool:
    place = list(VALUES).index(name)
    later = [value for value in VALUES["day"] if int(value or 0) > int(row[0] or 0)]
    values = later if name == "day" and not going_back else VALUES[name]
    tried = [(*row[:place], value, *row[place + 1 :]) for value in values]
    return any(known[one].outcome != known[row].outcome for one in tried if one in known)
