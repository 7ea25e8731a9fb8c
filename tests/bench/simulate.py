"""History decided by generated SQL, beside the CASE that an analyst would write by hand.

One million drawn payments in DuckDB, the thirty clauses of `policy`. Ways take turns within each
round and the ratio is taken there, so that other work on the machine weighs on both.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from oferta.core.terms.loader import load_pack
from oferta.core.terms.simulating.engine import settings
from oferta.core.terms.simulating.plan import write_plan
from oferta.core.terms.simulating.types import Asked

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


def payments(connection: duckdb.DuckDBPyConnection, rows: int = ROWS) -> None:
    """Make the table `events` of coded payments, the same on every machine."""

    def pick(values: Any, salt: int) -> str:
        return f"{list(values)!r}[1 + CAST(hash(i, {salt}) % {len(values)} AS INTEGER)]"

    connection.execute(
        f"""CREATE TABLE events AS SELECT
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
        FROM range({rows}) AS t(i)"""  # noqa: S608 - constants of this file
    )


def _plan(against: str = "") -> str:
    pack = load_pack(POLICY)
    first = pack.editions[0]
    second = replace(first, id="second", start=first.start + 1)
    pack = replace(pack, editions=(first, second))
    asked = Asked(pack, "accrual", Path(), first.id, against)
    facts = {name: f'"{name}"' for name in pack.questions["accrual"].facts}
    return write_plan(asked, facts, "events").sql


def _timed(connection: duckdb.DuckDBPyConnection, sql: str) -> float:
    began = time.process_time()
    connection.execute(sql).fetchall()
    return time.process_time() - began


def main(rounds: int = 5) -> list[dict[str, Any]]:
    """Return what generated SQL costs beside the hand-written CASE, per million payments."""
    hand = f"SELECT rate, count(*), sum(rate) FROM (SELECT {_HAND} AS rate FROM events) GROUP BY 1"  # noqa: S608 - constants
    ways = {"hand": hand, "one": _plan(), "two": _plan("second")}
    with duckdb.connect() as connection:
        for setting in settings(connection):
            connection.execute(setting)
        payments(connection)
        by_hand = connection.execute(f"SELECT sum({_HAND}) FROM events").fetchall()[0][0]  # noqa: S608 - constants
        ours = sum(int(row[-1]) for row in connection.execute(ways["one"]).fetchall())
        if ours != by_hand:
            raise AssertionError(f"generated {ours}, by hand {by_hand}")
        taken = [
            {name: _timed(connection, sql) for name, sql in ways.items()} for _ in range(rounds)
        ]
    return [
        _row("generated SQL / a hand-written CASE", taken, ("one", "hand"), 0.9),
        _row("two editions in one scan / one, twice", taken, ("two", "one"), 1.0, scans=2),
    ]


def _row(
    name: str,
    taken: list[dict[str, float]],
    pair: tuple[str, str],
    target: float,
    *,
    scans: int = 1,
) -> dict[str, Any]:
    """Compare rates: rows per second of CPU, times the editions that each scan decides by."""
    ours, anchor = pair
    rate = {way: ROWS / statistics.median(one[way] for one in taken) for way in pair}
    return {
        "name": name,
        "ours": scans * rate[ours],
        "anchor": rate[anchor],
        "unit": "rows/CPU-s",
        "ratio": statistics.median(scans * one[anchor] / one[ours] for one in taken),
        "target": target,
    }
