"""The facts of a question as the solver's variables, and back from its answer to coded facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import z3

from oferta.core.terms.counting import FIRST_DAY, LAST_DAY
from oferta.core.terms.types import Coded, Kind, Type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DAY_MICROSECONDS = 86_400_000_000
_INT_MAX = 2**63 - 1
#: A moment this near the ends of time may have no day in some zone: the reader refuses it.
_MARGIN_DAYS = 2
_NAMES = (Kind.ENUM, Kind.TEXT)


@dataclass(frozen=True, slots=True)
class Symbol:
    """One fact: its value and whether it is null (False: never)."""

    value: Any
    null: Any = False


class Words:
    """Texts and enum values as small numbers: only equality is ever asked of them."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def code(self, word: str) -> int:
        """Return the number of a word."""
        return self._codes.setdefault(word, len(self._codes))

    def word(self, code: int) -> str:
        """Return the word of a number; a number of none is a word that nothing names."""
        words = list(self._codes)
        if 0 <= code < len(words):
            return words[code]
        rest = code - len(words) if code >= 0 else -code
        plain = "other" if not rest else f"other {rest}"
        return plain if plain not in self._codes else f"{plain} one"

    def __len__(self) -> int:
        return len(self._codes)


class Symbols:
    """Variables for raw facts, shared by every model that is asked about the same facts."""

    def __init__(self, types: Mapping[str, Type], words: Words | None = None) -> None:
        self.words = words or Words()
        self.types = dict(types)
        self.of: dict[str, Symbol] = {}
        #: What every case keeps to: the declared domains.
        self.domain: list[Any] = []
        for name, of in self.types.items():
            self.of[name] = self._symbol(name, of)

    def _symbol(self, name: str, of: Type) -> Symbol:
        null = z3.Bool(f"null {name}") if of.nullable else False
        if of.kind is Kind.BOOLEAN:
            return Symbol(z3.Bool(f"fact {name}"), null)
        value = z3.Int(f"fact {name}")
        self.domain.extend(self._bounds(value, of))
        return Symbol(value, null)

    def _bounds(self, value: Any, of: Type) -> Iterable[Any]:
        if of.kind is Kind.ENUM:
            codes = sorted(self.words.code(word) for word in of.values)
            if codes[-1] - codes[0] == len(codes) - 1:
                return value >= codes[0], value <= codes[-1]
            return (z3.Or([value == code for code in codes]),)
        low, high = domain_of(of)
        return value >= low, value <= high

    def constant(self, value: Coded) -> Any:
        """Return a coded value as the solver takes it."""
        if isinstance(value, str):
            return self.words.code(value)
        return value

    def pinned(self, name: str, value: Coded) -> Any:
        """Return the condition that a fact has a coded value."""
        symbol = self.of[name]
        if value is None:
            return symbol.null
        same = symbol.value == self.constant(value)
        return same if symbol.null is False else z3.And(z3.Not(symbol.null), same)

    def decoded(self, model: z3.ModelRef) -> dict[str, Coded]:
        """Return the coded facts of a case that the solver found."""
        return {name: self._decoded(model, name) for name in self.of}

    def _decoded(self, model: z3.ModelRef, name: str) -> Coded:
        symbol, of = self.of[name], self.types[name]
        if symbol.null is not False and z3.is_true(model.eval(symbol.null, model_completion=True)):
            return None
        value = model.eval(symbol.value, model_completion=True)
        if of.kind is Kind.BOOLEAN:
            return bool(z3.is_true(value))
        number = int(value.as_long())
        return self.words.word(number) if of.kind in _NAMES else number


def domain_of(of: Type) -> tuple[int, int]:
    """Return the least and the greatest coded value of a type that has an order, or of a text."""
    low, high = -_INT_MAX, _INT_MAX
    if of.kind is Kind.DATE:
        low, high = FIRST_DAY, LAST_DAY
    elif of.kind is Kind.MOMENT:
        low = (FIRST_DAY + _MARGIN_DAYS) * DAY_MICROSECONDS
        high = (LAST_DAY - _MARGIN_DAYS) * DAY_MICROSECONDS
    elif of.kind is Kind.TEXT:
        low, high = 0, 1_000_000
    if of.minimum is not None:
        low = max(low, of.minimum)
    return low, high if of.maximum is None else min(high, of.maximum)
