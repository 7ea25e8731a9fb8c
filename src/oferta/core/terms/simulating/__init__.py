"""Terms tried on history: what an edition gives, and what another would change.

A file of events is read by DuckDB, decided by generated SQL in one scan (both editions of a
comparison at once, so rows need no matching) and summed there; only sums leave the database. See
docs/howto/simulate-a-change.md.
"""

from __future__ import annotations

from oferta.core.terms.simulating.engine import simulate
from oferta.core.terms.simulating.types import Asked, Share, Simulation, Transition

__all__ = ["Asked", "Share", "Simulation", "Transition", "simulate"]
