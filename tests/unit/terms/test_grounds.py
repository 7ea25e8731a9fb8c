"""An explanation shows the choices behind the values and ways of counting that decided."""

from __future__ import annotations

from pathlib import Path

from oferta.core.terms import Terms
from oferta.core.terms.explain import explain

TERMS = Terms.load(Path(__file__).parents[3] / "terms")


def notes(example_id: str) -> list[str]:
    pack = TERMS.pack("ticket-refunds")
    example = next(one for one in pack.examples if one.id == example_id)
    decided = TERMS.decide(pack.name, example.question, example.facts)
    why = explain(pack, decided, "en", changes=0)
    return [note.requirement for note in why.clauses[0].notes]


def test_how_days_were_counted_is_told_to_whoever_it_decided_about() -> None:
    """TR-25: the counting of days is a choice, and the customer sees it."""
    assert "TR-25" in notes("kassir-day-minus-10")
    assert "TR-25" in notes("redkassa-day-minus-10")


def test_each_choice_is_told_once_and_the_clauses_own_first() -> None:
    found = notes("kassir-day-minus-10")
    assert found[0] == "TR-20"
    assert "TR-35" in found  # the step of the rounding
    assert len(found) == len(set(found))
