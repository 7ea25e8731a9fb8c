"""The locks hold what pyproject asks for, each version with its hashes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from source_tree import ROOT

RUN, DEV = "requirements.lock", "requirements-dev.lock"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WANTED = [Requirement(text) for text in PYPROJECT["project"]["dependencies"]]
WANTED_DEV = [Requirement(text) for text in PYPROJECT["dependency-groups"]["dev"]]


class Pin(NamedTuple):
    """One entry of a lock."""

    name: str
    version: str
    hashes: int


def pins(lock: str) -> Iterator[Pin]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    for entry in re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE):
        if found := re.match(r"([\w.-]+)==([^\s;\\]+)", entry):
            yield Pin(canonicalize_name(found[1]), found[2], entry.count("--hash=sha256:"))


@pytest.mark.parametrize(
    ("lock", "wanted"), [(RUN, WANTED), (DEV, WANTED + WANTED_DEV)], ids=["run", "dev"]
)
def test_a_lock_has_a_fitting_version_of_everything_that_is_asked_for(
    lock: str, wanted: list[Requirement]
) -> None:
    versions = {pin.name: pin.version for pin in pins(lock)}
    unfit = [
        str(item)
        for item in wanted
        if not item.specifier.contains(versions.get(canonicalize_name(item.name), "0.dev0"))
    ]
    assert unfit == [], "write the locks anew: `make lock`"


@pytest.mark.parametrize("lock", [RUN, DEV])
def test_every_locked_version_is_checked_by_its_hash(lock: str) -> None:
    assert [pin.name for pin in pins(lock) if not pin.hashes] == []


def test_tests_run_on_the_versions_that_will_run() -> None:
    assert set(pins(RUN)) - set(pins(DEV)) == set()
