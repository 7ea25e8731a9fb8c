"""What must hold between facts, or between facts and answers."""

from __future__ import annotations

from dataclasses import dataclass

from oferta.core.terms.types.conditions import CompareOp, Condition
from oferta.core.terms.types.expressions import Expression
from oferta.core.terms.types.values import Place, Words


@dataclass(frozen=True, slots=True)
class Held:
    """`left op right` with arithmetic on a side; unknown if a fact in it is null.

    Fractions are compared exactly, so nothing in it needs a rounding.
    """

    op: CompareOp
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Relation:
    """Where `when` is true, `that` is not false: what is unknown passes, as a CHECK in SQL.

    An *assumption* holds between facts: facts that break it are refused, and proofs rest on it.
    A *promise* holds between facts and the fields of an answer: every edition is proved to keep it.
    """

    id: str
    when: Condition
    that: Condition | Held
    #: As written: `refunded_before + refunded <= purchase_paid`.
    source: str
    #: The sentence that a person reads.
    label: Words
    #: Facts and fields that it looks at.
    reads: tuple[str, ...]
    cites: tuple[str, ...]
    place: Place
