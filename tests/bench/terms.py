"""Decisions by the terms of `policy`, beside what a programmer would write by hand.

Thirty clauses (and six that only lift) over 50,000 drawn payments. Before anything is timed,
every payment is decided by each way and the answers are compared. CPU time of this process; each
round runs every way once, one after another, and its ratios are taken within the round, so that
other work on the machine weighs on both sides; the medians of the rounds are reported.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import terms_hand
import zen

from oferta.core.terms.loader import load_pack
from oferta.core.terms.program import Program, compile_program
from oferta.core.terms.traces import traces
from oferta.core.terms.walk import atoms

POLICY = Path(__file__).parent / "policy"
ROWS = 50_000
#: The slowest way is timed on fewer rows.
ZEN_ROWS = 10_000
_FIRST_DAY = 20_103  # 2025-01-15
_FACTS = (
    *("d", "amount", "mcc", "channel", "product", "country", "tier", "age", "partner_bp"),
    *("is_refund", "is_member", "weekend"),
)
Row = tuple[Any, ...]

#: The same clauses in first-hit order, for an engine that has no default logic.
_ZEN = """
mcc in [6010, 6011, 6012, 6050, 6051]
mcc in [7800, 7801, 7802, 7995, 9754]
mcc in [4812, 4813, 4814, 4816, 4821, 4899, 4900] and not ({app_top_up})
mcc in [9211, 9222, 9311, 9399, 9402, 9405]
mcc in [5960, 6211, 6300] and product != 'platinum'
(mcc == 4829 or (mcc >= 6532 and mcc <= 6540)) and not ({app_transfer})
product in ['business', 'payroll'] and not (product == 'payroll' and tier == 'gold')
is_refund
amount < 10000 and not (mcc in [4111, 4112, 4131])
({abroad}) and not (partner_bp != null and tier != 'base')
(is_member == null or is_member == false) and not (is_member == null and channel == 'app')
d < 20120 or d >= 20454
{app_top_up}
product == 'payroll' and tier == 'gold'
partner_bp != null and tier != 'base' and {abroad}
{app_transfer}
mcc in [4111, 4112, 4131] and amount < 10000
is_member == null and channel == 'app'
partner_bp != null and product == 'virtual'
partner_bp != null
d >= 20420 and d <= 20422 and channel in ['app', 'web']
mcc in [5122, 5912] and age != null and age >= 63
mcc in [5812, 5813, 5814] and weekend and tier in ['silver', 'gold']
((mcc >= 3000 and mcc <= 3299) or mcc == 4511) and tier == 'gold'
((mcc >= 3501 and mcc <= 3838) or mcc == 7011) and product in ['gold', 'platinum']
mcc in [5411, 5422, 5441, 5451, 5462, 5499] and channel in ['pos', 'qr']
mcc in [4111, 4112, 4131, 4789, 7832, 7922]
channel == 'qr'
channel == 'apple_pay' and amount >= 500000
""".format(
    app_top_up="mcc == 4814 and channel == 'app' and d >= 20148 and d <= 20331",
    app_transfer="mcc == 6540 and channel == 'app' and amount >= 100000 and amount <= 5000000",
    abroad="country != null and country != 'KZ' and channel == 'web'",
)


def payments(count: int, codes: list[int], seed: int = 7) -> list[Row]:
    """Draw payments of which every clause meets some."""
    draw = random.Random(seed)
    others = range(5000, 6000, 7)
    found = []
    for _ in range(count):
        days = draw.randrange(365)
        found.append(
            (
                _FIRST_DAY + days,
                min(max(int(draw.lognormvariate(12.2, 1.4)), 100), 20_000_000_000),
                draw.choice(codes) if draw.random() < 0.6 else draw.choice(others),
                _pick(draw, pos=45, qr=20, apple_pay=15, app=10, web=10),
                _pick(draw, standard=50, gold=20, platinum=10, business=5, payroll=10, virtual=5),
                None if draw.random() < 0.01 else _pick(draw, KZ=85, RU=5, TR=4, US=3, DE=3),
                _pick(draw, base=70, silver=20, gold=10),
                None if draw.random() < 0.03 else draw.randrange(18, 85),
                None if draw.random() < 0.88 else draw.choice((150, 300, 500, 750, 1000)),
                draw.random() < 0.02,
                None if draw.random() < 0.01 else draw.random() < 0.95,
                (days + 2) % 7 in (5, 6),
            )
        )
    return found


def _pick(draw: random.Random, **weights: int) -> str:
    return draw.choices(list(weights), list(weights.values()))[0]


def _codes(program: Program) -> list[int]:
    """Return every category code that a clause names."""
    found: set[int] = set()
    for clause in program.asked.clauses:
        for atom in atoms(clause.when):
            if getattr(getattr(atom, "operand", None), "name", "") == "mcc":
                low, high = getattr(atom, "low", None), getattr(atom, "high", None)
                found.update(getattr(atom, "values", ()))
                found.update(end.value for end in (low, high) if end is not None)
    return sorted(found)


def check(program: Program, rows: list[Row], ours: list[str], rule: Any) -> int:
    """Compare every way on every row and return how many masks there were.

    Raises:
        AssertionError: two ways differ.
    """
    masks = set()
    for place, row in enumerate(rows):
        by_hand, rate = terms_hand.decide(*row)
        index, outcome = program.bare(row[0], *row)
        mask, verdict, found = program.run(row[0], row)
        assert outcome == found == (rate,), (row, outcome, found, rate)
        assert ours[by_hand] in verdict.deciding, (row, ours[by_hand], verdict)
        assert program.clause_ids[index] in verdict.deciding, (row, index, verdict)
        if place < ZEN_ROWS:
            assert rule.evaluate(dict(zip(_FACTS, row, strict=True))) == by_hand, row
        masks.add(mask)
    return len(masks)


def _ways(  # noqa: C901 - four plain loops
    program: Program, rows: list[Row], rule: Any
) -> dict[str, tuple[Callable[[], None], int]]:
    rows_with_day = [(row[0], *row) for row in rows]
    dated = [(row[0], row) for row in rows]
    named = [dict(zip(_FACTS, row, strict=True)) for row in rows[:ZEN_ROWS]]
    hand, bare, run, evaluate = terms_hand.decide, program.bare, program.run, rule.evaluate
    told = traces(program, "en")

    def by_hand() -> None:
        for row in rows:
            hand(*row)

    def barely() -> None:
        for row in rows_with_day:
            bare(*row)

    def traced() -> None:
        for day, row in dated:
            mask, _, _ = run(day, row)
            told[mask]

    def by_zen() -> None:
        for facts in named:
            evaluate(facts)

    count = len(rows)
    return {
        "hand": (by_hand, count),
        "bare": (barely, count),
        "trace": (traced, count),
        "zen": (by_zen, len(named)),
    }


def _rates(ways: dict[str, tuple[Callable[[], None], int]]) -> dict[str, float]:
    """Return decisions per second of CPU, each way once."""
    rates = {}
    for name, (way, count) in ways.items():
        begun = time.process_time()
        way()
        rates[name] = count / (time.process_time() - begun)
    return rates


def main(rounds: int = 5) -> list[dict[str, Any]]:
    """Measure and return one row per bar: figures in decisions per second of CPU."""
    pack = load_pack(POLICY)
    begun = time.process_time()
    program = compile_program(pack, pack.editions[0], "accrual")
    compiled_ms = (time.process_time() - begun) * 1000
    rows = payments(ROWS, _codes(program))
    firsts = _ZEN.strip().splitlines()
    rule = zen.compile_expression("".join(f"{x} ? {i} : " for i, x in enumerate(firsts)) + "29")
    in_order = [name for name in program.clause_ids if not name.startswith("l")]
    masks = check(program, rows, in_order, rule)
    ways = _ways(program, rows, rule)
    _rates(ways)  # once unmeasured: traces are rendered, caches are warm
    measured = [_rates(ways) for _ in range(rounds)]

    def row(name: str, ours: str, anchor: str, target: float) -> dict[str, Any]:
        return {
            "name": name,
            "ours": statistics.median(one[ours] for one in measured),
            "anchor": statistics.median(one[anchor] for one in measured),
            "unit": "decisions/CPU-s",
            "ratio": statistics.median(one[ours] / one[anchor] for one in measured),
            "target": target,
        }

    return [
        row("bare decision / by hand", "bare", "hand", 1.0),
        row("decision with cited trace / by hand", "trace", "hand", 0.35),
        row("decision with cited trace / zen expression without", "trace", "zen", 4.0),
        {"name": "compiling the clauses", "ours": compiled_ms, "unit": "ms of CPU"},
        {"name": "different masks among the rows", "ours": float(masks), "unit": "masks"},
    ]
