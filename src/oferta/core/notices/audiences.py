"""Whom a mass message can be for: named groups, each asked with one word or list.

A service adds its own in `project/wiring.py`, as the holders of tickets of a performance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias
from uuid import UUID

from oferta.core.notices.mass_errors import BadMass

#: From what was chosen to the ids of the customers meant, each once. BadMass for a wrong choice.
Audience: TypeAlias = Callable[[str], Iterable[UUID]]

_audiences: dict[str, Audience] = {}


def register(audiences: Mapping[str, Audience]) -> None:
    """Make these the groups to choose from; their words are `messages.audience.<name>`."""
    _audiences.clear()
    _audiences.update(audiences)


def names() -> list[str]:
    """Return the names of the groups."""
    return list(_audiences)


def members(name: str, chosen: str) -> Iterable[UUID]:
    """Return the customers of a group.

    Raises:
        BadMass: no such group, or a choice that it does not know.
    """
    if name not in _audiences:
        raise BadMass(field="audience", given=name, expected=", ".join(_audiences))
    return _audiences[name](chosen)
