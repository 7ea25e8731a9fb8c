"""Generated Python gives what the terms mean: held to the reference evaluator on random packs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings

from oferta.core.terms import reference, specialise
from oferta.core.terms.errors import TermsError
from oferta.core.terms.program import compile_program
from packs import Asked, asked


def answer(ask: Any, *given: Any, **named: Any) -> tuple[str, Any]:
    try:
        return "decided", ask(*given, **named)
    except TermsError as error:
        return error.code, error.facts()


@pytest.fixture(scope="module", autouse=True)
def _specialised_whenever_possible() -> Iterator[None]:
    """Small packs ask one fact too rarely to be specialised; here once is enough."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(specialise, "_ATOMS_MIN", 1)
        yield


# Drawing a pack takes longer than deciding many rows by it.
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(asked(row_count=20))
def test_generated_python_decides_as_the_reference_does(drawn: Asked) -> None:
    program = compile_program(drawn.pack, drawn.edition, drawn.question)
    for row in drawn.rows:
        wanted = answer(
            reference.decide, drawn.pack, drawn.edition, drawn.question, row, on=drawn.on
        )
        event(wanted[0])
        assert answer(program.decide, row, on=drawn.on) == wanted
        hold_the_fast_ways(program, drawn, row, wanted)


def hold_the_fast_ways(program: Any, drawn: Asked, row: dict[str, Any], wanted: Any) -> None:
    kind, facts = wanted
    if kind == "terms.wrong_fact":  # no day: the fast ways are given one
        return
    if kind != "decided" and drawn.on is None:
        day = answer(program.day_of, row)
        if day[0] != "decided":
            assert day == wanted
            return
    day = program.day_of(row) if drawn.on is None else drawn.on
    values = [row[name] for name in program.names]
    bare, run = answer(program.bare, day, *values), answer(program.run, day, values)
    if kind != "decided":
        assert bare == run == wanted
        return
    outcome = tuple(facts.outcome.values())
    assert program.mask(day, *values) == facts.mask
    assert (bare[0], bare[1][1]) == ("decided", outcome)
    assert program.clause_ids[bare[1][0]] in facts.decided_by
    mask, verdict, found = run[1]
    assert (mask, verdict.deciding, found) == (facts.mask, facts.decided_by, outcome)
