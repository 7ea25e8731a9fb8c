"""The choices behind a clause: its own, and those of the values and countings that it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oferta.core.terms.traces import notes_of
from oferta.core.terms.types import (
    AddDays,
    Const,
    DateOf,
    DaysBetween,
    FactRef,
    Rounded,
)
from oferta.core.terms.walk import atoms, inside, operands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oferta.core.terms.explanation import Note
    from oferta.core.terms.types import Clause, Edition, Expression
    from oferta.kernel.i18n import Language


def grounds_of(edition: Edition, clause: Clause, language: Language) -> tuple[Note, ...]:
    """Return the choices that touched what a clause decides, each once, its own first."""
    found = dict.fromkeys(notes_of(clause, language))
    for name in dict.fromkeys(_values(edition, clause)):
        found |= dict.fromkeys(notes_of(edition.values[name], language))
    for name in dict.fromkeys(_countings(edition, clause)):
        found |= dict.fromkeys(notes_of(edition.countings[name], language))
    return tuple(found)


def _nodes(edition: Edition, clause: Clause) -> Iterator[Expression]:
    """Yield everything that the condition and the outcome are made of, derived facts opened."""
    waiting: list[Expression] = [then.expression for then in clause.then]
    for atom in atoms(clause.when):
        waiting += operands(atom)
    opened: set[str] = set()
    while waiting:
        for node in inside(waiting.pop()):
            yield node
            if isinstance(node, FactRef) and node.name in edition.derived:
                if node.name not in opened:
                    waiting.append(edition.derived[node.name].expression)
                opened.add(node.name)


def _values(edition: Edition, clause: Clause) -> Iterator[str]:
    for node in _nodes(edition, clause):
        const = node.step if isinstance(node, Rounded) else node
        if isinstance(const, Const) and const.name in edition.values:
            yield const.name


def _countings(edition: Edition, clause: Clause) -> Iterator[str]:
    for node in _nodes(edition, clause):
        if isinstance(node, DaysBetween | AddDays | DateOf):
            yield node.counting
