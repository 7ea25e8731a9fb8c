"""Creates the database if it is missing and brings its tables up to date."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

#: Any number: the lock that lets one process migrate at a time.
MIGRATING = 6_702_018
#: What PostgreSQL says when another process made the database first, or at the same moment.
_FASTER = (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation)


def prepare() -> list[str]:
    """Create the database and its tables where they are missing; return the migrations applied.

    Any number of processes may ask at once: one works, the others wait and find it done.
    """
    _create_if_missing()
    plan = _missing()
    if not plan:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        try:
            plan = _missing()
            if plan:
                call_command("migrate", interactive=False, verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])
    return plan


def _missing() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _create_if_missing() -> None:
    try:
        connection.ensure_connection()
    except OperationalError as error:
        if "does not exist" not in str(error):
            raise
        wanted: dict[str, Any] = connection.get_connection_params()
        keys = ("host", "port", "user", "password", "sslmode")
        kept = {key: wanted[key] for key in keys if wanted.get(key)}
        with psycopg.connect(**kept, dbname="postgres", autocommit=True) as server:
            name = psycopg.sql.Identifier(wanted["dbname"])
            with suppress(*_FASTER):
                server.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(name))
        connection.ensure_connection()
