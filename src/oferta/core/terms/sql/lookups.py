"""The first clause that decides, by one look-up for each fact.

Every box of every clause is a bit, the first clause lowest. The value of a fact tells which boxes
it leaves; what all facts leave is the AND of these, and its lowest bit the clause. No row takes
longer than another.

Facts of the table are looked up as it is read, for all editions compared, and long lists of codes
by one join behind that; facts that an edition derives are looked up where they are computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from oferta.core.terms.sql.boxes import Box, Key
from oferta.core.terms.sql.conditions import condition
from oferta.core.terms.sql.deciding import Placed, placed
from oferta.core.terms.sql.layers import Layers
from oferta.core.terms.sql.masks import Masks
from oferta.core.terms.sql.query import GAP
from oferta.core.terms.sql.writing import called, case, compare, literal
from oferta.core.terms.subject import Subject
from oferta.core.terms.types import Coded, Edition, Pack
from oferta.core.terms.walk import facts_of_condition

#: Boxes of one number.
WORD = 62
_Column = Callable[[str], exp.Expr]


@dataclass(frozen=True, slots=True)
class _Word:
    """Sixty-two boxes, and the column that tells which of them are left."""

    column: str
    boxes: list[Box]
    #: By edition, the clause of each box.
    owners: dict[str, list[int | None]]
    #: What is looked up as the table is read, by the join behind it, and where it is computed.
    here: dict[Key, Masks] = field(default_factory=dict)
    listed: dict[str, Masks] = field(default_factory=dict)
    later: dict[Key, Masks] = field(default_factory=dict)

    def left(self, looked: Iterable[exp.Expr]) -> exp.Expr:
        """Return the boxes that all look-ups leave."""
        found: exp.Expr | None = None
        for one in looked:
            bits = exp.Paren(this=one)
            found = bits if found is None else exp.BitwiseAnd(this=found, expression=bits)
        if found is None:
            return exp.cast(literal((1 << len(self.boxes)) - 1), "BIGINT")
        return found


class Lookups:
    """The look-ups of one question under some editions, in DuckDB's SQL."""

    def __init__(
        self, pack: Pack, editions: Iterable[Edition], question: str, day: str, *, packed: bool
    ) -> None:
        """Find the boxes of each edition.

        Args:
            pack: the pack.
            editions: those that decide.
            question: a question that one clause decides.
            day: a column with the day of the event; "": the facts tell it.
            packed: DuckDB reads the table's words in dictionaries, as from Parquet.
        """
        self._packed = packed
        asked = pack.questions[question]
        #: Facts of the table: whether they may be null.
        self._table = {name: pack.facts[name].type.nullable for name in asked.facts}
        if day:
            self._table[day] = False
        subjects = {one.id: Subject(pack, one, asked) for one in editions}
        self._words: list[_Word] = []
        for one in placed(list(subjects.values()), day or asked.day):
            self._add(one)

    def _add(self, placed_: Placed) -> None:
        for start in range(0, len(placed_.boxes), WORD):
            here = slice(start, start + WORD)
            boxes = placed_.boxes[here]
            owners = {edition: some[here] for edition, some in placed_.owners.items()}
            word = _Word(f"_left{len(self._words)}", boxes, owners)
            for key, domain in placed_.space.domains.items():
                masks = Masks.of(boxes, key, domain)
                if masks is None:
                    continue
                if isinstance(key, str) and key in self._table and masks.listed():
                    word.listed[key] = masks
                else:
                    (word.here if self._of_table(key) else word.later)[key] = masks
            self._words.append(word)

    def _of_table(self, key: Key) -> bool:
        names = {key} if isinstance(key, str) else set(facts_of_condition(key))
        return names <= self._table.keys()

    @property
    def columns(self) -> list[str]:
        """The columns that `joined` adds."""
        return [word.column for word in self._words]

    def knows(self, edition: Edition) -> bool:
        """Tell whether an edition's clauses are looked up; there may be too many ways to."""
        return any(edition.id in word.owners for word in self._words)

    def joined(self, source: str) -> str:
        """Return a SELECT of all columns of a table and those of `columns`."""
        words = self._words
        looked = [f'{self._here(word).sql("duckdb")} AS "{word.column}"' for word in words]
        inner = f"SELECT {', '.join(['*', *looked])} FROM {source}"  # noqa: S608 - quoted names
        facts = list(dict.fromkeys(fact for word in words for fact in word.listed))
        if not facts:
            return inner
        joins = [
            f' LEFT JOIN ({_rows(fact, words)}) AS _b{number} ON _looked."{fact}" = _b{number}.code'
            for number, fact in enumerate(facts)
        ]
        behind = [
            f'{self._behind(word, facts).sql("duckdb")} AS "{word.column}"'
            for word in words
            if word.listed
        ]
        told = f"_looked.* REPLACE ({', '.join(behind)})"
        return f"SELECT {told} FROM ({inner}) AS _looked{''.join(joins)}"  # noqa: S608 - quoted names

    def _here(self, word: _Word) -> exp.Expr:
        return word.left(_looked_up(word.here, _quoted, self._table, packed=self._packed))

    def _behind(self, word: _Word, facts: list[str]) -> exp.Expr:
        """Return what is left of a word by the codes that are joined."""
        looked: list[exp.Expr] = [exp.column(word.column, "_looked", quoted=True)]
        for fact, masks in word.listed.items():
            found = exp.column(word.column, f"_b{facts.index(fact)}", quoted=True)
            asked = exp.column(fact, "_looked", quoted=True)
            other = masks.unlisted(asked, nulls=self._table[fact])
            looked.append(called("coalesce", found, other))
        return word.left(looked)

    def told(
        self, edition: Edition, layers: Layers, column: _Column, nullable: Mapping[str, bool]
    ) -> exp.Column:
        """Return the index of the first clause that decides; below zero, there is none."""
        found: exp.Expr = literal(-GAP)
        for word in reversed(self._words):
            owners = word.owners.get(edition.id, [])
            mine = [place for place, owner in enumerate(owners) if owner is not None]
            if not mine:
                continue
            looked = [layers.given(word.column), *_looked_up(word.later, column, nullable)]
            if len(mine) < len(word.boxes):
                looked.append(literal(sum(1 << place for place in mine)))
            left = layers.keep(word.left(looked) if len(looked) > 1 else looked[0])
            here = _lowest(left, [owner or 0 for owner in owners])
            surely = not word.boxes[mine[-1]]
            some = compare("<>", left.copy(), literal(0))
            found = here if surely else case([(some, here)], found)
        return layers.keep(found)


def _lowest(left: exp.Expr, owners: list[int]) -> exp.Expr:
    """Return the owner of the lowest bit."""
    below = exp.Sub(this=left.copy(), expression=literal(1))
    # What differs from one less is the lowest bit and all below it.
    place = called("bit_count", called("xor", left.copy(), below))
    listed = exp.Array(expressions=[literal(owner) for owner in owners])
    return called("list_extract", listed, place)


def _looked_up(
    masks: Mapping[Key, Masks],
    column: _Column,
    nullable: Mapping[str, bool],
    *,
    packed: bool = False,
) -> list[exp.Expr]:
    return [
        one.looked_up(column(key), nulls=nullable.get(key, True), packed=packed)
        if isinstance(key, str)
        else one.looked_up(condition(key, column), nulls=True)
        for key, one in masks.items()
    ]


def _rows(fact: str, words: list[_Word]) -> str:
    """Return the bits of each code that is listed, for all words."""
    listed = {word.column: word.listed[fact] for word in words if fact in word.listed}
    codes = list(dict.fromkeys(code for masks in listed.values() for code in masks.listed()))
    columns = [f"unnest({_listed(codes)}) AS code"]
    for name, masks in listed.items():
        bits = _listed([masks.of_value(code) for code in codes])
        columns.append(f'unnest({bits}) AS "{name}"')
    return f"SELECT {', '.join(columns)}"


def _listed(values: list[Coded]) -> str:
    """Return a list; of numbers as a text, which DuckDB reads faster than so many literals."""
    if all(isinstance(value, int) for value in values):
        return f"CAST('{values}' AS BIGINT[])"
    return exp.Array(expressions=[literal(value) for value in values]).sql("duckdb")


def _quoted(name: str) -> exp.Expr:
    return exp.column(name, quoted=True)
