"""Every fact of the sources is met by terms or tests, refused with a reason, or called open."""

from __future__ import annotations

from pathlib import Path

import pytest

from oferta.project import requirements

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "docs" / "requirements").glob("*.yaml"))
#: How many facts each group of sources holds.
FACTS = {"bonus-club": ("BC", 90), "ticket-refunds": ("TR", 165)}


def test_every_group_of_sources_is_counted() -> None:
    assert {file.stem for file in FILES} == set(FACTS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_fact_of_the_sources_is_missing(file: Path) -> None:
    prefix, count = FACTS[file.stem]
    found = requirements.read(file, ROOT).facts
    assert list(found) == [f"{prefix}-{number:02}" for number in range(1, count + 1)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_fact_is_met_refused_or_called_open(file: Path) -> None:
    facts = requirements.read(file, ROOT).facts.values()
    silent = [one.id for one in facts if not (one.is_met or one.refused or one.open)]
    assert silent == []
