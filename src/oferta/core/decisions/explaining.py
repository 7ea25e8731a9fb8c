"""Why a Decision came out as it did: made anew from its facts and edition, never stored."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from uuid import UUID

from oferta.core.decisions import queries
from oferta.core.decisions.reading import type_of_fact
from oferta.core.decisions.types import Basis, Decision, Reproduction, Status
from oferta.core.terms import shelf
from oferta.core.terms.errors import Stopped
from oferta.core.terms.explain import explain, explain_stopped
from oferta.core.terms.explanation import Explanation
from oferta.core.terms.types import Coded, Decided, Edition
from oferta.core.terms.values import parse_value
from oferta.kernel.i18n import Language

_EPOCH = 719_163  # date(1970, 1, 1).toordinal()
#: Explanations kept; some ten kilobytes each.
EXPLAINED_MAX = 2_000


def reproduce(decision_id: UUID) -> Reproduction:
    """Decide anew from a stored Decision's facts and edition, and compare.

    A Decision that staff granted rests on no clause and is its own proof.

    Raises:
        UnknownDecision: there is no such Decision.
        UnknownEdition: its edition is no longer among the packs.
    """
    item = queries.decision(decision_id)
    edition = shelf.terms().edition_called(item.pack, item.edition)
    stored = _essence(item.outcome, item.decided_by, item.mask, _terms_error(item))
    again = stored if item.basis is Basis.GRANTED else _again(item, edition)
    unchanged = edition.digest == item.edition_digest
    return Reproduction(
        decision_id=item.id,
        equal=stored == again,
        edition_unchanged=unchanged,
        stored=stored,
        again=again,
    )


def answer_anew(item: Decision) -> Mapping[str, object]:
    """Return what a Decision's facts and edition give now: outcome, clauses, mask, error.

    Raises:
        UnknownEdition: its edition is no longer among the packs.
    """
    if item.basis is Basis.GRANTED:
        return _essence(item.outcome, item.decided_by, item.mask, _terms_error(item))
    return _again(item, shelf.terms().edition_called(item.pack, item.edition))


def explain_decision(decision_id: UUID, language: Language) -> Explanation | None:
    """Return why a Decision came out as it did; None if staff granted it.

    Raises:
        UnknownDecision: there is no such Decision.
        UnknownEdition: its edition is no longer among the packs.
    """
    return explanation_of(queries.decision(decision_id), language)


def explanation_of(item: Decision, language: Language, *, changes: int = 3) -> Explanation | None:
    """Return why a Decision that was read came out as it did; None if staff granted it.

    A Decision never changes, so what was once explained is kept; only so many, the latest used.

    Args:
        item: the Decision.
        language: of the reader.
        changes: how many nearest changes of facts to look for; each costs, the first the least.

    Raises:
        UnknownEdition: its edition is no longer among the packs.
    """
    if item.basis is Basis.GRANTED:
        return None
    edition = shelf.terms().edition_called(item.pack, item.edition)
    return _explained(_Carried(item, edition), item.id, edition.digest, language, changes)


class _Carried:
    """Takes values past a cache whose key is in the other arguments."""

    def __init__(self, item: Decision, edition: Edition) -> None:
        self.item, self.edition = item, edition

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Carried)


@lru_cache(maxsize=EXPLAINED_MAX)
def _explained(
    carried: _Carried, _id: UUID, _digest: str, language: Language, changes: int
) -> Explanation:
    item, edition = carried.item, carried.edition
    pack = shelf.terms().pack(item.pack)
    try:
        return explain(pack, _decide(item, edition), language, changes=changes)
    except Stopped as stopped:
        facts = coded_facts(item, edition)
        return explain_stopped(pack, stopped, facts, _day(item), language)


def coded_facts(item: Decision, edition: Edition) -> dict[str, Coded]:
    """Return a Decision's facts as the terms compare them."""
    pack = shelf.terms().pack(item.pack)
    return {
        name: parse_value(value, type_of_fact(pack, edition, name))
        for name, value in item.facts.items()
    }


def _decide(item: Decision, edition: Edition) -> Decided:
    facts = coded_facts(item, edition)
    terms = shelf.terms()
    return terms.decide_coded(item.pack, item.question, facts, _day(item), edition.id)


def _again(item: Decision, edition: Edition) -> Mapping[str, object]:
    try:
        decided = _decide(item, edition)
    except Stopped as stopped:
        return _essence(None, (), stopped.mask, stopped.code)
    return _essence(decided.outcome, decided.decided_by, decided.mask, "")


def _essence(
    outcome: Mapping[str, Coded] | None, decided_by: tuple[str, ...], mask: int, error: str
) -> dict[str, object]:
    return {
        "outcome": None if outcome is None else dict(outcome),
        "decided_by": list(decided_by),
        "mask": mask,
        "error": error,
    }


def _terms_error(item: Decision) -> str:
    """Return the code with which the terms themselves stopped it, if they did."""
    return item.error if item.status is Status.STOPPED and item.outcome is None else ""


def _day(item: Decision) -> int:
    return item.day.toordinal() - _EPOCH
