"""The one statement that decides every event, by one edition or by two, and sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oferta.core.terms.simulating.errors import EventKeyNeeded
from oferta.core.terms.simulating.types import Asked
from oferta.core.terms.sql import NotInSql, Query, to_sql
from oferta.core.terms.sql.limits import Uses
from oferta.core.terms.types import Edition, Kind, Question

#: Kinds whose sum means something: percents are rates.
SUMMED = (Kind.INTEGER, Kind.MONEY, Kind.DURATION)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the editions compared: its columns begin with its letter."""

    letter: str
    #: Clauses by their bit, of each edition that may have decided: by its number.
    clauses: tuple[tuple[str, ...], ...]
    #: Mask columns of the deciding clauses.
    deciding: tuple[str, ...]

    def column(self, name: str) -> str:
        """Return the column of something on this side, quoted."""
        return f'"_{self.letter}_{name}"'


@dataclass(frozen=True, slots=True)
class Plan:
    """The statement and how to read its rows."""

    sql: str
    sides: tuple[Side, ...]
    summed: tuple[str, ...]


def summed_fields(question: Question) -> tuple[str, ...]:
    """Return the fields of an answer that are added up."""
    return tuple(one.name for one in question.answer if one.type.kind in SUMMED)


def write_plan(asked: Asked, facts: dict[str, str], source: str) -> Plan:
    """Return the statement.

    Args:
        asked: what is simulated.
        facts: SQL of each coded fact and kept column, by name.
        source: SQL of the table or file.

    Raises:
        NotInSql: the terms cannot be written in SQL.
        EventKeyNeeded: limits order events by a key, and none is named.
    """
    question = asked.pack.questions[asked.question]
    coded = ", ".join(f'{sql} AS "{name}"' for name, sql in facts.items())
    parts = [f"coded AS (SELECT {coded} FROM {source})"]  # noqa: S608 - quoted names
    kept, last, sides = list(facts), "coded", []
    for letter, wanted in (("a", asked.edition), ("b", asked.against)):
        if letter == "b" and not wanted:
            continue
        side, queries = _side(asked, letter, wanted, last, kept)
        columns = [f'"{name}"' for name in kept] + [
            f'"{name}" AS {side.column(name)}' for name in _told(queries[0][1], question)
        ]
        decided = [
            _of_day(asked, edition, query, columns, number)
            for number, (edition, query) in enumerate(queries)
        ]
        parts.append(f"{letter} AS ({' UNION ALL '.join(decided)})")
        kept += [
            side.column(name).strip('"') for name in (*_told(queries[0][1], question), "edition")
        ]
        last = letter
        sides.append(side)
    summed = summed_fields(question)
    return Plan(_summing(asked, parts, last, tuple(sides), summed), tuple(sides), summed)


def _side(
    asked: Asked, letter: str, wanted: str, source: str, kept: list[str]
) -> tuple[Side, list[tuple[Edition | None, Query]]]:
    pack = asked.pack
    if wanted:
        edition = next(one for one in pack.editions if one.id == wanted)
        queries: list[tuple[Edition | None, Query]] = [(None, _query(asked, edition, source, kept))]
    else:
        _refuse_days_apart(asked)
        queries = [(one, _query(asked, one, source, kept)) for one in pack.editions]
    width = max(len(query.deciding) for _, query in queries)
    if min(len(query.deciding) for _, query in queries) < width:
        raise NotInSql(
            pack=pack.name, question=asked.question, what="editions differ by a whole mask"
        )
    clauses = tuple(query.clauses for _, query in queries)
    return Side(letter, clauses, queries[0][1].deciding), queries


def _query(asked: Asked, edition: Edition, source: str, kept: list[str]) -> Query:
    limits = [one.id for one in edition.limits.values() if one.question == asked.question]
    if limits and not asked.key:
        raise EventKeyNeeded(file=str(asked.events), limits=limits)
    day = asked.pack.questions[asked.question].day
    extra = [] if day in kept else [day]
    uses = Uses((asked.key,)) if limits else None
    return to_sql(
        asked.pack, edition, asked.question, source=source, keep=[*kept, *extra], uses=uses
    )


def _told(query: Query, question: Question) -> tuple[str, ...]:
    fields = tuple(query.fields[one.name] for one in question.answer)
    return ("status", *query.deciding, *fields)


def _of_day(
    asked: Asked, edition: Edition | None, query: Query, columns: Sequence[str], number: int
) -> str:
    """Return a query, of the events of an edition's own days if editions go by the day."""
    side = columns[-1].rsplit('"_', 1)[1][0]
    sql = f'SELECT {", ".join(columns)}, {number} AS "_{side}_edition" FROM ({query.sql})'  # noqa: S608 - quoted names
    if edition is None:
        return sql
    day = asked.pack.questions[asked.question].day
    tests = [f'"{day}" >= {edition.start}'] if number else []
    if number + 1 < len(asked.pack.editions):
        tests.append(f'"{day}" < {asked.pack.editions[number + 1].start}')
    test = " AND ".join(tests) or "true"
    # A row without a day is wrong under every edition: the first one says so.
    return f"{sql} WHERE {test}{f' OR {chr(34)}{day}{chr(34)} IS NULL' if not number else ''}"


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
    asked: Asked, parts: list[str], last: str, sides: tuple[Side, ...], summed: tuple[str, ...]
) -> str:
    by = [f'"{asked.group}"' if asked.group else "CAST(NULL AS VARCHAR)"]
    sums = ["count(*)"]
    for side in sides:
        by += [side.column(name) for name in ("edition", "status", *side.deciding)]
        sums += [f"CAST(sum({side.column(name)}) AS HUGEINT)" for name in summed]
    question = asked.pack.questions[asked.question]
    if len(sides) > 1 and question.better:
        before, after = (side.column(question.better) for side in sides)
        both = f"({after} IS NOT NULL AND {before} IS NOT NULL)"
        sums += [
            f"count_if({both} AND {after} > {before})",
            f"count_if({both} AND {after} < {before})",
            f"CAST(sum(CASE WHEN {both} THEN {after} - {before} END) AS HUGEINT)"
            if _summable(question)
            else "0",
        ]
    elif len(sides) > 1:
        sums += ["0", "0", "0"]
    told, keys = ", ".join([*by, *sums]), ", ".join(by)
    return f"WITH {', '.join(parts)} SELECT {told} FROM {last} GROUP BY {keys}"  # noqa: S608 - quoted names


def _summable(question: Question) -> bool:
    return any(one.name == question.better and one.type.kind in SUMMED for one in question.answer)
