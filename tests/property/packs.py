"""Random packs as model objects, with rows of facts that sit on every boundary of them.

`asked()` draws a pack of one edition and one question, and rows of coded facts for it. Every way
of deciding (generated Python, SQL, the prover) can be held to `terms.reference` with it. Drawn
small first: shrinking ends at one clause, one fact, plain numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import strategies as st

from oferta.core.terms.types import (
    AddDays,
    AddMonths,
    Always,
    And,
    Between,
    Binary,
    Calendar,
    Choose,
    Clause,
    Coded,
    Compare,
    Condition,
    Const,
    Counting,
    DateOf,
    DaysBetween,
    Derived,
    Edition,
    Elapsed,
    Expression,
    Fact,
    FactRef,
    Field,
    FieldRef,
    InList,
    IsNull,
    Kind,
    Limit,
    Negate,
    Not,
    Or,
    Pack,
    Pick,
    Place,
    Question,
    Rounded,
    Then,
    Truth,
    Type,
    Window,
)
from oferta.core.terms.walk import atoms, facts_of

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
_ORDERED = (Kind.INTEGER, Kind.PERCENT, Kind.MONEY, Kind.DATE, Kind.MOMENT, Kind.DURATION)
_NUMBERS = {Kind.INTEGER: INTEGER, Kind.PERCENT: PERCENT, Kind.MONEY: MONEY}
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


@dataclass(frozen=True, repr=False)
class Asked:
    """A question and rows of facts to ask it with."""

    pack: Pack
    edition: Edition
    question: str
    #: Coded facts, those of limits included.
    rows: tuple[dict[str, Coded], ...]
    #: Coded day of the event; None: by the facts.
    on: int | None

    def __repr__(self) -> str:
        edition, question = self.edition, self.pack.questions[self.question]
        derived = {name: one.expression for name, one in edition.derived.items()}
        clauses = [(c.id, c.when, c.in_force, c.defeats, c.then) for c in edition.clauses.values()]
        said = [question.combine, question.day, derived, *clauses, *edition.limits.values()]
        return "\n".join(map(str, [*said, self.on, *self.rows]))


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


def consts(of: Type) -> st.SearchStrategy[Const]:
    plain = replace(of, nullable=False)
    return values(of).map(lambda value: Const(value, plain))


# --- conditions ----------------------------------------------------------------------------------


@st.composite
def compares(draw: st.DrawFn, scope: dict[str, Type]) -> Condition:
    name = draw(st.sampled_from(list(scope)))
    of = scope[name]
    fact = FactRef(name, of)
    ops = ("=", "<>", "<", "<=", ">", ">=") if of.kind in _ORDERED else ("=", "<>")
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
    ordered = [name for name, of in scope.items() if of.kind in _ORDERED]
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
    shape = draw(st.integers(0, 9))
    if depth and shape > 6:
        inner = conditions(scope, depth - 1)
        if shape == 9:
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


# --- the pack ------------------------------------------------------------------------------------


@st.composite
def derived_facts(draw: st.DrawFn) -> dict[str, Derived]:
    """Draw derived facts; some rest on earlier ones, some on nullable facts."""
    found: dict[str, Derived] = {}
    scope = dict(FACTS)
    for number in range(draw(st.integers(0, 3))):
        of = draw(st.sampled_from((INTEGER, DATE, MONEY, DURATION)))
        draws = Draws(draw, scope)
        if draw(st.integers(0, 2)) == 2:  # nulls pass through
            draws.scope = {name: replace(type_, nullable=False) for name, type_ in scope.items()}
        expression = draws.whole(of)
        if draws.chance(4):
            cases = tuple((value, draws.whole(of)) for value in CHANNEL.values)
            expression = Choose(FactRef("channel", CHANNEL), cases, of)
        reads = _raw_behind(expression, found)
        nullable = any(FACTS[name].nullable for name in reads)
        name = f"d{number}"
        type_ = replace(of, nullable=nullable)
        found[name] = Derived(name, expression, "", type_, {}, PLACE, reads)
        scope[name] = type_
    return found


def _raw_behind(expression: Expression, derived: dict[str, Derived]) -> tuple[str, ...]:
    raw: dict[str, None] = {}
    for name in facts_of(expression, COUNTINGS):
        raw |= dict.fromkeys(derived[name].reads if name in derived else (name,))
    return tuple(raw)


_RATE = Type(Kind.PERCENT, minimum=0, maximum=1_000_000)
_ANSWERS: tuple[tuple[tuple[str, Type], ...], ...] = (
    (("amount", MONEY),),
    (("rate", _RATE), ("amount", replace(MONEY, minimum=0))),
    (("count", INTEGER), ("amount", MONEY), ("share", PERCENT)),
    (("amount", MONEY), ("due", DATE), ("how", CHANNEL), ("ok", BOOLEAN), ("wait", DURATION)),
)
_WINDOWS = st.none() | st.integers(DAY - 20, DAY + 20)


@st.composite
def clauses(
    draw: st.DrawFn, place: int, scope: dict[str, Type], answer: tuple[tuple[str, Type], ...]
) -> Clause:
    general = place == 0 and draw(st.booleans())  # fewer gaps
    when = Always(True) if general else draw(conditions(scope))
    window = Window(draw(_WINDOWS), draw(_WINDOWS)) if draw(st.integers(0, 2)) == 2 else Window()
    draws = Draws(draw, scope)
    nullable = [name for name, of in scope.items() if of.nullable]
    if (
        not general and draw(st.integers(0, 3)) == 3
    ):  # an outcome on a fact whose null the condition rules out
        name = draw(st.sampled_from(nullable))
        when = And((Not(IsNull(FactRef(name, scope[name]))), when))
        draws.scope[name] = scope[name]
    then: list[Then] = []
    if general or draw(st.integers(0, 4)) != 4:
        constant = draw(st.booleans())
        for field, of in answer:
            then.append(Then(field, draw(consts(of)) if constant else draws.whole(of), ""))
            draws.fields[field] = of
    name = f"clause {place} '\"\n"
    return Clause(name, "q", when, "", window, (), tuple(then), (), (), PLACE)


@st.composite
def limits(draw: st.DrawFn, place: int, clause_ids: list[str], names: list[str]) -> Limit:
    kind = draw(st.sampled_from(("amount", "count")))
    most = Const(draw(st.sampled_from((0, 1, 100, 5_000))), MONEY if kind == "amount" else INTEGER)
    return Limit(
        id=f"limit-{place}",
        question="q",
        field=draw(st.sampled_from(names)),
        kind=kind,
        at_most=most,
        clauses=tuple(draw(st.lists(st.sampled_from(clause_ids), max_size=2, unique=True))),
        per=("who",),
        period=draw(st.sampled_from(("day", "month", "campaign"))),
        used=f"limit_{place}_used",
        window=Window(draw(_WINDOWS), draw(_WINDOWS)),
        in_force=Window(draw(_WINDOWS), None),
        label={},
        cites=(),
        settles=(),
        place=PLACE,
    )


@st.composite
def packs(draw: st.DrawFn) -> Pack:
    """Draw a pack of one edition with the one question `q`."""
    derived = draw(derived_facts())
    scope = FACTS | {name: one.type for name, one in derived.items()}
    combine = draw(st.sampled_from(("one", "one", "sum", "max", "min")))
    choices = _ANSWERS if combine != "sum" else _ANSWERS[:3]
    answer = draw(st.sampled_from(choices))
    count = draw(st.integers(1, 6))
    found = [draw(clauses(place, scope, answer)) for place in range(count)]
    found = draw(defeating(found))
    numbers = [name for name, of in answer if of.kind is Kind.MONEY]
    ids = [clause.id for clause in found]
    ceilings = [draw(limits(i, ids, numbers)) for i in range(draw(st.sampled_from((0, 0, 1, 2))))]
    edition = Edition(
        id="2024-01-01",
        start=DAY - 77,
        note={},
        values={},
        derived=derived,
        countings=COUNTINGS,
        clauses={clause.id: clause for clause in found},
        limits={limit.id: limit for limit in ceilings},
        settles=(),
        open_points=(),
        text={},
        digest="",
        place=PLACE,
    )
    dates = [name for name, one in derived.items() if one.type.kind is Kind.DATE]
    question = Question(
        name="q",
        about="payment",
        label={},
        day=draw(st.sampled_from(["day", *dates])),
        answer=tuple(Field(name, of, {}) for name, of in answer),
        combine=combine,
        by="amount" if combine in ("max", "min") else "",
        better="amount",
        facts=tuple(FACTS),
        place=PLACE,
    )
    return Pack(
        name="drawn",
        publisher="",
        title={},
        authoritative="en",
        facts={name: Fact(name, of, {}, {}, False, PLACE) for name, of in FACTS.items()},
        lists={},
        list_labels={},
        calendars={"working": CALENDAR, "short": SHORT},
        questions={"q": question},
        editions=(edition,),
        examples=(),
        folder=Path(),
    )


@st.composite
def defeating(draw: st.DrawFn, found: list[Clause]) -> list[Clause]:
    """Let clauses defeat others, in no circle: each only those behind it in a drawn order."""
    order = draw(st.permutations(range(len(found))))
    made = list(found)
    for rank, place in enumerate(order):
        behind = [found[other].id for other in order[rank + 1 :]]
        chosen = draw(st.lists(st.sampled_from(behind), unique=True)) if behind else []
        made[place] = replace(found[place], defeats=tuple(chosen))
    return made


# --- facts ---------------------------------------------------------------------------------------


@st.composite
def rows(draw: st.DrawFn, pack: Pack) -> dict[str, Coded]:
    """Draw facts: what the terms name, one more, one less, nulls, and far out."""
    named = _named(pack)
    row: dict[str, Coded] = {}
    for name, of in FACTS.items():
        if of.nullable and draw(st.integers(0, 2)) == 2:
            row[name] = None
        elif named.get(name) and draw(st.booleans()):
            row[name] = draw(st.sampled_from(named[name]))
        else:
            row[name] = draw(values(of))
    for limit in pack.editions[0].limits.values():
        row[limit.used] = draw(st.sampled_from((0, 1, 99, 100, 101, 5_000)))
    return row


def _named(pack: Pack) -> dict[str, list[Coded]]:
    """Return for each fact the literals that conditions hold it against, and their neighbours."""
    found: dict[str, list[Coded]] = {}
    for clause in pack.editions[0].clauses.values():
        for atom in atoms(clause.when):
            match atom:
                case Compare(_, FactRef(name, of), Const(value)):
                    literals: tuple[Coded, ...] = (value,)
                case InList(FactRef(name, of), literals):
                    pass
                case Between(FactRef(name, of), Const(low), Const(high)):
                    literals = (low, high)
                case _:
                    continue
            found.setdefault(name, []).extend(_around(literals, of))
    return found


def _around(literals: tuple[Coded, ...], of: Type) -> list[Coded]:
    if of.kind not in _ORDERED:
        return list(literals)
    return [value + step for value in literals if isinstance(value, int) for step in (0, 1, -1)]


@st.composite
def asked(draw: st.DrawFn, row_count: int = 6) -> Asked:
    """Draw a pack and rows of facts for its question."""
    pack = draw(packs())
    found = draw(st.lists(rows(pack), min_size=row_count, max_size=row_count))
    on = draw(st.none() | st.integers(DAY - 21, DAY + 21))
    return Asked(pack, pack.editions[0], "q", tuple(found), on)
