"""Makes the project known to Django."""

from __future__ import annotations

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Where the rooms are put together."""

    name = "oferta.project"
    label = "project"

    def ready(self) -> None:
        """Put the rooms together."""
        from oferta.project import wiring  # noqa: PLC0415 - needs the rooms' tables to be loaded

        wiring.connect()
