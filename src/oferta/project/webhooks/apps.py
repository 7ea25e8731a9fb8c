"""Makes the webhooks known to Django."""

from __future__ import annotations

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Endpoints, messages and their deliveries."""

    name = "oferta.project.webhooks"
    label = "webhooks"
