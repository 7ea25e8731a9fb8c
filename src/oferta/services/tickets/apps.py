"""Makes the room known to Django."""

from __future__ import annotations

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """The room `oferta.services.tickets`."""

    name = "oferta.services.tickets"
    label = "tickets"
