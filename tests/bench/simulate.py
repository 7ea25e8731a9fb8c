"""History decided by generated SQL, beside the CASE that an analyst would write by hand.

One million drawn payments, the thirty clauses of `policy`. Both ways come to the same: events and
the sum of the rates for each deciding clause. They read a Parquet file; or a table in memory, by
hand one of words, ours one whose words are ENUM, as the pack declares them. Ways take turns within
each round and the ratio is taken there, so that other work on the machine weighs on both.
"""

from __future__ import annotations

import itertools
import re
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from oferta.core.terms.loader import load_pack
from oferta.core.terms.simulating.engine import settings
from oferta.core.terms.simulating.events import facts_sql
from oferta.core.terms.simulating.files import open_events
from oferta.core.terms.simulating.plan import write_plan
from oferta.core.terms.simulating.types import Asked
from oferta.core.terms.types import Kind, Pack

POLICY = Path(__file__).parent / "policy"
ROWS = 1_000_000
_MCCS = (
    *(6010, 7800, 4814, 9211, 5960, 4829, 6535, 6540, 5812, 5411, 5122, 3100, 3600, 4111),
    *(5003, 5010, 5300, 5999, 7832, 4511),
)
#: First hit wins; the exclusions first, as someone would write it.
_HAND = """CASE
 WHEN mcc IN (6010,6011,6012,6050,6051) THEN 0
 WHEN mcc IN (7800,7801,7802,7995,9754) THEN 0
 WHEN mcc IN (4812,4813,4814,4816,4821,4899,4900)
  AND NOT (mcc=4814 AND channel='app' AND d BETWEEN 20148 AND 20331) THEN 0
 WHEN mcc IN (9211,9222,9311,9399,9402,9405) THEN 0
 WHEN mcc IN (5960,6211,6300) AND product<>'platinum' THEN 0
 WHEN (mcc=4829 OR mcc BETWEEN 6532 AND 6540)
  AND NOT (mcc=6540 AND channel='app' AND amount BETWEEN 100000 AND 5000000) THEN 0
 WHEN product='business' OR (product='payroll' AND tier<>'gold') THEN 0
 WHEN is_refund THEN 0
 WHEN amount<10000 AND mcc NOT IN (4111,4112,4131) THEN 0
 WHEN channel='web' AND country<>'KZ' AND (partner_bp IS NULL OR tier='base') THEN 0
 WHEN NOT is_member OR (is_member IS NULL AND channel<>'app') THEN 0
 WHEN d<20120 OR d>=20454 THEN 0
 WHEN mcc=4814 AND channel='app' AND d BETWEEN 20148 AND 20331 THEN 50
 WHEN product='payroll' THEN 100
 WHEN channel='web' AND country<>'KZ' THEN partner_bp
 WHEN mcc=6540 AND channel='app' AND amount BETWEEN 100000 AND 5000000 THEN 25
 WHEN amount<10000 THEN 100
 WHEN is_member IS NULL THEN 10
 WHEN partner_bp IS NOT NULL AND product='virtual' THEN 50
 WHEN partner_bp IS NOT NULL THEN partner_bp
 WHEN d BETWEEN 20420 AND 20422 AND channel IN ('app','web') THEN 1000
 WHEN mcc IN (5122,5912) AND age>=63 THEN 700
 WHEN mcc IN (5812,5813,5814) AND weekend AND tier IN ('silver','gold') THEN 500
 WHEN (mcc BETWEEN 3000 AND 3299 OR mcc=4511) AND tier='gold' THEN 400
 WHEN (mcc BETWEEN 3501 AND 3838 OR mcc=7011) AND product IN ('gold','platinum') THEN 350
 WHEN mcc IN (5411,5422,5441,5451,5462,5499) AND channel IN ('pos','qr') THEN 300
 WHEN mcc IN (4111,4112,4131,4789,7832,7922) THEN 250
 WHEN channel='qr' THEN 200
 WHEN channel='apple_pay' AND amount>=500000 THEN 150
 ELSE 100 END"""


#: Codes that each list of the policy gets in addition where lists are long.
LONG = 40


def payments(connection: duckdb.DuckDBPyConnection, path: Path, rows: int = ROWS) -> None:
    """Write coded payments to a file, the same on every machine."""

    def pick(values: Any, salt: int) -> str:
        return f"{list(values)!r}[1 + CAST(hash(i, {salt}) % {len(values)} AS INTEGER)]"

    connection.execute(
        f"""COPY (SELECT
        20103 + CAST(hash(i, 1) % 365 AS BIGINT) AS d,
        100 + CAST(hash(i, 2) % 2000000 AS BIGINT) AS amount,
        CAST({pick(_MCCS, 3)} AS BIGINT) AS mcc,
        {pick(("pos", "pos", "qr", "apple_pay", "app", "web"), 4)} AS channel,
        {pick(("standard", "standard", "gold", "platinum", "business", "payroll"), 5)} AS product,
        CASE WHEN hash(i, 6) % 100 < 85 THEN 'KZ' WHEN hash(i, 6) % 100 < 99 THEN 'RU' END
          AS country,
        {pick(("base", "base", "silver", "gold"), 7)} AS tier,
        CASE WHEN hash(i, 8) % 30 > 0 THEN CAST(18 + hash(i, 9) % 60 AS BIGINT) END AS age,
        CASE WHEN hash(i, 10) % 8 = 0 THEN 300::BIGINT END AS partner_bp,
        hash(i, 11) % 50 = 0 AS is_refund,
        CASE WHEN hash(i, 12) % 100 > 0 THEN hash(i, 13) % 20 > 0 END AS is_member,
        hash(i, 14) % 7 < 2 AS weekend
        FROM range({rows}) AS t(i)) TO '{path}' (FORMAT parquet)"""  # noqa: S608 - constants of this file
    )


def _by_hand(source: str, rate: str) -> str:
    """Return the query by hand: first the clause, then its rate, as someone would write it."""
    rates: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        rates.append(found[2])
        return f"{found[1]} {len(rates) - 1}"

    which = re.sub(r"(THEN|ELSE) (\w+)", numbered, rate)
    branches = " ".join(f"WHEN {n} THEN {value}" for n, value in enumerate(rates))
    inner = f"SELECT partner_bp, {which} AS n FROM {source}"  # noqa: S608 - constants
    return f"SELECT n, count(*), sum(CASE n {branches} END) FROM ({inner}) GROUP BY n"  # noqa: S608 - constants


def _lengthen(text: str) -> str:
    """Return terms, or the query by hand, with as many codes more in each list of codes."""
    fresh = itertools.chain(range(1000, 3000), range(7100, 7800), range(8000, 9200))
    added: dict[str, str] = {}

    def longer(found: re.Match[str]) -> str:
        codes = found[1].replace(" ", "")
        if codes not in added:
            more = map(str, itertools.islice(fresh, LONG))
            added[codes] = f"mcc IN ({', '.join([found[1], *more])})"
        return added[codes]

    return re.sub(r"mcc IN \(([\d, ]+)\)", longer, text)


def _pack(folder: Path, *, long: bool) -> Pack:
    """Return the policy with a second edition: rates, a threshold and a list are changed."""
    shutil.copytree(POLICY, folder)
    first = folder / "editions" / "2020-01-01.yaml"
    text = first.read_text(encoding="utf-8")
    text = _lengthen(text) if long else text
    first.write_text(text, encoding="utf-8")
    for old, new in (
        ("2020-01-01", "2020-06-01"),
        ("when: amount < '100 KZT'", "when: amount < '200 KZT'"),
        ("when: channel = 'qr'", "when: channel IN ('qr', 'app')"),
        ("mcc IN (5122, 5912", "mcc IN (5122, 5913"),
        ("then: {rate_bp: 250}", "then: {rate_bp: 240}"),
        ("then: {rate_bp: 500}", "then: {rate_bp: 450}"),
    ):
        if old not in text:
            raise AssertionError(f"the policy does not say {old}")
        text = text.replace(old, new)
    (folder / "editions" / "2020-06-01.yaml").write_text(text, encoding="utf-8")
    return load_pack(folder)


def _ways(
    connection: duckdb.DuckDBPyConnection, pack: Pack, path: Path, hand: str
) -> dict[str, str]:
    events = open_events(connection, path)
    facts = {name: pack.facts[name].type for name in pack.questions["accrual"].facts}
    made = facts_sql(events, facts, [], checked=True)
    first, second = (edition.id for edition in pack.editions)
    editions = {"one": (first,), "other": (second,), "two": (first, second)}
    ways = {"hand": _by_hand(events.source, hand)}
    for name, some in editions.items():
        asked = Asked(pack, "accrual", path, *some)
        ways[name] = write_plan(asked, made, events.source, packed=not events.written).sql
    _hold(connection, ways, pack)
    return ways


def _tables(connection: duckdb.DuckDBPyConnection, pack: Pack, path: Path) -> None:
    """Read the payments into memory: words as they are, and as ENUM."""
    connection.execute(f"CREATE TABLE words AS SELECT * FROM read_parquet('{path}')")  # noqa: S608 - own file
    told = []
    for name, fact in pack.facts.items():
        if fact.type.kind is Kind.ENUM:
            values = ", ".join(f"'{value}'" for value in fact.type.values)
            connection.execute(f"CREATE TYPE of_{name} AS ENUM ({values})")
            told.append(f"CAST({name} AS of_{name}) AS {name}")
    connection.execute(f"CREATE TABLE enums AS SELECT * REPLACE ({', '.join(told)}) FROM words")  # noqa: S608 - names of the pack


def _in_memory(
    connection: duckdb.DuckDBPyConnection, pack: Pack, path: Path, hand: str
) -> dict[str, str]:
    made = {name: f'"{name}"' for name in pack.questions["accrual"].facts}
    asked = Asked(pack, "accrual", path, pack.editions[0].id)
    ways = {"hand": _by_hand("words", hand), "one": write_plan(asked, made, "enums").sql}
    _hold(connection, ways, pack)
    return ways


def _hold(connection: duckdb.DuckDBPyConnection, ways: dict[str, str], pack: Pack) -> None:
    """Hold the clauses that decide to those that decide by hand."""
    deciding = [one.id for one in pack.editions[0].clauses.values() if one.then]
    ids = [one.id for one in pack.editions[0].clauses.values()]
    by_hand = {deciding[row[0]]: row[1] for row in connection.execute(ways["hand"]).fetchall()}
    ours = {ids[row[0]]: row[1] for row in connection.execute(ways["one"]).fetchall()}
    if ours != by_hand:
        raise AssertionError(f"generated {ours}, by hand {by_hand}")


def _timed(connection: duckdb.DuckDBPyConnection, sql: str) -> float:
    began = time.process_time()
    connection.execute(sql).fetchall()
    return time.process_time() - began


def main(rounds: int = 5) -> list[dict[str, Any]]:
    """Return what generated SQL costs beside the hand-written CASE, per million payments."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        for setting in settings(connection):
            connection.execute(setting)
        path = Path(folder) / "events.parquet"
        payments(connection, path)
        plain = _ways(connection, _pack(Path(folder) / "plain" / "policy", long=False), path, _HAND)
        pack, hand = _pack(Path(folder) / "long" / "policy", long=True), _lengthen(_HAND)
        _tables(connection, pack, path)
        long = _ways(connection, pack, path, hand)
        memory = _in_memory(connection, pack, path, hand)
        ways = {
            **plain,
            **{f"long {name}": long[name] for name in ("hand", "one")},
            **{f"memory {name}": sql for name, sql in memory.items()},
        }
        taken = [
            {name: _timed(connection, sql) for name, sql in ways.items()} for _ in range(rounds)
        ]
    return [
        _row("generated SQL / a CASE by hand", taken, ("one", "hand"), 0.9),
        _row("generated SQL / by hand, long lists of codes", taken, ("long one", "long hand"), 1.5),
        _row("the same, tables in memory", taken, ("memory one", "memory hand"), 1.5),
        _row("two editions in one scan / each alone", taken, ("two", "one", "other"), 1.0),
    ]


def _row(
    name: str, taken: list[dict[str, float]], ways: tuple[str, ...], target: float
) -> dict[str, Any]:
    """Compare rates: rows per second of CPU; of several anchors, one after another."""
    ours, *anchors = ways
    return {
        "name": name,
        "ours": ROWS / statistics.median(one[ours] for one in taken),
        "anchor": ROWS / statistics.median(sum(one[way] for way in anchors) for one in taken),
        "unit": "rows/CPU-s",
        "ratio": statistics.median(sum(one[way] for way in anchors) / one[ours] for one in taken),
        "target": target,
    }
