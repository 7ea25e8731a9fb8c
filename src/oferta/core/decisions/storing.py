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
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def write(decisions: Iterable[tuple[Decision, str, str]]) -> None:
    """Add decisions with their facts and context as JSON texts, in the order given.

    Callers give them ordered by key, so that two batches never wait for each other in a circle.
    Rows are sent a chunk at a time: the server takes one in while the next is being made.
    """
    rows = (_row(item, facts, context) for item, facts, context in decisions)
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        while chunk := "".join(islice(rows, _CHUNK)):
            copy.write(chunk)


def write_one(decision: Decision) -> None:
    """Add one decision."""
    write([(decision, json_text(decision.facts), json_text(decision.context))])


def select(condition: str, values: Sequence[Any]) -> list[Decision]:
    """Return the decisions that meet an SQL condition of ours (never a caller's text)."""
    with connection.cursor() as cursor:
        cursor.execute(_SELECT + condition, values)
        return [_decision(row) for row in cursor.fetchall()]


def _row(item: Decision, facts: str, context: str) -> str:
    # Ids go as hexadecimal digits, which is half the work of writing the dashes.
    return (
        f"{item.id.hex}\t{_text(item.key)}\t{item.question}\t{item.pack}\t{item.edition}\t"
        f"{item.edition_digest}\t{item.day}\t{_moment(item.event_at)}\t"
        f"{_moment(item.decided_at)}\t{_id(item.party_id)}\t{_escaped(facts)}\t"
        f"{_NULL if item.outcome is None else _json(item.outcome)}\t"
        f"{_array(item.decided_by)}\t{_bytes(_mask_bytes(item.mask))}\t{item.status.value}\t"
        f"{item.error}\t{_json(item.error_facts) if item.error_facts else '{}'}\t"
        f"{item.basis.value}\t{_text(item.plan)}\t{_escaped(context)}\t"
        f"{_json(shares_json(item.uses)) if item.uses else '[]'}\t"
        f"{{{','.join([one.hex for one in item.transfer_ids])}}}\t{_bytes(item.digest)}\t"
        f"{_id(item.overrides)}\t{_text(item.reason)}\t{_id(item.actor_id)}\t"
        f"{_id(item.approver_id)}\n"
    )


_NULL = r"\N"


def _id(value: UUID | None) -> str:
    return _NULL if value is None else value.hex


@lru_cache(maxsize=4_096)  # the moments of a batch are few
def _moment(moment: datetime) -> str:
    return moment.isoformat()


def _text(text: str) -> str:
    return text.translate(_ESCAPES)


def _json(value: object) -> str:
    return _escaped(json_text(value))


def _escaped(text: str) -> str:
    # JSON never holds a raw tab or newline, so only the backslash needs care.
    return text.replace("\\", "\\\\")


@lru_cache(maxsize=4_096)  # a batch is decided by few clauses
def _array(ids: tuple[str, ...]) -> str:
    return "{" + ",".join(f'"{item}"' for item in ids) + "}"


def _bytes(value: bytes) -> str:
    return "\\\\x" + value.hex()


@lru_cache(maxsize=4_096)
def _mask_bytes(mask: int) -> bytes:
    return mask.to_bytes((mask.bit_length() + 7) // 8)


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
