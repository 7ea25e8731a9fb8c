"""What a decision is."""

from __future__ import annotations

from dataclasses import dataclass

from oferta.core.terms.types.values import Coded


@dataclass(frozen=True, slots=True)
class LimitEffect:
    """What a limit did to one field; noted for each limit that stood, also if it cut nothing.

    A limit only lowers: a field that came out negative stays as it is and uses nothing up. A
    count limit with nothing left sets a field above zero to zero.
    """

    limit: str
    #: The ceiling, what was used before, what was left of it (never below zero): coded as the
    #: field under an amount limit, a number of decisions under a count limit.
    at_most: int
    used: int
    left: int
    #: The field before and after this limit, coded as the field; limits of one field follow each
    #: other in published order.
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Decided:
    """The answer to one question: facts and edition reproduce it for ever."""

    pack: str
    edition: str
    question: str
    #: Coded day of the event that the edition and the windows were read for.
    day: int
    #: Raw facts, coded, by name; limit facts included.
    facts: dict[str, Coded]
    #: Bit i: the i-th clause of this question (edition order) was in force and held.
    mask: int
    decided_by: tuple[str, ...]
    #: Field to coded value.
    outcome: dict[str, Coded]
    limited: tuple[LimitEffect, ...]
