"""Random packs as model objects, with rows of facts that sit on every boundary of them.

`asked()` draws a pack of one edition and one question, and rows of coded facts for it. Every way
of deciding (generated Python, SQL, the prover) can be held to `terms.reference` with it. Drawn
small first: shrinking ends at one clause, one fact, plain numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from drawn import (
    BOOLEAN,
    CALENDAR,
    CHANNEL,
    COUNTINGS,
    DATE,
    DAY,
    DURATION,
    FACTS,
    INTEGER,
    MONEY,
    ORDERED,
    PERCENT,
    PLACE,
    SHORT,
    Draws,
    conditions,
    consts,
    picked,
)
from hypothesis import strategies as st

from oferta.core.terms.types import (
    AddDays,
    AddMonths,
    Always,
    And,
    Between,
    Choose,
    Clause,
    Coded,
    Compare,
    Const,
    DateOf,
    DaysBetween,
    Derived,
    Edition,
    Expression,
    Fact,
    FactRef,
    Field,
    Held,
    InList,
    IsNull,
    Kind,
    Limit,
    Not,
    Pack,
    Question,
    Relation,
    Then,
    Type,
    Window,
)
from oferta.core.terms.walk import atoms, facts_of, inside


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
    draw: st.DrawFn,
    place: int,
    scope: dict[str, Type],
    asked_about: dict[str, Type],
    answer: tuple[tuple[str, Type], ...],
) -> Clause:
    general = place == 0 and draw(st.booleans())  # fewer gaps
    when = Always(True) if general else draw(conditions(asked_about))
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
    # Few facts, so that several clauses ask about the same one and rows meet their literals.
    few = draw(st.lists(st.sampled_from(list(FACTS)), max_size=4, unique=True))
    asked_about = {name: scope[name] for name in scope if name in ("n", "ok", *few, *derived)}
    found = [draw(clauses(place, scope, asked_about, answer)) for place in range(count)]
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


def picked_row(pack: Pack, named: dict[str, list[Coded]], pick: Random) -> dict[str, Coded]:
    """Pick facts: what the terms name, one more, one less, nulls, and far out."""
    row: dict[str, Coded] = {}
    for name, of in FACTS.items():
        if of.nullable and pick.random() < 1 / 3:
            row[name] = None
        elif named.get(name) and pick.random() < 1 / 2:
            row[name] = pick.choice(named[name])
        else:
            row[name] = picked(of, pick)
    for limit in pack.editions[0].limits.values():
        row[limit.used] = pick.choice((0, 1, 99, 100, 101, 5_000))
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
    if of.kind not in ORDERED:
        return list(literals)
    return [value + step for value in literals if isinstance(value, int) for step in (0, 0, 1, -1)]


@st.composite
def asked(draw: st.DrawFn, row_count: int = 6) -> Asked:
    """Draw a pack and rows of facts for its question."""
    pack = draw(packs())
    # One number for all rows: drawing each fact took longer than deciding by every engine.
    pick, named = Random(draw(st.integers(0, 2**32))), _named(pack)
    found = [picked_row(pack, named, pick) for _ in range(row_count)]
    on = draw(st.none() | st.integers(DAY - 21, DAY + 21))
    return Asked(pack, pack.editions[0], "q", tuple(found), on)


# --- what is assumed of facts ---------------------------------------------------------------------


@st.composite
def relations(draw: st.DrawFn) -> Relation:
    """Draw a comparison of amounts that counts no days, with a guard or without."""
    draws = Draws(draw, FACTS)
    draws.scope = {name: of for name, of in FACTS.items() if of.kind is not Kind.DATE}
    left, right = draws.number(MONEY, 2), draws.number(MONEY, 1)
    op = draw(st.sampled_from(("=", "<>", "<", "<=", ">", ">=")))
    when = draw(conditions(FACTS)) if draw(st.booleans()) else Always(value=True)
    return Relation("r", when, Held(op, left, right), "", {}, (), (), PLACE)  # type: ignore[arg-type]


def counts_days(relation: Relation) -> bool:
    that = relation.that
    assert isinstance(that, Held)
    nodes = [*inside(that.left), *inside(that.right)]
    return any(isinstance(node, AddDays | AddMonths | DateOf | DaysBetween) for node in nodes)


@st.composite
def assuming(draw: st.DrawFn, row_count: int = 6) -> Asked:
    """Draw a pack that may assume something of its facts, which rows may break."""
    found = draw(asked(row_count))
    if draw(st.integers(0, 2)) < 2:
        return found
    relation = draw(relations())
    if counts_days(relation):
        return found
    return replace(found, pack=replace(found.pack, assumptions=(relation,)))
