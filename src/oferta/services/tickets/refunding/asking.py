"""Asking the refund terms: by the edition that the buyer keeps, or a later one if it is better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oferta.core.terms import shelf
from oferta.core.terms.types import Decided


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

    Where no later edition is in force there is nothing to compare.
    """
    terms = shelf.terms()
    if terms.pack(pack).editions[-1].id == kept:
        return kept
    return decide(pack, question, given, kept=kept).edition


def facts(pack: str, question: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the facts that a question asks for."""
    return {name: given[name] for name in shelf.terms().question(pack, question).facts}


def _amount(decided: Decided, field: str) -> int:
    return int(decided.outcome[field] or 0)
