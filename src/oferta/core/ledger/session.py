"""Django's connection as the ledger uses it: psycopg below, Django's atomic blocks around."""

from __future__ import annotations

from typing import Any

from django.db import connection as django_connection
from psycopg import Connection


def connection() -> Connection[Any]:
    """Return the psycopg connection under Django's default one."""
    django_connection.ensure_connection()
    found: Connection[Any] = django_connection.connection
    return found
