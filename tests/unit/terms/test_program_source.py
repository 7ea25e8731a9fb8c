"""Generated source holds nothing that a pack wrote, and packs cannot break it."""

from __future__ import annotations

import ast
import keyword
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import (
    INTEGER,
    TEXT,
    amount,
    clause,
    const,
    edition,
    equals,
    fact,
    holds,
    pack,
)

from oferta.core.terms import reference
from oferta.core.terms.codegen_names import literal
from oferta.core.terms.errors import PackInvalid
from oferta.core.terms.program import compile_program
from oferta.core.terms.types import (
    And,
    Compare,
    Condition,
    Const,
    FactRef,
    InList,
    IsNull,
    Kind,
    Not,
    Or,
    Type,
)

NASTY = [
    "class",
    "None",
    "f0",
    "day",
    "m",
    "h",
    "slow",
    "done",
    "__import__('os').system('false')",
    "a b",
    "x): import os #",
    '"""',
    "\n",
    "имя",
]
PLAIN = re.compile(r"[a-z_]+[0-9]*|Refused|True|False|None")


@given(st.integers() | st.text() | st.booleans() | st.none())
def test_a_literal_reads_back_as_the_same_value(value: int | str | bool | None) -> None:
    back = ast.literal_eval(literal(value))
    assert (back, type(back)) == (value, type(value))
    assert literal(value).isascii()


@pytest.mark.parametrize("value", ["\ud800", "\x00", "'\"\\\n", "{0}{x}", "\u202e", "\u2066"])
def test_unprintable_text_is_written_in_ascii(value: str) -> None:
    assert ast.literal_eval(literal(value)) == value


def test_a_number_of_five_thousand_digits_is_still_a_literal() -> None:
    assert ast.literal_eval(literal(10**5000)) == 10**5000


class Sneaky(str):
    """Would write what it likes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "__import__('os')"


@pytest.mark.parametrize("value", [Sneaky("x"), 1.5, b"x", (1,), object()])
def test_a_value_of_no_coded_kind_never_becomes_source(value: object) -> None:
    with pytest.raises(TypeError):
        literal(value)  # type: ignore[arg-type]


def nasty_pack() -> tuple[object, dict[str, object]]:
    facts = {name: TEXT if place % 2 else INTEGER for place, name in enumerate(NASTY)}
    facts["on"] = Type(Kind.DATE)
    clauses = []
    for name, of in facts.items():
        value = name if of is TEXT else 3
        when = Compare("=", FactRef(name, of), Const(value, of))
        clauses.append(clause(f"if {name}", when, 7))
    row = {name: name if of is TEXT else 3 for name, of in facts.items()}
    return pack(edition(clauses), facts=facts), row


def test_names_from_a_pack_never_reach_the_source() -> None:
    made, row = nasty_pack()
    program = compile_program(made, made.editions[0], "q")  # type: ignore[attr-defined]
    assert program.decide(row) == reference.decide(made, made.editions[0], "q", row)  # type: ignore[attr-defined, arg-type]
    tree = ast.parse(program.source)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    assert names, "the source names something"
    assert {name for name in names if not PLAIN.fullmatch(name) or keyword.iskeyword(name)} == set()
    assert not any(isinstance(node, ast.Import | ast.Attribute) for node in ast.walk(tree))


def test_generated_code_has_no_builtins_to_reach_for() -> None:
    made = pack(edition([clause("a", then=1)]))
    program = compile_program(made, made.editions[0], "q")
    assert set(program.mask.__globals__["__builtins__"]) == {"min", "max", "abs"}


def test_a_condition_nested_beyond_reason_is_refused_by_name() -> None:
    deep: Condition = holds("app")
    for _ in range(400):
        deep = And((Or((deep, holds("own"))), holds("insured")))
    made = pack(edition([clause("deep", deep, 1)]))
    with pytest.raises(PackInvalid) as refused:
        compile_program(made, made.editions[0], "q")
    assert refused.value.problems[0].code == "terms.too_deep"


def test_many_negations_cost_nothing() -> None:
    many: Condition = holds("app")
    for _ in range(100):
        many = Not(many)
    made = pack(edition([clause("a", many, 1), clause("b", Not(holds("app")), 2)]))
    assert (amount(made, app=True), amount(made, app=False)) == (1, 2)


def test_a_long_chain_of_exceptions_compiles() -> None:
    chain = [clause("c0", then=0)]
    chain += [clause(f"c{i}", equals("count", i), i, defeats=[f"c{i - 1}"]) for i in range(1, 300)]
    assert amount(pack(edition(chain)), count=0) == 0


def test_a_long_chain_of_lifting_clauses_compiles() -> None:
    lifts = [clause(f"l{i}", holds("app"), defeats=[f"l{i - 1}"]) for i in range(1, 200)]
    chain = [clause("general", then=1), clause("l0", holds("app"), 2, defeats=["general"]), *lifts]
    # 199 lifts one behind the other: an odd number of them stands against l0.
    assert amount(pack(edition(chain)), app=True) == 1
    assert amount(pack(edition(chain[:-1])), app=True) == 2


# --- partial evaluation -----------------------------------------------------------------------


def by_channel_and_code() -> object:
    codes = [
        clause("a", InList(fact("mcc"), (1, 2, 3)), 10, defeats=["z"]),
        clause("b", InList(fact("mcc"), (4, 5)), 20, defeats=["z"]),
        clause("c", equals("mcc", 6), 30, defeats=["z"]),
        clause("d", IsNull(fact("mcc")), 40, defeats=["z"]),
        clause("e", And((equals("mcc", 7), holds("app"))), 50, defeats=["z"]),
        clause("f", equals("mcc", 8), 60, defeats=["z"]),
        clause("z", then=0),
    ]
    return pack(edition(codes))


@pytest.mark.parametrize(
    ("mcc", "paid"),
    [(1, 10), (3, 10), (4, 20), (6, 30), (None, 40), (7, 0), (8, 60), (9, 0), (-1, 0)],
)
def test_every_class_of_a_specialised_fact_decides_as_before(mcc: int | None, paid: int) -> None:
    made = by_channel_and_code()
    program = compile_program(made, made.editions[0], "q")  # type: ignore[attr-defined]
    assert "mask_of" in program.source
    assert amount(made, mcc=mcc) == paid  # type: ignore[arg-type]


def test_a_fact_that_is_also_ordered_by_is_not_specialised() -> None:
    made = by_channel_and_code()
    ordered = clause("g", Compare(">", fact("mcc"), const(100, INTEGER)), 70, defeats=["z"])
    first = made.editions[0]  # type: ignore[attr-defined]
    more = replace(first, clauses={"g": ordered, **first.clauses})
    program = compile_program(made, more, "q")  # type: ignore[arg-type]
    assert "mask_of" not in program.source


def test_an_enum_value_that_no_clause_names_falls_in_the_class_of_others() -> None:
    wide = Type(Kind.ENUM, values=("a", "b", "c", "d", "e", "other"))
    facts = {"on": Type(Kind.DATE), "kind": wide}
    clauses = [
        clause(
            name, Compare("=", FactRef("kind", wide), Const(name, wide)), place, defeats=["rest"]
        )
        for place, name in enumerate(wide.values[:5])
    ]
    made = pack(edition([*clauses, clause("rest", then=99)]), facts=facts)
    program = compile_program(made, made.editions[0], "q")
    assert "bare_of" in program.source
    assert program.bare(0, 0, "other")[1] == (99,)
    assert program.bare(0, 0, "d")[1] == (3,)
