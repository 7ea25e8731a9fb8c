"""The solver's model means what the terms mean: held to generated Python on random packs."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, event, given, settings

from oferta.core.terms.codegen import Subject
from oferta.core.terms.errors import Gap, Stopped, TermsError
from oferta.core.terms.program import compile_program
from oferta.core.terms.proving.encoding import alike
from oferta.core.terms.proving.model import Model, symbols_for
from oferta.core.terms.proving.numbers import Ratio
from oferta.core.terms.proving.search import Search
from packs import Asked, asked


def value_of(symbols: Any, value: Any, coded: Any) -> Any:
    constant = symbols.constant(coded)
    return alike(value, Ratio(constant)) if isinstance(value, Ratio) else value == constant


@settings(
    max_examples=60, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(asked(row_count=4))
def test_the_model_holds_the_mask_and_the_outcome_that_generated_python_gives(
    drawn: Asked,
) -> None:
    program = compile_program(drawn.pack, drawn.edition, drawn.question)
    for row in drawn.rows:
        try:
            day = program.day_of(row)
            mask = program.mask(day, *[row[name] for name in program.names])
        except TermsError:
            continue
        subject = Subject(drawn.pack, drawn.edition, drawn.pack.questions["q"])
        symbols = symbols_for(subject)
        model = Model(subject, symbols)
        search = Search([model], [], row)
        pins = [symbols.pinned(name, row[name]) for name in symbols.of]

        def same_mask(facts: Any) -> bool:
            return {name: facts[name] for name in row} == row  # noqa: B023

        bits = [one if mask >> i & 1 else not_(one) for i, one in enumerate(model.applies)]
        event("mask")
        assert search.case([*pins, *bits], same_mask) is not None
        hold_the_outcome(program, model, search, pins, row)


def not_(one: Any) -> Any:
    import z3

    return not one if isinstance(one, bool) else z3.Not(one)


def hold_the_outcome(program: Any, model: Any, search: Any, pins: Any, row: Any) -> None:
    try:
        decided = program.decide(row)
    except Stopped as stopped:
        event(stopped.code)
        if isinstance(stopped, Gap):
            alive = [model.alive[i] for i in model.deciding]
            assert search.case([*pins, *map(not_, alive)], lambda _: True) is not None
        return
    if decided.limited or program.asked.question.combine == "sum":
        return
    event("outcome")
    for name in decided.decided_by:
        index = program.clause_ids.index(name)
        fields = model.outcome(index)
        same = [
            value_of(model.symbols, value, coded)
            for value, coded in zip(fields, decided.outcome.values(), strict=True)
        ]
        assert search.case([*pins, model.alive[index], *same], lambda _: True) is not None
