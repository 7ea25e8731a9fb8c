"""The web server: gunicorn with threads. Alone: `python -m oferta.project.running.web`."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from threading import Thread
from typing import Any

from gunicorn.app.base import BaseApplication

from oferta.project.config import Config, read_config
from oferta.project.running.parent import LISTENING, die_with_parent

#: The module with the addresses of the API's operations: it reads all of the API.
OPERATIONS = "oferta.project.rest.operations"


class Web(BaseApplication):  # type: ignore[misc]
    """Gunicorn, set up here instead of by a file."""

    def __init__(self, config: Config, before_serving: Callable[[], object]) -> None:
        self.config = config
        self.before_serving = before_serving
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        for name, value in _settings(self.config).items():
            self.cfg.set(name, value)
        self.cfg.set("post_worker_init", _read_the_rest)

    def load(self) -> Any:
        """Return the site, with the terms and the words read: once, before the processes part.

        Left to the first pages, eight threads of each process would read them all at once.
        """
        from oferta.project.wsgi import application  # noqa: PLC0415, I001 - sets Django up first
        from django.urls import get_resolver  # noqa: PLC0415 - the same
        from oferta.core.notices import rendering  # noqa: PLC0415 - the same
        from oferta.core.terms import shelf  # noqa: PLC0415 - the same
        from oferta.kernel.i18n import LANGUAGES  # noqa: PLC0415 - the same
        from oferta.project.web import words  # noqa: PLC0415 - the same

        get_resolver().url_patterns  # noqa: B018 - reads them
        shelf.terms()
        words.catalogue()
        for language in LANGUAGES:
            rendering.catalogue(language)
        self.before_serving()
        return application


def _read_the_rest(_worker: object) -> None:
    """Read the code of the API beside the first pages, which do without it."""
    Thread(target=import_module, args=(OPERATIONS,), daemon=True).start()


def _settings(config: Config) -> dict[str, Any]:
    inherited = os.environ.get(LISTENING)
    return {
        "bind": f"fd://{inherited}" if inherited else f"{config.bind}:{config.port}",
        "workers": config.web_processes,
        "threads": config.web_threads,
        "worker_class": "gthread",
        "preload_app": True,
        "loglevel": "warning",
        "proc_name": "oferta-web",
        "timeout": 60,
        "graceful_timeout": 5,
        # Its default place is under the home folder, which a service may not have.
        "control_socket_disable": True,
    }


def main(before_serving: Callable[[], object] = lambda: None) -> None:
    """Serve until told to stop.

    Args:
        before_serving: called when all is read and before the first page; may wait.
    """
    Web(read_config(), before_serving).run()


if __name__ == "__main__":
    die_with_parent()
    main()
