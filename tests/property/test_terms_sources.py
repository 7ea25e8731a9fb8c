"""Conditions and outcomes of any words are read or refused; nulls are found where SQL has them."""

from __future__ import annotations

from itertools import product

import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from oferta.core.terms.conditions import parse_condition
from oferta.core.terms.expressions import parse_expression
from oferta.core.terms.nulls import unknown_when
from oferta.core.terms.scope import BadSource, Scope
from oferta.core.terms.types import (
    Always,
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
    Truth,
    Type,
)
from oferta.core.terms.values import BadValue, parse_value, write_value

SCOPE = Scope(
    facts={
        "a": Type(Kind.INTEGER, nullable=True),
        "b": Type(Kind.INTEGER, nullable=True),
        "c": Type(Kind.INTEGER),
        "flag": Type(Kind.BOOLEAN, nullable=True),
        "paid": Type(Kind.MONEY, "KZT"),
        "day": Type(Kind.DATE),
    },
    values={"rate": Const(10_000, Type(Kind.PERCENT), "rate")},
)
SQL_WORDS = r"""
a b c flag paid day rate nobody AND OR NOT = <> < <= > >= IN BETWEEN IS NULL TRUE FALSE ( ) ,
1 -1 0.5 'x' '1000 KZT' DATE '2024-01-01' SELECT CASE WHEN IF ANY EXISTS LIKE CAST :: ; -- /*
+ * / % . [ ] { } $1 :p ? @ # ~ ^ | || -> :: INTERVAL lower( count( NEXT VALUE FOR ' "
""".split()  # noqa: SIM905 - words read better as words
OUTCOME_WORDS = r"""
a c paid day rate nobody + - * / ( ) , 1 1% 1.5% 0.5 1000 KZT 3 days 2024-01-01 2024-02-30
round_down( least( days( add_days( date_of( elapsed( nothing( ' 'x' " % $ - - ( (
""".split()  # noqa: SIM905 - words read better as words
MANY = settings(max_examples=400, deadline=None)


@MANY
@given(st.lists(st.sampled_from(SQL_WORDS), max_size=25).map(" ".join))
def test_any_words_are_a_condition_or_refused(source: str) -> None:
    try:
        parse_condition(source, SCOPE)
    except BadSource as refused:
        faults = refused.faults
    else:
        return
    assert faults
    assert all(0 <= fault.offset <= len(source) for fault in faults)


@MANY
@given(st.text(max_size=60))
def test_any_text_is_a_condition_or_refused(source: str) -> None:
    try:
        parse_condition(source, SCOPE)
    except BadSource as refused:
        assert refused.faults  # noqa: PT017 - either way is right


@MANY
@given(st.one_of(st.lists(st.sampled_from(OUTCOME_WORDS), max_size=25).map(" ".join), st.text()))
def test_any_words_are_an_outcome_or_refused(source: str) -> None:
    try:
        parse_expression(source, SCOPE, Type(Kind.MONEY, "KZT"))
    except BadSource as refused:
        assert refused.faults  # noqa: PT017 - either way is right


# --- three-valued logic against SQL's own definition -----------------------------------------

ATOMS = ("a = 1", "a IS NULL", "b < 2", "b IS NOT NULL", "c = 3", "a = b", "flag", "b IN (1, 2)")


def conditions() -> st.SearchStrategy[str]:
    return st.recursive(
        st.sampled_from(ATOMS),
        lambda inner: st.one_of(
            inner.map(lambda one: f"NOT ({one})"),
            st.tuples(inner, inner).map(lambda two: f"({two[0]}) AND ({two[1]})"),
            st.tuples(inner, inner).map(lambda two: f"({two[0]}) OR ({two[1]})"),
        ),
        max_leaves=6,
    )


def truth(node: Condition, row: dict[str, object]) -> bool | None:  # noqa: C901, PLR0911 - a case per node
    """SQL's meaning, straight from the standard's tables."""
    match node:
        case Always(value=value):
            return value
        case Not(item=item):
            found = truth(item, row)
            return None if found is None else not found
        case And(items=items):
            parts = [truth(item, row) for item in items]
            return False if False in parts else None if None in parts else True
        case Or(items=items):
            parts = [truth(item, row) for item in items]
            return True if True in parts else None if None in parts else False
        case IsNull(operand=fact):
            return row[fact.name] is None
        case Truth(operand=fact):
            return row[fact.name]  # type: ignore[return-value]
        case InList(operand=fact, values=values):
            return None if row[fact.name] is None else row[fact.name] in values
        case Compare(op=op, left=left, right=right):
            sides = [row[side.name] if isinstance(side, FactRef) else side.value
                     for side in (left, right)]  # fmt: skip
            if None in sides:
                return None
            return sides[0] == sides[1] if op == "=" else sides[0] < sides[1]
    raise AssertionError(node)


@MANY
@given(conditions())
def test_a_condition_called_safe_is_never_unknown(source: str) -> None:
    condition = parse_condition(source, SCOPE)
    sources = {name: frozenset({name}) for name in ("a", "b", "flag")}
    rows = [
        dict(zip(("a", "b", "c", "flag"), row, strict=True))
        for row in product((None, 1, 2, 3), (None, 1, 2, 3), (1, 3), (None, True, False))
    ]
    unknown = [row for row in rows if truth(condition, row) is None]
    if unknown_when(condition, sources) is None:
        assert not unknown, source
    if unknown:
        assert unknown_when(condition, sources) is not None


@MANY
@given(conditions())
def test_the_parts_of_a_condition_are_those_that_sqlglot_finds(source: str) -> None:
    """Nothing written is lost on the way from SQL to the model."""
    columns = sqlglot.parse_one(source, into=sqlglot.exp.Condition).find_all(sqlglot.exp.Column)
    condition = parse_condition(source, SCOPE)
    assert sorted(names(condition)) == sorted(column.name for column in columns)


def names(node: Condition) -> list[str]:
    match node:
        case And(items=items) | Or(items=items):
            return [name for item in items for name in names(item)]
        case Not(item=item):
            return names(item)
        case Compare(left=left, right=right):
            return [side.name for side in (left, right) if isinstance(side, FactRef)]
        case Always():
            return []
        case _:
            return [node.operand.name]


# --- written and coded -----------------------------------------------------------------------

LARGE = 2**62


@MANY
@given(
    type_=st.sampled_from(
        [
            Type(Kind.INTEGER),
            Type(Kind.PERCENT),
            Type(Kind.MONEY, "KZT"),
            Type(Kind.MONEY, "POINTS"),
            Type(Kind.DURATION),
        ]
    ),
    coded=st.integers(-LARGE, LARGE),
)
def test_a_number_written_reads_back(type_: Type, coded: int) -> None:
    assert parse_value(write_value(coded, type_), type_) == coded


@MANY
@given(day=st.dates(), moment=st.datetimes(timezones=st.timezones()))
def test_a_day_and_a_moment_written_read_back(day: object, moment: object) -> None:
    for kind, value in ((Kind.DATE, day), (Kind.MOMENT, moment)):
        coded = parse_value(value, Type(kind))
        assert parse_value(write_value(coded, Type(kind)), Type(kind)) == coded


@MANY
@given(
    raw=st.one_of(st.text(), st.floats(), st.binary(), st.integers(), st.none(), st.decimals()),
    kind=st.sampled_from(list(Kind)),
)
def test_anything_else_is_a_value_or_refused(raw: object, kind: Kind) -> None:
    type_ = Type(kind, "KZT" if kind is Kind.MONEY else "", ("x",) if kind is Kind.ENUM else ())
    try:
        coded = parse_value(raw, type_)
    except BadValue as refused:
        assert refused.expected  # noqa: PT017 - either way is right
    else:
        assert coded is not None
        assert not isinstance(raw, float)
