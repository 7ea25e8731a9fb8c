"""Other values worth trying for a fact: those at which some clause changes its mind.

Between two neighbouring literals nothing changes, so the literals of the conditions, one step to
either side of each, and the ends of every window are all that a nearest change can be made of.
A step is what a person would take: a minute, one percent; the least one is tried last.
Codes and texts are not nearer or farther: what worked examples give for them comes first, for a
person knows it, then what conditions name. A code that nothing names is the last resort, and told
as an example of any other (`unnamed`). Nobody goes back to a window that was past.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oferta.core.terms.figures import with_derived
from oferta.core.terms.types import (
    PERCENT_ONE,
    Between,
    Compare,
    Const,
    FactRef,
    InList,
    IsNull,
    Kind,
    Type,
)
from oferta.core.terms.values import ORDERED, BadValue, parse_value
from oferta.core.terms.walk import atoms
from oferta.kernel.money import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from oferta.core.terms.types import (
        Atom,
        Clause,
        Coded,
        Decided,
        Derived,
        Edition,
        Operand,
        Pack,
        Question,
        Window,
    )

#: Values tried per fact: those nearest to what it is.
CANDIDATES_MAX = 40
_DAY = 86_400_000_000
_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
#: A counting of working days is met after a few corrections, or not at all.
_CORRECTIONS_MAX = 8


class Candidates:
    """The values to try for each raw fact of one case, nearest first."""

    def __init__(
        self, pack: Pack, edition: Edition, decided: Decided, clauses: Iterable[Clause]
    ) -> None:
        self._pack, self._edition, self._decided = pack, edition, decided
        self._question: Question = pack.questions[decided.question]
        self._raw = decided.facts
        self._facts: dict[str, Coded] = dict(decided.facts)
        for name in self._edition.derived:
            self._derive(name)
        #: By fact, raw or derived: values at which a clause changes its mind.
        self._targets: dict[str, dict[Coded, None]] = {}
        #: By fact: values that are tried only after all others.
        self._last: dict[str, dict[Coded, None]] = {}
        #: Facts that are looked up in lists: codes.
        self._codes: set[str] = set()
        for clause in edition.clauses.values():
            self._note_codes(clause)
        for clause in clauses:
            self._note_window(clause.in_force)
            for atom in atoms(clause.when):
                self._note_atom(atom)
        for one in pack.editions:
            self._note_window_start(one.start)
        self._note_limits()

    def of(self, fact: str) -> list[Coded]:
        """Return the values to try for a raw fact, nearest first, its present one left out."""
        type_, present = self._type(fact), self._raw[fact]
        named = type_.kind is Kind.TEXT or fact in self._codes
        found: dict[Coded, None] = dict.fromkeys(type_.values)
        if type_.kind is Kind.BOOLEAN:
            found |= {True: None, False: None}
        if named and fact in self._targets:
            found |= dict.fromkeys(self._in_examples(fact, type_))
        found |= self._targets.get(fact, {})
        for name, derived in self._edition.derived.items():
            if fact in derived.reads and type_.kind in ORDERED:
                found |= dict.fromkeys(self._behind(fact, type_, derived, name))
        usable = [value for value in found if value != present and _fits(value, type_)]
        if not named:
            usable.sort(key=lambda value: _distance(value, present))
        given = [value for value in usable if value is not None]
        last = [value for value in self._last.get(fact, {}) if value not in {*found, present}]
        last = [value for value in last if _fits(value, type_)]
        last.sort(key=lambda value: _distance(value, present))
        absent = [None] if type_.nullable and present is not None else []
        return [*[*given, *last][:CANDIDATES_MAX], *absent]

    def unnamed(self, fact: str, value: Coded) -> bool:
        """Tell whether a value is a code that neither conditions nor worked examples name."""
        return (
            fact in self._codes
            and value in self._last.get(fact, {})
            and not self._named(fact, value)
        )

    def _named(self, fact: str, value: Coded) -> bool:
        return value in self._targets.get(fact, {}) or value in self._in_examples(
            fact, self._type(fact)
        )

    def _in_examples(self, fact: str, type_: Type) -> Iterator[Coded]:
        """Yield what worked examples give for a fact, those of the question first."""
        own = self._question.name
        for example in sorted(self._pack.examples, key=lambda one: one.question != own):
            if fact in example.facts:
                try:
                    yield parse_value(example.facts[fact], type_)
                except BadValue:  # the example shows a refusal
                    continue

    # --- where clauses change their minds -----------------------------------------------------

    def _note_codes(self, clause: Clause) -> None:
        for atom in atoms(clause.when):
            if isinstance(atom, InList) and atom.operand.type.kind is Kind.INTEGER:
                self._codes.add(atom.operand.name)

    def _note(self, fact: str, *values: Coded) -> None:
        self._targets.setdefault(fact, {}).update(dict.fromkeys(values))

    def _note_atom(self, atom: Atom) -> None:
        match atom:
            case Compare(_, left, right):
                self._note_sides(left, right)
                self._note_sides(right, left)
            case Between(operand, low, high):
                self._note_sides(operand, low)
                self._note_sides(operand, high)
            case InList(operand, values):
                self._note(operand.name, *(value for value in values if value is not None))
                for value in values:
                    self._note_around(operand, value)
            case IsNull(operand) if (
                operand.type.kind in ORDERED and operand.name not in self._codes
            ):
                self._note(operand.name, self._some(operand.type))  # any value will do
            case _:
                pass

    def _some(self, type_: Type) -> int:
        """Return a value that a person might have given: of days, that of the event."""
        of_days = {Kind.DATE: self._decided.day, Kind.MOMENT: self._decided.day * _DAY}
        return type_.minimum or of_days.get(type_.kind, 0)

    def _note_sides(self, side: Operand, other: Operand) -> None:
        if not isinstance(side, FactRef):
            return
        value = other.value if isinstance(other, Const) else self._facts.get(other.name)
        self._note_around(side, value)

    def _note_around(self, fact: FactRef, value: Coded) -> None:
        if fact.type.kind in ORDERED and isinstance(value, int):
            natural, least = _steps(fact.type)
            last = self._last.setdefault(fact.name, {})
            last |= {value - least: None, value + least: None}
            self._note(fact.name, value)
            if fact.name not in self._codes:
                self._note(fact.name, value - natural, value + natural)
        elif value is not None:
            self._note(fact.name, value)

    def _note_window(self, window: Window) -> None:
        for day in (window.start, window.through and window.through + 1):
            if day is not None:
                self._note_window_start(day)

    def _note_window_start(self, start: int) -> None:
        """Note the first day of something, or of what comes after it, unless it is past."""
        if start > self._decided.day:
            self._note(self._question.day, start)

    def _note_limits(self) -> None:
        """Note where the use of a limit begins to matter, and where nothing is left."""
        for effect in self._decided.limited:
            limit = self._edition.limits[effect.limit]
            uncut = effect.at_most - (effect.before if limit.kind == "amount" else 1)
            self._note(limit.used, 0, max(0, uncut), effect.at_most)

    # --- derived facts ------------------------------------------------------------------------

    def _derive(self, name: str) -> None:
        derived = self._edition.derived[name]
        if name not in self._facts and all(read in self._raw for read in derived.reads):
            self._facts |= self._with(self._raw, name)

    def _with(self, raw: Mapping[str, Coded], name: str) -> dict[str, Coded]:
        return with_derived(self._edition, raw, [name])

    def _behind(self, fact: str, type_: Type, derived: Derived, name: str) -> Iterator[Coded]:
        """Yield values of a raw fact that bring a derived one to each of its targets."""
        present, now = self._raw[fact], self._facts.get(name)
        if not isinstance(present, int) or not isinstance(now, int):
            return
        unit = _unit(type_.kind, derived.type.kind)
        for target in self._targets.get(name, {}):
            if not isinstance(target, int) or target == now:
                continue
            for sign in (1, -1):
                found = self._solved(fact, name, target, sign * unit)
                if found is not None:
                    yield found

    def _solved(self, fact: str, name: str, target: int, slope: int) -> int | None:
        """Return the value of `fact` that makes the derived fact `target`, by correction."""
        value = int(self._raw[fact] or 0)
        for _ in range(_CORRECTIONS_MAX):
            try:
                reached = self._with({**self._raw, fact: value}, name)[name]
            except (ArithmeticError, ValueError):
                return None
            if not isinstance(reached, int):
                return None
            if reached == target:
                return value
            value += (target - reached) * slope
        return None

    def _type(self, fact: str) -> Type:
        known = self._pack.facts.get(fact)
        return known.type if known else Type(Kind.INTEGER, minimum=0)


def _steps(type_: Type) -> tuple[int, int]:
    """Return what a person calls a little more, and the least that is tried."""
    match type_.kind:
        case Kind.MONEY:
            unit = int(10 ** UNITS[type_.unit])
            return unit, unit
        case Kind.MOMENT:
            return _MINUTE, _SECOND
        case Kind.PERCENT:
            return PERCENT_ONE // 100, 1
    return 1, 1


def _unit(raw: Kind, derived: Kind) -> int:
    """Return how much of a raw fact makes one of the derived: a moment moves by whole days."""
    return _DAY if raw is Kind.MOMENT and derived in (Kind.DATE, Kind.INTEGER) else 1


def _fits(value: Coded, type_: Type) -> bool:
    if value is None:
        return type_.nullable
    if isinstance(value, bool) or not isinstance(value, int):
        return True
    low, high = type_.minimum, type_.maximum
    return (low is None or low <= value) and (high is None or value <= high)


def _distance(value: Coded, present: Coded) -> int:
    """Return how far a number is from what it was; other values are all equally far."""
    if isinstance(value, int) and isinstance(present, int):
        return abs(value - present)
    return 0
