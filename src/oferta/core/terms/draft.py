"""An edition in the making: what could be read of it so far, and what its names mean."""

from __future__ import annotations

from dataclasses import dataclass, field

from oferta.core.terms.declared import Declarations
from oferta.core.terms.parts import Part
from oferta.core.terms.problems import Report
from oferta.core.terms.scope import BadSource, Scope
from oferta.core.terms.types import (
    Clause,
    Counting,
    Derived,
    Limit,
    NamedValue,
    Place,
    Type,
)
from oferta.core.terms.yaml_source import Scalar


@dataclass(frozen=True, slots=True)
class Doubt:
    """A condition that may be unknown, by what its nulls alone tell: the facts decide."""

    clause: str
    place: Place
    #: The fewest facts whose being null may make it unknown; too many to try: all of them.
    nulls: tuple[str, ...]


@dataclass(slots=True)
class Draft:
    """An edition in the making."""

    part: Part
    declared: Declarations
    report: Report
    values: dict[str, NamedValue] = field(default_factory=dict)
    countings: dict[str, Counting] = field(default_factory=dict)
    derived: dict[str, Derived] = field(default_factory=dict)
    clauses: dict[str, Clause] = field(default_factory=dict)
    limits: dict[str, Limit] = field(default_factory=dict)
    #: Names declared with a problem of their own.
    broken: set[str] = field(default_factory=set)
    #: Settled once the whole pack is read.
    doubts: list[Doubt] = field(default_factory=list)

    def expanded(self, names: tuple[Scalar, ...]) -> tuple[str, ...]:
        """Return clause ids, with the members of a group in the place of its name."""
        groups = self.part.groups
        found = [
            member
            for name in names
            for member in ([item.text for item in groups[name.text]] if name.text in groups
                           else [name.text])
        ]  # fmt: skip
        return tuple(dict.fromkeys(found))

    def types(self) -> dict[str, Type]:
        """Return the type of every fact, raw and derived."""
        raw = {name: fact.type for name, fact in self.declared.facts.items()}
        return raw | {name: derived.type for name, derived in self.derived.items()}

    def reads(self, name: str) -> tuple[str, ...]:
        """Return the raw facts that a fact stands for."""
        derived = self.derived.get(name)
        return derived.reads if derived else (name,)

    def null_sources(self) -> dict[str, frozenset[str]]:
        """Return which raw facts make each fact null."""
        facts = self.declared.facts
        return {
            name: frozenset(raw for raw in self.reads(name) if facts[raw].type.nullable)
            for name in (*facts, *self.derived)
        }

    def scope(self, question: str | None = None) -> Scope:
        """Return what names mean in a derived fact, or in a clause of `question`."""
        types = self.types()
        out: dict[str, str] = {}
        if question is not None:
            asked = set(self.declared.questions[question].facts)
            for name in types:
                missing = [raw for raw in self.reads(name) if raw not in asked]
                if missing:
                    out[name] = _not_asked(name, question, missing)
        return Scope(
            facts={name: type_ for name, type_ in types.items() if name not in out},
            values={name: value.const for name, value in self.values.items()},
            lists=self.declared.lists,
            countings=self.countings,
            out_of_reach=out,
            broken=frozenset(self.broken | self.declared.broken),
        )


def _not_asked(name: str, question: str, missing: list[str]) -> str:
    if missing == [name]:
        return f"is not among the facts of the question {question}"
    return f"reads {', '.join(missing)}, not among the facts of the question {question}"


def report_faults(refused: BadSource, written: Scalar, where: str, report: Report) -> None:
    """Report every fault of a source text on its own line."""
    for fault in refused.faults:
        if fault.what:
            spot = Place(written.file, written.line_at(fault.offset))
            report.add(fault.code, spot, where, fault.what, fault.expected)
