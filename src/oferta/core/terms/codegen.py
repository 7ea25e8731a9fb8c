"""Generated Python: one module of source per question and edition.

It defines, with `f0, f1, …` the raw facts in the order of `Program.names`:

- `mask(day, f0, …)`: bit i says that the i-th clause was in force and held;
- `bare(day, f0, …)`: `(index, outcome)` on the shortest way, and `slow(day, facts)` wherever the
  answer is not plain: nothing decides, two clauses do, a bound is broken, zero divides;
- `run(day, facts)`: mask, verdict and outcome, remembered by mask where they can be;
- `day(f0, …)`: the day of the event;
- `out_0(day, f0, …)`, …: the outcome of each clause that has one.

Source rather than a tree of closures, because it runs fifteen times faster (ADR 0003).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oferta.core.terms.codegen_conditions import (
    FALSE,
    TRUE,
    ConditionWriter,
    both,
    negated,
)
from oferta.core.terms.codegen_masks import mask_lines
from oferta.core.terms.codegen_names import literal
from oferta.core.terms.codegen_outcomes import Block
from oferta.core.terms.values import bounds_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oferta.core.terms.codegen_conditions import Known
    from oferta.core.terms.specialise import Split
    from oferta.core.terms.subject import Subject
    from oferta.core.terms.types import Clause, Coded, Field

_INDENT = "    "


class Writer:
    """Writes the functions of one question."""

    def __init__(self, subject: Subject, constants: dict[int, tuple[Coded, ...]]) -> None:
        self.subject = subject
        self._names = subject.names
        self._fields: Sequence[Field] = subject.question.answer
        #: Outcomes that read no fact, by the index of their clause.
        self.constants = constants
        self._facts = f"({self._names.parameters})"
        self.slow = f"return slow(day, {self._facts})"

    # --- the small functions ------------------------------------------------------------------

    def day(self) -> str:
        """Return source of `day`."""
        wanted = self.subject.question.day
        lines = self._derived(self.subject.derived_for([wanted]))
        return self._function("day", [*lines, f"return {self._names.of(wanted)}"], first="")

    def outcome(self, index: int) -> str:
        """Return source of `out_<index>`."""
        clause = self.subject.clauses[index]
        lines = self._derived(self.subject.derived_for(self.subject.facts_of_outcome(clause)))
        block = self._block()
        atoms: list[str] = []
        for place, then in enumerate(clause.then):
            block.on_zero = f"raise zero({index}, {place})"
            started = len(block.lines)
            block.may_refuse = False
            atoms.append(block.field(then.field, then.expression))
            if block.may_refuse:
                stop = f"raise refuse({index}, {place}, refused) from None"
                block.lines[started:] = _trying(block.lines[started:], stop)
        return self._function(f"out_{index}", [*lines, *block.lines, f"return {_tuple(atoms)}"])

    def mask(self, name: str, known: Known | None = None) -> str:
        """Return source of `mask`, for one value of a fact if it is known."""
        return self._masked(name, known, ["return m"])

    def run(self, name: str, known: Known | None = None) -> str:
        """Return source of `run`: what a mask is known to lead to, or else what `settle` says."""
        known_end = f"return done(m) or settle(m, day, {self._facts})"
        return self._masked(name, known, [known_end])

    def _masked(self, name: str, known: Known | None, end: list[str]) -> str:
        conditions = ConditionWriter(self._names, known)
        holds = [self.holds(clause, conditions) for clause in self.subject.clauses]
        start = [*self._derived(self.subject.read), *mask_lines(holds)]
        return self._function(name, [*start, *end])

    def run_row(self, by: Split | None) -> str:
        """Return source of `run(day, values)`, which finds the function of its class itself."""
        if by is None:
            return "def run(day, values):\n    return run_0(day, *values)\n"
        place = list(self._names.raw).index(by.fact)
        choose = f"run_of(values[{place}], run_0)"
        return f"def run(day, values):\n    return {choose}(day, *values)\n"

    def dispatch(self, name: str, by: Split) -> str:
        """Return source that hands over to the function of a value's class."""
        choose = f"{name}_of({self._names.of(by.fact)}, {name}_0)"
        return self._function(name, [f"return {choose}(day, {self._names.parameters})"])

    # --- the shortest way ---------------------------------------------------------------------

    def bare(self, name: str, known: Known | None = None) -> str:
        """Return source of `bare`, for one value of a fact if it is known."""
        if self.subject.question.combine != "one":
            return self._function(name, [self.slow])
        start = self._derived(self.subject.read)
        way = _Way(self, ConditionWriter(self._names, known))
        return self._function(name, [*start, *way.lines()])

    def decided(self, index: int) -> list[str]:
        """Return the lines that return the outcome of a clause that alone decides."""
        constant = self.constants.get(index)
        if constant is not None:
            return self._returned(index, [literal(value) for value in constant], checked=False)
        clause = self.subject.clauses[index]
        block = self._block()
        block.on_zero = self.slow
        atoms = [block.field(then.field, then.expression) for then in clause.then]
        lines = _trying(block.lines, self.slow) if block.may_refuse else block.lines
        return [*lines, *self._returned(index, atoms, checked=True)]

    def _returned(self, index: int, atoms: list[str], *, checked: bool) -> list[str]:
        lines: list[str] = []
        for atom, answer in zip(atoms, self._fields, strict=True):
            low, high = bounds_of(answer.type)
            left = f"{literal(low)} <= " if low is not None else ""
            right = f" <= {literal(high)}" if high is not None else ""
            if checked and (left or right):
                lines.append(f"if not {left}{atom}{right}: {self.slow}")
        outcome = _tuple(atoms)
        if self.subject.limits:
            outcome = f"cut(day, {literal(1 << index)}, {outcome}, {self._facts})"
        return [*lines, f"return {index}, {outcome}"]

    # --- parts --------------------------------------------------------------------------------

    def holds(self, clause: Clause, conditions: ConditionWriter) -> str:
        """Return source that is true if a clause is in force and its condition holds."""
        start, through = clause.in_force.start, clause.in_force.through
        left = f"{literal(start)} <= " if start is not None else ""
        right = f" <= {literal(through)}" if through is not None else ""
        window = f"{left}day{right}" if left or right else TRUE
        return both([window, conditions.true(clause.when)])

    def _derived(self, wanted: list[str]) -> list[str]:
        lines: list[str] = []
        for name in wanted:
            number = self.subject.derived.index(name)
            block = self._block()
            block.on_zero = f"raise derived_zero({number})"
            derived = self.subject.edition.derived[name]
            value = block.field(name, derived.expression)
            computed = [*block.lines, f"{self._names.of(name)} = {value}"]
            if block.may_refuse:
                stop = f"raise derived_refuse({number}, refused) from None"
                computed = _trying(computed, stop)
            nulls = [read for read in derived.reads if self._names.nullable(read)]
            if nulls:
                absent = " or ".join(f"{self._names.of(read)} is None" for read in nulls)
                nothing = [f"if {absent}:", f"{_INDENT}{self._names.of(name)} = None", "else:"]
                computed = [*nothing, *(_INDENT + line for line in computed)]
            lines += computed
        return lines

    def _block(self) -> Block:
        return Block(self._names, self.subject.edition.countings)

    def _function(self, name: str, lines: list[str], first: str = "day, ") -> str:
        body = "\n".join(_INDENT + line for line in lines)
        return f"def {name}({first}{self._names.parameters}):\n{body}\n"


class _Way:
    """The clauses of a question in the order of defeat, each returning as soon as it may."""

    def __init__(self, writer: Writer, conditions: ConditionWriter) -> None:
        self._writer = writer
        self._conditions = conditions
        self._subject = writer.subject
        self._graph = self._subject.graph
        #: Clauses that, if live, have returned or handed over by now.
        self._gone: set[int] = set()
        #: Clauses with an outcome that may be live and wait in `h`.
        self._waiting: list[int] = []
        #: Lifting clauses kept in a local unless a single clause asks for them.
        self._kept: set[int] = set()

    def lines(self) -> list[str]:
        """Return the body of `bare`."""
        lines = []
        order = self._graph.order
        for place, index in enumerate(order):
            clause = self._subject.clauses[index]
            if not clause.then:
                lines += self._keep(index)
                continue
            live = self._live(index)
            if live == FALSE:
                self._gone.add(index)
                continue
            later = [other for other in order[place + 1 :] if self._subject.clauses[other].then]
            lines += self._when_live(index, live, at_once=self._may_return(index, later))
            if live == TRUE and index in self._gone:
                return self._with_start(lines)
        lines += [line for index in self._waiting for line in self._last(index)]
        return self._with_start([*lines, self._writer.slow])

    def _with_start(self, lines: list[str]) -> list[str]:
        return ["h = -1", *lines] if self._waiting else lines

    def _when_live(self, index: int, live: str, *, at_once: bool) -> list[str]:
        inner = [f"if h >= 0: {self._writer.slow}"] if self._waiting else []
        if at_once:
            self._gone.add(index)
            inner += self._writer.decided(index)
        else:
            self._waiting.append(index)
            inner.append(f"h = {index}")
        if live == TRUE:
            return inner
        return [f"if {live}:", *(_INDENT + line for line in inner)]

    def _last(self, index: int) -> list[str]:
        return [f"if h == {index}:", *(_INDENT + line for line in self._writer.decided(index))]

    def _may_return(self, index: int, later: list[int]) -> bool:
        """Say whether no later clause can decide otherwise once this one is live."""
        defeated = set(self._graph.targets[index])
        # Which clauses decide matters to a limit even if their outcomes are the same.
        constants = {} if self._subject.limits else self._writer.constants
        mine = constants.get(index)
        return all(
            other in defeated or (mine is not None and same(constants.get(other), mine))
            for other in later
        )

    def _live(self, index: int) -> str:
        clause = self._subject.clauses[index]
        holds = self._writer.holds(clause, self._conditions)
        against = (self._undefeated(other) for other in self._graph.defeaters[index])
        return both([holds, *against])

    def _undefeated(self, defeater: int) -> str:
        """Return source that is true if `defeater` is not live."""
        if defeater in self._gone:
            return TRUE
        if self._subject.clauses[defeater].then:
            return f"h != {defeater}"
        if defeater in self._kept:
            return f"not l{defeater}"
        return negated(self._live(defeater))

    def _keep(self, index: int) -> list[str]:
        nested = any(
            not self._subject.clauses[other].then for other in self._graph.defeaters[index]
        )
        if len(self._graph.targets[index]) <= 1 and not nested:
            return []
        live = self._live(index)
        if live == FALSE:
            self._gone.add(index)
            return []
        self._kept.add(index)
        return [f"l{index} = {live}"]


def same(left: tuple[Coded, ...] | None, right: tuple[Coded, ...]) -> bool:
    """Return whether two outcomes are the same, `True` and `1` apart."""
    return left == right and all(
        type(one) is type(other) for one, other in zip(left or (), right, strict=True)
    )


def _trying(lines: list[str], stop: str) -> list[str]:
    return [
        "try:",
        *(_INDENT + line for line in lines),
        "except Refused as refused:",
        _INDENT + stop,
    ]


def _tuple(atoms: list[str]) -> str:
    return f"({', '.join(atoms)},)" if atoms else "()"
