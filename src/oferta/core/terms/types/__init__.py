"""The model of a pack: what the loader makes, the compilers read and the explainer cites.

Every value is kept *coded*, so that Python, SQL and a prover compare the same whole numbers:

========  ==========================================================
kind      coded as
========  ==========================================================
boolean   bool
integer   int
percent   int, millionths of one: 1% is 10_000
money     int, minor units of `Type.unit`
date      int, days since 1970-01-01
moment    int, microseconds since 1970-01-01T00:00Z
duration  int, microseconds
enum      str, one of `Type.values`
text      str; may be compared for equality only
========  ==========================================================

`None` is null, and only a fact declared nullable may be null.
"""

from __future__ import annotations

from oferta.core.terms.types.conditions import (
    Always,
    And,
    Atom,
    Between,
    Compare,
    CompareOp,
    Condition,
    InList,
    IsNull,
    Not,
    Operand,
    Or,
    Truth,
)
from oferta.core.terms.types.decided import (
    Decided,
    LimitEffect,
)
from oferta.core.terms.types.edition import (
    Calendar,
    Choice,
    Clause,
    ClauseText,
    Counting,
    Derived,
    Edition,
    Limit,
    NamedValue,
    Then,
)
from oferta.core.terms.types.expressions import (
    AddDays,
    AddMonths,
    Binary,
    Choose,
    DateOf,
    DaysBetween,
    Elapsed,
    Expression,
    FieldRef,
    Negate,
    Pick,
    Rounded,
    RoundingMode,
)
from oferta.core.terms.types.pack import (
    Example,
    Fact,
    Field,
    Pack,
    Question,
)
from oferta.core.terms.types.relations import (
    Held,
    Relation,
)
from oferta.core.terms.types.values import (
    PERCENT_ONE,
    Coded,
    Const,
    FactRef,
    Kind,
    Place,
    Type,
    Window,
    Words,
)

__all__ = [
    "PERCENT_ONE",
    "AddDays",
    "AddMonths",
    "Always",
    "And",
    "Atom",
    "Between",
    "Binary",
    "Calendar",
    "Choice",
    "Choose",
    "Clause",
    "ClauseText",
    "Coded",
    "Compare",
    "CompareOp",
    "Condition",
    "Const",
    "Counting",
    "DateOf",
    "DaysBetween",
    "Decided",
    "Derived",
    "Edition",
    "Elapsed",
    "Example",
    "Expression",
    "Fact",
    "FactRef",
    "Field",
    "FieldRef",
    "Held",
    "InList",
    "IsNull",
    "Kind",
    "Limit",
    "LimitEffect",
    "NamedValue",
    "Negate",
    "Not",
    "Operand",
    "Or",
    "Pack",
    "Pick",
    "Place",
    "Question",
    "Relation",
    "Rounded",
    "RoundingMode",
    "Then",
    "Truth",
    "Type",
    "Window",
    "Words",
]
