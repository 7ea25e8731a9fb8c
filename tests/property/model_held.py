"""What the solver's model answers, row by row, held to what generated Python decides."""

from __future__ import annotations

from typing import Any

import z3
from hypothesis import event

from oferta.core.terms.errors import Gap, Stopped, TermsError
from oferta.core.terms.program import compile_program
from oferta.core.terms.proving.encoding import alike
from oferta.core.terms.proving.model import Model, symbols_for
from oferta.core.terms.proving.numbers import Ratio
from oferta.core.terms.proving.search import Search
from oferta.core.terms.relations import breaks
from oferta.core.terms.subject import Subject
from packs import Asked


def hold_model(drawn: Asked, rows: int) -> None:
    """Hold the model to the mask and the outcome of the first rows."""
    program = compile_program(drawn.pack, drawn.edition, drawn.question)
    subject = Subject(drawn.pack, drawn.edition, drawn.pack.questions["q"])
    symbols = symbols_for(subject)
    model = Model(subject, symbols)
    for row in drawn.rows[:rows]:
        try:
            day = program.day_of(row)
            mask = program.mask(day, *[row[name] for name in program.names])
        except TermsError:
            continue
        search = Search([model], [], row)
        pins = [symbols.pinned(name, row[name]) for name in symbols.of]
        if any(breaks(one, row) for one in drawn.pack.assumed(subject.question)):
            event("model: facts disagree")
            assert search.case(pins, lambda _: True) is None
            continue

        def same_facts(facts: Any) -> bool:
            return {name: facts[name] for name in row} == row  # noqa: B023

        bits = [one if mask >> i & 1 else not_(one) for i, one in enumerate(model.applies)]
        event("model: mask")
        assert search.case([*pins, *bits], same_facts) is not None
        _hold_outcome(program, model, search, pins, row)


def not_(one: Any) -> Any:
    return not one if isinstance(one, bool) else z3.Not(one)


def _hold_outcome(program: Any, model: Any, search: Any, pins: Any, row: Any) -> None:
    try:
        decided = program.decide(row)
    except Stopped as stopped:
        event(f"model: {stopped.code}")
        if isinstance(stopped, Gap):
            alive = [model.alive[i] for i in model.deciding]
            assert search.case([*pins, *map(not_, alive)], lambda _: True) is not None
        return
    if decided.limited or program.asked.question.combine == "sum":
        return
    event("model: outcome")
    for name in decided.decided_by:
        index = program.clause_ids.index(name)
        fields = model.outcome(index)
        same = [
            value_of(model.symbols, value, coded)
            for value, coded in zip(fields, decided.outcome.values(), strict=True)
        ]
        assert search.case([*pins, model.alive[index], *same], lambda _: True) is not None


def value_of(symbols: Any, value: Any, coded: Any) -> Any:
    constant = symbols.constant(coded)
    return alike(value, Ratio(constant)) if isinstance(value, Ratio) else value == constant
