"""Makes the room known to Django."""

from __future__ import annotations

from django.apps import AppConfig


class ClubConfig(AppConfig):
    """The room `oferta.services.club`."""

    name = "oferta.services.club"
    label = "club"
