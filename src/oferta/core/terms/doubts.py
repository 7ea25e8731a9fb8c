"""Settles which conditions can really be unknown: the solver is asked only where nulls may matter.

What the nulls of a condition alone tell is quick and never too little; it may be too much, where a
fact is null only when the rest of the condition does not look at it. So nothing is told before
facts are found on which the condition is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oferta.core.terms.problems import Code
from oferta.core.terms.values import write_value
from oferta.core.terms.walk import facts_of_condition

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oferta.core.terms.draft import Doubt
    from oferta.core.terms.problems import Report
    from oferta.core.terms.types import Clause, Coded, Edition, Pack


def report_unknown(pack: Pack, doubts: Iterable[tuple[str, Doubt]], report: Report) -> None:
    """Report each condition that can be unknown, with facts on which it is."""
    told: set[Doubt] = set()
    for id_, doubt in doubts:
        edition = next(one for one in pack.editions if one.id == id_)
        clause = edition.clauses.get(doubt.clause)
        if clause is None or doubt in told:  # without a clause another problem is told
            continue
        case = _case(pack, edition, clause)
        if case is not None:
            told.add(doubt)
            _report(pack, edition, clause, doubt, case, report)


def _case(pack: Pack, edition: Edition, clause: Clause) -> dict[str, Coded] | None:
    """Return facts on which a condition is unknown, none if it was not settled; None: never."""
    if pack.questions[clause.question].day not in {*pack.facts, *edition.derived}:
        return {}
    from oferta.core.terms.proving.unknown import unknown_case  # noqa: PLC0415 - rarely needed

    return unknown_case(pack, edition, clause)


def _report(
    pack: Pack,
    edition: Edition,
    clause: Clause,
    doubt: Doubt,
    case: dict[str, Coded],
    report: Report,
) -> None:
    nulls = tuple(name for name, value in case.items() if value is None) or doubt.nulls
    looked_at = dict.fromkeys(
        raw
        for name in facts_of_condition(clause.when)
        for raw in (edition.derived[name].reads if name in edition.derived else (name,))
    )
    nulls = tuple(name for name in nulls if name in looked_at) or doubt.nulls
    others = [
        f"{name} {write_value(case[name], pack.facts[name].type)}"
        for name in looked_at
        if case.get(name) is not None
    ]
    guards = " AND ".join(f"{name} IS NOT NULL" for name in nulls)
    report.add(
        Code.COULD_BE_UNKNOWN, doubt.place, clause.id,
        f"the condition could be unknown where {' and '.join(nulls)} "
        f"{'is' if len(nulls) == 1 else 'are'} null"
        + (f", as with {', '.join(others)}" if others else ""),
        f"the case written out, as {guards} AND …",
    )  # fmt: skip
