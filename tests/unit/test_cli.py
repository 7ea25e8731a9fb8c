"""The door to the shell: help that teaches, refusals in one line, stable exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import click
import pytest

from oferta.kernel.errors import OfertaError
from oferta.project.cli import bench as bench_module
from oferta.project.cli import main
from oferta.project.cli.commands import Command
from oferta.project.cli.exits import Exit, exit_of
from oferta.project.cli.main import cli
from oferta.project.cli.output import Output, as_json, table
from oferta.project.reference import commands


@dataclass(eq=False, kw_only=True)
class Refused(OfertaError):
    """The door is shut.

    Second paragraph, for those who read the code.
    """

    code: ClassVar[str] = "test.refused"
    door: str
    reasons: list[str]


def every_command() -> list[tuple[str, Command]]:
    found = commands(click.Context(cli, info_name="oferta"))
    return [(name, command) for name, command, _ in found if isinstance(command, Command)]


@pytest.fixture
def shell(
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs `oferta` and gives exit code, stdout and stderr."""

    def run(*args: str) -> tuple[int, str, str]:
        code = main(list(args))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Return a function that makes `oferta stop` raise."""

    def fail_with(error: Exception) -> None:
        def stop(*_: object) -> None:
            raise error

        monkeypatch.setattr("oferta.project.embedded.is_running", stop)

    return fail_with


@pytest.mark.parametrize(("name", "command"), every_command())
def test_every_command_takes_json_and_shows_an_example(name: str, command: Command) -> None:
    assert "--json" in {option for param in command.params for option in param.opts}
    assert name in command.example


@pytest.mark.parametrize("name", [name for name, _ in every_command()])
def test_every_command_explains_itself(
    name: str, shell: Callable[..., tuple[int, str, str]]
) -> None:
    code, out, err = shell(*name.split()[1:], "--help")
    assert code == Exit.OK
    assert err == ""
    assert "Example" in out


def test_without_a_command_it_shows_what_there_is(
    shell: Callable[..., tuple[int, str, str]],
) -> None:
    code, _, err = shell()
    assert code == Exit.WRONG_USE
    assert {"terms", "ledger", "run"} <= set(err.split())


@pytest.mark.parametrize(
    "args", [["nonsense"], ["stop", "--nonsense"], ["bench"], ["bench", "x", "--rounds", "many"]]
)
def test_wrong_use_is_said_in_words(
    args: list[str], shell: Callable[..., tuple[int, str, str]]
) -> None:
    code, out, err = shell(*args)
    assert code == Exit.WRONG_USE
    assert out == ""
    assert "Traceback" not in err
    assert err.startswith("Usage: oferta")


def test_wrong_use_with_json_is_json(shell: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = shell("stop", "--json", "--nonsense")
    assert code == Exit.WRONG_USE
    said = json.loads(out)
    assert said["error"] == "cli.wrong_use"
    assert "--nonsense" in said["message"]


def test_a_refusal_is_a_sentence_with_its_code_and_facts(
    shell: Callable[..., tuple[int, str, str]], failing: Callable[[Exception], None]
) -> None:
    failing(Refused(door="front", reasons=["late", "loud"]))
    code, out, err = shell("stop")
    assert code == Exit.REFUSED
    assert out == ""
    assert err == "The door is shut. [test.refused] (door: front)\nreasons:\n  late\n  loud\n"


def test_a_refusal_with_json_carries_code_facts_and_exit(
    shell: Callable[..., tuple[int, str, str]], failing: Callable[[Exception], None]
) -> None:
    failing(Refused(door="front", reasons=[]))
    code, out, err = shell("stop", "--json")
    assert (code, err) == (Exit.REFUSED, "")
    assert json.loads(out) == {
        "error": "test.refused",
        "door": "front",
        "reasons": [],
        "exit": Exit.REFUSED,
    }


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (FileNotFoundError(2, "No such file or directory", "x.json"), 4, "cli.unreadable"),
        (IsADirectoryError(21, "Is a directory", "x"), 4, "cli.unreadable"),
        (ZeroDivisionError("division by zero"), 70, "cli.defect"),
        (type("OperationalError", (Exception,), {})("no route\n to host"), 5, "no route to host"),
    ],
)
def test_no_error_passes_as_a_stack_trace(
    error: Exception,
    code: int,
    said: str,
    shell: Callable[..., tuple[int, str, str]],
    failing: Callable[[Exception], None],
) -> None:
    failing(error)
    ended, out, err = shell("stop")
    assert (ended, out) == (code, "")
    assert said in err
    assert len(err.splitlines()) == 1


def test_trace_shows_the_stack_to_those_who_ask(failing: Callable[[Exception], None]) -> None:
    failing(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        main(["--trace", "stop"])


def test_an_interrupt_ends_quietly(
    shell: Callable[..., tuple[int, str, str]], failing: Callable[[Exception], None]
) -> None:
    failing(click.Abort())
    assert shell("stop") == (Exit.INTERRUPTED, "", "")


def test_exit_codes_never_change_their_meaning() -> None:
    assert {code.name: code.value for code in Exit} == {
        "OK": 0,
        "FOUND_PROBLEMS": 1,
        "WRONG_USE": 2,
        "REFUSED": 3,
        "NOT_FOUND": 4,
        "DATABASE": 5,
        "DEFECT": 70,
        "INTERRUPTED": 130,
    }
    assert exit_of(Refused(door="", reasons=[])) is Exit.REFUSED


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["terms", "--help"], ["stop"]])
def test_what_needs_no_tables_imports_neither_django_nor_a_driver(
    args: list[str], tmp_path: Path
) -> None:
    script = (
        "import sys; from oferta.project.cli import main; main(sys.argv[1:]);"
        "print(*sorted({'django', 'psycopg'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *args],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"OFERTA_DATA": str(tmp_path)},
    )
    assert done.stderr.strip() == ""


def test_a_table_aligns_wide_characters_and_numbers() -> None:
    assert table(["条款", "n"], [["银行", 7], ["a", 10]]).splitlines() == [
        "条款   n",
        "银行   7",
        "a     10",
    ]


def test_json_writes_dates_ids_sets_and_dataclasses_plainly() -> None:
    @dataclass
    class Card:
        last: str

    data = {
        "day": date(2024, 4, 16),
        "id": UUID(int=7),
        "clauses": {"b", "a"},
        "card": Card(last="4242"),
    }
    assert json.loads(as_json(data)) == {
        "day": "2024-04-16",
        "id": "00000000-0000-0000-0000-000000000007",
        "clauses": ["a", "b"],
        "card": {"last": "4242"},
    }


def test_progress_is_silent_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with Output().progress("Counting", total=3) as step:
        step(3)
    assert capsys.readouterr() == ("", "")


BENCH = """
def main(rounds):
    row = {"name": "a", "ours": 2.0, "anchor": 1.0, "unit": "per s", "ratio": 2.0, "target": 3.0}
    return [row, row | {"name": "b", "target": None, "rounds": rounds}]
"""


def test_a_bench_below_its_promise_ends_with_1(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    shell: Callable[..., tuple[int, str, str]],
) -> None:
    (tmp_path / "toy.py").write_text(BENCH)
    monkeypatch.setattr(bench_module, "FOLDER", tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    code, out, _ = shell("bench", "toy", "--rounds", "2", "--json")
    said = json.loads(out)
    assert code == Exit.FOUND_PROBLEMS
    assert said["missed"] == ["a"]
    assert said["results"][1]["rounds"] == 2
    code, out, _ = shell("bench", "toy")
    assert out.splitlines()[1].split() == ["a", "2", "1", "per", "s", "2.00", "3"]


def test_an_unknown_bench_names_those_that_exist(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    shell: Callable[..., tuple[int, str, str]],
) -> None:
    (tmp_path / "toy.py").write_text(BENCH)
    monkeypatch.setattr(bench_module, "FOLDER", tmp_path)
    code, _, err = shell("bench", "none")
    assert code == Exit.WRONG_USE
    assert "toy" in err
