"""The worker: takes jobs from the outbox. Runs as `python -m oferta.project.running.worker`."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import cast

import django

from oferta.project.running.parent import die_with_parent

#: A delivery that is under way when the worker is told to stop gets this long.
GRACE_SECONDS = 5
CONCURRENCY = 4


def work() -> None:
    """Run jobs until told to stop (SIGINT or SIGTERM)."""
    asyncio.run(_work())


async def _work() -> None:
    from procrastinate.contrib.django import app  # noqa: PLC0415 - needs Django set up
    from procrastinate.contrib.django.django_connector import (  # noqa: PLC0415 - the same
        DjangoConnector,
    )

    connector = cast("DjangoConnector", app.connector).get_worker_connector()
    with app.replace_connector(connector) as working:
        async with working.open_async():
            await working.run_worker_async(
                concurrency=CONCURRENCY,
                name=f"oferta-{os.getpid()}",
                shutdown_graceful_timeout=GRACE_SECONDS,
                # What was delivered stands with the notices; done jobs would only pile up.
                delete_jobs="successful",
            )


def main() -> None:
    """Set Django up and work."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oferta.project.settings")
    logging.basicConfig(level=logging.WARNING, format="worker: %(levelname)s %(message)s")
    django.setup()
    work()


if __name__ == "__main__":
    die_with_parent()
    main()
