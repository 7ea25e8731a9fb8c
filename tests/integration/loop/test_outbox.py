"""A job exists exactly when the change that caused it does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection, transaction

from oferta.kernel import outbox


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'test.nothing'")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_job_added_in_an_undone_database_transaction_is_gone() -> None:
    point = transaction.savepoint()
    outbox.add("test.nothing", word="x")
    assert jobs() == 1
    transaction.savepoint_rollback(point)
    assert jobs() == 0


def test_another_connection_sees_the_job_only_after_the_commit(
    fresh_db: str, url_of: Callable[[str], str]
) -> None:
    import psycopg

    def seen() -> int:
        with psycopg.connect(url_of(fresh_db)) as other:
            row = other.execute("SELECT count(*) FROM procrastinate_jobs").fetchone()
            return int(row[0])  # type: ignore[index]

    with transaction.atomic():
        outbox.add("test.nothing", word="x")
        assert seen() == 0
    assert seen() == 1
