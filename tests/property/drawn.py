"""Random conditions and expressions of every kind over a fixed set of facts."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import strategies as st

from oferta.core.terms.types import (
    AddDays,
    AddMonths,
    Always,
    And,
    Between,
    Binary,
    Calendar,
    Coded,
    Compare,
    Condition,
    Const,
    Counting,
    DateOf,
    DaysBetween,
    Elapsed,
    Expression,
    FactRef,
    FieldRef,
    InList,
    IsNull,
    Kind,
    Negate,
    Not,
    Or,
    Pick,
    Place,
    Rounded,
    Truth,
    Type,
    Window,
)

PLACE = Place("editions/drawn.yaml", 1)
DAY = 19_800  # 2024-03-18, near changes of clocks and of Kazakhstan's time zone
_DAY_US = 86_400_000_000
_ZONES = ("Asia/Almaty", "Europe/Berlin", "America/New_York", "UTC")

INTEGER = Type(Kind.INTEGER)
PERCENT = Type(Kind.PERCENT)
MONEY = Type(Kind.MONEY, unit="KZT")
DATE = Type(Kind.DATE)
MOMENT = Type(Kind.MOMENT)
DURATION = Type(Kind.DURATION)
BOOLEAN = Type(Kind.BOOLEAN)
CHANNEL = Type(Kind.ENUM, values=("app", "pos", "web"))
ZONE = Type(Kind.ENUM, values=_ZONES)
TEXT = Type(Kind.TEXT)

#: Names that a careless compiler would trip over.
FACTS: dict[str, Type] = {
    "n": INTEGER,
    "class": replace(INTEGER, nullable=True),
    "paid": MONEY,
    "fee": replace(MONEY, nullable=True),
    "rate": PERCENT,
    "day": DATE,
    "mask": replace(DATE, nullable=True),
    "at": MOMENT,
    "None": replace(MOMENT, nullable=True),
    "f0": DURATION,
    "ok": BOOLEAN,
    "not": replace(BOOLEAN, nullable=True),
    "channel": CHANNEL,
    "slow": replace(CHANNEL, nullable=True),
    "who": TEXT,
    "print": replace(TEXT, nullable=True),
    "zone": ZONE,
}
WORDS = ("", "app", "it's", '"""', "\\", "a\nb", "Алматы", "香港", "\ud800")
ORDERED = (Kind.INTEGER, Kind.PERCENT, Kind.MONEY, Kind.DATE, Kind.MOMENT, Kind.DURATION)
_NUMBERS = {Kind.INTEGER: INTEGER, Kind.PERCENT: PERCENT, Kind.MONEY: MONEY}
#: The ends of 64 bits.
_FAR = (2**63 - 1, 1 - 2**63)
_MODES = ("down", "up", "floor", "ceiling", "half_up", "half_down", "half_even")

CALENDAR = Calendar(
    "working", frozenset({5, 6}), frozenset({DAY + 1, DAY + 8}), frozenset({DAY + 5})
)
SHORT = replace(CALENDAR, name="short", covers=Window(DAY - 30, DAY + 30))
COUNTINGS = {
    "plain": Counting("plain", None, True, True, "Asia/Almaty", False),
    "neither": Counting("neither", None, False, False, "Europe/Berlin", False),
    "working": Counting("working", CALENDAR, False, True, "zone", True),
    "short": Counting("short", SHORT, True, False, "UTC", False),
}


# --- values --------------------------------------------------------------------------------------


def values(of: Type) -> st.SearchStrategy[Coded]:  # noqa: PLR0911 - a case per kind
    """Draw a value that terms might name."""
    match of.kind:
        case Kind.BOOLEAN:
            return st.booleans()
        case Kind.ENUM:
            return st.sampled_from(of.values)
        case Kind.TEXT:
            return st.sampled_from(WORDS)
        case Kind.DATE:
            return st.integers(DAY - 40, DAY + 40)
        case Kind.MOMENT:
            return st.integers(-80, 80).map(lambda half: DAY * _DAY_US + half * _DAY_US // 2)
        case Kind.PERCENT:
            return st.sampled_from((0, 10_000, 15_000, 1_000_000, -10_000, 3))
        case Kind.INTEGER:
            return st.integers(-3, 12)
        case _:
            return st.sampled_from((0, 100, 1, 250_050, -100, 10**15 + 7))


def picked(of: Type, pick: Random) -> Coded:  # noqa: PLR0911 - a case per kind
    """Pick a value as `values` draws it, or one far out; many times quicker than drawing it."""
    match of.kind:
        case Kind.BOOLEAN:
            return pick.random() < 0.5
        case Kind.ENUM:
            return pick.choice(of.values)
        case Kind.TEXT:
            return pick.choice(WORDS)
        case Kind.DATE:
            return DAY + pick.randint(-40, 40)
        case Kind.MOMENT:
            return DAY * _DAY_US + pick.randint(-80, 80) * _DAY_US // 2
        case Kind.PERCENT:
            return pick.choice((0, 10_000, 15_000, 1_000_000, -10_000, 3))
        case Kind.INTEGER:
            return pick.randint(-3, 12) if pick.random() < 0.95 else pick.choice(_FAR)
        case _:
            return pick.choice((0, 100, 1, 250_050, -100, 10**15 + 7, -(10**15) - 7, *_FAR))


def consts(of: Type) -> st.SearchStrategy[Const]:
    plain = replace(of, nullable=False)
    return values(of).map(lambda value: Const(value, plain))


# --- conditions ----------------------------------------------------------------------------------


@st.composite
def compares(draw: st.DrawFn, scope: dict[str, Type]) -> Condition:
    name = draw(st.sampled_from(list(scope)))
    of = scope[name]
    fact = FactRef(name, of)
    ops = ("=", "<>", "<", "<=", ">", ">=") if of.kind in ORDERED else ("=", "<>")
    op = draw(st.sampled_from(ops))
    alike = [other for other, type_ in scope.items() if type_.kind is of.kind and other != name]
    if alike and draw(st.integers(0, 4)) == 4:
        other = draw(st.sampled_from(alike))
        return Compare(op, fact, FactRef(other, scope[other]))
    const = draw(consts(of))
    return Compare(op, const, fact) if draw(st.integers(0, 5)) == 5 else Compare(op, fact, const)


@st.composite
def lists(draw: st.DrawFn, scope: dict[str, Type]) -> Condition:
    name = draw(st.sampled_from(list(scope)))
    found = draw(st.lists(values(scope[name]), min_size=1, max_size=4))
    return InList(FactRef(name, scope[name]), tuple(found))


@st.composite
def spans(draw: st.DrawFn, scope: dict[str, Type]) -> Condition:
    ordered = [name for name, of in scope.items() if of.kind in ORDERED]
    name = draw(st.sampled_from(ordered))
    of = scope[name]
    others = [FactRef(other, scope[other]) for other in ordered if scope[other].kind is of.kind]
    ends = consts(of) | st.sampled_from(others) if draw(st.booleans()) else consts(of)
    return Between(FactRef(name, of), draw(ends), draw(ends))


@st.composite
def null_tests(draw: st.DrawFn, scope: dict[str, Type]) -> Condition:
    name = draw(st.sampled_from(list(scope)))
    return IsNull(FactRef(name, scope[name]))


@st.composite
def truths(draw: st.DrawFn, scope: dict[str, Type]) -> Condition:
    names = [name for name, of in scope.items() if of.kind is Kind.BOOLEAN]
    name = draw(st.sampled_from(names))
    return Truth(FactRef(name, scope[name]))


@st.composite
def conditions(draw: st.DrawFn, scope: dict[str, Type], depth: int = 2) -> Condition:
    """Draw a condition over the facts of `scope`, with every kind of node."""
    shape = draw(st.integers(0, 11))
    if depth and shape > 6:
        inner = conditions(scope, depth - 1)
        if shape > 8:
            return Not(draw(inner))
        items = tuple(draw(st.lists(inner, min_size=2, max_size=3)))
        return And(items) if shape == 8 else Or(items)
    if shape in (0, 6):
        return Always(shape == 0)
    leaves = (compares, lists, spans, null_tests, truths)
    return draw(leaves[shape % len(leaves)](scope))


# --- expressions ---------------------------------------------------------------------------------


class Draws:
    """Draws expressions over non-null facts and the fields computed so far."""

    def __init__(self, draw: st.DrawFn, scope: dict[str, Type]) -> None:
        self.draw = draw
        self.scope = {name: of for name, of in scope.items() if not of.nullable}
        self.fields: dict[str, Type] = {}

    def chance(self, one_in: int) -> bool:
        return self.draw(st.integers(1, one_in)) == one_in

    def leaf(self, of: Type) -> Expression:
        found: list[Expression] = [
            FactRef(name, type_) for name, type_ in self.scope.items() if type_.kind is of.kind
        ]
        found += [
            FieldRef(name, type_) for name, type_ in self.fields.items() if type_.kind is of.kind
        ]
        if not found or self.draw(st.booleans()):
            return self.draw(consts(of))
        return self.draw(st.sampled_from(found))

    def whole(self, of: Type, depth: int = 2) -> Expression:
        """Draw a value that a field may take: no fraction of its unit."""
        plain = Type(of.kind, unit=of.unit, values=of.values)
        match of.kind:
            case Kind.DATE if depth and self.chance(2):
                return self.date(depth)
            case Kind.INTEGER if depth and self.chance(3):
                return self.days(depth)
            case Kind.DURATION if depth and self.chance(2):
                return Elapsed(self.leaf(MOMENT), self.leaf(MOMENT), DURATION)
            case Kind.INTEGER | Kind.PERCENT | Kind.MONEY if depth and not self.chance(3):
                return self.rounded(plain, depth)
            case _:
                return self.leaf(plain)

    def rounded(self, of: Type, depth: int) -> Expression:
        mode = self.draw(st.sampled_from(_MODES))
        step = Const(self.draw(st.sampled_from((1, 2, 100, 10_000, 7))), of)
        return Rounded(mode, self.number(of, depth), step, of)

    def number(self, of: Type, depth: int) -> Expression:  # noqa: PLR0911 - a case per shape
        """Draw a value that may be a fraction of its unit."""
        if not depth:
            return self.leaf(of)
        inner = depth - 1
        match self.draw(st.sampled_from(("leaf", "*", "+", "-", "/", "neg", "pick", "whole"))):
            case "+" | "-" as op:
                return Binary(op, self.number(of, inner), self.number(of, inner), of)
            case "*":
                return self.product(of, inner)
            case "/":
                return self.quotient(of, inner)
            case "neg":
                return Negate(self.number(of, inner), of)
            case "pick":
                which = self.draw(st.sampled_from(("least", "greatest")))
                items = (self.number(of, inner), self.number(of, inner), self.leaf(of))
                return Pick(which, items, of)
            case "whole":
                return self.whole(of, inner)
            case _:
                return self.leaf(of)

    def product(self, of: Type, depth: int) -> Expression:
        factor = self.draw(st.sampled_from((PERCENT, INTEGER)))
        if of.kind is Kind.INTEGER:
            factor = INTEGER
        pair = self.number(of, depth), self.number(factor, depth)
        left, right = pair if self.draw(st.booleans()) else reversed(pair)
        return Binary("*", left, right, of)

    def quotient(self, of: Type, depth: int) -> Expression:
        if of.kind is Kind.MONEY or self.draw(st.booleans()):
            by = (
                INTEGER
                if of.kind is Kind.INTEGER
                else self.draw(st.sampled_from((INTEGER, PERCENT)))
            )
            return Binary("/", self.number(of, depth), self.number(by, depth), of)
        return Binary("/", self.number(MONEY, depth), self.number(MONEY, depth), of)

    def date(self, depth: int) -> Expression:
        # A literal number of days: the reference walks every one of them.
        number = Const(self.draw(st.sampled_from((0, 1, 5, 10, 31, -1))), INTEGER)
        counting = self.draw(st.sampled_from(list(COUNTINGS)))
        match self.draw(st.sampled_from(("add_days", "add_months", "date_of"))):
            case "add_days":
                start = self.leaf(self.draw(st.sampled_from((DATE, MOMENT))))
                return AddDays(start, number, counting, DATE)
            case "add_months":
                return AddMonths(self.whole(DATE, depth - 1), number, DATE)
            case _:
                return DateOf(self.leaf(MOMENT), counting, DATE)

    def days(self, depth: int) -> Expression:
        counting = self.draw(st.sampled_from(list(COUNTINGS)))
        start = self.draw(st.sampled_from((DATE, MOMENT)))
        begin = self.whole(start, depth - 1) if start is DATE else self.leaf(start)
        return DaysBetween(begin, self.whole(DATE, depth - 1), counting, INTEGER)
