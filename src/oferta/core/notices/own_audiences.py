"""The groups that need no service: everybody, a language, a pack, a list of keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from oferta.core.notices.audiences import Audience
from oferta.core.notices.mass_errors import BadMass
from oferta.core.parties import groups
from oferta.core.terms import shelf
from oferta.kernel.i18n import LANGUAGES


def _everybody(_chosen: str) -> Iterable[UUID]:
    return groups.everybody()


def _language(chosen: str) -> Iterable[UUID]:
    found = groups.of_language(chosen.strip())
    if found is None:
        raise BadMass(field="chosen", given=chosen, expected=", ".join(LANGUAGES))
    return found


def _pack(chosen: str) -> Iterable[UUID]:
    packs = shelf.terms().packs
    if chosen.strip() not in packs:
        raise BadMass(field="chosen", given=chosen, expected=", ".join(packs))
    return groups.party_to(chosen.strip())


def _listed(chosen: str) -> Iterable[UUID]:
    keys = {line.strip() for line in chosen.splitlines() if line.strip()}
    found = groups.with_keys(keys)
    unknown = sorted(keys - set(found))
    if unknown:
        expected = "keys or addresses of customers, one a line"
        raise BadMass(field="chosen", given=", ".join(unknown[:10]), expected=expected)
    return set(found.values())


AUDIENCES: Mapping[str, Audience] = {
    "everybody": _everybody,
    "language": _language,
    "pack": _pack,
    "listed": _listed,
}
