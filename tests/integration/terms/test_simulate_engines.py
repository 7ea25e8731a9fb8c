"""Every engine comes to the same simulation, and that is what decisions one by one come to."""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from oferta.core.terms.engine import Terms
from oferta.core.terms.loader import load_pack
from oferta.core.terms.simulating import Asked, Simulation, simulate
from oferta.core.terms.simulating.errors import EngineMissing
from oferta.core.terms.types import Pack
from oferta.core.terms.values import write_value
from oferta.project import embedded

ROOT = Path(__file__).parents[3]
#: An edition that begins in the middle of a month in which the limit before it was used.
MIDDLE = 19_858
CUSTOMERS = 4


@pytest.fixture(scope="module")
def pack() -> Pack:
    """The bonus club, its spring limit lowered from 2024-05-15 on by an edition more."""
    found = load_pack(ROOT / "terms" / "bonus-club")
    spring = next(one for one in found.editions if one.id == "2024-04-16")
    limit = spring.limits["mobile-spring-cap"]
    lower = replace(limit, at_most=replace(limit.at_most, value=int(limit.at_most.value or 0) // 2))
    later = replace(spring, id="2024-05-15", start=MIDDLE, limits={limit.id: lower})
    after = [one for one in found.editions if one.start > MIDDLE]
    before = [one for one in found.editions if one.start < MIDDLE]
    return replace(found, editions=(*before, later, *after))


def payments(pack: Pack, number: int = 400) -> list[dict[str, Any]]:
    """Draw payments around the change of editions, most of them for mobile telephony."""
    pick = random.Random(7)
    facts = {name: pack.facts[name].type for name in pack.questions["bank_bonus"].facts}
    plain = pack.examples[0].facts
    rows = []
    for key in range(number):
        row = {}
        for name, of in facts.items():
            row[name] = pick.choice(of.values) if of.values else plain.get(name, "false")
        row |= {
            "paid_on": MIDDLE + pick.randint(-20, 20),
            "customer": f"customer {pick.randrange(CUSTOMERS)}",
            "money_paid": pick.choice((0, 100, 50_000, 12_345_600, 300_000_000)),
            "bonuses_paid": 0,
            "mcc": pick.choice((None, 4814, 5411, 6011)),
            "halyk_plus_rate": 10_000,
            "repeat_no": pick.choice((0, 0, 1)),
            "merchant": pick.choice(("corner shop", "it's", "Алматы", "\\")),
            "abroad": pick.random() < 0.1,
            "instalment": pick.random() < 0.1,
            "oked_listed": pick.random() < 0.1,
        }
        if pick.random() < 0.7:
            row |= {"channel": "app", "category": "mobile", "card_kind": "debit"}
            row |= {"special_account": "none", "abroad": False, "instalment": False}
        rows.append({"key": key, **row})
    return rows


def write(pack: Pack, path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(rows[0])
        for row in rows:
            writer.writerow(
                value if name == "key" else write_value(value, pack.facts[name].type)
                for name, value in row.items()
            )
    return path


def one_by_one(pack: Pack, rows: list[dict[str, Any]], edition: str) -> tuple[int, Counter[str]]:
    """Decide in the order of days and keys, adding up what limits were used."""
    terms, used = Terms([pack]), Counter[tuple[Any, ...]]()
    total, deciding = 0, Counter[str]()
    for row in sorted(rows, key=lambda one: (one["paid_on"], one["key"])):
        facts = {name: value for name, value in row.items() if name != "key"}
        asked = terms.read_coded(pack.name, "bank_bonus", facts, None, edition or None)
        holders = {one.limit: (one.limit, one.holder, one.start) for one in asked.windows}
        decided = asked.decide({one.used: used[holders[one.limit]] for one in asked.windows})
        for effect in decided.limited:
            used[holders[effect.limit]] += max(0, effect.after)
        total += int(decided.outcome["amount"] or 0)
        deciding[decided.decided_by[0]] += 1
    return total, deciding


def told(found: Simulation) -> dict[str, int]:
    return {one.name: one.events for one in found.clauses}


@pytest.mark.parametrize("edition", ["", "2024-04-16"])
def test_what_a_limit_gave_goes_on_from_one_edition_to_the_next(
    pack: Pack, tmp_path: Path, edition: str
) -> None:
    rows = payments(pack)
    events = write(pack, tmp_path / "e.csv", rows)
    found = simulate(Asked(pack, "bank_bonus", events, edition, key="key"))
    total, deciding = one_by_one(pack, rows, edition)
    assert found.total.sums["amount"] == total
    assert told(found) == dict(deciding)
    uncut = sum(one.events for one in found.clauses if one.name.startswith("mobile"))
    assert uncut > 50


@pytest.fixture(scope="module")
def postgres() -> Iterator[psycopg.Connection]:
    url = embedded.with_database(embedded.start_server(), "postgres")
    with psycopg.connect(url) as own:
        yield own


@pytest.mark.parametrize(("edition", "against"), [("", ""), ("2024-04-16", "2024-05-15")])
def test_postgresql_comes_to_the_same_and_leaves_nothing(
    pack: Pack, tmp_path: Path, postgres: psycopg.Connection, edition: str, against: str
) -> None:
    events = write(pack, tmp_path / "e.csv", payments(pack))
    asked = Asked(pack, "bank_bonus", events, edition, against, group="channel", key="key")
    found = simulate(asked)
    assert found.total.events == 400
    assert bool(found.total.losers) == bool(against)
    there = simulate(replace(asked, engine="postgres"), postgres=postgres)
    assert replace(there, seconds=found.seconds) == found
    left = postgres.execute("SELECT count(*) FROM pg_class WHERE relname = 'events'").fetchone()
    assert left == (0,)


def test_spark_comes_to_the_same(pack: Pack, tmp_path: Path) -> None:
    events = write(pack, tmp_path / "e.csv", payments(pack, 100))
    asked = Asked(pack, "bank_bonus", events, "2024-05-15", group="channel", key="key")
    found = simulate(asked)
    there = simulate(replace(asked, engine="spark"))
    assert replace(there, seconds=found.seconds) == found


def test_words_in_the_dictionaries_of_parquet_decide_as_those_of_a_csv_do(
    pack: Pack, tmp_path: Path
) -> None:
    events = write(pack, tmp_path / "e.csv", payments(pack))
    packed = tmp_path / "e.parquet"
    read = duckdb.read_csv(events, all_varchar=True, na_values="null")
    read.write_parquet(str(packed), row_group_size=2048)
    for editions in (("2024-04-16", "2024-05-15"), ("", "")):
        asked = Asked(pack, "bank_bonus", events, *editions, group="channel", key="key")
        found = simulate(asked)
        there = simulate(replace(asked, events=packed))
        assert replace(there, seconds=found.seconds) == found


def test_postgres_without_a_connection_is_refused(pack: Pack, tmp_path: Path) -> None:
    events = write(pack, tmp_path / "e.csv", payments(pack, 3))
    with pytest.raises(EngineMissing, match="postgres"):
        simulate(Asked(pack, "bank_bonus", events, "2017-01-01", engine="postgres"))
