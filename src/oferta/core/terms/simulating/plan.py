"""The one statement that decides every event, by one edition or by two, and sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oferta.core.terms.simulating.errors import EventKeyNeeded
from oferta.core.terms.simulating.types import Asked
from oferta.core.terms.sql import Codes, NotInSql, Query, Uses, to_sql
from oferta.core.terms.types import Edition, Kind, Question

#: Kinds whose sum means something: percents are rates.
SUMMED = (Kind.INTEGER, Kind.MONEY, Kind.DURATION)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the editions compared: its columns begin with its letter."""

    letter: str
    #: What decides, of each edition that may have: by its number.
    queries: tuple[Query, ...]

    def column(self, name: str) -> str:
        """Return the column of something on this side, quoted."""
        return f'"_{self.letter}_{name}"'

    @property
    def told(self) -> tuple[str, ...]:
        """The columns that say who decided."""
        first = self.queries[0]
        who = (first.told,) if first.told else ("status", *first.deciding)
        return ("edition", *who) if len(self.queries) > 1 else who

    def varies(self, field: str) -> bool:
        """Tell whether a field is not always the constant of who decided."""
        answered = [one for query in self.queries for one in query.constants.values()]
        clauses = sum(len(query.outcomes) for query in self.queries)
        return sum(field in one for one in answered) < clauses

    def whole(self, field: str) -> str:
        """Return SQL of a field, constants filled in."""
        branches = [
            f"WHEN {self._of_edition(number)}{self.column(query.told)} = {who} THEN {one[field]}"
            for number, query in enumerate(self.queries)
            for who, one in query.constants.items()
            if field in one
        ]
        if not branches:
            return self.column(field)
        return f"coalesce({self.column(field)}, CASE {' '.join(branches)} END)"

    def _of_edition(self, number: int) -> str:
        return f"{self.column('edition')} = {number} AND " if len(self.queries) > 1 else ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The statement and how to read its rows."""

    sql: str
    dialect: str
    sides: tuple[Side, ...]
    summed: tuple[str, ...]
    #: The field by which winners and losers are told; "": they are not.
    better: str


def summed_fields(question: Question) -> tuple[str, ...]:
    """Return the fields of an answer that are added up."""
    return tuple(one.name for one in question.answer if one.type.kind in SUMMED)


def write_plan(
    asked: Asked, facts: dict[str, str], source: str, *, dialect: str = "duckdb"
) -> Plan:
    """Return the statement.

    Args:
        asked: what is simulated.
        facts: SQL of each coded fact and kept column, by name.
        source: SQL of the table or file.
        dialect: of the database that runs it.

    Raises:
        NotInSql: the terms cannot be written in SQL.
        EventKeyNeeded: limits order events by a key, and none is named.
    """
    question = asked.pack.questions[asked.question]
    editions = [_editions(asked, asked.edition)]
    if asked.against:
        editions.append(_editions(asked, asked.against))
    codes = Codes(asked.pack, [one for some in editions for one in some], asked.question)
    kept, last, sides, parts = [*facts, *codes.columns], "listed", [], []
    for letter, some in zip("ab", editions, strict=False):
        queries = tuple(_query(asked, one, last, kept, codes, dialect) for one in some)
        side = Side(letter, queries)
        _refuse_widths(asked, side)
        told = [*_who(queries[0]), *(one.name for one in question.answer)]
        parts.append(f"{letter} AS ({' UNION ALL '.join(_decided(asked, side, some, kept, told))})")
        kept += [side.column(name).strip('"') for name in (*told, "edition")]
        last = letter
        sides.append(side)
    coded = ", ".join(f'{sql} AS "{name}"' for name, sql in facts.items())
    start = [
        f"coded AS (SELECT {coded} FROM {source})",  # noqa: S608 - quoted names
        f"listed AS ({codes.joined('coded')})",
    ]
    summed = summed_fields(question)
    better = question.better if len(sides) > 1 else ""
    sql = _summing(asked, [*start, *parts], sides, summed, better)
    return Plan(sql, dialect, tuple(sides), summed, better)


def _editions(asked: Asked, wanted: str) -> list[Edition]:
    if wanted:
        return [one for one in asked.pack.editions if one.id == wanted]
    _refuse_days_apart(asked)
    return list(asked.pack.editions)


def _query(
    asked: Asked, edition: Edition, source: str, kept: list[str], codes: Codes, dialect: str
) -> Query:
    limits = [one.id for one in edition.limits.values() if one.question == asked.question]
    if limits and not asked.key:
        raise EventKeyNeeded(file=str(asked.events), limits=limits)
    day = asked.pack.questions[asked.question].day
    extra = [] if day in kept else [day]
    uses = Uses((asked.key,)) if limits else None
    return to_sql(
        asked.pack,
        edition,
        asked.question,
        dialect,
        source=source,
        keep=[*kept, *extra],
        uses=uses,
        short=True,
        codes=codes,
    )


def _refuse_widths(asked: Asked, side: Side) -> None:
    if len({len(query.deciding) for query in side.queries}) > 1:
        raise NotInSql(
            pack=asked.pack.name, question=asked.question, what="editions differ by a whole mask"
        )


def _who(query: Query) -> tuple[str, ...]:
    return (query.told,) if query.told else ("status", *query.deciding)


def _decided(
    asked: Asked, side: Side, editions: Sequence[Edition], kept: list[str], told: list[str]
) -> list[str]:
    """Return the queries of one side, each of the events that its edition decides."""
    found = []
    for number, query in enumerate(side.queries):
        columns = [f'"{name}"' for name in kept]
        columns += [f'"{query.fields.get(name, name)}" AS {side.column(name)}' for name in told]
        columns.append(f"{number} AS {side.column('edition')}")
        sql = f"SELECT {', '.join(columns)} FROM ({query.sql}) AS _{side.letter}"  # noqa: S608 - quoted names
        if len(editions) > 1:
            sql += f" WHERE {_in_force(asked, editions, number)}"
        found.append(sql)
    return found


def _in_force(asked: Asked, editions: Sequence[Edition], number: int) -> str:
    """Return the test of an edition's own days."""
    day = asked.pack.questions[asked.question].day
    tests = [f'"{day}" >= {editions[number].start}'] if number else []
    if number + 1 < len(editions):
        tests.append(f'"{day}" < {editions[number + 1].start}')
    # A row without a day is wrong under every edition: the first one says so.
    return " AND ".join(tests) + ("" if number else f' OR "{day}" IS NULL')


def _refuse_days_apart(asked: Asked) -> None:
    """Refuse when editions count the day differently: an event might fall between two."""
    day = asked.pack.questions[asked.question].day
    ways = []
    for edition in asked.pack.editions:
        derived = edition.derived.get(day)
        ways.append(
            (derived.expression if derived else None, edition.countings if derived else None)
        )
    if any(way != ways[0] for way in ways):
        raise NotInSql(
            pack=asked.pack.name,
            question=asked.question,
            what=f"editions count {day} differently: name the edition",
        )


def _summing(
    asked: Asked, parts: list[str], sides: list[Side], summed: tuple[str, ...], better: str
) -> str:
    by = [f'"{asked.group}"'] if asked.group else []
    sums = ["count(*)"]
    for side in sides:
        by += [side.column(name) for name in side.told]
        sums += [f"sum({side.column(name)})" if side.varies(name) else "NULL" for name in summed]
    if better:
        sums += _compared(sides, better, summed)
    told, keys = ", ".join([*by, *sums]), ", ".join(by)
    return f"WITH {', '.join(parts)} SELECT {told} FROM {sides[-1].letter} GROUP BY {keys}"  # noqa: S608 - quoted names


def _compared(sides: list[Side], better: str, summed: tuple[str, ...]) -> list[str]:
    """Return how many gain, how many lose, and by how much, where the fields themselves tell."""
    varying = [side for side in sides if side.varies(better)]
    if not varying:
        return ["NULL", "NULL", "NULL"]
    before, after = (side.whole(better) for side in sides)
    asked = " OR ".join(f"{side.column(better)} IS NOT NULL" for side in varying)
    # Rows decided by constants on both sides are counted from their groups.
    found = [
        f"count(CASE WHEN {asked} THEN CASE WHEN {after} {op} {before} THEN 1 END END)"
        for op in (">", "<")
    ]
    change = f"sum(CASE WHEN {asked} THEN {after} - {before} END)"
    return [*found, change if better in summed else "NULL"]
