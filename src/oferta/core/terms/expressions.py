"""Outcomes: exact arithmetic with named rounding, read by a small parser of our own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, cast

from oferta.core.terms.lexer import Word, words_of
from oferta.core.terms.operators import (
    ArithmeticOp,
    binary,
    may_be_fraction,
    negate,
    pick,
    rounded,
    same_type,
)
from oferta.core.terms.problems import Code, choices, shown
from oferta.core.terms.scope import BadSource, Scope, kind_words, refuse
from oferta.core.terms.types import (
    AddDays,
    AddMonths,
    Const,
    DateOf,
    DaysBetween,
    Elapsed,
    Expression,
    FactRef,
    FieldRef,
    Kind,
    RoundingMode,
    Type,
)
from oferta.core.terms.values import BadValue, expected_of, infer_value, parse_value, plain_type

SOURCE_LENGTH_MAX = 4_000
DEPTH_MAX = 40

_SIGNS = "names, literals, + - * /, brackets and functions"
_LITERALS = frozenset({"moment", "date", "percent", "money", "duration", "integer"})


def parse_expression(source: str, scope: Scope, target: Type | None = None) -> Expression:
    """Return the expression that `source` writes.

    Args:
        source: as written in `then` or `is`.
        scope: names in reach.
        target: type of the field that takes the value; None takes any type.

    Raises:
        BadSource: what cannot be read, does not fit, or might be a fraction where a whole
            number of units is taken.
    """
    if len(source) > SOURCE_LENGTH_MAX:
        raise refuse(
            Code.OUTCOME_SYNTAX,
            f"it has {len(source)} characters",
            f"at most {SOURCE_LENGTH_MAX}",
        )
    literal = _whole_literal(source, scope, target)
    found = literal if literal is not None else _Parser(source, scope).whole()
    if target is not None:
        found = _fitted(found, target)
    if may_be_fraction(found):
        what = f"the value may be a fraction of its unit ({kind_words(found.type)})"
        raise refuse(Code.NOT_ROUNDED, what, f"a rounding, as {_rounding_of(found.type)}")
    return found


def parse_exact(source: str, scope: Scope) -> Expression:
    """Return the expression that `source` writes, which may be a fraction of its unit.

    Raises:
        BadSource: what cannot be read.
    """
    return _Parser(source, scope).whole()


def _rounding_of(type_: Type) -> str:
    steps = {Kind.PERCENT: "0.01%", Kind.MONEY: f"1 {type_.unit}", Kind.DURATION: "1 second"}
    return f"round_down(…, {steps.get(type_.kind, '1')})"


def _whole_literal(source: str, scope: Scope, target: Type | None) -> Const | None:
    """Return the value of an enum that stands alone without quotes."""
    text = source.strip()
    if target is None or target.kind is not Kind.ENUM or text not in target.values:
        return None
    if text in scope.facts or text in scope.values or text in scope.fields:
        raise refuse(
            Code.NAME_TAKEN,
            f"{shown(text)} is both a value of the field and a name",
            f"quotes around the value: '{text}'",
        )
    return Const(text, plain_type(target))


def _fitted(found: Expression, target: Type) -> Expression:
    if isinstance(found, Const):
        return _fitted_const(found, target)
    if not same_type(found.type, target):
        what = f"the field is {kind_words(target)}, but the value is {kind_words(found.type)}"
        raise refuse(Code.TYPE_MISMATCH, what, kind_words(target))
    return found


def _fitted_const(found: Const, target: Type) -> Const:
    value, type_ = found.value, found.type
    if target.kind is Kind.ENUM and type_.kind is Kind.TEXT and value in target.values:
        return Const(value, plain_type(target), found.name)
    if not same_type(type_, target):
        what = f"the field is {kind_words(target)}, but the value is {kind_words(type_)}"
        raise refuse(Code.TYPE_MISMATCH, what, expected_of(target))
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            _check_bounds(value, target)
    except BadValue as error:
        raise refuse(
            Code.OUT_OF_BOUNDS, "the value lies outside the bounds of its field", error.expected
        ) from error
    return found


def _check_bounds(value: int, target: Type) -> None:
    low, high = target.minimum, target.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        raise BadValue(given=str(value), expected=expected_of(target))


class _Parser:
    """Recursive descent: sums of products of signed values."""

    def __init__(self, source: str, scope: Scope) -> None:
        self._source = source
        self._words = words_of(source)
        self._scope = scope
        self._next = 0
        self._depth = 0
        #: How many roundings stand around the present place.
        self._roundings = 0

    def whole(self) -> Expression:
        """Read everything."""
        if self._peek().kind == "end":
            raise refuse(Code.EMPTY, "there is no value", _SIGNS)
        found = self._sum()
        if self._peek().kind != "end":
            raise self._unexpected(self._peek(), "an operator or the end")
        return found

    # --- words ----------------------------------------------------------------------------

    def _peek(self) -> Word:
        return self._words[self._next]

    def _take(self) -> Word:
        word = self._words[self._next]
        self._next = min(self._next + 1, len(self._words) - 1)
        return word

    def _sign(self, *texts: str) -> bool:
        return self._peek().kind == "sign" and self._peek().text in texts

    def _expect(self, text: str) -> None:
        word = self._take()
        if word.kind != "sign" or word.text != text:
            raise self._unexpected(word, f"'{text}'")

    def _unexpected(self, word: Word, expected: str) -> BadSource:
        what = "it ends too early" if word.kind == "end" else f"{shown(word.text)} stands here"
        return refuse(Code.OUTCOME_SYNTAX, what, expected, word.offset)

    # --- grammar --------------------------------------------------------------------------

    def _sum(self) -> Expression:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise refuse(
                Code.OUTCOME_SYNTAX, "nested too deeply", f"at most {DEPTH_MAX} levels",
                self._peek().offset,
            )  # fmt: skip
        found = self._product()
        while self._sign("+", "-"):
            word = self._take()
            found = binary(cast("ArithmeticOp", word.text), found, self._product(), word.offset)
        self._depth -= 1
        return found

    def _product(self) -> Expression:
        found = self._signed()
        while self._sign("*", "/"):
            word = self._take()
            if word.text == "/" and not self._roundings:
                raise refuse(
                    Code.DIVISION_OUTSIDE_ROUNDING,
                    "a division stands outside a rounding",
                    "a rounding around it, as round_down(a / b, 1)",
                    word.offset,
                )
            found = binary(cast("ArithmeticOp", word.text), found, self._signed(), word.offset)
        return found

    def _signed(self) -> Expression:
        minus = 0
        offset = self._peek().offset
        while self._sign("-"):
            self._take()
            minus += 1
        found = self._value()
        return negate(found, offset) if minus % 2 else found

    def _value(self) -> Expression:
        word = self._take()
        if word.kind in _LITERALS:
            return _literal(word)
        if word.kind == "text":
            return Const(word.text[1:-1].replace("''", "'"), Type(Kind.TEXT))
        if word.kind == "name":
            return self._call(word) if self._sign("(") else self._name(word)
        if word.kind == "sign" and word.text == "(":
            found = self._sum()
            self._expect(")")
            return found
        if word.kind == "decimal":
            raise refuse(
                Code.OUTCOME_SYNTAX,
                f"{shown(word.text)} is a number without a unit that is not whole",
                "a percent or an amount, as 1.5% or 1.50 KZT",
                word.offset,
            )
        raise self._unexpected(word, "a name, a literal or a bracket")

    def _name(self, word: Word) -> Expression:
        name, scope = word.text, self._scope
        if name in ("true", "false"):
            return Const(name == "true", Type(Kind.BOOLEAN))
        if name in scope.broken:
            raise refuse(Code.UNKNOWN_NAME, "")
        if name in scope.fields:
            return FieldRef(name, scope.fields[name])
        if name in scope.facts:
            return FactRef(name, scope.facts[name])
        if name in scope.values:
            return scope.values[name]
        raise self._unknown(word)

    def _unknown(self, word: Word) -> BadSource:
        name, scope = word.text, self._scope
        if name in scope.later_fields:
            return refuse(
                Code.LATER_FIELD,
                f"the field {shown(name)} is not computed yet",
                choices(name, scope.fields) if scope.fields else "facts and named values",
                word.offset,
            )
        if name in scope.out_of_reach:
            return refuse(
                Code.NOT_ASKED, f"{shown(name)} {scope.out_of_reach[name]}",
                "the fact among the question's facts, or another fact", word.offset,
            )  # fmt: skip
        return refuse(
            Code.UNKNOWN_NAME,
            f"{shown(name)} is no fact, named value or earlier field",
            choices(name, [*scope.fields, *scope.values, *scope.facts]),
            word.offset,
        )

    # --- functions ------------------------------------------------------------------------

    def _call(self, word: Word) -> Expression:
        self._take()
        if word.text.startswith("round_") and word.text[6:] in ROUNDINGS:
            return self._round(word)
        if word.text in ("least", "greatest"):
            return self._pick(word)
        reader = _CALENDAR_FUNCTIONS.get(word.text)
        if reader is None:
            raise refuse(
                Code.UNKNOWN_FUNCTION,
                f"{shown(word.text)} is not a function",
                choices(word.text, FUNCTIONS),
                word.offset,
            )
        found = reader(self, word)
        self._expect(")")
        return found

    def _round(self, word: Word) -> Expression:
        self._roundings += 1
        item = self._sum()
        self._roundings -= 1
        self._expect(",")
        step = self._sum()
        self._expect(")")
        return rounded(cast("RoundingMode", word.text[6:]), item, step, word.offset)

    def _pick(self, word: Word) -> Expression:
        items = [self._sum()]
        while self._sign(","):
            self._take()
            items.append(self._sum())
        self._expect(")")
        which = cast("Literal['least', 'greatest']", word.text)
        return pick(which, tuple(items), word.offset)

    def _argument(self, function: Word, *kinds: Kind) -> Expression:
        """Read one argument, which must be of one of the kinds and whole."""
        offset = self._peek().offset
        roundings, self._roundings = self._roundings, 0
        found = self._sum()
        self._roundings = roundings
        if found.type.kind not in kinds or may_be_fraction(found):
            wanted = " or ".join(kind_words(Type(kind)) for kind in kinds)
            what = f"{function.text} is given {kind_words(found.type)}"
            if found.type.kind in kinds:
                what = f"{function.text} is given what may be a fraction"
            raise refuse(Code.TYPE_MISMATCH, what, wanted, offset)
        return found

    def _counting(self) -> str:
        """Read the id of a counting, which may hold dashes: everything up to the bracket."""
        self._expect(",")
        word = self._peek()
        end = self._source.find(")", word.offset)
        name = self._source[word.offset : end if end >= 0 else None].strip()
        while self._peek().kind != "end" and not self._sign(")"):
            self._take()
        if name in self._scope.broken:
            raise refuse(Code.UNKNOWN_COUNTING, "")
        if name not in self._scope.countings:
            raise refuse(
                Code.UNKNOWN_COUNTING,
                f"{shown(name)} is not a counting of this edition",
                choices(name, self._scope.countings),
                word.offset,
            )
        return name

    def _days(self, word: Word) -> Expression:
        start = self._argument(word, Kind.DATE, Kind.MOMENT)
        self._expect(",")
        end = self._argument(word, Kind.DATE, Kind.MOMENT)
        return DaysBetween(start, end, self._counting(), Type(Kind.INTEGER))

    def _add_days(self, word: Word) -> Expression:
        start = self._argument(word, Kind.DATE, Kind.MOMENT)
        self._expect(",")
        number = self._argument(word, Kind.INTEGER)
        return AddDays(start, number, self._counting(), Type(Kind.DATE))

    def _add_months(self, word: Word) -> Expression:
        start = self._argument(word, Kind.DATE)
        self._expect(",")
        number = self._argument(word, Kind.INTEGER)
        return AddMonths(start, number, Type(Kind.DATE))

    def _date_of(self, word: Word) -> Expression:
        moment = self._argument(word, Kind.MOMENT)
        return DateOf(moment, self._counting(), Type(Kind.DATE))

    def _elapsed(self, word: Word) -> Expression:
        start = self._argument(word, Kind.MOMENT)
        self._expect(",")
        end = self._argument(word, Kind.MOMENT)
        return Elapsed(start, end, Type(Kind.DURATION))


_CALENDAR_FUNCTIONS: dict[str, Callable[[_Parser, Word], Expression]] = {
    "days": _Parser._days,  # noqa: SLF001 - one class's own table
    "add_days": _Parser._add_days,  # noqa: SLF001
    "add_months": _Parser._add_months,  # noqa: SLF001
    "date_of": _Parser._date_of,  # noqa: SLF001
    "elapsed": _Parser._elapsed,  # noqa: SLF001
}

ROUNDINGS = ("down", "up", "floor", "ceiling", "half_up", "half_down", "half_even")
FUNCTIONS = (*(f"round_{mode}" for mode in ROUNDINGS), "least", "greatest", *_CALENDAR_FUNCTIONS)


_KIND_WORDS = {kind: kind_words(Type(Kind(kind))) for kind in _LITERALS}


def _literal(word: Word) -> Const:
    try:
        if word.kind == "integer":
            type_ = Type(Kind.INTEGER)
            return Const(parse_value(word.text, type_), type_)
        value, type_ = infer_value(word.text)
    except BadValue as error:
        what = f"{error.given} is not {_KIND_WORDS[word.kind]}"
        raise refuse(Code.BAD_VALUE, what, error.expected, word.offset) from error
    return Const(value, type_)
