"""A server starts with what its first page needs; the rest is read when somebody asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from oferta.project.kept import KEPT_MAX, kept

#: Read by the API, by proofs and simulations, by the command line's tables, by tests.
HEAVY = {
    "duckdb",
    "matplotlib",
    "ninja",
    "pydantic",
    "pyspark",
    "pytest",
    "reportlab",
    "rich.markdown",
    "sqlglot",
    "z3",
}
STARTED = """
import sys
import django
django.setup()
from django.urls import reverse
reverse("my:home", args=["my"])
from oferta.project.web import words
from oferta.core.terms import shelf
words.catalogue()
if "--packs" in sys.argv:
    shelf.terms()
print(*sorted({name for name in sys.modules}))
"""


def started(data: Path, *args: str) -> set[str]:
    given = {"DJANGO_SETTINGS_MODULE": "oferta.project.settings", "OFERTA_DATA": str(data)}
    done = subprocess.run(
        [sys.executable, "-c", STARTED, *args],
        env=os.environ | given,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_a_start_reads_no_heavy_module_and_packs_without_the_parser_of_sql(tmp_path: Path) -> None:
    assert "sqlglot" in started(tmp_path, "--packs")
    assert not started(tmp_path, "--packs") & HEAVY


@pytest.fixture
def making(tmp_path: Path) -> Callable[[], object]:
    source = tmp_path / "source.txt"
    source.write_text("one")
    made: list[str] = []

    def make() -> object:
        made.append(source.read_text())
        return {"said": made[-1], "times": len(made)}

    return lambda: kept(tmp_path / "kept", "thing", [source], make)


def test_what_was_made_once_is_taken_as_it_was_kept(making: Callable[[], object]) -> None:
    assert making() == making() == {"said": "one", "times": 1}


def test_another_content_is_made_anew(making: Callable[[], object], tmp_path: Path) -> None:
    making()
    (tmp_path / "source.txt").write_text("two")
    assert making() == {"said": "two", "times": 2}


def test_a_file_that_others_may_write_is_not_trusted(
    making: Callable[[], object], tmp_path: Path
) -> None:
    making()
    (file,) = (tmp_path / "kept").iterdir()
    file.chmod(0o666)
    assert making() == {"said": "one", "times": 2}


def test_a_link_is_not_followed(making: Callable[[], object], tmp_path: Path) -> None:
    making()
    (file,) = (tmp_path / "kept").iterdir()
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert making() == {"said": "one", "times": 2}


@pytest.mark.parametrize("content", [b"", b"\x80\x05", b"no pickle"])
def test_a_damaged_file_is_made_anew(
    making: Callable[[], object], tmp_path: Path, content: bytes
) -> None:
    making()
    (file,) = (tmp_path / "kept").iterdir()
    file.write_bytes(content)
    assert making() == {"said": "one", "times": 2}
    assert making() == {"said": "one", "times": 2}


def test_only_the_newest_are_kept(making: Callable[[], object], tmp_path: Path) -> None:
    for number in range(KEPT_MAX + 3):
        (tmp_path / "source.txt").write_text(str(number))
        making()
    assert len(list((tmp_path / "kept").iterdir())) == KEPT_MAX


def test_where_nothing_can_be_kept_it_is_made_each_time(tmp_path: Path) -> None:
    in_the_way = tmp_path / "kept"
    in_the_way.write_text("a file, no folder")
    assert kept(in_the_way, "thing", [], lambda: 7) == 7
