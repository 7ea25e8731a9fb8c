"""Makes the REST API known to Django."""

from __future__ import annotations

from django.apps import AppConfig


class RestConfig(AppConfig):
    """Tokens and idempotency keys. The API itself is put together with its first call (`late`)."""

    name = "oferta.project.rest"
    label = "rest"
