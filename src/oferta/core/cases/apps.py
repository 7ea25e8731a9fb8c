"""Makes the room known to Django."""

from __future__ import annotations

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """The room `oferta.core.cases`."""

    name = "oferta.core.cases"
    label = "cases"
