"""Says where every fact of the sources is met: clauses, worked examples, tests that cite it.

The facts stand in `docs/requirements/<name>.yaml`, a line each; where they are met is read from the
terms and the tests, so that the page cannot claim what is not there. What is neither met nor
refused must be called open: a test holds that.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from oferta.core.terms.loader import load_pack
from oferta.core.terms.types import Pack

_ID = re.compile(r"\b[A-Z]{2}-\d{2,3}\b")
#: Tests named in a row of the page; the others are counted.
TESTS_SHOWN = 2
CLAUSES_SHOWN = 4


@dataclass(slots=True)
class Fact:
    """A fact of the sources and where it is met."""

    id: str
    says: str
    #: Why we do not do it, or what is missing; "" if it is met.
    refused: str = ""
    open: str = ""
    clauses: list[str] = field(default_factory=list)
    examples: int = 0
    tests: list[str] = field(default_factory=list)

    @property
    def is_met(self) -> bool:
        """Tell whether terms or tests cite it and nothing is said to be missing."""
        return bool(self.clauses or self.tests) and not self.open and not self.refused


@dataclass(frozen=True, slots=True)
class Requirements:
    """The facts of one group of sources, in their order."""

    name: str
    title: str
    facts: Mapping[str, Fact]


@cache
def read(file: Path, root: Path) -> Requirements:
    """Return the facts of a file with where they are met.

    Args:
        file: of `docs/requirements`.
        root: of the project, with `terms/` and `tests/`.
    """
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    facts = {id_: Fact(id=id_, **one) for id_, one in told["facts"].items()}
    packs = told["pack"] if isinstance(told["pack"], list) else [told["pack"]]
    for pack in packs:
        _cited_by_terms(load_pack(root / "terms" / pack), facts)
    for name, ids in _tests(root / "tests"):
        for id_ in ids & facts.keys():
            facts[id_].tests.append(name)
    return Requirements(file.stem, told["title"], facts)


def lead(found: Requirements) -> str:
    """Return how many facts are met, refused and open."""
    met = sum(one.is_met for one in found.facts.values())
    refused = sum(bool(one.refused) for one in found.facts.values())
    return (
        f"Of {len(found.facts)} facts that the sources tell, {met} are met, {refused} are refused"
        " with a reason; the others say what is missing."
    )


def rows(found: Requirements) -> str:
    """Return the table of facts."""
    head = ["| id | the sources say | clauses and values | examples | tests | state |"]
    return "\n".join([*head, "|---|---|---|---|---|---|", *map(_row, found.facts.values())])


def _row(fact: Fact) -> str:
    clauses = _some([f"`{one}`" for one in fact.clauses], CLAUSES_SHOWN)
    tests = _some([one.removeprefix("test_").replace("_", " ") for one in fact.tests], TESTS_SHOWN)
    state = "met" if fact.is_met else f"open: {fact.open}"
    if fact.refused:
        state = f"refused: {fact.refused}"
    return f"| {fact.id} | {fact.says} | {clauses} | {fact.examples or ''} | {tests} | {state} |"


def _some(texts: list[str], most: int) -> str:
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more


def _cited_by_terms(pack: Pack, facts: Mapping[str, Fact]) -> None:
    for name, ids in _parts(pack):
        for id_ in ids & facts.keys():
            if name not in facts[id_].clauses:
                facts[id_].clauses.append(name)
    for example in pack.examples:
        for id_ in set(example.cites) & facts.keys():
            facts[id_].examples += 1


def _parts(pack: Pack) -> Iterator[tuple[str, set[str]]]:
    first = pack.editions[0]  # what it settles, later editions keep
    yield f"note of {first.id}", {choice.requirement for choice in first.settles}
    for edition in pack.editions:
        for clause in edition.clauses.values():
            yield clause.id, {*clause.cites, *(choice.requirement for choice in clause.settles)}
        for value in edition.values.values():
            yield value.name, {*value.cites, *(choice.requirement for choice in value.settles)}
        for limit in edition.limits.values():
            yield limit.id, {*limit.cites, *(choice.requirement for choice in limit.settles)}


def _tests(folder: Path) -> Iterator[tuple[str, set[str]]]:
    """Yield each test and the ids that it cites, in its words or its cases."""
    for file in sorted(folder.rglob("test_*.py")):
        source = file.read_text(encoding="utf-8")
        if not _ID.search(source):
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                text = "".join(
                    ast.get_source_segment(source, one) or ""
                    for one in (node, *node.decorator_list)
                )
                if ids := set(_ID.findall(text)):
                    yield node.name, ids
