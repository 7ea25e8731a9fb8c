"""One question of one edition as one SELECT."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from oferta.core.terms.counting import FIRST_DAY, LAST_DAY
from oferta.core.terms.sql.conditions import condition
from oferta.core.terms.sql.expressions import Ratio, Values
from oferta.core.terms.sql.layers import Layers
from oferta.core.terms.sql.limits import Ceilings, Uses, within
from oferta.core.terms.sql.numbers import Num, Numbers, Trouble, known
from oferta.core.terms.sql.outcomes import Combined, Decider, combine
from oferta.core.terms.sql.query import (
    CONFLICT,
    DECIDED,
    GAP,
    MASK_BITS,
    OUT_OF_BOUNDS,
    STATUSES,
    TOO_LARGE,
    WRONG_FACT,
    NotInSql,
    Query,
)
from oferta.core.terms.sql.relations import broken
from oferta.core.terms.sql.tested import Tests
from oferta.core.terms.sql.writing import (
    both,
    case,
    cast,
    compare,
    either,
    is_null,
    is_true,
    literal,
    negated,
    total,
)
from oferta.core.terms.subject import Subject
from oferta.core.terms.types import Clause, Kind, Type
from oferta.core.terms.values import CODED_MAX, bounds_of

_TEXT = (Kind.BOOLEAN, Kind.ENUM, Kind.TEXT)


class Compiler:
    """Writes a question with all that is known of each row."""

    def __init__(self, subject: Subject, dialect: str, day: str, uses: Uses | None) -> None:
        self._subject, self._dialect, self._uses = subject, dialect, uses
        self._layers = Layers(subject.raw)
        self._facts: dict[str, Ratio] = {}
        self._zones: dict[str, tuple[str, ...]] = {}
        for name in subject.raw:
            fact = subject.pack.facts.get(name)
            self._facts[name] = self._raw(name, fact.type if fact else Type(Kind.INTEGER))
        self._day_column = day
        self._day: Num = known(0)
        self._used: dict[str, exp.Expr] = {}

    def query(self, source: str, keep: Sequence[str]) -> Query:
        """Return the SELECT."""
        stopped = [*self._assumed(), *self._day_known()]
        stopped += self._derive(self._subject.read)
        holds = [self._holds(clause) for clause in self._subject.clauses]
        deciders = self._deciders(self._live(holds))
        combined = combine(self._subject.question, deciders, self._numbers())
        status = self._status(stopped, deciders, combined)
        decided = compare("=", status, literal(DECIDED))
        outcome = self._limited(decided, combined)
        outputs: dict[str, exp.Expr] = {name: self._kept(name) for name in keep}
        outputs["status"] = case(
            (compare("=", status.copy(), literal(code)), literal(name))
            for code, name in enumerate(STATUSES)
        )
        sound = both([negated(self._stops(stopped))]) if stopped else literal(value=True)
        masks = self._masks("mask", holds, sound)
        chosen = [literal(value=False)] * len(holds)
        for one, test in zip(deciders, combined.chosen, strict=True):
            chosen[one.index] = both([decided.copy(), test.copy()])
        deciding = self._masks("deciding", chosen, literal(value=True))
        outputs |= masks | deciding
        outputs |= {f"_{name}": value for name, value in self._used.items()}
        fields = {name: self._free(name, outputs) for name in outcome}
        for name, value in outcome.items():
            outputs[fields[name]] = case([(decided.copy(), value)])
        return Query(
            sql=self._written(outputs, source),
            dialect=self._dialect,
            clauses=self._subject.graph.ids,
            masks=tuple(masks),
            deciding=tuple(deciding),
            fields=fields,
            outcomes=tuple(one.index for one in deciders),
            uses=tuple(f"_{name}" for name in self._used),
        )

    def _written(self, outputs: dict[str, exp.Expr], source: str) -> str:
        made = self._layers.select(outputs, source, fenced=self._dialect == "postgres")
        return made.sql(self._dialect, copy=False)

    # --- facts --------------------------------------------------------------------------------

    def _numbers(self) -> Numbers:
        return Numbers(self._layers, self._dialect)

    def _raw(self, name: str, type_: Type) -> Ratio:
        column = self._layers.given(name)
        if type_.kind in _TEXT:
            self._zones[name] = type_.values
            return Ratio(text=column)
        return Ratio(Num(column, size_of(type_)))

    def _column(self, name: str) -> exp.Expr:
        found = self._facts.get(name)
        if found is None:  # no fact, but what codes were looked up as
            return self._layers.given(name)
        return found.text.copy() if found.text is not None else found.top.sql

    def _kept(self, name: str) -> exp.Expr:
        if name in self._subject.edition.derived:
            self._derive([name])
            return self._column(name)
        return self._layers.given(name)

    def _assumed(self) -> list[Trouble]:
        """Return what is true of rows whose facts cannot be true together."""
        tests = Tests(self._column, self._subject.names.nullable)
        assumed = self._subject.pack.assumed(self._subject.question)
        found = [broken(one, self._facts, tests, self._numbers()) for one in assumed]
        return [trouble for some in found for trouble in some]

    def _day_known(self) -> list[Trouble]:
        if self._day_column:
            self._day = Num(self._layers.given(self._day_column), -FIRST_DAY + LAST_DAY)
            return []
        name = self._subject.question.day
        stopped = self._derive(self._subject.derived_for([name]))
        self._day = self._facts[name].top
        if name in self._subject.raw and not self._subject.names.nullable(name):
            return stopped
        return [*stopped, (is_null(self._day.sql), WRONG_FACT)]

    def _derive(self, names: Sequence[str]) -> list[Trouble]:
        """Write derived facts, those not written yet, and return what stops a row."""
        stopped: list[Trouble] = []
        for name in names:
            if name not in self._facts:
                stopped += self._derived(name)
        return stopped

    def _derived(self, name: str) -> list[Trouble]:
        derived = self._subject.edition.derived[name]
        numbers = self._numbers()
        found = self._values(numbers).whole(derived.expression)
        nulls = [read for read in derived.reads if self._subject.names.nullable(read)]
        absent = either(is_null(self._column(read)) for read in nulls)
        present = negated(absent) if nulls else literal(value=True)
        if nulls and found.text is not None:
            text = self._layers.keep(case([(present.copy(), found.text.copy())]))
            self._facts[name] = Ratio(text=text)
        elif nulls:
            value = case([(present.copy(), found.top.sql)])
            self._facts[name] = Ratio(numbers.sized(value, found.top.size))
        elif found.text is not None:
            self._facts[name] = Ratio(text=self._layers.keep(found.text.copy()))
        else:
            self._facts[name] = Ratio(found.top)
        return [(both([present.copy(), test]), status) for test, status in numbers.troubles]

    def _values(self, numbers: Numbers) -> Values:
        countings = self._subject.edition.countings
        for counting in countings.values():
            zone = counting.time_zone
            if counting.time_zone_is_fact and not self._zones.get(zone, ("?",)):
                raise NotInSql(
                    pack=self._subject.pack.name,
                    question=self._subject.question.name,
                    what=f"the time zone of {counting.name} is any text",
                )
        return Values(numbers, self._facts, countings, self._zones)

    # --- clauses ------------------------------------------------------------------------------

    def _holds(self, clause: Clause) -> exp.Expr:
        asked = condition(clause.when, self._column)
        found = both([within(self._day, clause.in_force), asked])
        if isinstance(found, exp.Boolean):
            return found
        return self._layers.keep(is_true(found))

    def _live(self, holds: list[exp.Expr]) -> list[exp.Expr]:
        """Return for each clause whether it held and no such clause defeats it."""
        graph = self._subject.graph
        live = [literal(value=False)] * len(holds)
        for index in graph.order:
            against = [live[other].copy() for other in graph.defeaters[index]]
            if not against or holds[index] == exp.false():
                live[index] = holds[index]
                continue
            undefeated = negated(either(against))
            live[index] = self._layers.keep(both([holds[index].copy(), undefeated]))
        return live

    def _deciders(self, live: list[exp.Expr]) -> list[Decider]:
        found = []
        for index, clause in enumerate(self._subject.clauses):
            if not clause.then:
                continue
            numbers = self._numbers()
            values = self._values(numbers)
            outcome = {
                then.field: values.field(then.field, then.expression) for then in clause.then
            }
            found.append(Decider(index, clause.id, live[index], outcome, numbers.troubles))
        return found

    def _masks(self, name: str, bits: list[exp.Expr], given: exp.Expr) -> dict[str, exp.Expr]:
        found: dict[str, exp.Expr] = {}
        for part in range(0, max(len(bits), 1), MASK_BITS):
            terms = [
                case([(bit.copy(), cast(literal(1 << place), "BIGINT"))], literal(0))
                for place, bit in enumerate(bits[part : part + MASK_BITS])
                if bit != exp.false()
            ]
            sum_ = cast(total(terms), "BIGINT")
            column = name if not part else f"{name}_{part // MASK_BITS}"
            found[column] = (
                sum_ if given == exp.true() else case([(given.copy(), sum_)], literal(0))
            )
        return found

    # --- what comes of it ---------------------------------------------------------------------

    @staticmethod
    def _stops(troubles: Sequence[Trouble]) -> exp.Expr:
        return is_true(either(test.copy() for test, _ in troubles))

    def _status(
        self, stopped: list[Trouble], deciders: list[Decider], combined: Combined
    ) -> exp.Column:
        alive = either(one.live.copy() for one in deciders)
        branches = self._branches([*stopped, (negated(alive), GAP)], deciders, combined)
        return self._layers.keep(case(((t, literal(c)) for t, c in branches), literal(DECIDED)))

    def _branches(
        self, known_: list[Trouble], deciders: list[Decider], combined: Combined
    ) -> list[Trouble]:
        """Return what keeps a row from being decided, first come first, after what is known."""
        branches = list(known_)
        for one in deciders:
            branches += [(both([one.live.copy(), test]), code) for test, code in one.troubles]
        branches += [(test, TOO_LARGE) for test, _ in combined.troubles]
        branches.append((combined.conflict, CONFLICT))
        for answer in self._subject.question.answer:
            low, high = bounds_of(answer.type)
            value = combined.outcome[answer.name]
            if value.text is None and low is not None and -value.top.size < low:
                branches.append((compare("<", value.top.sql, literal(low)), OUT_OF_BOUNDS))
            if value.text is None and high is not None and value.top.size > high:
                branches.append((compare(">", value.top.sql, literal(high)), OUT_OF_BOUNDS))
        return [(test.copy(), code) for test, code in branches if test != exp.false()]

    def _limited(self, decided: exp.Expr, combined: Combined) -> dict[str, exp.Expr]:
        ceilings = Ceilings(self._subject, self._layers, self._dialect, self._day, self._facts)
        cut = ceilings.cut(decided, combined, self._uses)
        if self._uses is not None:
            self._used = ceilings.uses
        return {
            answer.name: coded(cut[answer.name], answer.type)
            for answer in self._subject.question.answer
        }

    def _free(self, name: str, taken: dict[str, exp.Expr]) -> str:
        return name if name not in taken else f"outcome_{name}"


def coded(found: Ratio, type_: Type) -> exp.Expr:
    """Return a value as the column of an outcome."""
    if found.text is not None:
        return found.text.copy()
    kept = type_.kind in _TEXT
    return found.top.sql if kept else cast(found.top.sql, "BIGINT")


def size_of(type_: Type) -> int:
    """Return the greatest magnitude of a value."""
    low, high = type_.minimum, type_.maximum
    if type_.kind is Kind.DATE:
        return max(-FIRST_DAY, LAST_DAY)
    return CODED_MAX if low is None or high is None else max(abs(low), abs(high))
