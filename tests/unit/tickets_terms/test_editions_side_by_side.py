"""Rules of several years stand side by side, each with its day, its words and its examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from oferta.core.terms.engine import Terms
from oferta.core.terms.loader import load_pack
from oferta.core.terms.types import Pack
from oferta.kernel.i18n import LANGUAGES

FOLDER = Path(__file__).parents[3] / "terms" / "ticket-refunds"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(FOLDER)


def test_every_edition_says_from_which_day_it_holds(pack: Pack) -> None:
    # TR-162
    days = [one.start for one in pack.editions]
    assert len(days) > 1
    assert days == sorted(set(days))


def test_every_edition_has_its_words_and_examples_that_it_decides(pack: Pack) -> None:
    # TR-108: after a change its rules are published with examples.
    terms = Terms([pack])
    decided = {
        terms.decide(pack.name, one.question, one.facts, one.on).edition
        for one in pack.examples
        if not one.error
    }
    assert decided == {one.id for one in pack.editions}
    for edition in pack.editions:
        told = {language: set(edition.text[language]) for language in LANGUAGES}
        assert all(set(edition.clauses) <= clauses for clauses in told.values())


def test_a_case_that_was_decided_before_a_question_grew_is_decided_again(pack: Pack) -> None:
    # TR-30: nobody was asked where a form is before 22 November 2026.
    terms = Terms([pack])
    example = next(one for one in pack.examples if one.id == "kassir-day-minus-10")
    asked = terms.read(pack.name, "refund", example.facts)
    before = {name: value for name, value in asked.facts.items() if name != "delivery_stage"}
    decided = terms.decide_coded(pack.name, "refund", before, asked.day, "2024-03-22")
    assert decided.facts["delivery_stage"] == "none"
    assert decided.outcome["delivery"] == 0
    spoken = {name: value for name, value in example.facts.items() if name != "delivery_stage"}
    assert terms.decide(pack.name, "refund", spoken).outcome == decided.outcome
