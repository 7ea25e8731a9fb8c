"""Every way in which a question can be answered, as the solver takes it: limits included."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from oferta.core.terms.proving.encoding import alike
from oferta.core.terms.proving.intervals import Intervals, sums
from oferta.core.terms.proving.logic import both, either, negated
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
    #: Fields of the answer before limits and after them; of no meaning where it stops.
    raw: tuple[Value, ...]
    fields: tuple[Value, ...]
    #: Where the fields before limits surely lie.
    known: tuple[Interval, ...]
    #: Under what a field has no value.
    has_none: Any
    #: Under what there is no answer: that, or a field outside its declared bounds.
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
        if not self._model.deciding:
            return []
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
        raw, known = self._model.outcome(first), tuple(self._intervals.outcome(first))
        if self._subject.question.combine == "one":
            none = self._model.stops(first)
        else:  # every clause is computed before the best of them is known
            none = self._any_stops()
        said = gives(self._subject.clauses[first].then)
        return self._way((members, said, taken), raw, known, none)

    def _way(
        self,
        who: tuple[tuple[int, ...], object, Any],
        raw: tuple[Value, ...],
        known: tuple[Interval, ...],
        none: Any,
    ) -> Way:
        outside = [
            self.outside(place, raw[place])
            for place, field in enumerate(self._fields)
            if not known[place].within(field.type.minimum, field.type.maximum)
        ]
        cut = self._cut(raw)
        return Way(*who, raw, cut, known, none, either([none, *outside]))

    def _any_stops(self) -> Any:
        model = self._model
        return either([both([model.alive[i], model.stops(i)]) for i in model.deciding])

    def outside(self, place: int, value: Value) -> Any:
        """Return the condition that a field leaves its declared bounds."""
        of = self._fields[place].type
        found = []
        if isinstance(value, Ratio):
            found += [less(value, Ratio(of.minimum))] if of.minimum is not None else []
            found += [less(Ratio(of.maximum), value)] if of.maximum is not None else []
        return either(found)

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
        alive, every = self._model.alive, self._model.deciding
        total: list[Value] = [Ratio(0) for _ in self._fields]
        for index in every:
            for place, value in enumerate(self._model.outcome(index)):
                total[place] += Ratio(choose(alive[index], value.num, 0), value.den)
        said = tuple(gives(self._subject.clauses[i].then) for i in every)
        who = tuple(every), said, negated(self.nothing)
        known = sums([self._intervals.outcome(i) for i in every])
        return self._way(who, tuple(total), known, self._any_stops())

    # --- limits -------------------------------------------------------------------------------

    def _concerned(self, limit: Limit) -> Any:
        """Return the condition that a clause which the limit names is among those deciding."""
        if not limit.clauses:
            return True
        named = [i for i in self._model.deciding if self._subject.clauses[i].id in limit.clauses]
        if self._subject.question.combine in ("one", "sum"):
            return self._alive(tuple(named))
        groups = [tuple(i for i in members if i in named) for members in self.classes]
        return either([
            both([self._alive(group), self._best(members)])
            for group, members in zip(groups, self.classes, strict=True)
            if group
        ])  # fmt: skip

    def _cut(self, raw: tuple[Value, ...]) -> tuple[Value, ...]:
        fields = list(raw)
        names = [field.name for field in self._fields]
        for limit in self._subject.limits:
            place = names.index(limit.field)
            running = [within(limit.in_force, self._model.day), self._concerned(limit)]
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
