"""The terms of the bonus club say what the requirements say (BC-14 to BC-61, BC-69)."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from oferta.core.terms.engine import Terms
from oferta.core.terms.facts import read_facts
from oferta.core.terms.loader import load_pack
from oferta.core.terms.types import Kind
from oferta.core.terms.values import parse_value
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from oferta.core.terms.types import Coded, Decided, Edition, Pack, Then, Type

FOLDER = Path(__file__).parents[3] / "terms" / "bonus-club"
DAY_ZERO = date(1970, 1, 1)
MONTHS = """January February March April May June July August September October November
December""".split()  # noqa: SIM905 - a list of words reads better as words
RULES = {f"BC-{number}" for number in range(14, 70)}
#: Contradictory, ambiguous, truncated, stale or silent places of the sources that these terms meet.
OPEN_PLACES = {
    f"BC-{number:02}"
    for number in (
        8,
        11,
        17,
        18,
        19,
        20,
        24,
        25,
        31,
        32,
        35,
        38,
        40,
        41,
        44,
        50,
        56,
        61,
        64,
        67,
        68,
        69,
    )
}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(FOLDER)


@pytest.fixture(scope="module")
def terms(pack: Pack) -> Terms:
    return Terms([pack])


@pytest.fixture(scope="module")
def given() -> dict[str, object]:
    """The ordinary payment and refund that stand under every worked example."""
    examples = yaml.safe_load((FOLDER / "examples.yaml").read_text(encoding="utf-8"))
    return dict(examples["given"])


def decide(terms: Terms, pack: Pack, question: str, facts: Mapping[str, object]) -> Decided:
    """Decide on facts as people write them, under the edition of their day; no limit is used."""
    day_fact = pack.questions[question].day
    day = parse_value(facts[day_fact], pack.facts[day_fact].type)
    assert isinstance(day, int)
    edition = terms.edition(pack.name, day)
    used = {limit.used: "0 KZT" for limit in edition.limits.values() if limit.question == question}
    known = {*pack.questions[question].facts, *used}
    asked = {name: value for name, value in {**used, **facts}.items() if name in known}
    return terms.decide_coded(pack.name, question, read_facts(pack, question, edition, asked))


def parts(edition: Edition) -> Iterator[tuple[set[str], set[str]]]:
    """Yield what each clause, value and limit cites and settles."""
    yield set(), {choice.requirement for choice in edition.settles}
    for kind in (edition.clauses, edition.values, edition.limits):
        for part in kind.values():
            yield set(part.cites), {choice.requirement for choice in part.settles}


def test_every_fact_of_earning_and_spending_is_cited_or_settled(pack: Pack) -> None:
    told = {id_ for edition in pack.editions for both in parts(edition) for id_ in set.union(*both)}
    # The ceilings of partner and Halyk+ are bounds of facts; clauses cite them all the same.
    assert told >= RULES, sorted(RULES - told)


def test_every_open_place_of_the_sources_is_settled_with_a_note(pack: Pack) -> None:
    settled = {id_ for edition in pack.editions for _, ids in parts(edition) for id_ in ids}
    assert settled >= OPEN_PLACES, sorted(OPEN_PLACES - settled)
    assert not [edition.id for edition in pack.editions if edition.open_points]


def test_every_exclusion_says_whose_bonus_it_takes(pack: Pack) -> None:
    """BC-61."""
    newest = pack.editions[-1]
    exclusions = [
        clause
        for clause in newest.clauses.values()
        if clause.question == "bank_bonus" and clause.defeats and "0%" in _rate(clause.then)
    ]
    assert len(exclusions) > 20
    silent = [
        clause.id
        for clause in exclusions
        if not any(
            choice.requirement == "BC-61"
            and re.match(r"Takes (both bonuses|the Bank's bonus)", choice.note["en"])
            for choice in clause.settles
        )
    ]
    assert silent == []


def _rate(then: tuple[Then, ...]) -> list[str]:
    return [item.source for item in then if item.field == "rate"]


def test_no_rate_of_the_bank_is_above_its_ceiling_but_the_bus_campaigns(pack: Pack) -> None:
    """BC-15, BC-16, BC-18: above 10% only what settles the contradiction by name."""
    for edition in pack.editions:
        ceiling = edition.values["bank_programme_ceiling"].const.value
        assert pack.facts["halyk_plus_rate"].type.maximum == ceiling
        above = [
            value.name
            for value in edition.values.values()
            if value.const.type.kind is Kind.PERCENT
            and _whole(value.const.value) > _whole(ceiling)
            and "BC-18" not in {choice.requirement for choice in value.settles}
        ]
        assert above == []


def _whole(value: Coded) -> int:
    assert isinstance(value, int)
    return value


def test_the_worked_examples_come_out(pack: Pack, terms: Terms) -> None:
    assert len(pack.examples) > 100
    for example in pack.examples:
        if example.outcome is None:
            with pytest.raises(OfertaError) as refused:
                decide(terms, pack, example.question, example.facts)
            assert refused.value.code == example.error, example.id
            continue
        decided = decide(terms, pack, example.question, example.facts)
        answer = pack.questions[example.question].answer
        expected = {
            field.name: parse_value(example.outcome[field.name], field.type)
            for field in answer
            if field.name in example.outcome
        }
        named = {name: value for name, value in decided.outcome.items() if name in expected}
        told = (example.id, named, decided.decided_by)
        assert told == (example.id, expected, example.decided_by)


def test_every_clause_decides_or_lifts_in_some_worked_example(pack: Pack, terms: Terms) -> None:
    """A clause that no example reaches could say anything."""
    reached: set[str] = set()
    for example in pack.examples:
        if example.outcome is None:
            continue
        decided = decide(terms, pack, example.question, example.facts)
        edition = terms.edition_called(pack.name, decided.edition)
        verdict = terms.program(pack.name, example.question, edition).verdict(decided.mask)
        lifting = {id_ for id_ in verdict.applied if not edition.clauses[id_].then}
        reached |= lifting | set(decided.decided_by)
    clauses = {id_ for edition in pack.editions for id_ in edition.clauses}
    assert clauses - reached == set()


def expected_in_the_app(category: str, day: date, *, listed: bool) -> tuple[int, str]:
    """The timeline of §9, restated: percent and the clause that decides (BC-34 to BC-38)."""
    if day < date(2023, 11, 2):
        return (0, "appendix-2") if listed else (1, "app-rate")
    if category == "mobile" and date(2024, 4, 16) <= day <= date(2024, 7, 16):
        return 1, "mobile-spring-2024"
    if category == "bus_fare" and date(2024, 9, 2) <= day <= date(2024, 12, 31):
        return 100, "bus-2024"
    return 0, "app-payments-stopped"


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("category", ["mobile", "bus_fare", "utilities", "purchase"])
def test_the_app_payment_rule_holds_on_every_day(
    pack: Pack, terms: Terms, given: dict[str, object], category: str, *, listed: bool
) -> None:
    """§9, day by day from October 2023 to January 2025 (BC-34 to BC-41)."""
    day, last = date(2023, 10, 1), date(2025, 1, 31)
    while day <= last:
        facts = {**given, "channel": "app", "category": category, "oked_listed": listed}
        decided = decide(terms, pack, "bank_bonus", {**facts, "paid_on": day})
        percent, clause = expected_in_the_app(category, day, listed=listed)
        told = (day, decided.outcome["rate"], decided.outcome["amount"], decided.decided_by)
        # 10 000 tenge in minor units are 1 000 000, a percent of them 10 000.
        assert told == (day, percent * 10_000, percent * 10_000, (clause,))
        day += timedelta(days=1)


def _any_of(rng: random.Random, type_: Type, name: str) -> object:
    if type_.kind is Kind.ENUM:
        return rng.choice(type_.values)
    if type_.kind is Kind.BOOLEAN:
        return rng.random() < 0.3
    choices: dict[str, list[object]] = {
        "merchant": ["kcell", "sinooil", "halyk insurance", "corner shop"],
        "mcc": [None, 4812, 4814, 5411],
        "money_paid": ["0 KZT", "99.99 KZT", "10000 KZT"],
        "bonuses_paid": ["0 KZT", "400 KZT"],
        "partner_rate": [None, "0%", "30%"],
        "halyk_plus_rate": ["0%", "10%"],
        "repeat_no": [0, 0, 1],
        "customer": ["member-1"],
        "member": ["member-1"],
        "partner": ["", "costa", "argos"],
    }
    return rng.choice(choices[name])


def test_no_payment_is_left_without_an_answer_or_gets_two(pack: Pack, terms: Terms) -> None:
    """Neither gap nor conflict on 10,000 payments drawn from every fact's values."""
    rng = random.Random(20170101)
    days = [edition.start + offset for edition in pack.editions for offset in (0, 30, 91, 92)]
    # Sorted, or the draws would differ from run to run.
    both = pack.questions["bank_bonus"].facts + pack.questions["partner_bonus"].facts
    asked = sorted(set(both) - {"paid_on"})
    for _ in range(10_000):
        facts: dict[str, object] = {"paid_on": DAY_ZERO + timedelta(days=rng.choice(days))}
        for name in asked:
            facts[name] = _any_of(rng, pack.facts[name].type, name)
        for question in ("bank_bonus", "partner_bonus"):
            outcome = decide(terms, pack, question, facts).outcome
            assert outcome["amount"] == 0 or outcome["rate"] != 0
            # Nothing to wait for where nothing was granted.
            assert not outcome["hold"] or facts["repeat_no"] != 0


def test_refunds_in_any_parts_take_back_exactly_what_was_earned(
    pack: Pack, terms: Terms, given: dict[str, object]
) -> None:
    """BC-69: part by part, never more than was earned, and all of it in the end."""
    rng = random.Random(69)
    for _ in range(300):
        paid, percent = rng.randint(1, 5_000_000), rng.randint(0, 30)
        earned = paid * percent // 100 // 100 * 100
        cuts = sorted({0, paid, *(rng.randint(0, paid) for _ in range(3))})
        taken = 0
        for before, after in pairwise(cuts):
            facts = {
                **given,
                "purchase_paid": _tenge(paid),
                "refunded_before": _tenge(before),
                "refunded": _tenge(after - before),
                "earned": _tenge(earned),
                "earned_rate": f"{percent}%",
                "clawed_back_before": _tenge(taken),
            }
            outcome = decide(terms, pack, "clawback", facts).outcome
            assert not outcome["hold"]
            taken += _whole(outcome["amount"])
            assert taken <= earned
        assert taken == earned


def _tenge(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02} KZT"


def figures(words: str) -> list[str]:
    """Return the figures; English writes a month as a word, Chinese a date in its own order."""
    words = re.sub(r"(\d+)年(\d+)月(\d+)日", r"\3.\2.\1", words)
    words = re.sub(
        rf"({'|'.join(MONTHS)}) ", lambda found: f".{MONTHS.index(found[1]) + 1}.", words
    )
    return sorted(figure.lstrip("0") for figure in re.findall(r"\d+", words))


def test_the_five_languages_hold_the_same_figures_and_dates(pack: Pack) -> None:
    """BC-90."""
    for edition in pack.editions:
        for id_ in [*edition.clauses, *edition.limits]:
            told = {
                language: figures(f"{words.title} {words.body}")
                for language in LANGUAGES
                for words in [edition.text[language][id_]]
            }
            assert all(found == told["kk"] for found in told.values()), (id_, told)


def test_the_notes_of_choices_hold_the_same_figures_and_dates_in_the_five_languages(
    pack: Pack,
) -> None:
    """BC-90: a customer reads them beside the decision."""
    for edition in pack.editions:
        kinds = (edition.clauses, edition.values, edition.limits)
        settling = [edition, *(part for kind in kinds for part in kind.values())]
        for choice in (choice for part in settling for choice in part.settles):
            told = {language: figures(choice.note[language]) for language in LANGUAGES}
            assert all(found == told["kk"] for found in told.values()), (choice.requirement, told)


def test_no_word_mixes_latin_and_cyrillic_letters() -> None:
    """BC-45: a Latin search for MCC finds every MCC."""
    latin, cyrillic = re.compile("[A-Za-z]"), re.compile("[\u0400-\u04ff]")
    for path in FOLDER.rglob("*.*"):
        written = path.read_text(encoding="utf-8")
        mixed = [
            word
            for word in re.findall(r"\w+", written)
            if latin.search(word) and cyrillic.search(word)
        ]
        assert mixed == [], path.name
        if path.parent.name == "text":
            assert "MCC 4812" in written
            assert "MCC 4814" in written
        # The three letters that look alike, spelt in Cyrillic.
        assert "\u041c\u0421\u0421" not in written, path.name
