"""Write decisions by COPY and read them back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import islice
from struct import Struct
from typing import Any
from uuid import UUID

from django.db import connection

from oferta.core.decisions.rules import shares_json
from oferta.core.decisions.types import Basis, Decision, Event, LimitShare, Status
from oferta.kernel import asking, pgcopy
from oferta.kernel.jsontext import json_bytes, loaded
from oferta.kernel.pgcopy import NULL

#: What differs from row to row, what an event's rows share, what rows of the same clauses share,
#: what became of it, who overrode what: written in these pieces.
_COLUMNS = (
    "id, day, facts, outcome, transfer_ids, "
    "key, party_id, event_at, decided_at, digest, plan, context, "
    "question, pack, edition, edition_digest, decided_by, mask, edition_kept, "
    "status, error, error_facts, uses, basis, "
    "overrides_id, reason, actor_id, approver_id"
)
_COLUMN_COUNT = _COLUMNS.count(",") + 1
#: How a row starts: columns, id, day, length of the facts.
_start = Struct(">hi16siii").pack
_length = Struct(">i").pack
_moment = Struct(">iq").pack
_COPY = f"COPY decisions_decision ({_COLUMNS}) FROM STDIN (FORMAT binary)"
_JSON = ("facts", "outcome", "context", "error_facts", "uses")
_READ = ", ".join(f"{name}::text" if name in _JSON else name for name in _COLUMNS.split(", "))
_SELECT = f"SELECT {_READ} FROM decisions_decision WHERE "  # noqa: S608 - constants only
#: One look into the index for each key. Asked with `key = ANY`, the planner reads a table of less
#: than some 100,000 rows from end to end instead: five times the price.
_SELECT_BY_KEYS = f"""
SELECT found.* FROM unnest(%s::text[]) AS asked (wanted)
CROSS JOIN LATERAL ({_SELECT} key = asked.wanted OFFSET 0) AS found
"""  # noqa: S608 - constants only
#: Rows sent at a time.
_CHUNK = 50
#: What follows `of_end` in the row of a Decision that overrides none.
NO_OVERRIDE = NULL + pgcopy.text("") + NULL + NULL


def write(rows: Iterable[bytes]) -> None:
    """Add rows (of `row`) in the order given.

    Callers give them ordered by key, so that two batches never wait for each other in a circle.
    Rows are sent a chunk at a time: the server takes one in while the next is being made.
    """
    left = iter(rows)
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write(pgcopy.HEADER)
        while chunk := b"".join(islice(left, _CHUNK)):
            copy.write(chunk)
        copy.write(pgcopy.TRAILER)


def write_one(item: Decision) -> None:
    """Add one decision."""
    decided = pgcopy.moment(item.decided_at)
    pieces = (
        of_event(item, decided, item.digest, json_bytes(item.context)),
        of_clauses(
            *(item.question, item.pack),
            (item.edition, item.edition_digest, item.edition_kept),
            *(item.decided_by, item.mask),
        ),
        of_end(item.status, item.error, item.error_facts, item.uses, item.basis),
        pgcopy.identity(item.overrides),
        pgcopy.text(item.reason),
        pgcopy.identity(item.actor_id),
        pgcopy.identity(item.approver_id),
    )
    day, facts = item.day.toordinal(), json_bytes(item.facts)
    write([row(item.id, day, facts, item.outcome, item.transfer_ids, pieces)])


def row(
    id_: UUID,
    day: int,
    facts: bytes,
    outcome: Mapping[str, Any] | None,
    transfer_ids: Collection[UUID],
    pieces: Iterable[bytes],
) -> bytes:
    """Write a Decision's row: what is its own, and the pieces that follow, as `_COLUMNS` says.

    The day is told as its ordinal.
    """
    return b"".join(
        (
            _start(_COLUMN_COUNT, 16, id_.bytes, 4, day - pgcopy.EPOCH_DAY, len(facts)),
            facts,
            NULL if outcome is None else pgcopy.blob(json_bytes(outcome)),
            pgcopy.identities(transfer_ids),
            *pieces,
        )
    )


def of_event(item: Event | Decision, decided: bytes, digest: bytes, context: bytes) -> bytes:
    """Write what all Decisions of an event share; when they are `decided` is written already."""
    key = item.key.encode()
    return b"".join(
        (
            _length(len(key)),
            key,
            pgcopy.identity(item.party_id),
            _moment(8, pgcopy.microseconds(item.event_at)),
            decided,
            _length(len(digest)),
            digest,
            pgcopy.word(item.plan),
            _length(len(context)),
            context,
        )
    )


@lru_cache(maxsize=4_096)  # a batch is decided by few clauses
def of_clauses(
    question: str,
    pack: str,
    edition: tuple[str, str, bool],
    decided_by: tuple[str, ...],
    mask: int,
) -> bytes:
    """Write what all Decisions by the same clauses share; the mask as big-endian bytes.

    Of the edition: its id, its digest, and whether the event named it.
    """
    *named, kept = edition
    words = (question, pack, *named)
    return b"".join(
        (
            *map(pgcopy.text, words),
            pgcopy.texts(decided_by),
            pgcopy.blob(mask.to_bytes((mask.bit_length() + 7) // 8)),
            pgcopy.blob(bytes([kept])),
        )
    )


def of_end(
    status: Status,
    error: str,
    error_facts: Mapping[str, Any],
    uses: tuple[LimitShare, ...] = (),
    basis: Basis = Basis.TERMS,
) -> bytes:
    """Write what became of a Decision."""
    return b"".join(
        (
            pgcopy.word(status.value),
            pgcopy.word(error),
            pgcopy.blob(json_bytes(error_facts)),
            pgcopy.blob(json_bytes(shares_json(uses))),
            pgcopy.word(basis.value),
        )
    )


def select(condition: str, values: Sequence[Any]) -> list[Decision]:
    """Return the decisions that meet an SQL condition of ours (never a caller's text)."""
    return [_decision(found) for found in asking.rows(_SELECT + condition, values)]


def select_by_keys(keys: str) -> list[Decision]:
    """Return the decisions of events by their keys, an array literal."""
    return [_decision(found) for found in asking.rows(_SELECT_BY_KEYS, [keys])]


def _decision(found: tuple[Any, ...]) -> Decision:
    (
        id_, day, facts, outcome, transfer_ids,
        key, party_id, event_at, decided_at, digest, plan, context,
        question, pack, edition, edition_digest, decided_by, mask, edition_kept,
        status, error, error_facts, uses, basis,
        overrides, reason, actor_id, approver_id,
    ) = found  # fmt: skip
    return Decision(
        id=id_,
        key=key,
        question=question,
        pack=pack,
        edition=edition,
        edition_digest=edition_digest,
        day=day,
        event_at=event_at,
        decided_at=decided_at,
        party_id=party_id,
        facts=loaded(facts),
        outcome=loaded(outcome),
        decided_by=tuple(decided_by),
        mask=int.from_bytes(bytes(mask)),
        status=Status(status),
        error=error,
        error_facts=loaded(error_facts),
        basis=Basis(basis),
        plan=plan,
        context=loaded(context),
        uses=tuple(_share(item) for item in loaded(uses)),
        transfer_ids=tuple(transfer_ids),
        digest=bytes(digest),
        overrides=overrides,
        reason=reason,
        actor_id=actor_id,
        approver_id=approver_id,
        edition_kept=edition_kept,
    )


def _share(item: list[Any]) -> LimitShare:
    limit, holder, since, amount = item
    return LimitShare(limit=limit, holder=holder, since=date.fromisoformat(since), amount=amount)
