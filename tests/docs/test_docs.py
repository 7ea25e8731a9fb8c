"""The documentation is whole and fresh: nothing in the code goes without a word in docs/."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from oferta.project import reference
from oferta.project.cli.exits import EXIT_OF

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SRC = ROOT / "src" / "oferta"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    ROOT / "samples" / "README.md",
    *sorted((ROOT / "terms").rglob("README.md")),
    *sorted(DOCS.rglob("*.md")),
]
#: Long pages of figures that nobody reads from top to end.
GENERATED = {"settings.md", "cli.md", "errors.md", "openapi.json", "requirements-bonus-club.md"}


@dataclass(frozen=True)
class Sample:
    """A block of a page that a reader may run: ```sh run, or ```python run."""

    page: Path
    line: int
    language: str
    code: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@pytest.mark.parametrize("name", sorted(GENERATED))
def test_generated_pages_are_fresh(name: str) -> None:
    kept = DOCS / "reference" / name
    assert kept.read_text(encoding="utf-8") == reference.pages()[name], "run `make docs`"


def test_every_error_code_is_one_errors_alone() -> None:
    codes = Counter(error.code for error in reference.all_errors())
    assert {code: times for code, times in codes.items() if times > 1} == {}


def test_every_error_says_what_is_wrong_in_its_first_line() -> None:
    silent = [
        error.code
        for error in reference.all_errors()
        if not (error.__doc__ or "").strip() or (error.__doc__ or "").startswith(error.__name__)
    ]
    assert silent == []


def test_every_code_with_an_exit_code_of_its_own_exists() -> None:
    assert sorted(set(EXIT_OF) - {error.code for error in reference.all_errors()}) == []


def test_every_room_has_its_page() -> None:
    rooms = [
        folder.name
        for parent in ("core", "services")
        for folder in sorted((SRC / parent).iterdir())
        if (folder / "__init__.py").exists()
    ]
    assert [room for room in rooms if not (DOCS / "rooms" / f"{room}.md").exists()] == []


@pytest.mark.parametrize("page", sorted((DOCS / "rooms").glob("*.md")), ids=lambda page: page.stem)
def test_a_rooms_page_says_what_a_newcomer_must_know(page: Path) -> None:
    said = set(re.findall(r"^(?:\*+|## )(\w+)", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert {"Owns", "Invariants", "Locks", "Events", "Pitfalls"} - said == set()


def test_decisions_are_numbered_without_gaps_and_say_what_they_must() -> None:
    records = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for record in records:
        text = record.read_text(encoding="utf-8")
        heads = set(re.findall(r"^## (\w+)", text, re.MULTILINE))
        assert heads >= {"Context", "Decision", "Consequences", "Alternatives"}, record.name


def test_the_index_leads_to_every_page() -> None:
    kept = (DOCS / "README.md").read_text(encoding="utf-8")
    assert kept == reference.index_page(DOCS), "run `make docs`"
    pages = [page for page in DOCS.rglob("*.md") if page != DOCS / "README.md"]
    assert [page.name for page in pages if f"({page.relative_to(DOCS)})" not in kept] == []


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in PAGES
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if not re.match(r"[a-z]+:", link) and not (page.parent / link).exists()
    ]
    assert broken == []


def test_every_setting_has_a_meaning() -> None:
    rows = [line for line in reference.settings_page().splitlines() if line.startswith("| `")]
    assert [row for row in rows if not row.rstrip("| ").rpartition("|")[2].strip()] == []
    assert len(rows) > 5


def _samples() -> Iterator[Sample]:
    for page in PAGES:
        if not page.exists():
            continue
        text = page.read_text(encoding="utf-8")
        for block in re.finditer(r"^```(sh|python) run\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            line = text[: block.start()].count("\n") + 1
            yield Sample(page, line, block[1], block[2])


@pytest.mark.parametrize("sample", list(_samples()), ids=str)
def test_what_a_page_offers_to_run_runs(sample: Sample) -> None:
    """A line that starts with `$` is run; what follows up to the next must be printed in order."""
    if sample.language == "python":
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", sample.code],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        assert done.returncode == 0, done.stderr
        return
    for command, expected in _steps(sample.code):
        parts = shlex.split(command)
        assert parts[0] in {"oferta", ".venv/bin/oferta"}, "only our own command runs here"
        done = subprocess.run(
            [sys.executable, "-c", "from oferta.project.cli import main; exit(main())", *parts[1:]],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        printed = done.stdout + done.stderr
        assert "Traceback" not in printed
        at = 0
        for line in expected:
            found = printed.find(line, at)
            assert found >= 0, f"not printed there: {line!r}\n{printed}"
            at = found + len(line)


def _steps(code: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command with the lines that it must print; `…` stands for any lines."""
    for part in re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]:
        command, *printed = part.rstrip().splitlines()
        yield command, [line for line in printed if line.strip() not in {"", "…"}]
