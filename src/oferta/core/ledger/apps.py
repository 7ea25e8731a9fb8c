"""Makes the room known to Django."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The room `oferta.core.ledger`."""

    name = "oferta.core.ledger"
    label = "ledger"
