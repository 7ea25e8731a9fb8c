"""Makes the REST API known to Django."""

from __future__ import annotations

from django.apps import AppConfig


class RestConfig(AppConfig):
    """Tokens and idempotency keys."""

    name = "oferta.project.rest"
    label = "rest"

    def ready(self) -> None:
        """Let callers in through the door that knows the tokens."""
        from oferta.kernel.rest import access, problems  # noqa: PLC0415 - needs the tables loaded
        from oferta.project.rest.door import Front  # noqa: PLC0415 - the same
        from oferta.project.rest.statuses import STATUS_OF  # noqa: PLC0415 - the same

        access.connect(Front())
        problems.connect(STATUS_OF)
