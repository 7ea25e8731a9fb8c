"""How the figures of an answer were worked out: clause by clause, then their sum."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oferta.core.terms.explanation import Work
from oferta.core.terms.figures import Figure, Figures
from oferta.core.terms.lexicon import field_type
from oferta.core.terms.steps import formula, steps
from oferta.core.terms.writing import MINUS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oferta.core.terms.case import Case
    from oferta.core.terms.types import Clause


def worked_out(case: Case) -> tuple[Work, ...]:
    """Return the arithmetic of the deciding clauses, before limits.

    What several clauses worked out alike is told once; under `sum` each clause is named, and the
    sum of every field follows.
    """
    deciding = [clause for clause in case.clauses if clause.id in case.decided_by]
    figures = {clause.id: _figures(case, clause) for clause in deciding}
    works = [work for clause in deciding for work in _of_clause(case, clause, figures[clause.id])]
    if case.question.combine == "sum" and len(deciding) > 1:
        return (*(_named(case, work) for work in works), *_sums(case, works, figures))
    told: dict[Work, Work] = {}
    for work in works:
        told.setdefault(replace(work, clause=""), work)
    return tuple(told.values())


def _figures(case: Case, clause: Clause) -> dict[str, Figure]:
    fields: dict[str, Figure] = {}
    for then in clause.then:
        fields[then.field] = Figures(case.terms.edition, case.facts, fields).of(then.expression)
    return fields


def _of_clause(case: Case, clause: Clause, fields: Mapping[str, Figure]) -> list[Work]:
    labels = {field.name: field.label[case.terms.language] for field in case.question.answer}
    figures = Figures(case.terms.edition, case.facts, fields)
    return [
        Work(
            clause=clause.id,
            field=then.field,
            label=labels[then.field],
            formula=formula(then.expression, case.terms, labels),
            steps=steps(then.expression, case.terms, figures),
            result=case.terms.show(fields[then.field], field_type(case.question, then.field)),
        )
        for then in clause.then
    ]


def _named(case: Case, work: Work) -> Work:
    title = case.terms.words.say("signs.bracketed", text=case.terms.titles((work.clause,)))
    return replace(work, label=f"{work.label} {title}")


def _sums(case: Case, works: list[Work], figures: Mapping[str, Mapping[str, Figure]]) -> list[Work]:
    say, found = case.terms.words.say, []
    for field in case.question.answer:
        parts = [work.result for work in works if work.field == field.name]
        added = " + ".join(
            say("signs.bracketed", text=part) if part.startswith(MINUS) else part for part in parts
        )
        result = case.terms.show(
            sum(int(one[field.name] or 0) for one in figures.values()), field.type
        )
        step = say("step.plain", item=added, result=result)
        label = field.label[case.terms.language]
        found.append(Work("", field.name, label, say("formula.total"), (step,), result))
    return found
