"""Limits: told by a column, or summed over the rows as they came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from oferta.core.terms.sql.days import Days
from oferta.core.terms.sql.expressions import Ratio
from oferta.core.terms.sql.layers import Layers
from oferta.core.terms.sql.numbers import Num, Numbers
from oferta.core.terms.sql.outcomes import Combined
from oferta.core.terms.sql.query import NotInSql
from oferta.core.terms.sql.writing import both, case, cast, compare, either, inside, literal
from oferta.core.terms.subject import Subject
from oferta.core.terms.types import Limit, Window


@dataclass(frozen=True, slots=True)
class Uses:
    """Rows are taken one after another by their day, and on one day by these columns.

    Day and columns together must be a total order.

    What was used before a row is what the rows before it used. As every use is at least zero, and
    a field is granted up to what is left, that is the ceiling or the running sum of what would
    have been granted without the limit, whichever is less: exact, in one pass. Two limits on one
    field break this (what one cuts, the other does not see), and are refused.
    """

    order: tuple[str, ...]
    #: Columns with what was used before the first row, by the `used` fact of the limit.
    before: Mapping[str, str] = field(default_factory=dict)


class Ceilings:
    """Writes the limits of one question."""

    def __init__(
        self,
        subject: Subject,
        layers: Layers,
        dialect: str,
        day: Num,
        facts: Mapping[str, Ratio],
    ) -> None:
        self._subject, self._layers, self._day, self._facts = subject, layers, day, facts
        self._dialect = dialect
        #: What each row uses, by the `used` fact of the limit, once outcomes are cut.
        self.uses: dict[str, exp.Expr] = {}

    def cut(self, decided: exp.Expr, combined: Combined, uses: Uses | None) -> dict[str, Ratio]:
        """Return the outcome within every limit."""
        outcome = dict(combined.outcome)
        if uses is not None:
            self._refuse_entangled()
        for limit in self._subject.limits:
            concerned = self._concerned(limit, combined)
            before = outcome[limit.field].top
            used = self._facts[limit.used].top.sql
            if uses is not None:
                used = self._running(limit, both([decided.copy(), concerned]), before, uses)
            after = self._cut(limit, concerned, before, used)
            outcome[limit.field] = Ratio(after)
            self.uses[limit.used] = self._use(limit, both([decided.copy(), concerned]), after)
        return outcome

    @staticmethod
    def _use(limit: Limit, counted: exp.Expr, granted: Num) -> exp.Expr:
        some = both([counted.copy(), compare(">", granted.sql, literal(0))])
        share = granted.sql if limit.kind == "amount" else literal(1)
        return cast(case([(some, share)], literal(0)), "BIGINT")

    def _refuse_entangled(self) -> None:
        fields = [limit.field for limit in self._subject.limits]
        twice = sorted({name for name in fields if fields.count(name) > 1})
        if twice:
            raise NotInSql(
                pack=self._subject.pack.name,
                question=self._subject.question.name,
                what=f"two limits on {', '.join(twice)} are summed at once",
            )

    def _concerned(self, limit: Limit, combined: Combined) -> exp.Expr:
        tests = [within(self._day, limit.in_force)]
        if limit.period == "campaign":
            tests.append(within(self._day, limit.window))
        if limit.clauses:
            tests.append(
                either(
                    chosen.copy()
                    for one, chosen in zip(combined.deciders, combined.chosen, strict=True)
                    if one.id in limit.clauses
                )
            )
        return both(tests)

    def _cut(self, limit: Limit, concerned: exp.Expr, before: Num, used: exp.Expr) -> Num:
        most = int(limit.at_most.value or 0)
        numbers = Numbers(self._layers, self._dialect)
        if limit.kind == "count":
            gone = compare("<=", literal(most), used)
            test = both([concerned.copy(), gone, compare(">", before.sql, literal(0))])
            return numbers.sized(case([(test, literal(0))], before.sql), before.size)
        free = exp.Sub(this=literal(most), expression=inside(used))
        left = self._layers.keep(
            case([(compare(">=", used.copy(), literal(most)), literal(0))], free)
        )
        test = both([concerned.copy(), compare(">", before.sql, left.copy())])
        size = max(before.size, most)
        return numbers.sized(case([(test, left)], before.sql), size)

    def _running(self, limit: Limit, counted: exp.Expr, before: Num, uses: Uses) -> exp.Expr:
        use = self._layers.keep(self._use(limit, counted, before))
        spec = exp.WindowSpec(
            kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end=literal(1),
            end_side="PRECEDING",
        )  # fmt: skip
        by = [self._day.sql, *(self._layers.given(name) for name in uses.order)]
        order = [exp.Ordered(this=column) for column in by]
        summed = exp.Window(
            this=exp.Sum(this=use),
            partition_by=self._holder(limit),
            order=exp.Order(expressions=order),
            spec=spec,
        )
        before_: exp.Expr = exp.Coalesce(this=summed, expressions=[literal(0)])
        if limit.used in uses.before:
            carried = self._layers.given(uses.before[limit.used])
            before_ = exp.Add(this=before_, expression=carried)
        most = literal(int(limit.at_most.value or 0))
        least = exp.Least(this=before_, expressions=[most], ignore_nulls=True)
        return self._layers.keep(cast(least, "BIGINT"))

    def _holder(self, limit: Limit) -> list[exp.Expr]:
        per: list[exp.Expr] = []
        for name in limit.per:
            fact = self._facts[name]
            per.append(fact.text.copy() if fact.text is not None else fact.top.sql)
        if limit.period == "day":
            per.append(self._day.sql)
        if limit.period == "month":
            per.append(Days(Numbers(self._layers, self._dialect)).month(self._day).sql)
        return per


def within(day: Num, span: Window) -> exp.Expr:
    """Return whether a day lies within a window."""
    tests = []
    if span.start is not None:
        tests.append(compare(">=", day.sql, literal(span.start)))
    if span.through is not None:
        tests.append(compare("<=", day.sql, literal(span.through)))
    return both(tests)
