"""All proofs of the policy of `terms.py`, and of one ten times as long, in seconds of CPU.

The long policy repeats the thirty clauses (and six that only lift) for ten card programmes, every
category code moved: 300 clauses of one question, all to be held against each other. Before
anything is timed it is checked that the policy is proved whole, and that a planted overlap is
found in the long one.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from oferta.core.terms.loader import load_pack
from oferta.core.terms.proving import prove
from oferta.core.terms.types import (
    And,
    Between,
    Clause,
    Compare,
    Condition,
    Const,
    Fact,
    FactRef,
    InList,
    Kind,
    Not,
    Or,
    Pack,
    Type,
)

POLICY = Path(__file__).parent / "policy"
COPIES = 10
_STEP = 37


def long_policy(pack: Pack, copies: int = COPIES) -> Pack:
    """Return the policy repeated for as many card programmes, each with codes of its own."""
    names = tuple(f"p{copy}" for copy in range(copies))
    programme = Type(Kind.ENUM, values=names)
    first = pack.editions[0]
    clauses: dict[str, Clause] = {}
    for copy, name in enumerate(names):
        own = Compare("=", FactRef("programme", programme), Const(name, programme))
        for clause in first.clauses.values():
            id_ = f"{clause.id}-{name}"
            clauses[id_] = replace(
                clause,
                id=id_,
                defeats=tuple(f"{other}-{name}" for other in clause.defeats),
                when=And((own, _shifted(clause.when, copy * _STEP))),
            )
    asked = pack.questions["accrual"]
    fact = Fact("programme", programme, {}, {}, False, asked.place)
    return replace(
        pack,
        facts={**pack.facts, "programme": fact},
        questions={"accrual": replace(asked, facts=(*asked.facts, "programme"))},
        editions=(replace(first, clauses=clauses),),
        examples=(),
    )


def _shifted(condition: Condition, by: int) -> Condition:  # noqa: PLR0911 - a case per node
    """Return a condition with its category codes moved up, far below the greatest."""
    match condition:
        case And(items):
            return And(tuple(_shifted(item, by) for item in items))
        case Or(items):
            return Or(tuple(_shifted(item, by) for item in items))
        case Not(item):
            return Not(_shifted(item, by))
        case InList(FactRef("mcc"), values):
            return replace(condition, values=tuple(int(value or 0) + by for value in values))
        case Compare(_, FactRef("mcc"), Const() as right):
            return replace(condition, right=replace(right, value=int(right.value or 0) + by))
        case Between(FactRef("mcc"), Const() as low, Const() as high):
            ends = [replace(end, value=int(end.value or 0) + by) for end in (low, high)]
            return replace(condition, low=ends[0], high=ends[1])
        case _:
            return condition


def overlapping(pack: Pack) -> Pack:
    """Return the pack with one precedence left out, so that two clauses clash."""
    edition = pack.editions[0]
    clauses = dict(edition.clauses)
    name = next(id_ for id_ in clauses if id_.startswith("r9-"))
    clauses[name] = replace(clauses[name], defeats=clauses[name].defeats[1:])
    return replace(pack, editions=(replace(edition, clauses=clauses),))


def _seconds(pack: Pack) -> float:
    begun = time.process_time()
    prove(pack)
    return time.process_time() - begun


def main(rounds: int = 5) -> list[dict[str, Any]]:
    """Measure and return one row per bar.

    Raises:
        AssertionError: a sound pack is not proved, or a planted clash is not found.
    """
    short = load_pack(POLICY)
    long = long_policy(short)
    found = prove(short)
    if found:
        raise AssertionError(f"the policy is not proved whole: {found[0].as_text()}")
    if not any(one.problem.code == "terms.has_conflict" for one in prove(overlapping(long))):
        raise AssertionError("the planted clash was not found")
    rows = []
    for pack, bar in ((short, 0.5), (long, 5.0)):
        clauses = pack.editions[0].clauses.values()
        count = sum(1 for clause in clauses if clause.then)
        seconds = statistics.median(_seconds(pack) for _ in range(rounds))
        rows.append(
            {
                "name": f"all proofs of a policy of {count} clauses",
                "ours": seconds,
                "anchor": bar,
                "unit": "s of CPU",
                "ratio": bar / seconds,
                "target": 1.0,
            }
        )
    return rows
