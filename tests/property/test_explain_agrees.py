"""An explanation never says otherwise than the decision: random packs, random facts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from oferta.core.terms.case import decided_case
from oferta.core.terms.errors import TermsError
from oferta.core.terms.explain import explain
from oferta.core.terms.figures import Figures
from oferta.core.terms.program import compile_program
from oferta.core.terms.types import Decided, Pack
from oferta.core.terms.weighing import distance, failures, truth
from oferta.kernel.i18n import LANGUAGES, Language
from packs import Asked, asked


class Words(defaultdict[Any, Any]):
    """Words in any language for what drawn packs leave unnamed."""

    def __init__(self) -> None:
        super().__init__(lambda: "a word")


def named(pack: Pack) -> Pack:
    """Return the pack with a label on everything."""
    labels = Words()
    values = defaultdict(Words)
    question, edition = pack.questions["q"], pack.editions[0]
    fields = tuple(replace(f, label=labels, value_labels=values) for f in question.answer)
    return replace(
        pack,
        title=labels,
        facts={
            name: replace(fact, label=labels, value_labels=values)
            for name, fact in pack.facts.items()
        },
        questions={"q": replace(question, label=labels, answer=fields)},
        editions=(
            replace(
                edition,
                note=labels,
                derived={n: replace(d, label=labels) for n, d in edition.derived.items()},
                limits={n: replace(one, label=labels) for n, one in edition.limits.items()},
            ),
        ),
    )


def decisions(drawn: Asked) -> list[Decided]:
    program = compile_program(drawn.pack, drawn.edition, drawn.question)
    found = []
    for row in drawn.rows:
        try:
            found.append(program.decide(row, on=drawn.on))
        except TermsError:
            continue
    return found


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(asked())
def test_atoms_and_figures_come_out_as_the_decision_did(drawn: Asked) -> None:
    for decided in decisions(drawn):
        case = decided_case(drawn.pack, decided, "en")
        for index, clause in enumerate(case.clauses):
            held = truth(clause.when, case.facts) is True
            assert case.applied(index) == (held and case.in_force(clause))
            assert bool(failures(clause.when, case.facts)) is not held
            assert (distance(clause.when, case.facts) == 0) is held
        hold_the_figures(drawn, decided)


def hold_the_figures(drawn: Asked, decided: Decided) -> None:
    """Every deciding clause's outcome, before limits, as figures: alone it is the answer."""
    event(f"{len(decided.decided_by)} clauses")
    if drawn.pack.questions["q"].combine == "sum" and len(decided.decided_by) > 1:
        return
    case = decided_case(drawn.pack, decided, "en")
    before = dict(decided.outcome)
    for effect in reversed(decided.limited):
        before[drawn.edition.limits[effect.limit].field] = effect.before
    fields: dict[str, Any] = {}
    clause = drawn.edition.clauses[decided.decided_by[0]]
    for then in clause.then:
        fields[then.field] = Figures(drawn.edition, case.facts, fields).of(then.expression)
    assert {name: _plain(value) for name, value in fields.items()} == before


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, Fraction) else value


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(asked(row_count=2), st.sampled_from(LANGUAGES))
def test_everything_that_was_decided_can_be_told(drawn: Asked, language: Language) -> None:
    pack = named(drawn.pack)
    for decided in decisions(drawn):
        explanation = explain(pack, decided, language, full=True)
        assert len(explanation.clauses) == len(drawn.edition.clauses)
        assert {clause.id for clause in explanation.clauses} >= set(decided.decided_by)
        assert explanation.as_text()
