"""The one statement that decides every event, by one edition or by two, and sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oferta.core.terms.counting import FIRST_DAY, LAST_DAY
from oferta.core.terms.limits import period
from oferta.core.terms.simulating.errors import EventKeyNeeded
from oferta.core.terms.simulating.types import Asked
from oferta.core.terms.sql import Codes, NotInSql, Query, Uses, to_sql
from oferta.core.terms.types import Edition, Kind, Limit, Question

#: Kinds whose sum means something: percents are rates.
SUMMED = (Kind.INTEGER, Kind.MONEY, Kind.DURATION)
#: In which there is room for any sum.
_WIDE = {"duckdb": "HUGEINT", "postgres": "NUMERIC", "spark": "DECIMAL(38, 0)"}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the editions compared: its columns begin with its letter."""

    letter: str
    #: What decides, of each edition that may have: by its number.
    queries: tuple[Query, ...]

    @property
    def dialect(self) -> str:
        """The SQL it is written in."""
        return self.queries[0].dialect

    def sum(self, field: str) -> str:
        """Return SQL of the sum of a field where it is not constant."""
        if not self.varies(field):
            return "NULL"
        if self.dialect != "spark":  # the others widen sums themselves
            return f"sum({self.column(field)})"
        return f"sum(CAST({self.column(field)} AS {_WIDE[self.dialect]}))"

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
        varying = [self.column(field)] if self.varies(field) else []
        branches = [
            f"WHEN {self._of_edition(number)}{self.column(query.told)} = {who} THEN {one[field]}"
            for number, query in enumerate(self.queries)
            for who, one in query.constants.items()
            if field in one
        ]
        constant = [f"CASE {' '.join(branches)} END"] if branches else []
        return f"CAST(coalesce({', '.join([*varying, *constant])}) AS {_WIDE[self.dialect]})"

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
    asked: Asked,
    facts: dict[str, str],
    source: str,
    *,
    dialect: str = "duckdb",
    packed: bool = False,
) -> Plan:
    """Return the statement.

    Args:
        asked: what is simulated.
        facts: SQL of each coded fact and kept column, by name.
        source: SQL of the table or file.
        dialect: of the database that runs it.
        packed: DuckDB reads the table's words in dictionaries, as from Parquet.

    Raises:
        NotInSql: the terms cannot be written in SQL.
        EventKeyNeeded: limits order events by a key, and none is named.
    """
    question = asked.pack.questions[asked.question]
    editions = [_editions(asked, asked.edition)]
    if asked.against:
        editions.append(_editions(asked, asked.against))
    deciding = [one for some in editions for one in some]
    codes = Codes(asked.pack, deciding, asked.question, dialect, packed=packed)
    kept, last, sides, parts = [*facts, *codes.columns], "listed", [], []
    for letter, some in zip("ab", editions, strict=False):
        writer = _Writer(asked, letter, last, kept, codes, dialect)
        side, made = writer.side(some)
        parts += made
        kept += [side.column(name).strip('"') for name in (*writer.told, "edition")]
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
    return list(asked.pack.editions)


def _who(query: Query) -> tuple[str, ...]:
    return (query.told,) if query.told else ("status", *query.deciding)


class _Writer:
    """Writes the queries of one side, each of the events that its edition decides."""

    def __init__(
        self,
        asked: Asked,
        letter: str,
        source: str,
        kept: list[str],
        codes: Codes,
        dialect: str,
    ) -> None:
        self._asked, self._letter, self._source = asked, letter, source
        self._kept, self._codes, self._dialect = list(kept), codes, dialect
        self._question = asked.pack.questions[asked.question]
        self._parts: list[str] = []
        #: Columns that each query tells, by their name without the letter.
        self.told: list[str] = []

    def side(self, editions: Sequence[Edition]) -> tuple[Side, list[str]]:
        """Return the side, and its queries as parts of WITH."""
        queries = []
        for number, edition in enumerate(editions):
            derived = self._question.day in edition.derived
            source, days = self._source, ""
            if len(editions) > 1 and derived:
                self._refuse_days_apart(editions)
                days = f" WHERE {self._own(editions, number)}"
            elif len(editions) > 1:
                source = self._own_days(editions, number)
            query = self._query(edition, source, self._carried(editions, number))
            sql = self._decided(query, number) + days
            self._parts.append(f"{self._letter}_{number} AS ({sql})")
            queries.append(query)
        side = Side(self._letter, tuple(queries))
        if len({len(query.deciding) for query in side.queries}) > 1:
            raise self._refused("editions differ by a whole mask")
        columns = [f'"{name}"' for name in self._kept]
        columns += [side.column(name) for name in (*self.told, "edition")]
        union = " UNION ALL ".join(
            f"SELECT {', '.join(columns)} FROM {self._letter}_{number}"  # noqa: S608 - quoted names
            for number in range(len(editions))
        )
        return side, [*self._parts, f"{self._letter} AS ({union})"]

    def _refused(self, what: str) -> NotInSql:
        return NotInSql(pack=self._asked.pack.name, question=self._question.name, what=what)

    def _query(self, edition: Edition, source: str, before: dict[str, str]) -> Query:
        limits = [one.id for one in edition.limits.values() if one.question == self._question.name]
        if limits and not self._asked.key:
            raise EventKeyNeeded(file=str(self._asked.events), limits=limits)
        day = self._question.day
        return to_sql(
            self._asked.pack,
            edition,
            self._question.name,
            self._dialect,
            source=source,
            keep=list(dict.fromkeys([*self._kept, day])),
            uses=Uses((self._asked.key,), before) if limits else None,
            short=True,
            codes=self._codes,
        )

    def _decided(self, query: Query, number: int) -> str:
        side = Side(self._letter, (query,))
        self.told = [*_who(query), *(one.name for one in self._question.answer)]
        fields = {name: query.fields.get(name, name) for name in self.told}
        columns = [f'"{name}"' for name in self._kept]
        columns += [f'"{column}" AS {side.column(name)}' for name, column in fields.items()]
        columns += [f"{number} AS {side.column('edition')}", *(f'"{use}"' for use in query.uses)]
        return f"SELECT {', '.join(columns)} FROM ({query.sql}) AS _{self._letter}"  # noqa: S608 - quoted names

    # --- editions by the day ------------------------------------------------------------------

    def _own_days(self, editions: Sequence[Edition], number: int) -> str:
        """Write the events of an edition's own days, with what limits they come upon."""
        day = f'"{self._question.day}"'
        joins, columns = [], ["_r.*"]
        for limit, holders, begun, ended in self._going_on(editions, number):
            name = f"_{limit.used}_before"
            same = " AND ".join(
                f'_r."{one}" IS NOT DISTINCT FROM {name}."{one}"' for one in holders
            )
            told = ", ".join(f'"{one}"' for one in holders)
            some = " UNION ALL ".join(
                f'SELECT {told}, "_{limit.used}" FROM {self._letter}_{one}'  # noqa: S608 - quoted names
                f" WHERE {day} >= {begun}"
                for one in range(number)
                if limit.id in editions[one].limits
            )
            joins.append(
                f' LEFT JOIN (SELECT {told}, CAST(sum("_{limit.used}") AS BIGINT) AS "used"'  # noqa: S608 - quoted names
                f" FROM ({some}) AS _u GROUP BY {told}) AS {name} ON {same} AND _r.{day} < {ended}"
            )
            columns.append(f'coalesce({name}."used", 0) AS "{name}"')
        name = f"{self._letter}_{number}_days"
        read = f"SELECT {', '.join(columns)} FROM {self._source} AS _r{''.join(joins)}"  # noqa: S608 - quoted names
        self._parts.append(f"{name} AS ({read} WHERE {self._own(editions, number)})")
        return name

    def _own(self, editions: Sequence[Edition], number: int) -> str:
        """Return the test of the days on which an edition decides."""
        day = f'"{self._question.day}"'
        tests = [f"{day} >= {editions[number].start}"] if number else []
        if number + 1 < len(editions):
            tests.append(f"{day} < {editions[number + 1].start}")
        # A row without a day is wrong under every edition: the first one says so.
        return " AND ".join(tests) + ("" if number else f" OR {day} IS NULL")

    def _carried(self, editions: Sequence[Edition], number: int) -> dict[str, str]:
        if len(editions) == 1:
            return {}
        going_on = self._going_on(editions, number)
        return {limit.used: f"_{limit.used}_before" for limit, *_ in going_on}

    def _going_on(
        self, editions: Sequence[Edition], number: int
    ) -> list[tuple[Limit, tuple[str, ...], int, int]]:
        """Return the limits that were used before an edition began, in a period that it ends.

        Each with whose use it is, the first day of that period and the first day beyond.
        """
        edition, found = editions[number], []
        for limit in edition.limits.values():
            earlier = [one.limits[limit.id] for one in editions[:number] if limit.id in one.limits]
            if limit.question != self._question.name or not earlier or limit.period == "day":
                continue
            begun, ended = period(limit, edition.start)
            if limit.period == "campaign" and earlier[-1].window.start != limit.window.start:
                continue
            if earlier[-1].per != limit.per or earlier[-1].period != limit.period:
                continue
            if not limit.per or any(name in edition.derived for name in limit.per):
                raise self._refused(f"{limit.id} goes on from one edition to the next")
            first = FIRST_DAY if begun is None else begun
            found.append((limit, limit.per, first, LAST_DAY + 1 if ended is None else ended))
        return found

    def _refuse_days_apart(self, editions: Sequence[Edition]) -> None:
        """Refuse when editions count the day differently: an event might fall between two."""
        day = self._question.day
        ways = [
            (one.derived[day].expression if day in one.derived else None, one.countings)
            for one in editions
        ]
        if any(way != ways[0] for way in ways):
            raise self._refused(f"editions count {day} differently: name the edition")
        if any(
            limit.question == self._question.name
            for one in editions
            for limit in one.limits.values()
        ):
            raise self._refused(f"{day} is counted, and limits are: name the edition")


def _summing(
    asked: Asked, parts: list[str], sides: list[Side], summed: tuple[str, ...], better: str
) -> str:
    by = [f'"{asked.group}"'] if asked.group else []
    sums = ["count(*)"]
    for side in sides:
        by += [side.column(name) for name in side.told]
        sums += [side.sum(name) for name in summed]
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
