"""Long lists of codes, looked up once for each row instead of at every clause.

What conditions ask of one fact alone by its value (`mcc IN (…)`, `mcc = 4814`) depends on nothing
but the code. For each code that is named, a small table holds the answers to all such parts as
bits; it is joined once, for all editions compared, and a part is then a test of its bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from oferta.core.terms.sql.lookups import Lookups
from oferta.core.terms.sql.writing import literal
from oferta.core.terms.types import (
    And,
    Between,
    Compare,
    Condition,
    Const,
    Edition,
    FactRef,
    InList,
    Kind,
    Not,
    Or,
    Pack,
)
from oferta.core.terms.walk import atoms

#: Fewer named codes are asked about as quickly as they are looked up.
CODES_MIN = 8
#: A range of more codes than this is compared with its ends.
RANGE_MAX = 2_000
_BITS = 62
_KINDS = (Kind.INTEGER, Kind.TEXT)
_Code: TypeAlias = int | str


class Codes:
    """The tables of codes of one question; bits are given out as SQL is written."""

    def __init__(
        self,
        pack: Pack,
        editions: Iterable[Edition],
        question: str,
        dialect: str = "duckdb",
        day: str = "",
        *,
        packed: bool = False,
    ) -> None:
        """Find the codes that are named.

        Args:
            pack: the pack.
            editions: those that decide.
            question: one of its questions.
            dialect: of the database; in DuckDB whole clauses are looked up so (`lookups`).
            day: a column with the day of the event; "": the facts tell it.
            packed: DuckDB reads the table's words in dictionaries, as from Parquet.
        """
        editions, self._dialect = list(editions), dialect
        one = dialect == "duckdb" and pack.questions[question].combine == "one"
        #: Look-ups of whole clauses; None: they are asked one after another.
        self.lookups = Lookups(pack, editions, question, day, packed=packed) if one else None
        named: dict[str, dict[_Code, None]] = {}
        clauses = [one for edition in editions for one in edition.clauses.values()]
        for clause in clauses:
            if clause.question != question:
                continue
            for atom in atoms(clause.when):
                for fact, codes in _codes(atom):
                    named.setdefault(fact, {}).update(dict.fromkeys(codes))
        asked = pack.questions[question].facts
        #: Named codes, by fact.
        self._named = {
            fact: tuple(codes)
            for fact, codes in named.items()
            if len(codes) >= CODES_MIN and fact in asked
        }
        self._nullable = {fact: pack.facts[fact].type.nullable for fact in self._named}
        self._bits: dict[str, dict[Condition, int]] = {fact: {} for fact in self._named}

    def grouped(self, item: Condition) -> list[Condition]:
        """Return the parts of AND or OR, those that look up one fact put together."""
        if not isinstance(item, And | Or):
            raise TypeError(f"no AND and no OR: {item!r}")
        found: dict[str, list[Condition]] = {}
        rest: list[Condition] = []
        for one in item.items:
            fact = self._fact(one)
            found.setdefault(fact, []).append(one) if fact else rest.append(one)
        joined = [some[0] if len(some) == 1 else type(item)(tuple(some)) for some in found.values()]
        return [*joined, *rest]

    def bit(self, item: Condition) -> tuple[str, int] | None:
        """Return the column and the bit that tell a condition; None: it is written out."""
        fact = self._fact(item)
        bits = self._bits.get(fact, {})
        if not fact or (item not in bits and len(bits) == _BITS):
            return None
        place = bits.setdefault(item, len(bits))
        return _column(fact), 1 << place

    @property
    def columns(self) -> list[str]:
        """The columns that `joined` adds."""
        placed = self.lookups.columns if self.lookups else []
        return [*(_column(fact) for fact in self._bits), *placed]

    def joined(self, source: str) -> str:
        """Return a SELECT of all columns of a table and those of `columns`."""
        source = f"({self.lookups.joined(source)})" if self.lookups else source
        added, joins = [], []
        for number, (fact, bits) in enumerate(self._bits.items()):
            if not bits:  # nothing that was written reads it
                added.append(f'0 AS "{_column(fact)}"')
                continue
            name = f'_codes."{fact}"'
            others = _answers(bits, None)
            found = f'coalesce(_c{number}."bits", {others})'
            if self._nullable[fact]:
                found = f"CASE WHEN {name} IS NOT NULL THEN {found} END"
            added.append(f'{found} AS "{_column(fact)}"')
            rows = self._rows(fact, bits)
            joins.append(
                f' LEFT JOIN (VALUES {rows}) AS _c{number}("code", "bits")'
                f' ON {name} = _c{number}."code"'
            )
        told = ", ".join(["_codes.*", *added])
        return f"SELECT {told} FROM {source} AS _codes{''.join(joins)}"  # noqa: S608 - quoted names

    def _rows(self, fact: str, bits: dict[Condition, int]) -> str:
        rows = []
        for number, code in enumerate(self._named[fact]):
            written, answers = literal(code).sql(self._dialect), str(_answers(bits, code))
            if not number:  # the first row gives the types of all
                text = "STRING" if self._dialect == "spark" else "TEXT"
                kind = text if isinstance(code, str) else "BIGINT"
                written, answers = f"CAST({written} AS {kind})", f"CAST({answers} AS BIGINT)"
            rows.append(f"({written}, {answers})")
        return ", ".join(rows)

    def _fact(self, item: Condition) -> str:
        """Return the fact that a condition asks for its code alone; "" if it asks more."""
        found = {next(iter(dict(_codes(atom))), "") for atom in atoms(item)}
        if len(found) != 1 or not _plain(item):
            return ""
        fact = found.pop()
        return fact if fact in self._named else ""


def _column(fact: str) -> str:
    return f"_codes_{fact}"


def _plain(item: Condition) -> bool:
    match item:
        case And(items) | Or(items):
            return all(_plain(one) for one in items)
        case Not(inner):
            return _plain(inner)
        case _:
            return bool(_codes(item))


def _codes(atom: Condition) -> list[tuple[str, Sequence[_Code]]]:
    """Return the fact and the codes that an atom names, if that is all it asks."""
    match atom:
        case InList(FactRef(name, of), values) if of.kind in _KINDS:
            return [(name, [one for one in values if isinstance(one, int | str)])]
        case Compare("=" | "<>", FactRef(name, of), Const(int() | str() as value)):
            return [(name, [value])] if of.kind in _KINDS else []
        case Between(FactRef(name, of), Const(int() as low), Const(int() as high)):
            if of.kind is Kind.INTEGER and high - low < RANGE_MAX:
                return [(name, range(low, high + 1))]
    return []


def _answers(bits: dict[Condition, int], code: _Code | None) -> int:
    return sum(1 << place for item, place in bits.items() if _answer(item, code))


def _answer(item: Condition, code: _Code | None) -> bool:
    """Return what a condition says of a code; None: of any that is not named."""
    match item:
        case And(items):
            return all(_answer(one, code) for one in items)
        case Or(items):
            return any(_answer(one, code) for one in items)
        case Not(inner):
            return not _answer(inner, code)
        case Compare(op, _, Const(value)):
            return (code == value) == (op == "=")
        case InList(_, values):
            return code in values and code is not None
        case Between(_, Const(int() as low), Const(int() as high)):
            return isinstance(code, int) and low <= code <= high
        case _:
            raise TypeError(f"not asked of a code: {item!r}")
