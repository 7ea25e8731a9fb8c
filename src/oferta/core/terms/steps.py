"""Outcomes in words ("money paid × rate, rounded down to 1 KZT") and in figures, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from oferta.core.terms.types import (
    AddDays,
    AddMonths,
    Binary,
    Choose,
    Const,
    DateOf,
    DaysBetween,
    Elapsed,
    FactRef,
    FieldRef,
    Negate,
    Pick,
    Rounded,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oferta.core.terms.figures import Figures
    from oferta.core.terms.lexicon import Lexicon
    from oferta.core.terms.types import Counting, Expression

_SIGNS = {"+": "+", "-": "\u2212", "*": "×", "/": "÷"}
_TIMES_BINDS = 2
_PLUS_BINDS = 1


def formula(node: Expression, terms: Lexicon, fields: Mapping[str, str]) -> str:
    """Return how a value is computed, in words.

    Args:
        node: the expression.
        terms: names and values of the edition in the reader's language.
        fields: how the earlier fields of the answer are called.
    """
    return _Formula(terms, fields).tell(node, binds=0)


class _Formula:
    def __init__(self, terms: Lexicon, fields: Mapping[str, str]) -> None:
        self._terms, self._fields = terms, fields
        self._say = terms.words.say

    def tell(self, node: Expression, *, binds: int) -> str:
        """Return the words; in brackets where the surroundings bind tighter."""
        match node:
            case FactRef(name, _):
                return self._terms.label(name)
            case FieldRef(name, _):
                return self._fields.get(name, name)
            case Const():
                return self._const(node)
            case Binary(op, left, right, _):
                own = _TIMES_BINDS if op in ("*", "/") else _PLUS_BINDS
                told = (
                    f"{self.tell(left, binds=own)} {_SIGNS[op]} {self.tell(right, binds=own + 1)}"
                )
                return self._bracketed(told, needed=own < binds)
            case Negate(item, _):
                return f"\u2212{self.tell(item, binds=_TIMES_BINDS)}"
            case _:
                return self._bracketed(self._function(node), needed=binds > 0)

    def _const(self, node: Const) -> str:
        shown = self._terms.show(node.value, node.type)
        named = self._terms.edition.values.get(node.name)
        if named is None:
            return shown
        value = self._say("signs.bracketed", text=shown)
        name = named.label[self._terms.language]
        return self._say("condition.named", value=name, name=value)

    def _bracketed(self, text: str, *, needed: bool) -> str:
        return self._say("signs.bracketed", text=text) if needed else text

    def _function(
        self,
        node: Rounded | Pick | DaysBetween | AddDays | AddMonths | DateOf | Elapsed | Choose,
    ) -> str:
        match node:
            case Rounded(mode, item, step, _):
                told = self.tell(item, binds=0)
                shown = self._terms.show(step.value, step.type)
                return self._say(f"formula.{mode}", item=told, step=shown)
            case Pick(which, items, _):
                listed = [self.tell(item, binds=_PLUS_BINDS) for item in items]
                return self._say(f"formula.{which}", items=self._terms.words.both(listed))
            case Choose(on, _, _):
                return self._say("formula.choose", fact=self._terms.label(on.name))
            case DaysBetween(start, end, _, _) | Elapsed(start, end, _):
                key = "formula.elapsed" if isinstance(node, Elapsed) else "formula.days"
                return self._say(key, start=self._plain(start), end=self._plain(end))
            case AddDays(start, number, _, _) | AddMonths(start, number, _):
                key = "formula.add_days" if isinstance(node, AddDays) else "formula.add_months"
                return self._say(key, start=self._plain(start), number=self._plain(number))
            case DateOf(moment, _, _):
                return self._say("formula.date_of", moment=self._plain(moment))
            case _:
                assert_never(node)

    def _plain(self, node: Expression) -> str:
        return self.tell(node, binds=0)


def steps(node: Expression, terms: Lexicon, figures: Figures) -> tuple[str, ...]:
    """Return each step of the computation as a line; nothing for a value that just stands there."""
    working = _Working(terms, figures)
    working.settle(node)
    return tuple(working.lines)


class _Working:
    def __init__(self, terms: Lexicon, figures: Figures) -> None:
        self._terms, self._figures = terms, figures
        self._say = terms.words.say
        self.lines: list[str] = []

    def settle(self, node: Expression) -> str:
        """Write down all steps of a node and return its value."""
        match node:
            case Binary():
                told, result = self._infix(node, binds=0), self._value(node)
                self.lines.append(self._say("step.plain", item=told, result=result))
            case Negate(item, _):
                self.settle(item)
            case Choose():
                self.settle(self._figures.chosen(node))
            case FactRef() | Const() | FieldRef():
                pass
            case _:
                self.lines.append(self._function(node))
        return self._value(node)

    def _infix(self, node: Expression, *, binds: int) -> str:
        """Return figures with their signs; what is not a sign is settled first."""
        if not isinstance(node, Binary):
            return self.settle(node)
        own = _TIMES_BINDS if node.op in ("*", "/") else _PLUS_BINDS
        left, right = self._infix(node.left, binds=own), self._infix(node.right, binds=own + 1)
        told = f"{left} {_SIGNS[node.op]} {right}"
        return self._say("signs.bracketed", text=told) if own < binds else told

    def _value(self, node: Expression) -> str:
        fact = node.name if isinstance(node, FactRef) else ""
        return self._terms.show(self._figures.of(node), node.type, fact)

    def _function(
        self, node: Rounded | Pick | DaysBetween | AddDays | AddMonths | DateOf | Elapsed
    ) -> str:
        result = self._value(node)
        match node:
            case Rounded(mode, item, step, _):
                self.settle(item)
                shown = self._terms.show(step.value, step.type)
                return self._say(f"step.{mode}", step=shown, result=result)
            case Pick(which, items, _):
                listed = self._terms.words.both([self.settle(item) for item in items])
                told = self._say(f"formula.{which}", items=listed)
            case DaysBetween(start, end, name, _):
                told = self._say("formula.days", start=self.settle(start), end=self.settle(end))
                result = self._counted(result, name)
            case AddDays(start, number, name, _):
                parts = {"start": self.settle(start), "number": self.settle(number)}
                told = self._say("formula.add_days", **parts)
                result = self._counted(result, name)
            case AddMonths(start, number, _):
                parts = {"start": self.settle(start), "number": self.settle(number)}
                told = self._say("formula.add_months", **parts)
            case DateOf(moment, _, _):
                told = self._say("formula.date_of", moment=self.settle(moment))
            case Elapsed(start, end, _):
                told = self._say("formula.elapsed", start=self.settle(start), end=self.settle(end))
        return self._say("step.plain", item=told, result=result)

    def _counted(self, result: str, name: str) -> str:
        told = counting_words(self._terms.edition.countings[name], self._terms)
        return f"{result} {self._say('signs.bracketed', text=told)}"


def counting_words(counting: Counting, terms: Lexicon) -> str:
    """Return a way of counting days as a phrase."""
    say = terms.words.say
    parts = [
        say("counting.every_day" if counting.calendar is None else "counting.working_days"),
        say("counting.first_in" if counting.first_day else "counting.first_out"),
        say("counting.last_in" if counting.last_day else "counting.last_out"),
    ]
    return say("signs.semicolon").join(parts)
