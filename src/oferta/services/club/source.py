"""What reads rows as payments of the club: a mapping of an export, or the terminals of a feed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol


class Source(Protocol):
    """Tells what a row leaves unsaid."""

    def converted(self, minor: int) -> int:
        """Return an amount of the source in the club's currency, minor units both."""

    def facts_of(self, row: Any) -> dict[str, object]:
        """Return the facts about a row that the terms ask for; `partner` names the partner."""

    def partners(self) -> Iterable[str]:
        """Return the partners that rows may have been paid at."""
