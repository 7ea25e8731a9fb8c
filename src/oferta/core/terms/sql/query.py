"""What a compiled question looks like from outside, and what it refuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from oferta.core.terms.errors import TermsError
from oferta.core.terms.types import Coded

#: Clauses of one mask column; a question with more has `mask_1`, `mask_2`, …
MASK_BITS = 62
#: What the column `status` holds, by the code that stands for it while it is computed.
STATUSES = (
    "decided",
    "gap",
    "conflict",
    "division_by_zero",
    "out_of_bounds",
    "calendar_not_declared",
    "wrong_fact",
    "too_large",
    "facts_disagree",
)
(
    DECIDED,
    GAP,
    CONFLICT,
    DIVISION_BY_ZERO,
    OUT_OF_BOUNDS,
    CALENDAR_NOT_DECLARED,
    WRONG_FACT,
    TOO_LARGE,
    FACTS_DISAGREE,
) = range(len(STATUSES))


@dataclass(eq=False, kw_only=True)
class NotInSql(TermsError):
    """The terms say something that is not written in SQL exactly; decide it in Python."""

    code: ClassVar[str] = "terms.not_in_sql"
    question: str
    what: str


@dataclass(frozen=True, slots=True)
class Query:
    """One SELECT and the columns that it returns."""

    sql: str
    dialect: str
    #: Clause ids by their bit in the masks.
    clauses: tuple[str, ...]
    #: Columns of masks: which clauses were in force and held, which of them decided.
    masks: tuple[str, ...]
    deciding: tuple[str, ...]
    #: Columns of the outcome, coded, by field.
    fields: dict[str, str]
    #: Of a short query, instead of `status` and masks: the column with the index of the (first)
    #: deciding clause, or, below zero, the status. `fields` are null where `constants` tell them.
    told: str = ""
    #: Outcomes that are the same for every row, by the index of the deciding clause and field.
    constants: dict[int, dict[str, Coded]] = field(default_factory=dict)
    #: Indexes of the clauses that have an outcome.
    outcomes: tuple[int, ...] = ()
    #: Columns with what each row uses of limits, if they are summed.
    uses: tuple[str, ...] = ()
