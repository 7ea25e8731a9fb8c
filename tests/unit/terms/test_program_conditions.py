"""Every atom, asked straight and negated, at, below and above its literal, and on null."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from made import GIVEN, INTEGER, MAYBE, TEXT, clause, edition, pack

from oferta.core.terms import reference
from oferta.core.terms.program import compile_program
from oferta.core.terms.types import (
    Always,
    And,
    Between,
    Compare,
    Condition,
    Const,
    FactRef,
    InList,
    IsNull,
    Kind,
    Not,
    Or,
    Truth,
    Type,
)

MAYBE_YES = Type(Kind.BOOLEAN, nullable=True)
FACTS = {
    "on": INTEGER,
    "n": INTEGER,
    "maybe": MAYBE,
    "other": MAYBE,
    "word": Type(TEXT.kind, nullable=True),
    "yes": MAYBE_YES,
}
FIVE = Const(5, INTEGER)
N, MAYBE_N, OTHER = (FactRef(name, FACTS[name]) for name in ("n", "maybe", "other"))
OPS = ("=", "<>", "<", "<=", ">", ">=")


def atoms() -> list[Condition]:
    found: list[Condition] = []
    for op, fact in product(OPS, (N, MAYBE_N)):
        found += [Compare(op, fact, FIVE), Compare(op, FIVE, fact), Compare(op, fact, OTHER)]
        found.append(Compare(op, fact, Const(None, INTEGER)))
    for fact in (N, MAYBE_N):
        found += [Between(fact, Const(4, INTEGER), FIVE), Between(fact, FIVE, OTHER)]
        found += [Between(fact, FIVE, Const(4, INTEGER)), Between(fact, Const(None, INTEGER), FIVE)]
        found += [InList(fact, values) for values in ((5,), (4, 5), (4, 5, 6), (5, None), (None,))]
        found.append(IsNull(fact))
    found += [InList(FactRef("word", FACTS["word"]), ("", "5"))]
    return found


def conditions() -> list[Condition]:
    plain = atoms()
    found = [*plain, *(Not(atom) for atom in plain), Always(True), Not(Always(True))]
    for left, right in pairwise(plain):
        found += [And((left, Not(right))), Not(Or((left, right))), Not(And((left, right)))]
    return found


@pytest.mark.parametrize("specialised", [False, True])
def test_each_condition_holds_exactly_where_it_is_true(
    specialised: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oferta.core.terms.specialise._ATOMS_MIN", 1 if specialised else 10**6)
    rows = [
        GIVEN | {"on": 1, "n": n, "maybe": maybe, "other": other, "word": word, "yes": None}
        for n, maybe, other, word in product((4, 5, 6), (None, 3, 4, 5, 6), (None, 5), (None, "5"))
    ]
    for asked in conditions():
        # A second clause, so that the mask is told of a decision and not of a gap.
        made = pack(edition([clause("asked", asked, 1), clause("always", then=1)]), facts=FACTS)
        program = compile_program(made, made.editions[0], "q")
        for row in rows:
            wanted = reference.decide(made, made.editions[0], "q", row)
            assert program.decide(row) == wanted, (asked, row)


@pytest.mark.parametrize("value", [None, True, False])
def test_a_nullable_truth_and_its_negation_are_both_untrue_on_null(value: bool | None) -> None:
    yes = Truth(FactRef("yes", MAYBE_YES))
    clauses = [clause("yes", yes, 1), clause("no", Not(yes), 1), clause("always", then=1)]
    made = pack(edition(clauses), facts=FACTS)
    row = dict.fromkeys(FACTS, 1) | {"word": "", "yes": value}
    mask = compile_program(made, made.editions[0], "q").decide(row).mask
    assert mask == {None: 0b100, True: 0b101, False: 0b110}[value]
