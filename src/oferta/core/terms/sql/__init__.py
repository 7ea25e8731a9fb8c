"""Terms as SQL: one SELECT that answers a question for every row of a table.

The same definition that is compiled to Python for one decision is written here for whole
histories, in the SQL of DuckDB, PostgreSQL or Spark, and a property test holds both to the same
status, mask and outcome. See docs/rooms/terms.md, "SQL".
"""

from __future__ import annotations

from oferta.core.terms.sql.asking import to_sql
from oferta.core.terms.sql.codes import Codes
from oferta.core.terms.sql.limits import Uses
from oferta.core.terms.sql.query import MASK_BITS, STATUSES, NotInSql, Query

__all__ = ["MASK_BITS", "STATUSES", "Codes", "NotInSql", "Query", "Uses", "to_sql"]
