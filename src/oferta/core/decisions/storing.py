"""Write decisions by COPY and read them back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from oferta.core.decisions.rules import shares_json
from oferta.core.decisions.types import Basis, Decision, LimitShare, Status
from oferta.kernel.jsontext import json_text, loaded

_COLUMNS = (
    "id, key, question, pack, edition, edition_digest, day, event_at, decided_at, party_id, facts, "
    "outcome, decided_by, mask, status, error, error_facts, basis, plan, context, uses, "
    "transfer_ids, digest, overrides_id, reason, actor_id, approver_id"
)
_COPY = f"COPY decisions_decision ({_COLUMNS}) FROM STDIN"
_SELECT = f"SELECT {_COLUMNS} FROM decisions_decision WHERE "  # noqa: S608 - constants only
#: Rows sent at a time.
_CHUNK = 50
#: How COPY writes null.
NULL = r"\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def write(rows: Iterable[str]) -> None:
    """Add rows of COPY's text format (`row`, or a draft's own), in the order given.

    Callers give them ordered by key, so that two batches never wait for each other in a circle.
    Rows are sent a chunk at a time: the server takes one in while the next is being made.
    """
    left = iter(rows)
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        while chunk := "".join(islice(left, _CHUNK)):
            copy.write(chunk)


def write_one(decision: Decision) -> None:
    """Add one decision."""
    write([_row(decision, json_text(decision.facts), json_text(decision.context))])


def select(condition: str, values: Sequence[Any]) -> list[Decision]:
    """Return the decisions that meet an SQL condition of ours (never a caller's text)."""
    with connection.cursor() as cursor:
        cursor.execute(_SELECT + condition, values)
        return [_decision(row) for row in cursor.fetchall()]


def _row(item: Decision, facts: str, context: str) -> str:
    return (
        f"{item.id.hex}\t{escaped_text(item.key)}\t{item.question}\t{item.pack}\t{item.edition}\t"
        f"{item.edition_digest}\t{item.day}\t{moment(item.event_at)}\t"
        f"{moment(item.decided_at)}\t{identity(item.party_id)}\t{escaped(facts)}\t"
        f"{NULL if item.outcome is None else escaped(json_text(item.outcome))}\t"
        f"{array(item.decided_by)}\t{mask_bytes(item.mask)}\t{item.status.value}\t"
        f"{item.error}\t{escaped(json_text(item.error_facts))}\t"
        f"{item.basis.value}\t{escaped_text(item.plan)}\t{escaped(context)}\t"
        f"{escaped(json_text(shares_json(item.uses)))}\t"
        f"{identities(item.transfer_ids)}\t{written_bytes(item.digest)}\t"
        f"{identity(item.overrides)}\t{escaped_text(item.reason)}\t{identity(item.actor_id)}\t"
        f"{identity(item.approver_id)}\n"
    )


def identity(value: UUID | None) -> str:
    """Write an id: as hexadecimal digits, which is half the work of writing the dashes."""
    return NULL if value is None else value.hex


def identities(values: Iterable[UUID]) -> str:
    """Write an array of ids."""
    return "{" + ",".join([one.hex for one in values]) + "}"


@lru_cache(maxsize=4_096)  # the moments of a batch are few
def moment(value: datetime) -> str:
    """Write a moment."""
    return value.isoformat()


def escaped_text(text: str) -> str:
    """Write a text of any kind."""
    return text.translate(_ESCAPES)


def escaped(text: str) -> str:
    """Write JSON: it never holds a raw tab or newline, so only the backslash needs care."""
    return text.replace("\\", "\\\\")


@lru_cache(maxsize=4_096)  # a batch is decided by few clauses
def array(ids: tuple[str, ...]) -> str:
    """Write an array of clause ids."""
    return "{" + ",".join(f'"{item}"' for item in ids) + "}"


def written_bytes(value: bytes) -> str:
    """Write bytes."""
    return "\\\\x" + value.hex()


@lru_cache(maxsize=4_096)
def mask_bytes(mask: int) -> str:
    """Write a mask as big-endian bytes."""
    return written_bytes(mask.to_bytes((mask.bit_length() + 7) // 8))


def _decision(row: tuple[Any, ...]) -> Decision:
    (
        id_, key, question, pack, edition, edition_digest, day, event_at, decided_at, party_id,
        facts, outcome, decided_by, mask, status, error, error_facts, basis, plan, context, uses,
        transfer_ids, digest, overrides, reason, actor_id, approver_id,
    ) = row  # fmt: skip
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
    )


def _share(item: list[Any]) -> LimitShare:
    limit, holder, since, amount = item
    return LimitShare(limit=limit, holder=holder, since=date.fromisoformat(since), amount=amount)
