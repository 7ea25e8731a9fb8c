"""Facts that the core itself knows, put beside those that a service gives.

A pack that declares `identity_tier` asks how far the customer's identity was known when the event
happened, one that declares `is_student` whether they had a student's status then. A service need
not know: it gives the party, and where it gives the fact itself, that stands. What is supplied is
stored with the Decision like every fact, but is no part of the question's digest: a retry is the
same question, whatever the customer has proved meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from oferta.core.decisions.reading import memory
from oferta.core.decisions.types import Event
from oferta.core.parties import identity, queries
from oferta.core.terms.errors import TermsError

Asked: TypeAlias = tuple[UUID, datetime]

#: Fact to what answers it for many customers at once, each at a moment of their own.
SUPPLIERS: dict[str, Callable[[Sequence[Asked]], Sequence[object]]] = {
    "identity_tier": queries.tiers_at,
    "is_student": lambda asked: identity.held_at(asked, identity.STUDENT),
}


def supply(events: Sequence[Event]) -> Sequence[Event]:
    """Return the events with what they need and do not have; the very same where nothing is."""
    forms = {(item.pack, tuple(item.questions)) for item in events}
    needs = {form: _needed(*form) for form in forms}
    if not any(needs.values()):
        return events
    supplied = list(events)
    for fact, answer in SUPPLIERS.items():
        places = [
            (place, item.party_id)
            for place, item in enumerate(supplied)
            if item.party_id is not None
            and fact in needs[item.pack, tuple(item.questions)]
            and fact not in item.facts
        ]
        found = answer([(party, supplied[place].event_at) for place, party in places])
        for (place, _), value in zip(places, found, strict=True):
            item = supplied[place]
            supplied[place] = replace(item, facts={**item.facts, fact: value})
    return supplied


def lacking(events: Sequence[Event]) -> set[int]:
    """Return the places of events that miss something which `supply` would give them."""
    needs = _needs(events)
    if not any(needs.values()):
        return set()
    return {
        place
        for place, item in enumerate(events)
        if item.party_id is not None and not needs[item.pack, item.questions] <= item.facts.keys()
    }


def _needs(events: Sequence[Event]) -> dict[tuple[str, tuple[str, ...]], frozenset[str]]:
    return {form: _needed(*form) for form in {(item.pack, item.questions) for item in events}}


def _needed(pack: str, questions: tuple[str, ...]) -> frozenset[str]:
    try:
        return memory().known_facts(pack, questions) & SUPPLIERS.keys()
    except TermsError:  # an unknown pack or question: whoever reads the facts says so
        return frozenset()
