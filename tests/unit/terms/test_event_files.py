"""Why a file of events cannot be read is told in a few words, by line; nothing is guessed."""

from __future__ import annotations

import gzip
import random
import re
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from oferta.core.terms.loader import load_pack
from oferta.core.terms.simulating import Asked, simulate
from oferta.core.terms.simulating.errors import (
    EngineFailed,
    EventColumnUnknown,
    EventsRefused,
    EventsUnreadable,
    EventValueWrong,
)
from oferta.core.terms.types import Pack
from oferta.project.cli import main
from oferta.project.cli.output import Output
from oferta.project.cli.terms_simulate import simulate_command

POLICY = Path(__file__).parents[2] / "bench" / "policy"
HEAD = "id,d,amount,mcc,channel,product,country,tier,age,partner_bp,is_refund,is_member,weekend"
ROW = "2025-03-04,100 KZT,5411,pos,gold,KZ,base,40,,false,true,false"
LINES = [HEAD, *(f"{number},{ROW}" for number in range(1, 40))]
GOOD = "\n".join(LINES) + "\n"
PACKED = gzip.compress(GOOD.encode(), mtime=0)


@pytest.fixture(scope="module")
def policy() -> Pack:
    return load_pack(POLICY)


def ask(policy: Pack, folder: Path, content: bytes, name: str = "e.csv") -> int:
    path = folder / name
    path.write_bytes(content)
    return simulate(Asked(policy, "accrual", path, key="id")).events


def changed(line: int, row: str) -> bytes:
    return "\n".join([*LINES[: line - 1], row, *LINES[line:]]).encode()


def damaged(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


UNREADABLE: list[tuple[str, bytes, str]] = [
    ("nothing", b"", "it is empty"),
    ("blank lines", b"\n \n", "it is empty"),
    ("a header alone", HEAD.encode() + b"\n", "there is no event below its header"),
    ("a short row", changed(6, "4,2025-03-04,100 KZT"), "line 6: it has 3 columns, the header 13"),
    ("a long row", changed(9, f"8,{ROW},more"), "line 9: it has 14 columns, the header 13"),
    ("an open quotation mark", changed(5, f'"4,{ROW}'), "line 5: a quotation mark is opened"),
    ("latin letters", changed(7, f"6,{ROW}").replace(b"6,2025", b"\xf6,2025"), "line 7: it is not"),
    ("UTF-16", GOOD.encode("utf-16"), "its text is UTF-16"),
    ("zeros", GOOD.encode() + b"\0\0", "it holds bytes that are no text"),
    ("JSON", b'[{"d": "2025-03-04"}]\n', "it is JSON"),
    ("a spreadsheet", b"PK\x03\x04 and so on", "it is a ZIP archive"),
    (
        "two columns of one name",
        GOOD.replace("weekend", "Mcc", 1).encode(),
        "two columns are called",
    ),
    ("a column without a name", GOOD.replace(",mcc,", ",,", 1).encode(), "column 4 of its header"),
    ("half a gzip", PACKED[: len(PACKED) // 2], "the gzip breaks off"),
    ("a damaged gzip", damaged(PACKED), "the gzip is damaged"),
    ("the first bytes of Parquet", b"PAR1", "the Parquet file breaks off or was damaged"),
]


@pytest.mark.parametrize(
    ("content", "reason"), [one[1:] for one in UNREADABLE], ids=[one[0] for one in UNREADABLE]
)
def test_why_a_file_is_unreadable_is_named(
    policy: Pack, tmp_path: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(EventsUnreadable, match=re.escape(reason)) as caught:
        ask(policy, tmp_path, content)
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("e.csv", b"\xef\xbb\xbf" + GOOD.encode()),
        ("e.csv", GOOD.replace("\n", "\r\n").encode()),
        ("e.csv", GOOD.replace(",", ";").encode()),
        ("e.csv", GOOD.replace(",", "\t").encode()),
        ("e.csv", PACKED),
        ("e.csv.gz", GOOD.encode()),
        ("e[1]*?.csv.gz", PACKED),
    ],
    ids=["a BOM", "CRLF", "semicolons", "tabs", "a gzip", "no gzip", "a name like a pattern"],
)
def test_what_a_file_is_is_told_by_what_it_holds(
    policy: Pack, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / "e1.csv").write_text("another file", encoding="utf-8")
    assert ask(policy, tmp_path, content, name) == 39


def test_a_header_in_other_letters_is_pointed_out(policy: Pack, tmp_path: Path) -> None:
    with pytest.raises(EventColumnUnknown) as caught:
        ask(policy, tmp_path, GOOD.replace("amount", " Amount", 1).encode())
    assert (caught.value.column, caught.value.did_you_mean) == (" Amount", "amount")


def test_a_text_that_says_null_is_told_from_a_null(policy: Pack, tmp_path: Path) -> None:
    path = tmp_path / "e.parquet"
    text = GOOD.replace(",40,", ",null,").encode()
    assert ask(policy, tmp_path, text) == 39
    duckdb.read_csv(tmp_path / "e.csv", all_varchar=True).write_parquet(str(path))
    with pytest.raises(EventValueWrong) as caught:
        simulate(Asked(policy, "accrual", path))
    assert caught.value.given == "the text 'null'"


def test_damaged_parquet_is_always_a_refusal(policy: Pack, tmp_path: Path) -> None:
    path, pick = tmp_path / "e.parquet", random.Random(5)
    assert ask(policy, tmp_path, GOOD.encode()) == 39
    duckdb.read_csv(tmp_path / "e.csv", all_varchar=True).write_parquet(str(path))
    whole, refused = path.read_bytes(), 0
    for _ in range(12):
        broken = bytearray(whole)
        for _ in range(8):
            broken[pick.randrange(4, len(broken))] = pick.randrange(256)
        try:
            ask(policy, tmp_path, bytes(broken), "broken.parquet")
        except EventsRefused:
            refused += 1
    assert refused > 7


def test_too_little_memory_is_said(policy: Pack, tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text(GOOD, encoding="utf-8")
    with pytest.raises(EngineFailed, match="memory"):
        simulate(Asked(policy, "accrual", path, memory="1MB"))


@pytest.mark.parametrize("memory", ["lots", "-1GB", "1", ""])
def test_a_size_of_memory_that_is_none_is_wrong_use(memory: str) -> None:
    given = [str(POLICY), "accrual", "--events", "e.csv", "--memory", memory]
    found = CliRunner().invoke(simulate_command, given, obj=Output())
    assert found.exit_code == 2
    assert "is not a size" in found.output


def test_an_unreadable_file_ends_with_four(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "e.csv"
    path.write_bytes(b"PK\x03\x04")
    out = tmp_path / "out"
    given = ["terms", "simulate", str(POLICY), "accrual", "--events", str(path), "--out", str(out)]
    assert main([*given, "--json"]) == 4
    assert '"terms.events_unreadable"' in capsys.readouterr().out
    assert not out.exists()
