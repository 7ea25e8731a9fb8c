"""Names and literals of generated source.

Packs are written by others, so nothing of a pack is pasted into source: every identifier is made
here from a letter and a number, and every literal passes `literal`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from oferta.core.terms.types import Coded

#: Whole numbers beyond this are written in hexadecimal: Python reads those of any length.
_PLAIN_MAX = 10**18


def literal(value: Coded) -> str:
    """Return Python source of a coded value.

    Raises:
        TypeError: the value is of no coded kind (subclasses of int and str included).
    """
    if value is None or value is True or value is False:
        return repr(value)
    if type(value) is int:
        return repr(value) if abs(value) <= _PLAIN_MAX else hex(value)
    if type(value) is str:
        return ascii(value)
    raise TypeError(f"{type(value).__name__} is no coded value")


class Names:
    """Identifiers of the facts of one question: `f0`, `f1`, … raw, `d0`, `d1`, … derived."""

    def __init__(
        self, raw: Iterable[str], derived: Iterable[str], nullable: Mapping[str, bool]
    ) -> None:
        self.raw = {name: f"f{place}" for place, name in enumerate(raw)}
        self._all = self.raw | {name: f"d{place}" for place, name in enumerate(derived)}
        self._nullable = nullable

    @property
    def parameters(self) -> str:
        """The raw facts as parameters after `day`, each followed by a comma."""
        return "".join(f"{identifier}, " for identifier in self.raw.values())

    def of(self, fact: str) -> str:
        """Return the identifier of a fact."""
        return self._all[fact]

    def nullable(self, fact: str) -> bool:
        """Return whether the fact may be null."""
        return self._nullable[fact]
