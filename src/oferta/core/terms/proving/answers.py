"""Every way in which a question can be answered, as the solver takes it: limits included."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from oferta.core.terms.proving.encoding import alike, both, either, negated
from oferta.core.terms.proving.intervals import Intervals
from oferta.core.terms.proving.model import within
from oferta.core.terms.proving.numbers import Ratio, choose, less
from oferta.core.terms.types import Const

if TYPE_CHECKING:
    from oferta.core.terms.proving.encoding import Value
    from oferta.core.terms.proving.intervals import Interval
    from oferta.core.terms.proving.model import Model
    from oferta.core.terms.types import Limit


@dataclass(frozen=True, slots=True)
class Way:
    """One way to an answer: when it is taken, what comes of it, when nothing does."""

    #: Clauses that decide so, by place in the question: all of them give the same.
    members: tuple[int, ...]
    #: What the members compute, for a quick look whether two ways are one.
    gives: object
    taken: Any
    #: Fields of the answer after limits; of no meaning where it stops.
    fields: tuple[Value, ...]
    stops: Any


class Answers:
    """The ways of one question of one edition, their stops and limits worked in."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._subject = model.subject
        self._fields = self._subject.question.answer
        self._intervals = Intervals(self._subject)

    @cached_property
    def classes(self) -> list[tuple[int, ...]]:
        """The deciding clauses by what they give: those of one class never clash."""
        found: dict[Any, list[int]] = {}
        for index in self._model.deciding:
            found.setdefault(gives(self._subject.clauses[index].then), []).append(index)
        return [tuple(members) for members in found.values()]

    @cached_property
    def nothing(self) -> Any:
        """Whether no clause decides: a gap."""
        return negated(either([self._model.alive[i] for i in self._model.deciding]))

    @cached_property
    def derived_stops(self) -> Any:
        """Whether a fact that every decision computes has no value."""
        return either(self._model.derived_stops)

    @cached_property
    def ways(self) -> list[Way]:
        """Every way to an answer; where two are taken at once and differ, the terms clash."""
        combine = self._subject.question.combine
        if combine == "sum":
            return [self._summed()]
        if combine == "one":
            return [self._decided(members, self._alive(members)) for members in self.classes]
        return [self._decided(members, self._best(members)) for members in self.classes]

    def _alive(self, members: tuple[int, ...]) -> Any:
        return either([self._model.alive[i] for i in members])

    # --- one, max, min ------------------------------------------------------------------------

    def _decided(self, members: tuple[int, ...], taken: Any) -> Way:
        first = members[0]
        raw = self._model.outcome(first)
        if self._subject.question.combine == "one":
            stops = [self._model.stops(first)]
        else:  # every clause is computed before the best of them is known
            stops = [both([self._model.alive[i], self._model.stops(i)]) for i in self._every]
        known = self._intervals.outcome(first)
        stops += self._outside(raw, known)
        cut = self._cut(raw, self._concerned)
        return Way(members, gives(self._subject.clauses[first].then), taken, cut, either(stops))

    def _best(self, members: tuple[int, ...]) -> Any:
        """Return the condition that a class is alive and none gives more (or less, under min)."""
        by = [field.name for field in self._fields].index(self._subject.question.by)
        most = self._subject.question.combine == "max"
        own = self._model.outcome(members[0])[by]
        parts = [self._alive(members)]
        for others in self.classes:
            if others != members:
                other = self._model.outcome(others[0])[by]
                better = less(own, other) if most else less(other, own)
                parts.append(negated(both([self._alive(others), better])))
        return both(parts)

    # --- sum ----------------------------------------------------------------------------------

    def _summed(self) -> Way:
        alive, every = self._model.alive, self._every
        total: list[Value] = [Ratio(0) for _ in self._fields]
        for index in every:
            for place, value in enumerate(self._model.outcome(index)):
                total[place] += Ratio(choose(alive[index], value.num, 0), value.den)
        stops = [both([alive[i], self._model.stops(i)]) for i in every]
        stops += self._outside(tuple(total))
        fields = self._cut(tuple(total), self._concerned)
        said = tuple(gives(self._subject.clauses[i].then) for i in every)
        taken = negated(self.nothing)
        return Way(tuple(every), said, taken, fields, either(stops))

    @property
    def _every(self) -> list[int]:
        return self._model.deciding

    def _outside(self, raw: tuple[Value, ...], known: list[Interval] | None = None) -> list[Any]:
        """Return under what a field leaves its declared bounds; `known`: where it surely lies."""
        found = []
        for place, field in enumerate(self._fields):
            low, high, value = field.type.minimum, field.type.maximum, raw[place]
            if not isinstance(value, Ratio) or (known and known[place].within(low, high)):
                continue
            if low is not None:
                found.append(less(value, Ratio(low)))
            if high is not None:
                found.append(less(Ratio(high), value))
        return found

    # --- limits -------------------------------------------------------------------------------

    def _concerned(self, limit: Limit) -> Any:
        """Return the condition that a clause which the limit names is among those deciding."""
        if not limit.clauses:
            return True
        named = [i for i in self._every if self._subject.clauses[i].id in limit.clauses]
        if self._subject.question.combine in ("one", "sum"):
            return self._alive(tuple(named))
        groups = [tuple(i for i in members if i in named) for members in self.classes]
        return either([
            both([self._alive(group), self._best(members)])
            for group, members in zip(groups, self.classes, strict=True)
            if group
        ])  # fmt: skip

    def _cut(self, raw: tuple[Value, ...], concerned: Any) -> tuple[Value, ...]:
        fields = list(raw)
        names = [field.name for field in self._fields]
        for limit in self._subject.limits:
            place = names.index(limit.field)
            running = [within(limit.in_force, self._model.day), concerned(limit)]
            if limit.period == "campaign":
                running.append(within(limit.window, self._model.day))
            fields[place] = self._limited(limit, fields[place], both(running))
        return tuple(fields)

    def _limited(self, limit: Limit, value: Value, running: Any) -> Value:
        used = self._model.facts[limit.used].value
        most = int(limit.at_most.value or 0)
        left = choose(used >= most, 0, most - used)
        if limit.kind == "count":
            too_much, left = both([used >= most, less(Ratio(0), value)]), 0
        else:
            too_much = less(Ratio(left), value)
        cuts = both([running, too_much])
        return Ratio(choose(cuts, left * value.den, value.num), value.den)

    # --- clashes ------------------------------------------------------------------------------

    def clash(self, first: Way, second: Way) -> Any:
        """Return the condition that two ways are taken at once and give different answers."""
        raw = [self._model.outcome(way.members[0]) for way in (first, second)]
        differ = negated(both([alike(one, other) for one, other in zip(*raw, strict=True)]))
        sound = [negated(first.stops), negated(second.stops)]
        return both([first.taken, second.taken, differ, *sound])


def gives(then: Any) -> tuple[Any, ...]:
    """Return what an outcome computes, names of values left aside: they make no difference."""
    return tuple((one.field, _plain(one.expression)) for one in then)


def _plain(expression: Any) -> Any:
    if isinstance(expression, Const):
        return "const", expression.value, expression.type.kind
    return expression
