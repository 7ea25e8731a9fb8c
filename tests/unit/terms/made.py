"""Packs of a few clauses made as model objects, for tests of what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from oferta.core.terms import reference
from oferta.core.terms.program import compile_program
from oferta.core.terms.types import (
    Always,
    Clause,
    Coded,
    Compare,
    Condition,
    Const,
    Counting,
    Decided,
    Derived,
    Edition,
    Expression,
    Fact,
    FactRef,
    Field,
    Kind,
    Limit,
    Pack,
    Place,
    Question,
    Then,
    Truth,
    Type,
    Window,
)

PLACE = Place("editions/2024-01-01.yaml", 7)
INTEGER = Type(Kind.INTEGER)
PERCENT = Type(Kind.PERCENT)
MONEY = Type(Kind.MONEY, unit="KZT")
DATE = Type(Kind.DATE)
MOMENT = Type(Kind.MOMENT)
BOOLEAN = Type(Kind.BOOLEAN)
TEXT = Type(Kind.TEXT)
CHANNEL = Type(Kind.ENUM, values=("app", "pos", "web"))
MAYBE = Type(Kind.INTEGER, nullable=True)

FACTS = {
    "on": DATE,
    "paid": MONEY,
    "count": INTEGER,
    "mcc": MAYBE,
    "channel": CHANNEL,
    "who": TEXT,
    "app": BOOLEAN,
    "insured": BOOLEAN,
    "own": BOOLEAN,
}
GIVEN: dict[str, Coded] = {
    "on": 100,
    "paid": 10_000,
    "count": 2,
    "mcc": None,
    "channel": "pos",
    "who": "A",
    "app": False,
    "insured": False,
    "own": False,
}
AMOUNT = (Field("amount", MONEY, {}),)


def day(text: str) -> int:
    """Return a coded date."""
    return date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal()


def fact(name: str) -> FactRef:
    return FactRef(name, FACTS[name])


def const(value: Coded, of: Type = MONEY) -> Const:
    return Const(value, of)


def holds(name: str) -> Truth:
    return Truth(fact(name))


def equals(name: str, value: Coded) -> Compare:
    return Compare("=", fact(name), Const(value, FACTS[name]))


def clause(
    name: str,
    when: Condition | None = None,
    then: int | dict[str, Expression] | None = None,
    *,
    defeats: Sequence[str] = (),
    window: Window | None = None,
) -> Clause:
    """Make a clause; a number is the constant `amount`, None only lifts."""
    if isinstance(then, int):
        then = {"amount": const(then)}
    fields = tuple(Then(field, made, "") for field, made in (then or {}).items())
    asked = Always(True) if when is None else when
    in_force = window or Window()
    return Clause(name, "q", asked, "", in_force, tuple(defeats), fields, (), (), PLACE)


def limit(name: str, most: int, **more: Any) -> Limit:
    kind = more.get("kind", "amount")
    return Limit(
        id=name,
        question="q",
        field="amount",
        kind=kind,
        at_most=const(most, MONEY if kind == "amount" else INTEGER),
        clauses=more.get("clauses", ()),
        per=more.get("per", ("who",)),
        period=more.get("period", "month"),
        used=f"{name}_used",
        window=more.get("window", Window()),
        in_force=more.get("in_force", Window()),
        label={},
        cites=(),
        settles=(),
        place=PLACE,
    )


def edition(
    clauses: Sequence[Clause],
    *,
    start: int = 0,
    limits: Sequence[Limit] = (),
    derived: Sequence[Derived] = (),
    countings: Sequence[Counting] = (),
) -> Edition:
    return Edition(
        id=f"from-{start}",
        start=start,
        note={},
        values={},
        derived={one.name: one for one in derived},
        countings={one.name: one for one in countings},
        clauses={one.id: one for one in clauses},
        limits={one.id: one for one in limits},
        settles=(),
        open_points=(),
        text={},
        digest="",
        place=PLACE,
    )


def pack(
    *editions: Edition,
    combine: Any = "one",
    answer: tuple[Field, ...] = AMOUNT,
    facts: dict[str, Type] | None = None,
    on: str = "on",
) -> Pack:
    declared = facts or FACTS
    question = Question(
        name="q",
        about="payment",
        label={},
        day=on,
        answer=answer,
        combine=combine,
        by="amount" if combine in ("max", "min") else "",
        better="amount",
        facts=tuple(declared),
        place=PLACE,
    )
    return Pack(
        name="made",
        publisher="",
        title={},
        authoritative="en",
        facts={name: Fact(name, of, {}, {}, False, PLACE) for name, of in declared.items()},
        lists={},
        list_labels={},
        calendars={},
        questions={"q": question},
        editions=editions,
        examples=(),
        folder=Path(),
    )


def decide(made: Pack, **facts: Coded) -> Decided:
    """Decide by generated Python, checked against the reference evaluator."""
    given = GIVEN | facts
    decided = compile_program(made, made.editions[-1], "q").decide(given)
    assert decided == reference.decide(made, made.editions[-1], "q", given)
    return decided


def amount(made: Pack, **facts: Coded) -> Coded:
    return decide(made, **facts).outcome["amount"]
