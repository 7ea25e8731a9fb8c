"""Makes the room known to Django."""

from __future__ import annotations

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """The room `oferta.core.parties`."""

    name = "oferta.core.parties"
    label = "parties"
