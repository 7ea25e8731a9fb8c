"""The terms of ticket refunds say what the requirements say (TR-15 to TR-58 and their kin)."""

from __future__ import annotations

import random
import re
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import yaml

from oferta.core.terms.check import run_examples
from oferta.core.terms.engine import Terms
from oferta.core.terms.errors import PackInvalid
from oferta.core.terms.loader import load_pack
from oferta.core.terms.types import Kind
from oferta.kernel.i18n import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oferta.core.terms.types import Coded, Decided, Edition, Pack, Type

PACK = "ticket-refunds"
FOLDER = Path(__file__).parents[3] / "terms" / PACK
DAY_ZERO = date(1970, 1, 1)
OPERATORS = ("kassir", "redkassa", "kassy")

AMOUNTS_AND_REASONS = {f"TR-{number}" for number in range(15, 59)}
#: What the two chapters say that is no term, and where it belongs.
NOT_TERMS = {
    "TR-58": "that every decision is told is the notices' promise, whatever the terms",
}
#: Contradictory, ambiguous, truncated or silent places that these terms meet: first all of the
#: chapters on amounts and on reasons, then those of filing, payment and changed performances.
OPEN_PLACES = {
    f"TR-{number}"
    for number in (
        *(17, 19, 20, 21, 22, 25, 26, 29, 31, 35, 36, 44, 50, 53, 55),
        *(78, 79, 87, 88, 91, 109, 112, 113),
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
    """The ordinary ticket that stands under every worked example."""
    examples = yaml.safe_load((FOLDER / "examples.yaml").read_text(encoding="utf-8"))
    return dict(examples["given"])


def decide(terms: Terms, question: str, facts: dict[str, object]) -> Decided:
    """Decide on facts as people write them; facts of other questions are left out."""
    asked = terms.question(PACK, question).facts
    return terms.decide(PACK, question, {name: facts[name] for name in asked})


def whole(value: Coded) -> int:
    assert isinstance(value, int)
    return value


# --- what is cited and settled ----------------------------------------------------------------


def parts(edition: Edition) -> Iterator[tuple[set[str], set[str]]]:
    """Yield what each clause and value cites and settles."""
    yield set(), {choice.requirement for choice in edition.settles}
    for kind in (edition.clauses, edition.values):
        for part in kind.values():
            yield set(part.cites), {choice.requirement for choice in part.settles}


def test_every_fact_about_amounts_and_reasons_is_cited_or_settled(pack: Pack) -> None:
    told = {id_ for edition in pack.editions for both in parts(edition) for id_ in set.union(*both)}
    assert AMOUNTS_AND_REASONS - told == set(NOT_TERMS)


def test_every_open_place_of_the_sources_is_settled_with_a_note(pack: Pack) -> None:
    settled = {id_ for edition in pack.editions for _, ids in parts(edition) for id_ in ids}
    assert OPEN_PLACES - settled == set()
    assert [edition.id for edition in pack.editions if edition.open_points] == []


def test_no_question_about_a_ticket_is_decided_without_its_operator(pack: Pack) -> None:
    """TR-14: a rule of one operator is never applied to another."""
    assert pack.facts["operator"].type.values == OPERATORS
    assert not pack.facts["operator"].type.nullable
    for question in ("refund", "payout_deadline", "payout_way"):
        assert "operator" in pack.questions[question].facts


@pytest.mark.parametrize("name", ["full_days", "half_days", "least_days", "document_days"])
def test_an_edition_without_a_split_day_cannot_be_loaded(tmp_path: Path, name: str) -> None:
    """TR-19, TR-50: what the sources leave out must be said."""
    folder = tmp_path / PACK
    shutil.copytree(FOLDER, folder)
    edition = folder / "editions" / "2021-09-01.yaml"
    whole_text = edition.read_text(encoding="utf-8")
    without = re.sub(rf"^  {name}:\n(    .*\n)+", "", whole_text, count=1, flags=re.MULTILINE)
    assert without != whole_text
    edition.write_text(without, encoding="utf-8")
    with pytest.raises(PackInvalid) as refused:
        load_pack(folder)
    required = [one for one in refused.value.problems if one.code == "terms.required_value"]
    assert {one.where for one in required} == {name}


# --- worked examples --------------------------------------------------------------------------


def test_the_worked_examples_come_out(pack: Pack) -> None:
    assert len(pack.examples) > 140
    assert run_examples(pack) == []


def test_every_clause_decides_in_some_worked_example(pack: Pack) -> None:
    """A clause that no example reaches could say anything."""
    reached = {id_ for example in pack.examples for id_ in example.decided_by or ()}
    clauses = {id_ for edition in pack.editions for id_ in edition.clauses}
    assert clauses - reached == set()


# --- days before the performance --------------------------------------------------------------


def own_wish_expected(operator: str, days_apart: int) -> tuple[int, str]:
    """Roubles of a ticket of 1,000 and the deciding clause, restated from TR-18 to TR-25."""
    counted = days_apart if operator in ("kassir", "kassy") else days_apart - 1
    for least, roubles, clause in (
        (10, 1000, "own-wish-full"),
        (5, 500, "own-wish-half"),
        (3, 300, "own-wish-low"),
    ):
        if counted >= least:
            return roubles, clause
    return 0, "own-wish-none"


@pytest.mark.parametrize("zone", ["Europe/Moscow", "Asia/Vladivostok", "Europe/Kaliningrad"])
@pytest.mark.parametrize("operator", OPERATORS)
def test_own_wish_follows_the_operators_counting_at_every_hour(
    terms: Terms, given: dict[str, object], operator: str, zone: str
) -> None:
    """TR-23 to TR-26: the venue's midnight divides days, not the buyer's."""
    start = datetime(2026, 6, 20, 19, tzinfo=ZoneInfo(zone))
    facts = {**given, "operator": operator, "venue_time_zone": zone}
    filed = datetime(2026, 6, 1, 0, 30, tzinfo=ZoneInfo("Europe/Moscow"))
    while filed < start + timedelta(days=2):
        days_apart = (start.date() - filed.astimezone(start.tzinfo).date()).days
        roubles, clause = own_wish_expected(operator, days_apart)
        moments = {"performance_starts_at": start, "requested_at": filed, "decided_at": filed}
        decided = decide(terms, "refund", {**facts, **moments})
        assert decided.decided_by == (clause,), filed
        assert decided.outcome["total"] == roubles * 100
        filed += timedelta(hours=1)


def test_the_operators_differ_on_days_10_5_and_3_and_on_no_other(
    terms: Terms, given: dict[str, object]
) -> None:
    """TR-25."""
    differing = {}
    for days_apart in range(-3, 40):
        filed = datetime(2026, 6, 20, 12, tzinfo=ZoneInfo("Europe/Moscow"))
        filed -= timedelta(days=days_apart)
        facts = {**given, "requested_at": filed, "decided_at": filed}
        totals = tuple(
            whole(decide(terms, "refund", {**facts, "operator": operator}).outcome["total"]) // 100
            for operator in OPERATORS
        )
        if len(set(totals)) > 1:
            differing[days_apart] = totals
    assert differing == {10: (1000, 500, 1000), 5: (500, 300, 500), 3: (300, 0, 300)}


# --- days of payment --------------------------------------------------------------------------

#: Weekdays on which Russia does not work in 2026, restated from the published calendar as the
#: rows of days off that hold them.
OFF_2026 = [
    (date(2026, 1, 1), date(2026, 1, 11)),
    (date(2026, 2, 21), date(2026, 2, 23)),
    (date(2026, 3, 7), date(2026, 3, 9)),
    (date(2026, 5, 1), date(2026, 5, 3)),
    (date(2026, 5, 9), date(2026, 5, 11)),
    (date(2026, 6, 12), date(2026, 6, 14)),
    (date(2026, 11, 4), date(2026, 11, 4)),
    (date(2026, 12, 31), date(2026, 12, 31)),
]


def works_2026(day: date) -> bool:
    return day.isoweekday() < 6 and not any(first <= day <= last for first, last in OFF_2026)


def test_kassir_pays_on_the_tenth_working_day_after_every_day_of_the_year(
    terms: Terms, given: dict[str, object]
) -> None:
    """TR-83."""
    filed = date(2026, 1, 1)
    while filed < date(2026, 12, 10):
        due, left = filed, 10
        while left:
            due += timedelta(days=1)
            left -= works_2026(due)
        facts = {**given, "operator": "kassir", "requested_at": f"{filed}T12:00:00+03:00"}
        outcome = decide(terms, "payout_deadline", facts).outcome
        assert DAY_ZERO + timedelta(days=whole(outcome["by"])) == due, filed
        filed += timedelta(days=1)


# --- whatever the facts -----------------------------------------------------------------------

MONEY = ("0 RUB", "0.01 RUB", "333.35 RUB", "1500 RUB", "2000 RUB")


#: Days about which a case lies: the attack's two days of performances, and an ordinary summer.
ABOUT = (datetime(2024, 3, 23), datetime(2024, 3, 24), datetime(2026, 6, 20))  # noqa: DTZ001


def a_case(rng: random.Random, pack: Pack) -> dict[str, object]:
    """Return facts of every kind, their days close enough together for each clause to matter."""
    about = rng.choice(ABOUT)
    facts = {name: any_of(rng, fact.type, about) for name, fact in pack.facts.items()}
    zone = rng.choice(("Europe/Moscow", "Asia/Vladivostok"))
    start = f"{about.date()}T19:00:00+03:00"
    begun, ended = facts["illness_from"], facts["illness_through"]
    if begun and ended and begun > ended:  # type: ignore[operator]  # days
        facts |= {"illness_from": ended, "illness_through": begun}
    return {**facts, "venue_time_zone": zone, "performance_starts_at": start}


def any_of(rng: random.Random, type_: Type, about: datetime) -> object:
    if type_.nullable and rng.random() < 0.3:
        return None
    moved = about + timedelta(days=rng.randint(-14, 16), seconds=rng.choice((0, 68_400, 86_399)))
    values: dict[Kind, object] = {
        Kind.ENUM: rng.choice(type_.values or ("",)),
        Kind.BOOLEAN: rng.random() < 0.2,
        Kind.MONEY: rng.choice(MONEY),
        Kind.MOMENT: f"{moved.isoformat()}+03:00",
        Kind.DATE: moved.date(),
    }
    return values.get(type_.kind)


def test_every_case_has_one_answer_that_never_returns_more_than_was_paid(
    pack: Pack, terms: Terms
) -> None:
    """TR-27, TR-28: neither gap nor conflict on 8,000 cases drawn from every fact's values."""
    rng = random.Random(194)
    decisions, deciding = set(), set()
    for _ in range(8_000):
        facts = a_case(rng, pack)
        decided = decide(terms, "refund", facts)
        out = decided.outcome
        decisions.add(out["decision"])
        deciding |= set(decided.decided_by)
        for returned, paid in (
            ("ticket_money", "ticket_paid"),
            ("service_fee", "service_fee_paid"),
            ("delivery", "delivery_paid"),
        ):
            assert 0 <= whole(out[returned]) <= whole(decided.facts[paid]), facts
        parts_sum = sum(whole(out[name]) for name in ("ticket_money", "service_fee", "delivery"))
        assert out["total"] == parts_sum
        assert (out["decision"] == "paid") == (out["base"] != "nothing")
        if out["decision"] == "paid":
            fees = decide(terms, "fees", facts).outcome
            assert (fees["service_fee"], fees["delivery"]) == (out["service_fee"], out["delivery"])
        else:
            assert parts_sum == 0
    assert decisions == set(field_values(pack, "decision"))
    clauses = pack.editions[-1].clauses.values()
    assert deciding == {clause.id for clause in clauses if clause.question == "refund"}


def field_values(pack: Pack, name: str) -> tuple[str, ...]:
    return next(one.type.values for one in pack.questions["refund"].answer if one.name == name)


def test_an_order_of_mixed_prices_returns_the_sum_of_its_tickets(
    terms: Terms, given: dict[str, object]
) -> None:
    """TR-35: half a kopeck goes up on each ticket, in the visitor's favour."""
    filed = {"operator": "kassir", "requested_at": "2026-06-17T12:00:00+03:00"}
    total = 0
    for price in ("333.35 RUB", "333.35 RUB", "1000.05 RUB"):
        facts = {**given, **filed, "ticket_nominal": price, "ticket_paid": price}
        total += whole(decide(terms, "refund", facts).outcome["total"])
    assert total == 10_001 + 10_001 + 30_002


# --- words ------------------------------------------------------------------------------------


def figures(words: str) -> list[str]:
    # Three languages write months as words, Chinese as a figure.
    return sorted(re.findall(r"\d+", re.sub(r"\d+月", "", words)))


def test_the_five_languages_hold_the_same_figures_and_dates(pack: Pack) -> None:
    """TR-165."""
    for edition in pack.editions:
        for id_ in edition.clauses:
            told = {
                language: figures(f"{words.title} {words.body}")
                for language in LANGUAGES
                for words in [edition.text[language][id_]]
            }
            assert all(found == told["ru"] for found in told.values()), (id_, told)


def test_the_notes_of_choices_hold_the_same_figures_and_dates_in_the_five_languages(
    pack: Pack,
) -> None:
    """TR-165: a visitor reads them beside the decision."""
    for edition in pack.editions:
        kinds = (edition.clauses, edition.values)
        settling = [edition, *(part for kind in kinds for part in kind.values())]
        for choice in (choice for part in settling for choice in part.settles):
            told = {language: figures(choice.note[language]) for language in LANGUAGES}
            assert all(found == told["ru"] for found in told.values()), (choice.requirement, told)


def test_every_figure_of_the_edition_stands_in_the_published_words(pack: Pack) -> None:
    """What the clauses compute with is what the reader is told."""
    edition = pack.editions[0]
    published = {figure for words in edition.text["ru"].values() for figure in figures(words.body)}
    for name, value in edition.values.items():
        if name != "kopeck":
            assert re.findall(r"\d+", value.source)[0] in published, name


def test_no_word_mixes_latin_and_cyrillic_letters() -> None:
    latin, cyrillic = re.compile("[A-Za-z]"), re.compile("[\u0400-\u04ff]")
    for path in FOLDER.rglob("*.*"):
        mixed = [
            word
            for word in re.findall(r"[^\W\d_]+", path.read_text(encoding="utf-8"))
            if latin.search(word) and cyrillic.search(word)
        ]
        assert mixed == [], path.name


def test_simplified_chinese_holds_no_traditional_characters_of_its_twin() -> None:
    hant, hans = (
        (FOLDER / "text" / f"zh-{script}.md").read_text(encoding="utf-8")
        for script in ("Hant", "Hans")
    )
    telling = set("門演觀眾題購廣關閉務營運證書與於為無實號條計認說請還這點見單開現發對時間")
    only_hant = telling & set(hant) - set("演")
    assert len(only_hant) > 20
    assert only_hant & set(hans) == set()


def test_a_performance_is_never_called_an_event_in_a_name(pack: Pack) -> None:
    names = [*pack.facts, *pack.lists, *pack.calendars, *pack.questions]
    for edition in pack.editions:
        names += [*edition.clauses, *edition.values, *edition.derived, *edition.countings]
    assert [name for name in names if "event" in name] == []
