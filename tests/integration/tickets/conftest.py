"""What tests of the ticket office may ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from oferta.kernel import clock


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock of the pages."""

    def put(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    return put
