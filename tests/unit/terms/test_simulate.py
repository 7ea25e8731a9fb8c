"""Simulations come to what decisions one by one come to, and refuse bad files by row."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from oferta.core.terms.engine import Terms
from oferta.core.terms.loader import load_pack
from oferta.core.terms.simulating import Asked, chart, simulate
from oferta.core.terms.simulating.chart import write_chart
from oferta.core.terms.simulating.errors import (
    EngineFailed,
    EventColumnsMissing,
    EventColumnUnknown,
    EventFactsDisagree,
    EventKeyNeeded,
    EventKeyTwice,
    EventsUnreadable,
    EventValueWrong,
)
from oferta.core.terms.simulating.report import html
from oferta.core.terms.types import Pack
from oferta.core.terms.wording import wording
from oferta.kernel.i18n import LANGUAGES, Language
from oferta.project.cli.output import Output
from oferta.project.cli.terms_simulate import simulate_command

ROOT = Path(__file__).parents[3]
POLICY = ROOT / "tests" / "bench" / "policy"
Row = dict[str, str]


@pytest.fixture(scope="module")
def policy() -> Pack:
    return load_pack(POLICY)


@pytest.fixture(scope="module")
def changed(policy: Pack) -> Pack:
    """The policy with a second edition in which one clause pays nothing."""
    first = policy.editions[0]
    clauses = dict(first.clauses)
    base = clauses["b1"]
    then = tuple(replace(one, expression=replace(one.expression, value=0)) for one in base.then)  # type: ignore[type-var]  # a constant
    clauses["b1"] = replace(base, then=then)
    second = replace(first, id="2025-07-01", start=20_270, clauses=clauses)
    return replace(policy, editions=(first, second))


def payments() -> list[Row]:
    return [
        {
            "id": str(number),
            "d": f"2025-{number % 9 + 3:02}-{number % 27 + 1:02}",
            "amount": f"{number * 37 % 900}.50 KZT",
            "mcc": str((6010, 4814, 5812, 5411, 5999, 6540)[number % 6]),
            "channel": ("pos", "qr", "app", "web")[number % 4],
            "product": ("standard", "gold", "payroll")[number % 3],
            "country": ("KZ", "RU", "", "KZ", "KZ")[number % 5],
            "tier": ("base", "gold")[number % 2],
            "age": "" if number % 7 == 0 else "40",
            "partner_bp": "300" if number % 11 == 0 else "",
            "is_refund": str(number % 13 == 0).lower(),
            "is_member": "true",
            "weekend": "false",
        }
        for number in range(400)
    ]


def write(path: Path, rows: list[Row]) -> Path:
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def facts_of(row: Row) -> dict[str, Any]:
    return {name: value or None for name, value in row.items() if name != "id"}


def test_sums_are_those_of_decisions_one_by_one(policy: Pack, tmp_path: Path) -> None:
    rows = payments()
    terms = Terms([policy])
    rates: Counter[str] = Counter()
    for row in rows:
        decided = terms.decide("policy", "accrual", facts_of(row))
        rates[decided.decided_by[0]] += int(decided.outcome["rate_bp"] or 0)
    found = simulate(Asked(policy, "accrual", write(tmp_path / "e.csv", rows), group="channel"))
    assert found.events == 400
    assert found.statuses == {"decided": 400}
    assert {one.name: one.sums["rate_bp"] for one in found.clauses} == dict(rates)
    assert found.total.sums == {"rate_bp": sum(rates.values())}
    assert {one.name: one.events for one in found.groups} == dict.fromkeys(
        ("pos", "qr", "app", "web"), 100
    )


def test_a_change_names_winners_losers_and_the_clause(changed: Pack, tmp_path: Path) -> None:
    question = replace(changed.questions["accrual"], better="rate_bp")
    pack = replace(changed, questions={"accrual": question})
    events = write(tmp_path / "e.csv", payments())
    found = simulate(Asked(pack, "accrual", events, "2020-01-01", "2025-07-01"))
    base = next(one for one in found.clauses if one.name == "b1")
    assert base.events > 0
    assert (found.total.winners, found.total.losers) == (0, base.events)
    assert found.total.against["rate_bp"] == found.total.sums["rate_bp"] - base.sums["rate_bp"]
    (one,) = found.transitions
    assert (one.before, one.after, one.change) == (("b1",), ("b1",), -base.sums["rate_bp"])


def test_without_an_edition_each_event_is_decided_by_that_of_its_day(
    changed: Pack, tmp_path: Path
) -> None:
    rows = payments()
    terms = Terms([changed])
    wanted = sum(
        int(terms.decide("policy", "accrual", facts_of(row)).outcome["rate_bp"] or 0)
        for row in rows
    )
    events = write(tmp_path / "e.csv", rows)
    whole = simulate(Asked(changed, "accrual", events, "2020-01-01"))
    found = simulate(Asked(changed, "accrual", events))
    assert found.total.sums["rate_bp"] == wanted != whole.total.sums["rate_bp"]
    assert found.total.events == 400


def test_typed_and_coded_columns_are_read_as_they_are(policy: Pack, tmp_path: Path) -> None:
    events = write(tmp_path / "e.csv", payments())
    typed = tmp_path / "e.parquet"
    duckdb.sql(
        f"COPY (SELECT * EXCLUDE (amount, is_refund, mcc, d), CAST(d AS DATE) AS d,"  # noqa: S608 - a temporary path
        f" CAST(replace(amount, ' KZT', '') AS DECIMAL(18, 2)) * 100 :: BIGINT AS cents,"
        f" CAST(cents AS BIGINT) AS amount, is_refund = 'true' AS is_refund,"
        f" CAST(mcc AS INTEGER) AS mcc FROM read_csv('{events}', all_varchar = true))"
        f" TO '{typed}' (FORMAT parquet)"
    )
    written = simulate(Asked(policy, "accrual", events))
    assert replace(simulate(Asked(policy, "accrual", typed)), seconds=0) == replace(
        written, seconds=0
    )


def _set(name: str, value: str) -> Callable[[list[Row]], None]:
    def change(rows: list[Row]) -> None:
        rows[4][name] = value

    return change


WRONG = [
    ("d", "2025-02-30"),
    ("amount", "1000"),
    ("amount", "10.505 KZT"),
    ("amount", "10 RUB"),
    ("mcc", "twelve"),
    ("mcc", ""),
    ("channel", "fax"),
    ("is_refund", "maybe"),
    ("age", "99999999999999999999"),
]


@pytest.mark.parametrize(("fact", "value"), WRONG)
def test_a_wrong_value_is_named_by_row(policy: Pack, tmp_path: Path, fact: str, value: str) -> None:
    rows = payments()
    _set(fact, value)(rows)
    with pytest.raises(EventValueWrong) as caught:
        simulate(Asked(policy, "accrual", write(tmp_path / "e.csv", rows)))
    found = caught.value
    assert (found.row, found.fact, found.rows) == (5, fact, 1)
    assert found.given == (value or "null")
    assert found.expected


def test_facts_that_cannot_be_true_together_are_named_and_nothing_is_decided(
    tmp_path: Path,
) -> None:
    pack = load_pack(ROOT / "terms" / "bonus-club")
    question = next(
        name for name, one in pack.questions.items() if "clawed_back_before" in one.facts
    )
    plain = next(one.facts for one in pack.examples if one.question == question)
    rows = [{name: str(plain[name]) for name in pack.questions[question].facts} for _ in range(4)]
    for row, before in zip(rows, (0, 100, 101, 500), strict=True):
        row |= {"earned": "100 KZT", "clawed_back_before": f"{before} KZT"}
    asked = Asked(pack, question, write(tmp_path / "e.csv", rows), pack.editions[-1].id)
    with pytest.raises(EventFactsDisagree) as caught:
        simulate(asked)
    assert (caught.value.row, caught.value.rows) == (3, 2)
    assert caught.value.assumption == "taken-back-was-earned"
    assert "clawed_back_before 101.00 KZT" in caught.value.given
    simulate(replace(asked, events=write(tmp_path / "good.csv", rows[:2])))


def test_missing_misspelt_and_repeated_are_named(policy: Pack, tmp_path: Path) -> None:
    rows = payments()
    path = tmp_path / "e.csv"
    write(path, [{name: row[name] for name in row if name != "mcc"} for row in rows])
    with pytest.raises(EventColumnsMissing) as missing:
        simulate(Asked(policy, "accrual", path))
    assert missing.value.missing == ["mcc"]
    write(path, [{name.replace("country", "contry"): row[name] for name in row} for row in rows])
    with pytest.raises(EventColumnUnknown) as unknown:
        simulate(Asked(policy, "accrual", path))
    assert (unknown.value.column, unknown.value.did_you_mean) == ("contry", "country")
    rows[7]["id"] = "3"
    with pytest.raises(EventKeyTwice) as twice:
        simulate(Asked(policy, "accrual", write(path, rows), key="id"))
    assert (twice.value.key, twice.value.rows) == ("3", 2)


def test_an_unreadable_file_is_refused(policy: Pack, tmp_path: Path) -> None:
    path = tmp_path / "e.parquet"
    for content in (b"", b"PAR1 and then nothing", b"\xff\xfe\x00d,\n\x80"):
        path.write_bytes(content)
        with pytest.raises(EventsUnreadable):
            simulate(Asked(policy, "accrual", path))
    with pytest.raises(FileNotFoundError):
        simulate(Asked(policy, "accrual", tmp_path / "none.csv"))


def test_limits_need_a_key(tmp_path: Path) -> None:
    pack = load_pack(ROOT / "terms" / "bonus-club")
    edition = next(one for one in pack.editions if one.limits)
    limit = next(iter(edition.limits.values()))
    question = pack.questions[limit.question]
    path = tmp_path / "e.csv"
    path.write_text(",".join(question.facts) + "\n" + "," * (len(question.facts) - 1))
    with pytest.raises(EventKeyNeeded) as needed:
        simulate(Asked(pack, limit.question, path, edition.id))
    assert limit.id in needed.value.limits


def test_the_report_stands_alone(changed: Pack, tmp_path: Path) -> None:
    asked = Asked(
        changed, "accrual", write(tmp_path / "e.csv", payments()), "2020-01-01", "2025-07-01"
    )
    found = simulate(asked)
    page = html(asked, found)
    assert "http" not in page
    assert "<svg" in page
    assert page.count("<table") == page.count("</table>") > 2
    write_chart(asked, found, tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_who_gains_and_loses_is_told_where_one_edition_pays_by_the_facts(
    policy: Pack, tmp_path: Path
) -> None:
    first = policy.editions[0]
    clauses = dict(first.clauses)
    flat = clauses["b1"].then[0]
    flat = replace(flat, expression=replace(flat.expression, value=290))  # type: ignore[type-var]  # a constant
    clauses["r2"] = replace(clauses["r2"], then=(flat,))  # 300 by the facts, now 290
    clauses["b1"] = replace(clauses["b1"], then=clauses["r8"].then)  # 100, now 300
    second = replace(first, id="2025-07-01", start=20_270, clauses=clauses)
    pack = replace(policy, editions=(first, second))
    terms, rows = Terms([pack]), payments()
    wanted, change = Counter[int](), 0
    for row in rows:
        before, after = (
            int(
                terms.decide("policy", "accrual", facts_of(row), edition=one).outcome["rate_bp"]
                or 0
            )
            for one in ("2020-01-01", "2025-07-01")
        )
        wanted[(after > before) - (after < before)] += 1
        change += after - before
    events = write(tmp_path / "e.csv", rows)
    for there, back in (("2020-01-01", "2025-07-01"), ("2025-07-01", "2020-01-01")):
        sign = 1 if there < back else -1
        total = simulate(Asked(pack, "accrual", events, there, back)).total
        assert (total.winners, total.losers) == (wanted[sign], wanted[-sign])
        assert total.against["rate_bp"] - total.sums["rate_bp"] == sign * change
    assert wanted[1]
    assert wanted[-1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_is_written_in_the_language_of_its_reader(
    changed: Pack, tmp_path: Path, language: Language
) -> None:
    events = write(tmp_path / "e.csv", payments())
    asked = Asked(changed, "accrual", events, "2020-01-01", "2025-07-01", group="channel")
    page = html(asked, simulate(asked), language)
    shown = wording(language)
    assert f'<html lang="{language}">' in page
    for key in ("totals", "changed", "gain", "lose", "decided", "by_clause", "all"):
        said = shown.say(f"simulation.{key}")
        assert said in page
        assert language == "en" or said != wording("en").say(f"simulation.{key}")


def test_a_chart_without_the_letters_of_a_language_is_in_english(
    changed: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(changed, "accrual", write(tmp_path / "e.csv", payments()), "2020-01-01")
    found = simulate(asked)
    assert write_chart(asked, found, tmp_path / "kk.png", "kk") == "kk"
    monkeypatch.setitem(chart._FONTS, "zh-Hant", ("No Such Font",))
    assert write_chart(asked, found, tmp_path / "zh.png", "zh-Hant") == "en"


_WITHIN = """
import sys
from pathlib import Path
from oferta.core.terms.loader import load_pack
from oferta.core.terms.simulating import Asked, simulate
done, (_, pack, events) = [], sys.argv
asked = Asked(load_pack(Path(pack)), "accrual", Path(events), "2020-01-01", memory="96MB")
assert simulate(asked, done.append).events == 3_000_000
assert sum(done) == 100 and len(done) > 1, done
# Not getrusage: a child begins with the greatest size of who started it.
told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(int(told["VmHWM"].split()[0]) // 1024)
"""


def test_millions_of_events_stream_through_little_memory(tmp_path: Path) -> None:
    events = tmp_path / "e.parquet"
    duckdb.sql(
        f"COPY (SELECT 20200 + i % 300 AS d, hash(i) % 900000 AS amount, 5000 + i % 900 AS mcc,"  # noqa: S608 - a temporary path
        " ['pos', 'qr', 'app'][1 + i % 3] AS channel, 'gold' AS product, 'KZ' AS country,"
        " 'base' AS tier, 18 + i % 60 AS age, i % 400 AS partner_bp, i % 50 = 0 AS is_refund,"
        f" true AS is_member, i % 7 = 0 AS weekend FROM range(3_000_000) AS t(i)) TO '{events}'"
    )
    given = [sys.executable, "-c", _WITHIN, str(POLICY), str(events)]
    ran = subprocess.run(given, capture_output=True, text=True, check=False)
    assert not ran.returncode, ran.stderr
    # The columns alone would take 290 MB.
    assert int(ran.stdout) < 260


def test_the_command_writes_its_folder_and_on_a_bad_file_nothing(tmp_path: Path) -> None:
    events, folder = write(tmp_path / "e.csv", payments()), tmp_path / "report"
    given = [str(POLICY), "accrual", "--events", str(events), "--out", str(folder), "--json"]
    ran = CliRunner().invoke(simulate_command, given, obj=Output())
    assert json.loads(ran.output)["simulation"]["events"] == 400
    assert sorted(path.name for path in folder.iterdir()) == [
        "chart.png",
        "report.html",
        "simulation.json",
    ]
    rows = payments()
    rows[2]["mcc"] = "x"
    other = tmp_path / "other"
    given = [str(POLICY), "accrual", "--events", str(write(events, rows)), "--out", str(other)]
    ran = CliRunner().invoke(simulate_command, given, obj=Output())
    assert isinstance(ran.exception, EventValueWrong)
    assert not other.exists()


def test_an_engine_that_does_not_answer_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    events, folder = write(tmp_path / "e.csv", payments()), tmp_path / "report"
    given = [str(POLICY), "accrual", "--events", str(events), "--out", str(folder)]
    nowhere = ["--engine", "postgres", "--at", "postgresql://127.0.0.1:1/nothing"]
    ran = CliRunner().invoke(simulate_command, [*given, *nowhere], obj=Output())
    assert isinstance(ran.exception, EngineFailed)
    assert ran.exception.engine == "postgres"
    assert not folder.exists()


def test_importing_simulations_loads_no_engine() -> None:
    asked = (
        "import sys, oferta.core.terms.simulating.report; "
        "print({'duckdb', 'pyspark', 'matplotlib', 'psycopg', 'z3'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
