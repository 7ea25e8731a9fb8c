"""The meaning of terms, written to be read: slow, straight over the model, sharing no code.

Every faster way (generated Python, SQL, a prover) is held to this one by property tests. It
walks the tree of each condition with three explicit truth values, computes with
`fractions.Fraction`, walks calendars day by day, and asks of each clause by recursion whether it
is defeated. Nothing here is meant to be fast.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

from oferta.core.terms.errors import (
    CalendarNotDeclared,
    Conflict,
    DivisionByZero,
    Gap,
    OutOfBounds,
    WrongFact,
)
from oferta.core.terms.reference_values import (
    DAY_ZERO,
    NoSuchDay,
    NoSuchZone,
    NotDeclared,
    Value,
    Values,
    ZeroDivisor,
    coded,
    in_window,
)
from oferta.core.terms.types import (
    AddDays,
    AddMonths,
    Always,
    And,
    Between,
    Binary,
    Choose,
    Clause,
    Compare,
    DateOf,
    DaysBetween,
    Decided,
    Elapsed,
    FactRef,
    InList,
    IsNull,
    LimitEffect,
    Negate,
    Not,
    Or,
    Pick,
    Rounded,
    Truth,
)
from oferta.core.terms.values import write_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from oferta.core.terms.types import (
        Coded,
        Condition,
        Edition,
        Expression,
        Limit,
        Operand,
        Pack,
    )

#: True, False, or None for UNKNOWN.
_Ternary: TypeAlias = bool | None
#: What a signed whole number of 64 bits holds.
_LARGEST = 2**63 - 1


def decide(
    pack: Pack,
    edition: Edition,
    question_name: str,
    facts: Mapping[str, Coded],
    on: int | None = None,
) -> Decided:
    """Return the decision that the terms mean.

    Args:
        pack: the pack asked.
        edition: the edition that decides.
        question_name: one of the pack's questions.
        facts: coded facts by name, those of limits included.
        on: coded day of the event, instead of the one that the facts tell.

    Raises:
        Stopped: gap, conflict, division by zero, outcome out of bounds.
        WrongFact: no day, or no such time zone.
    """
    return _Asking(pack, edition, question_name, dict(facts)).answer(on)


class _Asking:
    def __init__(
        self, pack: Pack, edition: Edition, question_name: str, facts: dict[str, Coded]
    ) -> None:
        self.pack, self.edition, self.raw = pack, edition, facts
        self.question = pack.questions[question_name]
        self.clauses = [c for c in edition.clauses.values() if c.question == question_name]
        self.limits = [x for x in edition.limits.values() if x.question == question_name]
        self.facts: dict[str, Coded] = dict(facts)
        self.mask = 0

    def answer(self, on: int | None) -> Decided:
        day = self._day() if on is None else on
        for name in sorted(self._facts_read_by_clauses()):
            self._derive(name)
        applies = {clause.id: self._applies(clause, day) for clause in self.clauses}
        self.mask = sum(1 << i for i, clause in enumerate(self.clauses) if applies[clause.id])
        deciding = [
            clause
            for clause in self.clauses
            if clause.then and applies[clause.id] and not self._defeated(clause, applies)
        ]
        if not deciding:
            raise Gap(**self._where())
        outcomes = {clause.id: self._outcome(clause) for clause in deciding}
        decided_by, outcome = self._combine(outcomes)
        self._check_bounds(decided_by, outcome)
        effects = [self._limit(limit, day, decided_by, outcome) for limit in self.limits]
        names = [*self.question.facts, *(limit.used for limit in self.limits)]
        return Decided(
            pack=self.pack.name,
            edition=self.edition.id,
            question=self.question.name,
            day=day,
            facts={name: self.raw[name] for name in names},
            mask=self.mask,
            decided_by=tuple(decided_by),
            outcome=outcome,
            limited=tuple(effect for effect in effects if effect is not None),
        )

    def _where(self) -> dict[str, Any]:
        return {
            "pack": self.pack.name,
            "edition": self.edition.id,
            "question": self.question.name,
            "mask": self.mask,
        }

    # --- facts --------------------------------------------------------------------------------

    def _day(self) -> int:
        name = self.question.day
        self._derive(name)
        day = self.facts[name]
        if day is None:
            raise WrongFact(pack=self.pack.name, fact=name, given="null", expected="a date")
        return int(day)

    def _facts_read_by_clauses(self) -> set[str]:
        read: set[str] = set()
        for clause in self.clauses:
            read |= {ref.name for ref in _inside(clause.when) if isinstance(ref, FactRef)}
            for then in clause.then:
                read |= self._read_by(then.expression)
        return read

    def _read_by(self, expression: Expression) -> set[str]:
        found = set()
        for node in _inside(expression):
            if isinstance(node, FactRef):
                found.add(node.name)
            if isinstance(node, DaysBetween | AddDays | DateOf):
                counting = self.edition.countings[node.counting]
                if counting.time_zone_is_fact:
                    found.add(counting.time_zone)
        return found

    def _derive(self, name: str) -> None:
        """Compute a derived fact, those it rests on first."""
        if name in self.facts or name not in self.edition.derived:
            return
        derived = self.edition.derived[name]
        for inner in sorted(self._read_by(derived.expression)):
            self._derive(inner)
        if any(self.facts[read] is None for read in derived.reads):
            self.facts[name] = None
            return
        with_value = self._computed(derived.expression, {}, clause="", field=name)
        self.facts[name] = coded(with_value)

    # --- clauses ------------------------------------------------------------------------------

    def _applies(self, clause: Clause, day: int) -> bool:
        return in_window(clause.in_force, day) and self._truth(clause.when) is True

    def _defeated(self, clause: Clause, applies: Mapping[str, bool]) -> bool:
        return any(
            applies[other.id] and clause.id in other.defeats and not self._defeated(other, applies)
            for other in self.clauses
        )

    def _truth(self, condition: Condition) -> _Ternary:  # noqa: C901, PLR0911 - a case per node, side by side
        match condition:
            case Always(value):
                return value
            case Not(item):
                inner = self._truth(item)
                return None if inner is None else not inner
            case And(items):
                return _all(self._truth(item) for item in items)
            case Or(items):
                opposite = _all(_opposite(self._truth(item)) for item in items)
                return _opposite(opposite)
            case Compare(op, left, right):
                return _compare(op, self._operand(left), self._operand(right))
            case Between(operand, low, high):
                middle = self._operand(operand)
                above = _compare(">=", middle, self._operand(low))
                below = _compare("<=", middle, self._operand(high))
                return _all(iter((above, below)))
            case InList(operand, values):
                asked = self._operand(operand)
                return _opposite(_all(_compare("<>", asked, item) for item in values))
            case IsNull(operand):
                return self._operand(operand) is None
            case Truth(operand):
                held = self._operand(operand)
                return None if held is None else bool(held)
            case _:
                assert_never(condition)

    def _operand(self, operand: Operand) -> Coded:
        return self.facts[operand.name] if isinstance(operand, FactRef) else operand.value

    # --- outcomes -----------------------------------------------------------------------------

    def _outcome(self, clause: Clause) -> dict[str, Coded]:
        values: dict[str, Value] = {}
        for then in clause.then:
            values[then.field] = self._computed(
                then.expression, values, clause=clause.id, field=then.field
            )
        return {name: coded(value) for name, value in values.items()}

    def _computed(
        self, expression: Expression, fields: dict[str, Value], *, clause: str, field: str
    ) -> Value:
        try:
            return Values(self.facts, self.edition.countings).value(expression, fields)
        except ZeroDivisor:
            raise DivisionByZero(**self._where(), clause=clause, field=field) from None
        except NoSuchDay as day:
            value = str(day.asked)
            raise OutOfBounds(**self._where(), clause=clause, field=field, value=value) from None
        except NotDeclared as found:
            written = (DAY_ZERO + timedelta(days=found.day)).isoformat()
            raise CalendarNotDeclared(
                **self._where(), calendar=found.calendar, day=written
            ) from None
        except NoSuchZone as zone:
            fact, wanted = zone.fact or field, "an IANA time zone"
            raise WrongFact(
                pack=self.pack.name, fact=fact, given=zone.name, expected=wanted
            ) from None

    # --- all clauses together -----------------------------------------------------------------

    def _combine(self, outcomes: dict[str, dict[str, Coded]]) -> tuple[list[str], dict[str, Coded]]:
        question = self.question
        if question.combine == "sum":
            names = [answer.name for answer in question.answer]
            total = {name: sum(int(o[name] or 0) for o in outcomes.values()) for name in names}
            return list(outcomes), dict(total)
        if question.combine != "one":
            values = [int(outcome[question.by] or 0) for outcome in outcomes.values()]
            best = max(values) if question.combine == "max" else min(values)
            outcomes = {i: o for i, o in outcomes.items() if o[question.by] == best}
        first, *others = outcomes.values()
        if any(other != first for other in others):
            raise Conflict(**self._where(), clauses=list(outcomes))
        return list(outcomes), dict(first)

    def _check_bounds(self, decided_by: list[str], outcome: dict[str, Coded]) -> None:
        for answer in self.question.answer:
            value, low, high = outcome[answer.name], answer.type.minimum, answer.type.maximum
            if isinstance(value, int):
                too_low = value < (-_LARGEST if low is None else low)
                too_high = value > (_LARGEST if high is None else high)
                if too_low or too_high:
                    clause, told = ", ".join(decided_by), write_value(value, answer.type)
                    raise OutOfBounds(**self._where(), clause=clause, field=answer.name, value=told)

    def _limit(
        self, limit: Limit, day: int, decided_by: list[str], outcome: dict[str, Coded]
    ) -> LimitEffect | None:
        running = limit.period != "campaign" or in_window(limit.window, day)
        concerned = not limit.clauses or any(name in limit.clauses for name in decided_by)
        if not (in_window(limit.in_force, day) and running and concerned):
            return None
        most, used = int(limit.at_most.value or 0), int(self.raw[limit.used] or 0)
        before = int(outcome[limit.field] or 0)
        left = max(0, most - used)
        after = before
        if limit.kind == "amount" and before > left:
            after = left
        if limit.kind == "count" and left == 0 and before > 0:
            after = 0
        outcome[limit.field] = after
        return LimitEffect(limit.id, most, used, left, before, after)


# --- truth -----------------------------------------------------------------------------------


def _all(values: Iterator[_Ternary]) -> _Ternary:
    known = list(values)
    if False in known:
        return False
    return None if None in known else True


def _opposite(value: _Ternary) -> _Ternary:
    return None if value is None else not value


_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def _compare(op: str, left: Coded, right: Coded) -> _Ternary:
    if left is None or right is None:
        return None
    return _COMPARED[op](left, right)


def _inside(node: object) -> Iterator[object]:  # noqa: C901 - a case per node, side by side
    """Yield a node of a condition or an expression and all that is in it."""
    yield node
    match node:
        case And(items) | Or(items) | Pick(_, items, _):
            children: tuple[object, ...] = items
        case Not(item) | Negate(item, _) | Rounded(_, item, _, _):
            children = (item,)
        case Compare(_, left, right) | Binary(_, left, right, _):
            children = (left, right)
        case Between(operand, low, high):
            children = (operand, low, high)
        case InList(operand, _) | IsNull(operand) | Truth(operand):
            children = (operand,)
        case DaysBetween(start, end, _, _) | Elapsed(start, end, _):
            children = (start, end)
        case AddDays(start, number, _, _) | AddMonths(start, number, _):
            children = (start, number)
        case DateOf(moment, _, _):
            children = (moment,)
        case Choose(on, cases, _):
            children = (on, *(case for _, case in cases))
        case _:
            children = ()
    for child in children:
        yield from _inside(child)
