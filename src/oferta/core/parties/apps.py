"""Makes the room known to Django."""

from __future__ import annotations

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """The room `oferta.core.parties`."""

    name = "oferta.core.parties"
    label = "parties"

    def ready(self) -> None:
        """Let signing in be logged."""
        from django.contrib.auth.signals import user_logged_in  # noqa: PLC0415 - needs the tables

        from oferta.core.parties.web import sign_in_log  # noqa: PLC0415 - needs the tables

        user_logged_in.connect(sign_in_log.note, dispatch_uid="oferta.parties.sign_in_log")
