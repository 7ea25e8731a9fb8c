"""Makes the room known to Django."""

from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The room `oferta.core.notices`."""

    name = "oferta.core.notices"
    label = "notices"
