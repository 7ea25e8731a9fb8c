"""Asking the refund terms: by the edition that the buyer keeps, or a later one if it is better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oferta.core.terms import shelf
from oferta.core.terms.engine import Terms
from oferta.core.terms.types import Decided


def decide(
    pack: str, question: str, facts: Mapping[str, Any], *, kept: str, terms: Terms | None = None
) -> Decided:
    """Return what is decided for a buyer who keeps an edition of the terms.

    A later edition can only help: the one in force on the day of the event decides instead where
    its answer is better, as the question itself says what is better for the customer. Where the
    question does not say, the kept one decides.

    Args:
        pack: the refund terms.
        question: one of theirs.
        facts: at least those that the question asks for.
        kept: the edition that was sold with the ticket.
        terms: the loaded packs; those of this process if not given.

    Raises:
        TermsError: the facts do not fit, or nothing answers.
    """
    asked = terms or shelf.terms()
    known = asked.question(pack, question)
    needed = {name: facts[name] for name in known.facts if name in facts}
    by_kept = asked.decide(pack, question, needed, edition=kept)
    if not known.better:
        return by_kept
    newest = asked.edition(pack, by_kept.day)
    if newest.id == kept:
        return by_kept
    by_newest = asked.decide(pack, question, needed, edition=newest.id)
    better = (by_newest.outcome[known.better] or 0) > (by_kept.outcome[known.better] or 0)  # type: ignore[operator]  # money
    return by_newest if better else by_kept
