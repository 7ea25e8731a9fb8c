"""Makes the room known to Django."""

from __future__ import annotations

from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    """The room `oferta.core.decisions`."""

    name = "oferta.core.decisions"
    label = "decisions"
