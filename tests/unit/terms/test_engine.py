"""The packs in use: the edition of the day, facts read, limits summed in between."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

import pytest
from made import DATE, FACTS, GIVEN, MOMENT, clause, edition, limit, pack

import oferta.core.terms
from oferta.core.terms import reference
from oferta.core.terms.engine import Terms
from oferta.core.terms.errors import (
    MissingFact,
    NotInForce,
    TermsError,
    UnknownEdition,
    UnknownFact,
    UnknownPack,
    UnknownQuestion,
    WrongFact,
)
from oferta.core.terms.types import Counting, DateOf, Derived, Edition, FactRef, Place, Window

ROOT = Path(__file__).parents[3]
TWO = pack(edition([clause("old", then=1)], start=100), edition([clause("new", then=2)], start=200))


@pytest.mark.parametrize(("on", "decided_by"), [(100, "old"), (199, "old"), (200, "new")])
def test_the_edition_of_the_day_decides_also_a_late_claim_bc_89(on: int, decided_by: str) -> None:
    decided = Terms([TWO]).decide_coded("made", "q", GIVEN | {"on": on})
    assert decided.decided_by == (decided_by,)
    assert Terms([TWO]).decide_coded("made", "q", GIVEN, on=on).day == on


def test_before_the_first_edition_nothing_is_in_force() -> None:
    with pytest.raises(NotInForce) as refused:
        Terms([TWO]).decide_coded("made", "q", GIVEN | {"on": 99})
    assert (refused.value.day, refused.value.first) == ("1970-04-10", "1970-04-11")


def test_an_edition_can_be_asked_for_by_its_id() -> None:
    decided = Terms([TWO]).decide_coded("made", "q", GIVEN | {"on": 300}, edition="from-100")
    assert (decided.edition, decided.decided_by) == ("from-100", ("old",))
    with pytest.raises(UnknownEdition) as refused:
        Terms([TWO]).decide_coded("made", "q", GIVEN, edition="2031-01-01")
    assert refused.value.known == ["from-100", "from-200"]


def test_unknown_packs_and_questions_are_told_with_the_known_ones() -> None:
    terms = Terms([TWO])
    with pytest.raises(UnknownPack) as no_pack:
        terms.decide_coded("maid", "q", GIVEN)
    assert no_pack.value.known == ["made"]
    with pytest.raises(UnknownQuestion):
        terms.decide_coded("made", "p", GIVEN)


def test_each_edition_counts_the_day_itself() -> None:
    place = Place("x", 1)

    def by(zone: str, start: int) -> Edition:
        counting = Counting("c", None, True, True, zone, time_zone_is_fact=False)
        expression = DateOf(FactRef("at", MOMENT), "c", DATE)
        told = Derived("paid_on", expression, "", DATE, {}, place, ("at",))
        return edition([clause(zone, then=1)], start=start, derived=[told], countings=[counting])

    facts = {"at": MOMENT}
    made = pack(by("Asia/Almaty", 0), by("UTC", 200), facts=facts, on="paid_on")
    # 22:00 UTC on day 199: already day 200 in Almaty, but the new edition counts in UTC.
    late = {"at": 200 * 86_400_000_000 - 7_200_000_000}
    assert Terms([made]).decide_coded("made", "q", late).decided_by == ("Asia/Almaty",)
    assert Terms([made]).decide_coded("made", "q", {"at": 200 * 86_400_000_000}).day == 200


WRITTEN = {
    "on": "1970-04-11",
    "paid": "100 KZT",
    "count": 2,
    "channel": "pos",
    "who": "A",
    "app": False,
    "insured": False,
    "own": False,
}


def test_facts_are_taken_as_they_are_written_and_a_nullable_one_may_be_left_out() -> None:
    decided = Terms([TWO]).decide("made", "q", WRITTEN)
    assert (decided.day, decided.facts["paid"], decided.facts["mcc"]) == (100, 10_000, None)
    assert list(decided.facts) == list(FACTS)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"paidd": "1 KZT"}, UnknownFact),
        ({"paid": "1 USD"}, WrongFact),
        ({"on": "yesterday"}, WrongFact),
        ({"on": None}, WrongFact),
    ],
)
def test_wrong_facts_are_refused_by_name(change: dict[str, object], error: type) -> None:
    with pytest.raises(error) as refused:
        Terms([TWO]).decide("made", "q", WRITTEN | change)
    assert refused.value.fact == next(iter(change))


@pytest.mark.parametrize("given", ["lots", "12.5", "1 USD", "KZT", "1 000,5 KZT"])
def test_an_amount_that_is_none_is_told_in_the_unit_of_its_fact(given: str) -> None:
    with pytest.raises(WrongFact) as refused:
        Terms([TWO]).decide("made", "q", WRITTEN | {"paid": given})
    assert refused.value.expected == "an amount, as 1000 KZT"


def test_a_missing_day_is_a_missing_fact_and_not_an_edition_out_of_force() -> None:
    with pytest.raises(MissingFact) as refused:
        Terms([TWO]).decide("made", "q", {k: v for k, v in WRITTEN.items() if k != "on"})
    assert refused.value.fact == "on"


def test_limits_are_summed_between_reading_and_deciding() -> None:
    caps = [limit("cap", 50), limit("later", 10, in_force=Window(500, None))]
    made = pack(edition([clause("a", then=100)], limits=caps))
    asked = Terms([made]).read("made", "q", WRITTEN)
    assert [(one.limit, one.used, one.holder) for one in asked.windows] == [
        ("cap", "cap_used", "who=s1:A")
    ]
    decided = asked.decide({"cap_used": 20})
    assert (decided.outcome["amount"], decided.facts["cap_used"]) == (30, 20)
    with pytest.raises(MissingFact) as refused:
        asked.decide()
    assert refused.value.fact == "cap_used"


def test_what_was_used_may_also_come_among_the_facts() -> None:
    made = pack(edition([clause("a", then=100)], limits=[limit("cap", 50)]))
    decided = Terms([made]).decide("made", "q", WRITTEN | {"cap_used": "0.20 KZT"})
    assert decided.outcome["amount"] == 30


@pytest.mark.parametrize("name", ["bonus-club", "ticket-refunds"])
def test_worked_examples_come_out_as_the_reference_says(name: str) -> None:
    terms = Terms.load(ROOT / "terms")
    examples = terms.pack(name).examples
    assert examples
    for example in examples:
        try:
            asked = terms.read(name, example.question, example.facts, on=example.on)
        except TermsError as error:
            assert error.code == example.error, example.id  # noqa: PT017 - not every example ends so
            continue
        used = dict.fromkeys(asked.program.limit_facts, 0) | asked.facts
        got = _answer(lambda asked=asked: asked.decide())
        wanted = _answer(
            lambda asked=asked, used=used: reference.decide(
                asked.pack, asked.edition, asked.question, used, on=asked.day
            )
        )
        assert got == wanted, example.id


def _answer(ask: object) -> object:
    try:
        return ask()  # type: ignore[operator]
    except TermsError as error:
        return error.code, error.facts()


def test_the_example_in_the_docstring_of_the_room_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert doctest.testmod(oferta.core.terms) == (0, 9)


def test_the_room_needs_neither_django_nor_a_database() -> None:
    names = ", ".join(oferta.core.terms.__all__)
    source = (
        f"import sys; from oferta.core.terms import {names}; "
        "print({'django', 'psycopg', 'procrastinate'} & set(sys.modules))"
    )
    found = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "set()"


def test_a_name_that_the_room_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        oferta.core.terms.nonsense  # noqa: B018 - asking is the test
