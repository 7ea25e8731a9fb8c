"""Values of the terms as the API tells them."""

from __future__ import annotations

from collections.abc import Mapping

from oferta.core.decisions.explaining import coded_facts
from oferta.core.decisions.reading import type_of_fact
from oferta.core.decisions.types import Decision
from oferta.core.terms import shelf
from oferta.core.terms.errors import TermsError
from oferta.core.terms.types import Coded, Kind, Type
from oferta.core.terms.values import BadValue, write_value
from oferta.kernel.rest.schemas import Money, ValueTold


def told(coded: Coded, type_: Type) -> ValueTold:
    """Return a value: money by its minor units, numbers and truth as JSON, the rest as written."""
    if coded is None or type_.kind in (Kind.BOOLEAN, Kind.INTEGER):
        return coded
    if type_.kind is Kind.MONEY:
        return Money(minor=int(coded), unit=type_.unit)
    return write_value(coded, type_)


def told_outcome(
    pack: str, question: str, outcome: Mapping[str, Coded] | None
) -> dict[str, ValueTold] | None:
    """Return an outcome; None if there is none.

    Of a pack that is there no more the types are not known: then its values stand as they are kept.
    """
    if outcome is None:
        return None
    try:
        fields = shelf.terms().question(pack, question).answer
    except TermsError:
        return dict(outcome)
    types = {field.name: field.type for field in fields}
    return {
        name: told(value, types[name]) if name in types else value
        for name, value in outcome.items()
    }


def told_facts(item: Decision) -> dict[str, ValueTold]:
    """Return a Decision's facts; of an edition that is there no more, as they are kept."""
    try:
        edition = shelf.terms().edition_called(item.pack, item.edition)
        pack = shelf.terms().pack(item.pack)
        coded = coded_facts(item, edition)
        return {
            name: told(value, type_of_fact(pack, edition, name)) for name, value in coded.items()
        }
    except (TermsError, BadValue, StopIteration):
        return dict(item.facts)
