"""Whole numbers in SQL that never overflow silently.

Each number carries a bound on its magnitude, known while the SQL is written. Up to 63 bits it is
a BIGINT; beyond, the widest whole number that the database has. What might not fit even there is
tried, and a failure becomes the status `too_large` of its row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from sqlglot import exp

from oferta.core.terms.sql.layers import Layers
from oferta.core.terms.sql.query import TOO_LARGE
from oferta.core.terms.sql.writing import binary, case, cast, compare, is_null, literal
from oferta.core.terms.values import CODED_MAX

#: Dialect: the type for numbers beyond 63 bits, and the magnitude up to which it is exact.
_WIDE: dict[str, tuple[str, int | None]] = {
    "duckdb": ("INT128", 2**127 - 1),
    "postgres": ("DECIMAL", None),
    "spark": ("DECIMAL(38, 0)", 10**38 - 1),
}
DIALECTS = tuple(_WIDE)
#: What Spark calls arithmetic that is null where there is no room for the result.
_TRIED: dict[type[exp.Expr], str] = {
    exp.Add: "TRY_ADD",
    exp.Sub: "TRY_SUBTRACT",
    exp.Mul: "TRY_MULTIPLY",
}
#: Spark gives quotients of wide numbers six decimals: so much is left before them.
_SPARK_QUOTIENT_MAX = 10**32 - 1


@dataclass(frozen=True, slots=True)
class Num:
    """A whole number known already, or the column that holds one."""

    atom: int | exp.Expr
    #: Its magnitude is never above this.
    size: int

    @property
    def sql(self) -> exp.Expr:
        """Return it as it stands in an expression."""
        return literal(self.atom) if isinstance(self.atom, int) else self.atom.copy()


Trouble: TypeAlias = tuple[exp.Expr, int]


def known(value: int) -> Num:
    """Return a number that is known while SQL is written."""
    return Num(value, abs(value))


ZERO, ONE = known(0), known(1)


@dataclass(slots=True)
class Numbers:
    """Writes arithmetic, one named column per step, and gathers what can go wrong."""

    layers: Layers
    dialect: str
    #: Conditions that stop the row, with the status of each, first come first.
    troubles: list[Trouble] = field(default_factory=list)

    def stop(self, test: exp.Expr, status: int) -> None:
        """Note that rows for which `test` is true stop with a status."""
        self.troubles.append((test, status))

    def column(self, value: exp.Expr, size: int) -> Num:
        """Name a value whose magnitude is bounded by `size` once it is computed exactly."""
        most = _WIDE[self.dialect][1]
        if most is None or size <= most:
            return Num(self.layers.keep(value), size)
        return Num(self._tried(value), most)

    def _tried(self, value: exp.Expr) -> exp.Expr:
        """Name a value for which there may be no room."""
        if self.dialect == "duckdb":
            value = exp.Anonymous(this="TRY", expressions=[value])
        elif type(value) in _TRIED:
            value = exp.Anonymous(this=_TRIED[type(value)], expressions=[value.left, value.right])  # type: ignore[attr-defined]  # of two operands
        kept = self.layers.keep(value)
        self.stop(is_null(kept), TOO_LARGE)
        return kept

    def sized(self, value: exp.Expr, size: int) -> Num:
        """Name a value that is no arithmetic of columns (a CASE), in the type of its size."""
        return self.column(cast(value, self._type(size)), size)

    def _type(self, size: int) -> str:
        return "BIGINT" if size <= CODED_MAX else _WIDE[self.dialect][0]

    def _fitting(self, number: Num, size: int) -> exp.Expr:
        """Return an operand in a type that holds a result of `size`."""
        if size <= CODED_MAX and not isinstance(number.atom, int):
            return number.sql
        if number.size > CODED_MAX and not isinstance(number.atom, int):
            return number.sql
        return cast(number.sql, self._type(max(size, number.size)))

    def _operated(self, operator: type[exp.Binary], left: Num, right: Num, size: int) -> Num:
        # One operand in the wide type is enough, but a known number is small by itself.
        first, second = self._fitting(left, size), self._fitting(right, size)
        return self.column(binary(operator, first, second), size)

    # --- operations ---------------------------------------------------------------------------

    def plus(self, left: Num, right: Num) -> Num:
        """Return the sum."""
        if isinstance(left.atom, int) and isinstance(right.atom, int):
            return known(left.atom + right.atom)
        if 0 in (left.atom, right.atom):
            return right if left.atom == 0 else left
        return self._operated(exp.Add, left, right, left.size + right.size)

    def minus(self, left: Num, right: Num) -> Num:
        """Return the difference."""
        if isinstance(left.atom, int) and isinstance(right.atom, int):
            return known(left.atom - right.atom)
        if right.atom == 0:
            return left
        return self._operated(exp.Sub, left, right, left.size + right.size)

    def times(self, left: Num, right: Num) -> Num:
        """Return the product."""
        if isinstance(left.atom, int) and isinstance(right.atom, int):
            return known(left.atom * right.atom)
        if 0 in (left.atom, right.atom):
            return known(0)
        if 1 in (left.atom, right.atom):
            return right if left.atom == 1 else left
        return self._operated(exp.Mul, left, right, left.size * right.size)

    def negative(self, item: Num) -> Num:
        """Return `-item`."""
        return self.minus(known(0), item)

    def divided(self, top: Num, unit: Num) -> tuple[Num, Num]:
        """Return quotient and rest on the way to zero; `unit` is above zero."""
        if isinstance(top.atom, int) and isinstance(unit.atom, int):
            whole, left = divmod(abs(top.atom), unit.atom)
            sign = -1 if top.atom < 0 else 1
            return known(sign * whole), known(sign * left)
        if unit.atom == 1:
            return top, known(0)
        least = unit.atom if isinstance(unit.atom, int) else 1
        wide = max(top.size, unit.size)
        first, second = self._fitting(top, wide), self._fitting(unit, wide)
        if self.dialect == "spark" and wide > CODED_MAX:
            left = min(top.size, unit.size)
            return self._divided_in_spark(first, second, top.size // least, left)
        quotient = self.column(binary(exp.IntDiv, first, second), top.size // least)
        rest = self.column(binary(exp.Mod, first.copy(), second.copy()), min(top.size, unit.size))
        return quotient, rest

    def _divided_in_spark(
        self, top: exp.Expr, unit: exp.Expr, size: int, left: int
    ) -> tuple[Num, Num]:
        """Divide wide numbers: Spark's `div` of them has 63 bits and says nothing beyond."""
        rest = self.sized(binary(exp.Mod, top, unit), left)
        even = binary(exp.Sub, top.copy(), rest.sql)
        ratio = exp.Anonymous(this="TRY_DIVIDE", expressions=[even, unit.copy()])
        quotient = cast(ratio, self._type(size))
        if size <= _SPARK_QUOTIENT_MAX:
            return Num(self.layers.keep(quotient), size), rest
        return Num(self._tried(quotient), _SPARK_QUOTIENT_MAX), rest

    def floored(self, top: Num, unit: int) -> Num:
        """Return the quotient by a number above zero, rounded down."""
        quotient, rest = self.divided(top, known(unit))
        if isinstance(rest.atom, int):
            return quotient if rest.atom >= 0 else self.minus(quotient, ONE)
        return self.plus(quotient, self.choice(compare("<", rest.sql, literal(0)), -1, 0))

    def choice(self, test: exp.Expr, yes: int, no: int) -> Num:
        """Return one of two known numbers."""
        found = case([(test, literal(yes))], literal(no))
        return self.sized(found, max(abs(yes), abs(no)))
