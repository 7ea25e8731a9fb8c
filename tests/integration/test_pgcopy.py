"""What goes in by binary COPY is read back as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from django.db import connection

from oferta.kernel import pgarray, pgcopy
from oferta.kernel.ids import uuid7

pytestmark = pytest.mark.django_db

ALMATY = timezone(timedelta(hours=5))
ROWS: list[tuple[UUID | None, list[UUID], str, list[str], datetime, bytes]] = [
    (None, [], "", [], datetime(1970, 1, 1, tzinfo=UTC), b""),
    (UUID(int=7), [UUID(int=1)], "қазақ\t\\N\n", ["a"],
     datetime(2024, 5, 16, 1, tzinfo=ALMATY), b"\0"),
    (uuid7(), [uuid7() for _ in range(300)], "券" * 9_000, ["", '"{,}"', "é"],
     datetime(9000, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), bytes(range(256))),
]  # fmt: skip


def test_texts_of_an_array_are_read_back_as_they_were() -> None:
    texts = ["", "a", 'q"uo{te},', "back\\slash\\", "券\n", "NULL"]
    with connection.cursor() as cursor:
        for said in (texts, []):
            cursor.execute("SELECT %s::text[]", [pgarray.texts(said)])
            assert cursor.fetchone() == (said,)


def test_every_kind_of_value_is_read_back_as_it_was_written() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE told (id uuid, ids uuid[], said text, words text[],"
            " at timestamptz, raw bytea, taken_apart jsonb)"
        )
        with cursor.copy("COPY told FROM STDIN (FORMAT binary)") as copy:
            copy.write(pgcopy.HEADER)
            for id_, ids, said, words, at, raw in ROWS:
                pieces = (
                    pgcopy.identity(id_),
                    pgcopy.identities(ids),
                    pgcopy.text(said),
                    pgcopy.texts(words),
                    pgcopy.moment(at),
                    pgcopy.blob(raw),
                    pgcopy.jsonb(b'{"a":[1,null]}'),
                )
                copy.write(len(pieces).to_bytes(2) + b"".join(pieces))
            copy.write(pgcopy.TRAILER)
        cursor.execute(
            "SELECT id, ids, said, words, at, raw, taken_apart->'a' FROM told ORDER BY at"
        )
        found = cursor.fetchall()
    assert [(*row[:5], bytes(row[5])) for row in found] == ROWS
    assert {str(row[6]) for row in found} == {"[1, null]"}
