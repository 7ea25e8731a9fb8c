"""What rooms tell each other: typed events, one table of handlers, no magic.

A room publishes an event; who listens stands in one readable table (`project/wiring.py`). Handlers
run at once, inside the publisher's database transaction, and whatever they raise undoes it: what
may fail later belongs in the outbox.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

Handler: TypeAlias = Callable[[Any], None]

_table: dict[type, tuple[Handler, ...]] = {}


def connect(table: Mapping[type, Sequence[Handler]]) -> None:
    """Make `table` (event type to its handlers, in order) the one in use."""
    _table.clear()
    _table.update({kind: tuple(handlers) for kind, handlers in table.items()})


def publish(event: object) -> None:
    """Call every handler of the event's type, in order; an error of one goes to the caller."""
    for handler in _table.get(type(event), ()):
        handler(event)
