"""Whether a condition can be unknown: exactly, every domain and assumption worked in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oferta.core.terms.figures import with_derived
from oferta.core.terms.proving.model import Model, symbols_for, within
from oferta.core.terms.proving.search import Search
from oferta.core.terms.subject import Subject
from oferta.core.terms.walk import facts_of_condition
from oferta.core.terms.weighing import truth

if TYPE_CHECKING:
    from oferta.core.terms.types import Clause, Coded, Edition, Pack


def unknown_case(pack: Pack, edition: Edition, clause: Clause) -> dict[str, Coded] | None:
    """Return coded facts on which the condition of a clause in force is unknown; None: never.

    Empty facts: it was neither proved nor shown.
    """
    alone = replace(clause, defeats=(), then=())
    own = replace(edition, clauses={clause.id: alone}, limits={})
    subject = Subject(pack, own, pack.questions[clause.question])
    model = Model(subject, symbols_for(subject))
    search = Search([model], [], {})
    asked = [model.conditions.unknown(clause.when), within(clause.in_force, model.day)]
    if search.possible(*asked) is False:
        return None
    wanted = list(facts_of_condition(clause.when))

    def really(facts: dict[str, Coded]) -> bool:
        return truth(clause.when, with_derived(edition, facts, wanted)) is None

    return search.case(asked, really) or {}
