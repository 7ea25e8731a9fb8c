"""The page about conformance lists every case of others: those ported and those that cannot be."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "conformance.md"
CASES = ROOT / "tests" / "packs" / "catala"
#: Files of the two folders at the commit that the page names.
EXCEPTIONS, PROOFS = 22, 47


def sources(part: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE)


def test_the_page_lists_each_ported_case_with_what_its_file_says_the_check_finds() -> None:
    ported, _, _ = PAGE.read_text(encoding="utf-8").partition("## What cannot be expressed")
    listed = {line.split("`")[1]: line for line in ported.splitlines() if line.startswith("| `")}
    files = list(CASES.rglob("*.yaml"))
    assert len(files) == len(listed)
    for path in files:
        said = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - plain text only
        line = listed[said["source"]]
        codes = {found.split()[0].removeprefix("terms.") for found in said["finds"]}
        assert set(re.findall(r"`([a-z_]+)` of", line)) == codes
        assert said.get("note", "") in line


def test_every_file_of_both_folders_is_ported_or_told_why_not() -> None:
    text = PAGE.read_text(encoding="utf-8")
    found = sources(text)
    assert len(found) == len(set(found))
    assert sum(one.startswith("tests/exception/") for one in found) == EXCEPTIONS
    assert sum(one.startswith("tests-extra/proof/") for one in found) == PROOFS
    _, _, cannot = text.partition("## What cannot be expressed")
    assert all(len(line.split("|")[2].strip()) > 20 for line in cannot.splitlines() if "`" in line)
