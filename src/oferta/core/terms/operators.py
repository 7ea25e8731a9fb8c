"""What types an operator or a function takes and gives, and when a value may be a fraction."""

from __future__ import annotations

from typing import Literal

from oferta.core.terms.problems import Code
from oferta.core.terms.scope import kind_words, refuse
from oferta.core.terms.types import (
    Binary,
    Const,
    Expression,
    Kind,
    Negate,
    Pick,
    Rounded,
    RoundingMode,
    Type,
)
from oferta.core.terms.values import ORDERED, SUMMABLE, plain_type

ArithmeticOp = Literal["+", "-", "*", "/"]

#: Plain numbers: a percent is one too (1% is 0.01).
NUMBERS = frozenset({Kind.INTEGER, Kind.PERCENT})

NUMBER_WORDS = "a number"


def binary(op: ArithmeticOp, left: Expression, right: Expression, offset: int) -> Binary:
    """Return `left op right` with its type.

    Raises:
        BadSource: the operator does not take these types, or divides by a fixed zero.
    """
    if op == "/" and isinstance(right, Const) and right.value == 0:
        raise refuse(Code.DIVISION_BY_ZERO, "this divides by zero", "another divisor", offset)
    type_ = _sum(left.type, right.type) if op in ("+", "-") else None
    if op == "*":
        type_ = _product(left.type, right.type)
    elif op == "/":
        type_ = _quotient(left.type, right.type)
    if type_ is None:
        what = f"{kind_words(left.type)} {op} {kind_words(right.type)} has no meaning"
        raise refuse(Code.TYPE_MISMATCH, what, _OPERANDS[op], offset)
    return Binary(op, left, right, type_)


_OPERANDS = {
    "+": "two amounts in one unit, two numbers or two durations; for days use add_days",
    "-": "two amounts in one unit, two numbers or two durations; for days use days or elapsed",
    "*": "a number on one side; an amount, a duration or a number on the other",
    "/": "an amount, a duration or a number over a number or over its like",
}


def _sum(left: Type, right: Type) -> Type | None:
    if left.kind in NUMBERS and right.kind in NUMBERS:
        return Type(Kind.INTEGER if left.kind is right.kind is Kind.INTEGER else Kind.PERCENT)
    if left.kind is right.kind and left.kind in SUMMABLE and left.unit == right.unit:
        return Type(left.kind, left.unit)
    return None


def _product(left: Type, right: Type) -> Type | None:
    if left.kind in NUMBERS and right.kind in NUMBERS:
        return _sum(left, right)
    if left.kind in NUMBERS and right.kind in SUMMABLE:
        return Type(right.kind, right.unit)
    if right.kind in NUMBERS and left.kind in SUMMABLE:
        return Type(left.kind, left.unit)
    return None


def _quotient(left: Type, right: Type) -> Type | None:
    """Return the type; a ratio is coded as a percent whatever it is a ratio of."""
    if left.kind in NUMBERS and right.kind in NUMBERS:
        return Type(Kind.PERCENT)
    if right.kind in NUMBERS and left.kind in SUMMABLE:
        return Type(left.kind, left.unit)
    if left.kind is right.kind and left.kind in SUMMABLE and left.unit == right.unit:
        return Type(Kind.PERCENT)
    return None


def negate(item: Expression, offset: int) -> Expression:
    """Return `-item`; of a literal the negative literal."""
    if item.type.kind not in SUMMABLE:
        what = f"minus {kind_words(item.type)} has no meaning"
        raise refuse(Code.TYPE_MISMATCH, what, "an amount, a number or a duration", offset)
    if isinstance(item, Const) and not item.name and isinstance(item.value, int):
        return Const(-item.value, item.type)
    return Negate(item, plain_type(item.type))


def rounded(mode: RoundingMode, item: Expression, step: Expression, offset: int) -> Rounded:
    """Return the rounding of `item` to `step`."""
    if not isinstance(step, Const) or not isinstance(step.value, int) or step.value <= 0:
        raise refuse(
            Code.OUTCOME_SYNTAX,
            "the step of a rounding is not a fixed value above zero",
            "a literal or a named value, as 1 KZT, 0.01% or 1",
            offset,
        )
    both_numbers = item.type.kind in NUMBERS and step.type.kind in NUMBERS
    if not both_numbers and _sum(item.type, step.type) is None:
        raise refuse(
            Code.TYPE_MISMATCH,
            f"{kind_words(item.type)} cannot be rounded to a step that is {kind_words(step.type)}",
            f"a step that is {kind_words(item.type)}",
            offset,
        )
    return Rounded(mode, item, step, plain_type(step.type))


def pick(
    which: Literal["least", "greatest"], items: tuple[Expression, ...], offset: int
) -> Expression:
    """Return the least or greatest of values of one type."""
    first = items[0].type
    alike = all(item.type.kind is first.kind and item.type.unit == first.unit for item in items)
    if len(items) == 1 or not alike or first.kind not in ORDERED:
        raise refuse(
            Code.TYPE_MISMATCH,
            f"{which} of {', '.join(kind_words(item.type) for item in items)} has no meaning",
            "two or more values of one type that has an order",
            offset,
        )
    return Pick(which, items, plain_type(first))


def may_be_fraction(item: Expression) -> bool:
    """Tell whether the value may fall between two whole units of its coding."""
    match item:
        case Binary(op="/"):
            return True
        case Binary(op="*", left=left, right=right) if _is_share(left.type, right.type):
            return True
        case Binary(left=left, right=right):
            return may_be_fraction(left) or may_be_fraction(right)
        case Negate(item=inner):
            return may_be_fraction(inner)
        case Pick(items=items):
            return any(may_be_fraction(inner) for inner in items)
        case _:
            return False


def _is_share(left: Type, right: Type) -> bool:
    """Tell whether a product takes a percent of what is no whole number."""
    kinds = (left.kind, right.kind)
    return Kind.PERCENT in kinds and Kind.INTEGER not in kinds


def same_type(given: Type, wanted: Type) -> bool:
    """Tell whether a value of one type can be put where the other is wanted."""
    if given.kind is not wanted.kind or given.unit != wanted.unit:
        return False
    return wanted.kind is not Kind.ENUM or set(given.values) <= set(wanted.values)
