"""The solver's model means what the terms mean: held to generated Python on random packs."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import z3
from drawn import FACTS
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from model_held import not_

from oferta.core.terms import reference
from oferta.core.terms.errors import Gap, OutOfBounds, Stopped, TermsError
from oferta.core.terms.facts import question_facts
from oferta.core.terms.program import compile_program
from oferta.core.terms.proving import Finding, compare, prove
from oferta.core.terms.proving.model import symbols_for
from oferta.core.terms.proving.relating import broken
from oferta.core.terms.proving.rights import Loss, loss, rights_fall
from oferta.core.terms.relations import breaks
from oferta.core.terms.subject import Subject
from oferta.core.terms.types import (
    Always,
    Clause,
    Coded,
    Decided,
    Edition,
    Field,
    Kind,
    Pack,
    Relation,
    Window,
)
from oferta.core.terms.values import parse_value
from packs import Asked, asked, counts_days, relations

# --- findings are real, and nothing else is wrong -------------------------------------------------


def settled(facts: Any, drawn: Asked) -> Decided | str:
    try:
        return reference.decide(drawn.pack, drawn.edition, drawn.question, facts)
    except TermsError as error:
        return error.code


def case_of(finding: Finding, drawn: Asked) -> dict[str, Coded]:
    types = question_facts(drawn.pack, drawn.question, drawn.edition)
    found = {}
    for name, written in finding.facts.items():
        plain = (
            json.loads(written) if types[name].kind is Kind.TEXT and written[:1] == '"' else written
        )
        found[name] = parse_value(None if written == "null" else plain, types[name])
    return found


_CODES = {
    "terms.has_gap": "terms.gap",
    "terms.has_conflict": "terms.conflict",
    "terms.division_by_zero": "terms.division_by_zero",
    "terms.breaks_bounds": "terms.out_of_bounds",
}
_RULED_OUT = {stop: finding for finding, stop in _CODES.items()}


@settings(
    max_examples=80, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(asked(row_count=8))
def test_each_finding_is_real_and_what_was_not_found_does_not_happen(drawn: Asked) -> None:
    findings = prove(drawn.pack)
    told = {one.problem.code for one in findings if not one.note}
    unsure = any(one.problem.code == "terms.not_proved" for one in findings)
    dead = {one.problem.where for one in findings if one.problem.code == "terms.never_decides"}
    for one in findings:
        event(one.problem.code)
        if one.problem.code in _CODES and one.example.endswith(_CODES[one.problem.code]):
            assert settled(case_of(one, drawn), drawn) == _CODES[one.problem.code], one
    for row in drawn.rows:
        came_out = settled(row, drawn)
        if isinstance(came_out, Decided):
            event("decided")
            assert dead.isdisjoint(came_out.decided_by)
        elif not unsure and came_out in _RULED_OUT and asked_about(row, drawn):
            event(came_out)
            assert _RULED_OUT[came_out] in told, (came_out, row)


def asked_about(row: Any, drawn: Asked) -> bool:
    """Tell whether proofs speak of it: the edition's days, derived facts, declared bounds."""
    program = compile_program(drawn.pack, drawn.edition, drawn.question)
    try:
        day = program.day_of(row)
        program.mask(day, *[row[name] for name in program.names])
    except TermsError:
        return False
    try:
        program.decide(row)
    except OutOfBounds as error:
        return day >= drawn.edition.start and bool(error.mask) and is_declared(error, drawn)
    except Stopped as error:
        return day >= drawn.edition.start and (isinstance(error, Gap) or bool(error.mask))
    except TermsError:
        return False
    return True


def is_declared(error: OutOfBounds, drawn: Asked) -> bool:
    """Tell a bound that the field declares from the ends of 64 bits and of the calendar."""
    answer = drawn.pack.questions[drawn.question].answer
    of = next((field.type for field in answer if field.name == error.field), None)
    if of is None or (of.minimum is None and of.maximum is None):
        return False
    number = Decimal(error.value.split()[0].rstrip("%"))
    return number < 0 if of.maximum is None else not 0 <= number <= 100


# --- two editions -----------------------------------------------------------------------------


def changed(drawn: Asked, place: int, how: str) -> Edition:
    """Return a later edition that differs in one thing, which may matter to nobody."""
    first = drawn.edition
    ids = list(first.clauses)
    clause = first.clauses[ids[place % len(ids)]]
    changes: dict[str, Clause] = {
        "never": replace(clause, when=Always(value=False)),
        "always": replace(clause, when=Always(value=True)),
        "defeats nothing": replace(clause, defeats=()),
        "is over": replace(clause, in_force=Window(None, first.start)),
    }
    clauses = {**first.clauses, clause.id: changes.get(how, clause)}
    limits = first.limits
    if how == "limits":
        lower = {name: replace(one.at_most, value=50) for name, one in limits.items()}
        limits = {name: replace(one, at_most=lower[name]) for name, one in limits.items()}
    return replace(first, id="2024-02-01", start=first.start + 31, clauses=clauses, limits=limits)


HOW = ("never", "always", "defeats nothing", "is over", "limits", "nothing")


@settings(
    max_examples=60, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(asked(row_count=8), st.integers(0, 5), st.sampled_from(HOW))
def test_editions_proved_equal_are_and_witnesses_of_a_difference_are_real(
    drawn: Asked, place: int, how: str
) -> None:
    later = changed(drawn, place, how)
    fields = tuple(
        replace(one, good="any" if one.type.kind is Kind.ENUM else "more")
        for one in drawn.pack.questions["q"].answer
    )
    question = replace(drawn.pack.questions["q"], answer=fields)
    pack = replace(drawn.pack, editions=(drawn.edition, later), questions={"q": question})
    pair = drawn.edition, later
    found = compare(pack, pair, "q")
    event(f"{how}: {found.equal}")
    for witness in found.witnesses:
        before, after = (came_out(pack, one, witness.facts) for one in pair)
        assert before != after
    falls = rights_fall(pack, *pair, "q")
    assert not (found.equal and [one for one in falls if one.loss is not Loss.NOT_PROVED])
    for fall in falls:
        if fall.case:
            assert has_less(fields, *(came_out(pack, one, fall.case) for one in pair))
    for row in drawn.rows:
        if on_a_day_asked_about(pack, later, row):
            before, after = (came_out(pack, one, row) for one in pair)
            assert before == after or not found.equal
            assert falls or not has_less(fields, before, after)


def on_a_day_asked_about(pack: Pack, later: Edition, row: Any) -> bool:
    figures = [row[name] for name in row if name not in ("at", "None")]
    if any(isinstance(value, int) and abs(value) > 10**15 for value in figures):
        return False
    try:
        return compile_program(pack, later, "q").day_of(row) >= later.start
    except TermsError:
        return False


def came_out(pack: Pack, edition: Edition, facts: Any) -> Any:
    try:
        return reference.decide(pack, edition, "q", facts).outcome
    except TermsError as error:
        return error.code


def has_less(fields: tuple[Field, ...], before: Any, after: Any) -> bool:
    if isinstance(before, str):
        return False
    if isinstance(after, str):
        return True
    return any(loss(one, before[one.name], after[one.name]) for one in fields)


# --- relations --------------------------------------------------------------------------------


@settings(
    max_examples=80, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(relations(), asked(row_count=3))
def test_a_relation_is_broken_for_the_solver_where_it_is_when_facts_are_read(
    relation: Relation, drawn: Asked
) -> None:
    if counts_days(relation):
        return
    subject = Subject(drawn.pack, drawn.edition, drawn.pack.questions["q"])
    symbols = symbols_for(subject)
    for row in drawn.rows:
        fails = broken(relation, symbols.of, symbols)
        solver = z3.Solver()
        solver.add(*[symbols.pinned(name, row[name]) for name in FACTS])
        held = breaks(relation, row)
        event(f"broken: {held}")
        solver.add(not_(fails) if held else fails)
        assert solver.check() == z3.unsat
