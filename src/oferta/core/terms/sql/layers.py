"""A straight-line program of named values as nested SELECTs.

SQL has no local variables. A value that is used twice is kept as a column of an inner SELECT, and
each SELECT computes all that rests only on the ones inside it: nothing is computed twice, and no
expression grows with the product of its parts.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp


class Layers:
    """Values named so far, each with the layer it can be computed in."""

    def __init__(self, given: Iterable[str]) -> None:
        self._levels = dict.fromkeys(given, 0)
        self._made: list[tuple[str, exp.Expr]] = []
        self._known: dict[int, list[tuple[str, exp.Expr]]] = {}

    def given(self, name: str) -> exp.Column:
        """Return a column of the table that is read."""
        self._levels.setdefault(name, 0)
        return exp.column(name, quoted=True)

    def keep(self, value: exp.Expr) -> exp.Column:
        """Name a value, or return the name that the same value has already."""
        if isinstance(value, exp.Column):
            return value
        # sqlglot's equality compares hashes; writing SQL to compare it is exact, but slow.
        alike = self._known.setdefault(hash(value), [])
        name = next((name for name, one in alike if one.sql() == value.sql()), None)
        if name is None:
            name = f"_v{len(self._made)}"
            self._levels[name] = 1 + self._level(value)
            self._made.append((name, value))
            alike.append((name, value))
        return exp.column(name, quoted=True)

    def select(self, outputs: dict[str, exp.Expr], source: str, *, fenced: bool) -> exp.Select:
        """Return the SELECT of the outputs.

        Args:
            outputs: what the columns hold, by name.
            source: the table that is read.
            fenced: keep each layer from being merged into the next by the database's planner,
                which would undo what layers are for.
        """
        last = 1 + max((self._level(value) for value in outputs.values()), default=0)
        needed = _columns(outputs.values())
        stack: list[list[exp.Expr]] = []
        for level in range(last - 1, 0, -1):
            here = [(n, v) for n, v in self._made if self._levels[n] == level and n in needed]
            passed = [n for n in needed if self._levels[n] < level]
            stack.append([*map(_quoted, passed), *(_named(v, n) for n, v in here)])
            needed = dict.fromkeys(passed) | _columns(value for _, value in here)
        inner: exp.Expr = exp.to_table(source)
        for columns in reversed(stack):
            made = exp.Select(expressions=columns).from_(inner, copy=False)
            inner = (made.offset(0, copy=False) if fenced else made).subquery("_s", copy=False)
        named = [_named(value, name) for name, value in outputs.items()]
        return exp.Select(expressions=named).from_(inner, copy=False)

    def _level(self, value: exp.Expr) -> int:
        return max((self._levels[name] for name in _columns([value])), default=0)


def _named(value: exp.Expr, name: str) -> exp.Expr:
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))


def _quoted(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def _columns(values: Iterable[exp.Expr]) -> dict[str, None]:
    found = (column.name for value in values for column in value.find_all(exp.Column))
    return dict.fromkeys(found)
