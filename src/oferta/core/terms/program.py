"""A question of an edition, compiled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from oferta.core.terms.codegen import Writer, same
from oferta.core.terms.codegen_outcomes import HELPERS, whole
from oferta.core.terms.counting import Refused
from oferta.core.terms.errors import (
    MissingFact,
    OutOfBounds,
    UnknownQuestion,
    WrongFact,
)
from oferta.core.terms.limits import Ceiling
from oferta.core.terms.specialise import split
from oferta.core.terms.stops import Broken, Stops
from oferta.core.terms.subject import Subject
from oferta.core.terms.types import Decided

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from oferta.core.terms.defeats import Verdict
    from oferta.core.terms.types import Coded, Edition, LimitEffect, Pack

#: Mask, verdict, outcome in the order of the answer.
Run: TypeAlias = "tuple[int, Verdict, tuple[Coded, ...]]"

#: Remembered masks; a policy of 30 clauses met 1,099 in 50,000 rows.
_PLANS_MAX = 65_536


class Plan:
    """What follows from a mask before any fact is looked at again."""

    __slots__ = ("bits", "constant", "deciding", "verdict")

    def __init__(
        self,
        verdict: Verdict,
        deciding: tuple[int, ...],
        constant: tuple[Coded, ...] | None,
    ) -> None:
        self.verdict = verdict
        self.deciding = deciding
        #: The outcome if it depends on no fact, bounds kept and before limits.
        self.constant = constant
        self.bits = sum(1 << index for index in deciding)


class Program:
    """One question of one edition as generated Python.

    `bare` and `mask` are the generated functions themselves: they take the coded day of the
    event and the coded values of `names`, by position, and trust them.
    """

    #: `(index of a deciding clause, outcome)`; raises what `decide` raises.
    bare: Callable[..., tuple[int, tuple[Coded, ...]]]
    #: Bit i: the i-th clause was in force and its condition held.
    mask: Callable[..., int]
    #: `run(day, values)`: mask, verdict and outcome, for batches, where `decide` builds too much;
    #: `values` is a tuple in the order of `names`. Raises what `decide` raises.
    run: Callable[[int, tuple[Coded, ...]], Run]

    def __init__(self, subject: Subject) -> None:
        #: The question and edition that this is of.
        self.asked = subject
        self._graph = subject.graph
        self._question = subject.question
        self.names: tuple[str, ...] = subject.raw
        #: Of `names`, those that say how much of a limit was used.
        self.limit_facts: tuple[str, ...] = tuple(limit.used for limit in subject.limits)
        self.clause_ids: tuple[str, ...] = subject.graph.ids
        self._bits = {clause_id: 1 << place for place, clause_id in enumerate(self.clause_ids)}
        self._fields = tuple(answer.name for answer in self._question.answer)
        self._ceilings = [Ceiling(limit, subject) for limit in subject.limits]
        self._stops = Stops(subject)
        self._plans: dict[int, Plan] = {}
        #: What `run` returns for masks whose outcome depends on no fact and no limit.
        self._done: dict[int, Run] = {}
        self._narrowed: dict[tuple[int, tuple[int, ...]], Verdict] = {}
        self._day_facts = subject.raw_behind(self._question.day)
        self._day: Callable[..., int | None]
        self._compile()

    # --- asking -------------------------------------------------------------------------------

    def bit(self, clause_id: str) -> int:
        """Return the bit that stands for a clause in a mask."""
        return self._bits[clause_id]

    def verdict(self, mask: int) -> Verdict:
        """Return what became of every clause: applied, defeated, lifted, deciding."""
        return self._plan(mask).verdict

    def day(self, values: Sequence[Coded]) -> int:
        """Return the coded day of the event that the facts tell.

        Raises:
            WrongFact: the fact of the day is null.
        """
        day = self._day(*values)
        if day is None:
            fact = self._question.day
            raise WrongFact(pack=self._pack, fact=fact, given="null", expected="a date")
        return day

    def day_of(self, values: Mapping[str, Coded]) -> int:
        """Return the coded day of the event, asking only for the facts that it rests on.

        Raises:
            MissingFact: one of them is not among `values`.
            WrongFact: the fact of the day is null.
        """
        return self.day(
            [self._given(values, name) if name in self._day_facts else None for name in self.names]
        )

    def decide(self, values: Mapping[str, Coded], on: int | None = None) -> Decided:
        """Return the decision on coded facts, limits worked in.

        Args:
            values: a coded value for each of `names`; others are left aside.
            on: coded day of the event, instead of the one that the facts tell.

        Raises:
            MissingFact: a fact is not among `values`.
            Stopped: a gap, a conflict, a division by zero or an outcome out of bounds.
        """
        try:
            facts = {name: values[name] for name in self.names}
        except KeyError:
            facts = {name: self._given(values, name) for name in self.names}
        row = tuple(facts.values())
        day = self.day(row) if on is None else on
        mask = self.mask(day, *row)
        plan = self._plan(mask)
        outcome = plan.constant
        if outcome is None:
            plan, outcome = self._settle(plan, mask, day, row)
        effects: list[LimitEffect] = []
        for ceiling in self._ceilings:
            outcome = ceiling.cut(day, plan.bits, outcome, row, effects)
        return Decided(
            pack=self._pack,
            edition=self.asked.edition.id,
            question=self._question.name,
            day=day,
            facts=facts,
            mask=mask,
            decided_by=plan.verdict.deciding,
            outcome=dict(zip(self._fields, outcome, strict=True)),
            limited=tuple(effects),
        )

    # --- from mask to outcome -----------------------------------------------------------------

    @property
    def _pack(self) -> str:
        return self.asked.pack.name

    def _given(self, values: Mapping[str, Coded], name: str) -> Coded:
        try:
            return values[name]
        except KeyError:
            known = self.asked.pack.facts.get(name)
            if known is not None and known.may_be_left_out:
                return known.default  # stored before the question asked for it
            expected = str(known.type.kind) if known else "how much of the limit was used"
            raise MissingFact(pack=self._pack, fact=name, expected=expected) from None

    def _plan(self, mask: int) -> Plan:
        found = self._plans.get(mask)
        if found is None:
            deciding = self._graph.deciding(mask)
            found = Plan(self._graph.verdict(mask), deciding, self._constant(deciding))
            if len(self._plans) >= _PLANS_MAX:
                self._plans.clear()
                self._done.clear()
            self._plans[mask] = found
        return found

    def _constant(self, deciding: tuple[int, ...]) -> tuple[Coded, ...] | None:
        """Return the outcome of clauses that need no fact, unless it takes combining."""
        first = self._constants.get(deciding[0]) if deciding else None
        if first is None or (len(deciding) > 1 and self._question.combine != "one"):
            return None
        alike = all(same(self._constants.get(index), first) for index in deciding)
        return first if alike else None

    def _settle(
        self, plan: Plan, mask: int, day: int, values: Sequence[Coded]
    ) -> tuple[Plan, tuple[Coded, ...]]:
        """Return the outcome before limits, and the plan of the clauses that it is of."""
        if not plan.deciding:
            raise self._stops.gap(mask)
        chosen = plan.deciding
        try:
            if len(chosen) == 1:
                outcome = self._outcomes[chosen[0]](day, *values)
            else:
                outcomes = [self._outcomes[index](day, *values) for index in chosen]
                chosen, outcome = self._combined(chosen, outcomes, mask)
        except Broken as broken:
            raise self._stops.broken(broken, mask) from None
        self._stops.check_bounds(chosen, outcome, mask)
        if chosen != plan.deciding:
            plan = Plan(self._narrow(mask, plan.verdict, chosen), chosen, None)
        return plan, outcome

    def _combined(
        self, deciding: tuple[int, ...], outcomes: list[tuple[Coded, ...]], mask: int
    ) -> tuple[tuple[int, ...], tuple[Coded, ...]]:
        if self._question.combine == "sum":
            sums = (sum(column) for column in zip(*outcomes, strict=True))
            return deciding, tuple(sums)
        pairs = list(zip(deciding, outcomes, strict=True))
        if self._question.combine != "one":
            by = self._fields.index(self._question.by)
            pick = max if self._question.combine == "max" else min
            best = pick(outcome[by] for outcome in outcomes)  # type: ignore[type-var]  # as above
            pairs = [pair for pair in pairs if pair[1][by] == best]
        chosen = tuple(index for index, _ in pairs)
        outcome = pairs[0][1]
        if not all(same(other, outcome) for _, other in pairs):
            raise self._stops.conflict(mask, chosen)
        return chosen, outcome

    def _narrow(self, mask: int, verdict: Verdict, chosen: tuple[int, ...]) -> Verdict:
        found = self._narrowed.get((mask, chosen))
        if found is None:
            found = replace(verdict, deciding=tuple(self.clause_ids[index] for index in chosen))
            if len(self._narrowed) >= _PLANS_MAX:
                self._narrowed.clear()
            self._narrowed[mask, chosen] = found
        return found

    def _cut(
        self, day: int, bits: int, outcome: tuple[Coded, ...], values: Sequence[Coded]
    ) -> tuple[Coded, ...]:
        for ceiling in self._ceilings:
            outcome = ceiling.cut(day, bits, outcome, values)
        return outcome

    def _run(self, mask: int, day: int, values: tuple[Coded, ...]) -> Run:
        """Answer `run` where the mask alone does not, and remember it where it will."""
        plan = self._plan(mask)
        outcome = plan.constant
        if outcome is None:
            plan, outcome = self._settle(plan, mask, day, values)
        elif not self._ceilings:
            self._done[mask] = mask, plan.verdict, outcome
        if self._ceilings:
            outcome = self._cut(day, plan.bits, outcome, values)
        return mask, plan.verdict, outcome

    def _slow(self, day: int, values: Sequence[Coded]) -> tuple[int, tuple[Coded, ...]]:
        """Answer `bare` where the shortest way ends."""
        mask = self.mask(day, *values)
        plan, outcome = self._settle(self._plan(mask), mask, day, values)
        return plan.deciding[0], self._cut(day, plan.bits, outcome, values)

    # --- compiling ----------------------------------------------------------------------------

    def _compile(self) -> None:
        space: dict[str, Any] = {
            **HELPERS,
            **_counting_names(self.asked),
            "__builtins__": {"min": min, "max": max, "abs": abs},
            "Refused": Refused,
            "whole": whole,
            "slow": self._slow,
            "done": self._done.get,
            "settle": self._run,
            "cut": self._cut,
            "zero": Broken,
            "refuse": Broken,
            "derived_zero": self._stops.derived,
            "derived_refuse": self._stops.derived,
        }
        try:
            self._write(space)
        except (SyntaxError, RecursionError, MemoryError) as failed:
            raise self._stops.too_deep() from failed
        self.mask, self.bare, self.run = space["mask"], space["bare"], space["run"]
        self._day = space["day"]

    def _write(self, space: dict[str, Any]) -> None:
        with_outcome = [i for i, clause in enumerate(self.asked.clauses) if clause.then]
        writer = Writer(self.asked, {})
        _execute("\n".join(writer.outcome(index) for index in with_outcome), space)
        self._outcomes = {index: space[f"out_{index}"] for index in with_outcome}
        self._constants = self._find_constants()
        writer = Writer(self.asked, self._constants)
        found = split(self.asked)
        self.source = writer.day()
        if found is None:
            self.source += writer.mask("mask") + writer.bare("bare") + writer.run("run_0")
        else:
            kinds = range(len(found.known))
            self.source += "".join(
                writer.mask(f"mask_{kind}", found.known[kind])
                + writer.bare(f"bare_{kind}", found.known[kind])
                + writer.run(f"run_{kind}", found.known[kind])
                for kind in kinds
            )
            self.source += writer.dispatch("mask", found) + writer.dispatch("bare", found)
        self.source += writer.run_row(found)
        _execute(self.source, space)
        if found is not None:
            for name in ("mask", "bare", "run"):
                table = {key: space[f"{name}_{kind}"] for key, kind in found.class_of.items()}
                space[f"{name}_of"] = table.get

    def _find_constants(self) -> dict[int, tuple[Coded, ...]]:
        """Return the outcomes that read no fact, hold no error and keep their bounds."""
        found: dict[int, tuple[Coded, ...]] = {}
        nothing = (None,) * len(self.names)
        for index, outcome in self._outcomes.items():
            if self.asked.facts_of_outcome(self.asked.clauses[index]):
                continue
            try:
                value = outcome(0, *nothing)
                self._stops.check_bounds((index,), value, 0)
            except (Broken, OutOfBounds):
                continue
            found[index] = value
        return found


def compile_program(pack: Pack, edition: Edition, question_name: str) -> Program:
    """Return a question of an edition as generated Python.

    Raises:
        UnknownQuestion: the pack has no such question.
        PackInvalid: clauses defeat each other in a circle, or nest beyond reason.
    """
    question = pack.questions.get(question_name)
    if question is None:
        known = sorted(pack.questions)
        raise UnknownQuestion(pack=pack.name, question=question_name, known=known)
    return Program(Subject(pack, edition, question))


def _counting_names(subject: Subject) -> dict[str, object]:
    return {
        f"c{i}": subject.edition.countings[n]
        for i, n in enumerate(sorted(subject.edition.countings))
    }


def _execute(source: str, space: dict[str, Any]) -> None:
    exec(compile(source, "<terms>", "exec"), space)  # noqa: S102 - source made of numbered names
    # and checked literals only: see codegen_names
