"""The lines that compute a mask, conditions that share their parts asked together.

Terms say much twice: a lifting clause and the clause that then decides ask the same things, a
rate narrows another. A clause whose condition adds parts to that of another is asked inside it,
so most of it is never looked at; clauses with the same condition are asked once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oferta.core.terms.codegen_conditions import FALSE, TRUE, conjuncts
from oferta.core.terms.codegen_names import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

_INDENT = "    "
#: Python allows a hundred levels of indentation.
_DEPTH_MAX = 12


class _Asked:
    """Parts that must all hold for some bits, and what is asked only then."""

    def __init__(self, parts: tuple[str, ...]) -> None:
        self.parts = parts
        self.known = frozenset(parts)
        self.bits = 0
        self.depth = 0
        self.inside: list[_Asked] = []

    def lines(self, given: frozenset[str]) -> list[str]:
        """Return source of this and what is inside, `given` parts being known to hold."""
        test = " and ".join(part for part in self.parts if part not in given)
        if not self.inside:
            return [f"if {test}: m |= {literal(self.bits)}"]
        found = [f"if {test}:", f"{_INDENT}m |= {literal(self.bits)}"]
        for one in self.inside:
            found += [_INDENT + line for line in one.lines(self.known)]
        return found


def mask_lines(holds: Sequence[str]) -> list[str]:
    """Return lines that set `m` to the bits of the conditions that hold.

    Args:
        holds: two-valued source of each clause, in the order of their bits.
    """
    base = 0
    found: dict[frozenset[str], _Asked] = {}
    for index, source in enumerate(holds):
        if source == TRUE:
            base |= 1 << index
        elif source != FALSE:
            asked = _Asked(conjuncts(source))
            found.setdefault(asked.known, asked).bits |= 1 << index
    lines = [f"m = {literal(base)}"]
    for asked in _nested(list(found.values())):
        lines += asked.lines(frozenset())
    return lines


def _nested(found: list[_Asked]) -> list[_Asked]:
    """Put each under the one with the most of its parts, and return those that stand alone."""
    alone = []
    placed: list[_Asked] = []
    for asked in sorted(found, key=lambda one: len(one.parts)):
        within = [one for one in placed if one.known < asked.known and one.depth < _DEPTH_MAX]
        if within:
            outer = within[-1]
            outer.inside.append(asked)
            asked.depth = outer.depth + 1
        else:
            alone.append(asked)
        placed.append(asked)
    return alone
