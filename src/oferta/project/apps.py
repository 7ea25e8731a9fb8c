"""Makes the project known to Django."""

from __future__ import annotations

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Where the rooms are put together."""

    name = "oferta.project"
    label = "project"
