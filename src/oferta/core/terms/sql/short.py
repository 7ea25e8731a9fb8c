"""A question that one clause decides, written so that a row stops at that clause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from oferta.core.terms.sql.chain import Chain, behind, contested
from oferta.core.terms.sql.codes import Codes
from oferta.core.terms.sql.compiler import Compiler, coded
from oferta.core.terms.sql.limits import Uses
from oferta.core.terms.sql.outcomes import Decider, combine
from oferta.core.terms.sql.query import GAP, Query
from oferta.core.terms.sql.tested import Tests
from oferta.core.terms.sql.writing import case, compare, literal
from oferta.core.terms.subject import Subject
from oferta.core.terms.types import Coded, Const, Expression


class Short(Compiler):
    """Tells the first clause that decides instead of all that applied."""

    def __init__(
        self, subject: Subject, dialect: str, day: str, uses: Uses | None, codes: Codes | None
    ) -> None:
        super().__init__(subject, dialect, day, uses)
        self._codes = codes
        self._tests = Tests(self._column, subject.names.nullable, codes)

    def query(self, source: str, keep: Sequence[str]) -> Query:
        """Return the SELECT."""
        stopped = [*self._assumed(), *self._day_known()]
        stopped += self._derive(self._subject.read)
        first = self._first()
        deciders = self._weighed(first)
        combined = combine(self._subject.question, deciders, self._numbers())
        gap = (compare("<", first.copy(), literal(0)), GAP)
        branches = self._branches([*stopped, gap], deciders, combined)
        told: exp.Expr = first.copy()
        if branches != [gap]:
            told = self._layers.keep(case(((t, literal(-c)) for t, c in branches), first.copy()))
        decided = compare(">=", told.copy(), literal(0))
        outcome = self._limited(decided, combined)
        outputs: dict[str, exp.Expr] = {name: self._kept(name) for name in keep}
        outputs["told"] = told
        outputs |= {f"_{name}": value for name, value in self._used.items()}
        fields = {name: self._free(name, outputs) for name in outcome}
        limited = {limit.field for limit in self._subject.limits}
        constants: dict[int, dict[str, Coded]] = {}
        for name, value in outcome.items():
            whole = case([(decided.copy(), value)])
            varying = self._varying(name, deciders, told, constants)
            outputs[fields[name]] = whole if name in limited else varying
        for known in constants.values():
            for name in limited:
                known.pop(name, None)
        return Query(
            sql=self._written(outputs, source),
            dialect=self._dialect,
            clauses=self._subject.graph.ids,
            masks=(),
            deciding=(),
            fields=fields,
            told="told",
            constants=constants,
            outcomes=tuple(one.index for one in deciders),
            uses=tuple(f"_{name}" for name in self._used),
        )

    def _first(self) -> exp.Column:
        """Return the index of the first clause that decides, by look-ups where there are some."""
        lookups, edition = self._codes and self._codes.lookups, self._subject.edition
        if lookups and lookups.knows(edition):
            names = [*self._subject.raw, *self._subject.derived]
            nullable = {name: self._subject.names.nullable(name) for name in names}
            return lookups.told(edition, self._layers, self._column, nullable)
        return Chain(self._subject, self._layers, self._tests, self._day).first()

    def _weighed(self, first: exp.Column) -> list[Decider]:
        """Return the deciders, those whose outcome might clash known exactly to be live."""
        weighed = contested(self._subject)
        needed = behind(self._subject, weighed)
        live = self._live(
            [
                self._holds(clause) if index in needed else exp.false()
                for index, clause in enumerate(self._subject.clauses)
            ]
        )
        taken = [compare("=", first, literal(index)) for index in range(len(live))]
        known = [live[index] if index in weighed else taken[index] for index in range(len(live))]
        return [
            replace(one, taken=taken[one.index], contested=one.index in weighed)
            for one in self._deciders(known)
        ]

    def _varying(
        self,
        name: str,
        deciders: list[Decider],
        told: exp.Expr,
        constants: dict[int, dict[str, Coded]],
    ) -> exp.Expr:
        """Return a field where it hangs on the facts, and note what it is where it does not."""
        by: dict[exp.Expr, list[exp.Expr]] = {}
        for one in deciders:
            then = self._then(one.index, name)
            if isinstance(then, Const):
                constants.setdefault(one.index, {})[name] = then.value
            else:
                value = coded(one.outcome[name], then.type)
                by.setdefault(value, []).append(literal(one.index))
        return case(
            (exp.In(this=told.copy(), expressions=some), value) for value, some in by.items()
        )

    def _then(self, index: int, name: str) -> Expression:
        found = self._subject.clauses[index].then
        return next(then.expression for then in found if then.field == name)
