"""Asking the refund terms: by the edition that the buyer keeps, or a later one if it is better."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from oferta.core.terms import shelf
from oferta.core.terms.engine import Terms
from oferta.core.terms.types import Coded, Decided, Type
from oferta.core.terms.values import parse_value

_EPOCH = date(1970, 1, 1)
#: Values of one fact that are remembered.
VALUES_MAX = 10_000


def decide(pack: str, question: str, given: Mapping[str, Any], *, kept: str) -> Decided:
    """Return what is decided for a buyer who keeps an edition of the terms.

    A later edition can only help: the one in force on the day of the event decides instead where
    its answer is better, as the question itself says what is better for the customer. Where the
    question does not say, the kept one decides.

    Args:
        pack: the refund terms.
        question: one of theirs.
        given: at least the facts that the question asks for.
        kept: the edition that was sold with the ticket.

    Raises:
        TermsError: the facts do not fit, or nothing answers.
    """
    terms = shelf.terms()
    needed = facts(pack, question, given)
    asked = terms.read(pack, question, needed, edition=kept)
    by_kept = asked.decide()
    better = terms.question(pack, question).better
    newest = terms.edition(pack, asked.day)
    if not better or newest.id == kept:
        return by_kept
    by_newest = terms.decide(pack, question, needed, edition=newest.id)
    helps = _amount(by_newest, better) > _amount(by_kept, better)
    return by_newest if helps else by_kept


def edition(pack: str, question: str, given: Mapping[str, Any], *, kept: str) -> str:
    """Return the edition that decides for a buyer; as `decide`, which is not asked for nothing.

    Where no later edition is in force there is nothing to compare. A cancellation asks this of
    each of ten thousand tickets, whose facts are nearly the same.
    """
    if not _later(pack, given["requested_at"], kept=kept):
        return kept
    terms = shelf.terms()
    better = terms.question(pack, question).better
    if not better:
        return kept
    columns, known = _columns(terms, pack, question)
    asked = (kept, *[given[one.name] for one in columns])
    if asked not in known:
        if len(known) >= VALUES_MAX:
            known.clear()
        coded = {one.name: one.read(given[one.name]) for one in columns}
        known[asked] = _better(terms, pack, question, coded, kept=kept)
    return known[asked]


def _better(
    terms: Terms, pack: str, question: str, coded: Mapping[str, Coded], *, kept: str
) -> str:
    """Return the kept edition, or the newest of the day if its answer is better."""
    asked = terms.read_coded(pack, question, coded, edition=kept)
    newest = terms.edition(pack, asked.day)
    if newest.id == kept:
        return kept
    field = terms.question(pack, question).better
    by_newest = terms.decide_coded(pack, question, coded, edition=newest.id)
    return newest.id if _amount(by_newest, field) > _amount(asked.decide(), field) else kept


class _Column:
    """One fact, whose values are read once each."""

    def __init__(self, name: str, type_: Type) -> None:
        self.name = name
        self._type = type_
        self._known: dict[tuple[type, Any], Coded] = {}

    def read(self, value: Any) -> Coded:
        """Return a value as the terms compare it."""
        key = (type(value), value)
        if key not in self._known:
            if len(self._known) >= VALUES_MAX:
                self._known.clear()
            self._known[key] = parse_value(value, self._type)
        return self._known[key]


@lru_cache(maxsize=64)
def _columns(
    terms: Terms, pack: str, question: str
) -> tuple[tuple[_Column, ...], dict[tuple[Any, ...], str]]:
    """Return the facts of a question, and which edition decided which of their values."""
    facts_ = terms.pack(pack).facts
    names = terms.question(pack, question).facts
    return tuple(_Column(name, facts_[name].type) for name in names), {}


def _later(pack: str, asked_at: datetime, *, kept: str) -> bool:
    """Tell whether an edition after the kept one may be in force, wherever days are counted."""
    day = (asked_at.date() - _EPOCH).days + 1
    newest = next(one for one in reversed(shelf.terms().pack(pack).editions) if one.start <= day)
    return newest.id != kept


def facts(pack: str, question: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the facts that a question asks for."""
    return {name: given[name] for name in shelf.terms().question(pack, question).facts}


def _amount(decided: Decided, field: str) -> int:
    return int(decided.outcome[field] or 0)
