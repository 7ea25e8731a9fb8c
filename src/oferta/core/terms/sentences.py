"""A condition as a sentence that a lawyer and a customer can read, in each language; no SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from oferta.core.terms.lexicon import Lexicon, lexicon
from oferta.core.terms.types import (
    Always,
    And,
    Between,
    Compare,
    FactRef,
    InList,
    IsNull,
    Kind,
    Not,
    Or,
    Truth,
)
from oferta.core.terms.weighing import without_guards

if TYPE_CHECKING:
    from oferta.core.terms.types import Atom, Coded, Condition, Edition, Operand, Pack
    from oferta.kernel.i18n import Language

#: More values than this of one list are only counted: nobody reads them in a sentence.
VALUES_SHOWN_MAX = 8

_WORDS_OF_NUMBERS = {"<": "less", "<=": "at_most", ">": "more", ">=": "at_least"}
_WORDS_OF_DAYS = {"<": "before", "<=": "not_after", ">": "after", ">=": "not_before"}
_NEGATED = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def condition_sentence(
    pack: Pack, edition: Edition, condition: Condition, language: Language
) -> str:
    """Return the condition as a sentence without its full stop: "method is bank QR, and …"."""
    return sentence(condition, lexicon(pack, edition, language))


def sentence(condition: Condition, terms: Lexicon) -> str:
    """Return the condition as a sentence in the words of `terms`."""
    return _Teller(terms).tell(condition, inside=False)


class _Teller:
    def __init__(self, terms: Lexicon) -> None:
        self._terms = terms
        self._say = terms.words.say

    def tell(self, condition: Condition, *, inside: bool) -> str:
        """Return the sentence; `inside` another one a group stands in brackets."""
        match condition:
            case Always(value):
                return self._say("condition.always" if value else "condition.never")
            case Not(item):
                return self._negated(item, inside=inside)
            case And(items):
                return self._group(without_guards(items), "signs.clause_and", inside=inside)
            case Or(items):
                return self._group(items, "signs.clause_or", inside=inside)
            case _:
                return self._atom(condition, held=True)

    def _group(self, items: tuple[Condition, ...], joint: str, *, inside: bool) -> str:
        if len(items) == 1:
            return self.tell(items[0], inside=inside)
        told = self._say(joint).join(self.tell(item, inside=True) for item in items)
        return self._say("signs.bracketed", text=told) if inside else told

    def _negated(self, item: Condition, *, inside: bool) -> str:
        match item:
            case Not(twice):
                return self.tell(twice, inside=inside)
            case Always(value):
                return self.tell(Always(not value), inside=inside)
            case And(items) | Or(items):
                key = "condition.not_all" if isinstance(item, And) else "condition.none"
                each = [self.tell(part, inside=True) for part in items]
                listed = self._say("signs.semicolon").join(each)
                said = self._say(key, items=listed)
                return self._say("signs.bracketed", text=said) if inside else said
            case _:
                return self._atom(item, held=False)

    def _atom(self, atom: Atom, *, held: bool) -> str:
        match atom:
            case Compare():
                return self._compare(atom, held=held)
            case InList():
                return self._in_list(atom, held=held)
            case Between(operand, low, high):
                days = "_days" if operand.type.kind in (Kind.DATE, Kind.MOMENT) else ""
                return self._say(
                    f"condition.{'' if held else 'not_'}between{days}",
                    left=self._label(operand),
                    low=self._terms.operand(low, operand.name),
                    high=self._terms.operand(high, operand.name),
                )
            case IsNull(operand):
                key = "condition.not_known" if held else "condition.known"
                return self._say(key, left=self._label(operand))
            case Truth(operand):
                key = "condition.holds" if held else "condition.fails"
                return self._say(key, left=self._label(operand))
            case _:
                assert_never(atom)

    def _label(self, operand: Operand) -> str:
        return self._terms.operand(operand, "")

    def _compare(self, atom: Compare, *, held: bool) -> str:
        op = atom.op if held else _NEGATED[atom.op]
        left_fact = atom.left.name if isinstance(atom.left, FactRef) else ""
        right_fact = atom.right.name if isinstance(atom.right, FactRef) else ""
        return self._say(
            f"condition.{_word_of(op, atom.left.type.kind)}",
            left=self._terms.operand(atom.left, right_fact),
            right=self._terms.operand(atom.right, left_fact),
        )

    def _in_list(self, atom: InList, *, held: bool) -> str:
        left, fact = self._label(atom.operand), atom.operand.name
        lists = self._terms.pack.lists
        named = [name for name in atom.lists if name in lists]
        covered = {value for name in named for value in lists[name]}
        extra = tuple(value for value in atom.values if value not in covered)
        if len(named) == 1 and not extra:
            told = self._list(named[0], atom)
            key = "condition.in_list" if held else "condition.not_in_list"
            return self._say(key, left=left, list=told)
        each = [self._list(name, atom) for name in named]
        each += [self._terms.show(value, atom.operand.type, fact) for value in extra]
        if held:
            return self._say("condition.one_of", left=left, values=self._terms.words.either(each))
        if len(each) == 1 and not named:
            return self._say("condition.is_not", left=left, right=each[0])
        return self._say("condition.none_of", left=left, values=self._say("signs.comma").join(each))

    def _list(self, name: str, atom: InList) -> str:
        values: tuple[Coded, ...] = self._terms.pack.lists[name]
        shown = [
            self._terms.show(value, atom.operand.type, atom.operand.name)
            for value in values[:VALUES_SHOWN_MAX]
        ]
        told = self._say("signs.comma").join(shown)
        if len(values) > VALUES_SHOWN_MAX:
            more = len(values) - VALUES_SHOWN_MAX
            told = self._say("condition.some_values", shown=told, n=more)
        return self._say("condition.list", list=self._terms.list_label(name), values=told)


def _word_of(op: str, kind: Kind) -> str:
    if op in ("=", "<>"):
        return "is" if op == "=" else "is_not"
    days = kind in (Kind.DATE, Kind.MOMENT)
    return (_WORDS_OF_DAYS if days else _WORDS_OF_NUMBERS)[op]
