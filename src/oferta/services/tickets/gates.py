"""The gate: a ticket lets one person in, however many scanners read it at once.

A scan is one statement: it looks the ticket up and adds the admission, which the table takes
once. What follows on a second scan (was it this very one, may they come in again) is looked at only
then.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from oferta.core.parties import keyring
from oferta.core.terms import shelf
from oferta.kernel import asking
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.services.tickets import phone_codes
from oferta.services.tickets.codes import signed
from oferta.services.tickets.codes.errors import NotOurCode
from oferta.services.tickets.errors import UnknownGate
from oferta.services.tickets.gate_types import (
    GateAnswer,
    GateReply,
    Proof,
    Scanned,
)
from oferta.services.tickets.models import (
    Admission,
    Gate,
    RefusedScan,
)
from oferta.services.tickets.types import Stage, TicketStatus

#: From so long before the start a ticket opens the door, and so long after.
DOORS, AFTER = timedelta(hours=12), timedelta(hours=24)
ENTRY = "entry"

_SCAN = """
WITH asked AS (
    SELECT ticket.id, ticket.holder_name, ticket.status, ticket.generation,
           ticket.performance_id = gate.performance_id AS here, performance.stage,
           performance.starts_at, performance.reentry, performance.sale_pack,
           performance.phone_code = 'none' OR ticket.carrier = 'paper'
               OR %(proof)s = 'number' OR performance.phone_round = ANY(%(rounds)s)
               OR (performance.phone_code = 'accepted' AND %(proof)s = 'still') AS proven,
           performance.stage = 'postponed' AND coalesce(
               (SELECT change.starts_at IS NULL FROM tickets_performancechange AS change
                WHERE change.performance_id = performance.id
                ORDER BY change.changed_at DESC, change.id DESC LIMIT 1), false) AS undated
    FROM tickets_gate AS gate
    JOIN tickets_ticket AS ticket ON ticket.serial = %(serial)s
    JOIN tickets_performance AS performance ON performance.id = ticket.performance_id
    WHERE gate.id = %(gate)s
    FOR SHARE OF ticket -- what is being given back in this moment is waited for
), admitted AS (
    INSERT INTO tickets_admission (id, ticket_id, entry, gate_id, admitted_at, scan_key, offline)
    SELECT %(id)s, asked.id, 1, %(gate)s, %(now)s, %(key)s, false
    FROM asked
    WHERE asked.here AND asked.status = 'valid' AND asked.generation = %(generation)s
      AND asked.proven
      AND asked.stage <> 'cancelled' AND NOT asked.undated
      AND asked.starts_at BETWEEN %(earliest)s AND %(latest)s
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT asked.*, EXISTS (SELECT FROM admitted) FROM asked
"""


class _Asked(NamedTuple):
    """What the statement says of a ticket."""

    id: UUID
    holder_name: str
    status: str
    generation: int
    here: bool
    stage: str
    starts_at: datetime
    reentry: bool
    sale_pack: str
    #: It was shown as the performance asks of telephones (`phone_codes.Asked.is_met`).
    proven: bool
    #: Put off, and no new date said yet: nobody comes in on the old one.
    undated: bool
    admitted: bool


def read(text: str, *, now: datetime) -> Scanned | None:
    """Return what a code says, and whether a telephone shows it now; None if it is none of ours."""
    try:
        code, suffix = signed.read(text, keyring.keys())
    except NotOurCode:
        return None
    return Scanned(
        serial=code.serial,
        generation=code.generation,
        proof=phone_codes.proof_of(code, suffix),
        rounds=phone_codes.rounds_of(
            code.performance, code.serial, code.generation, suffix, zoned(now)
        ),
    )


def scan(scanned: Scanned | None, gate_id: UUID, key: str, *, now: datetime) -> GateReply:
    """Let somebody in with a ticket, once; the same scan again is answered the same (TR-123).

    Args:
        scanned: what the code says; None: it is no code of ours.
        gate_id: where.
        key: the scanner's own name for this scan.
        now: zoned.

    Raises:
        UnknownGate: there is none.
    """
    moment = zoned(now)
    asked = _asked(scanned, gate_id, key, moment) if scanned else None
    if asked is None or scanned is None:
        known_gate(gate_id)
        return _refused(GateReply(answer=GateAnswer.UNKNOWN), gate_id, moment)
    if asked.admitted:
        return _in(asked, entry=1)
    why = _why_not(asked, scanned, moment)
    if why is not None:
        reply = GateReply(answer=why, ticket_id=asked.id, holder_name=asked.holder_name)
        return _refused(reply, gate_id, moment)
    return _second(asked, scanned, gate_id, key, moment)


def leave(scanned: Scanned, gate_id: UUID, *, now: datetime) -> bool:
    """Note that somebody goes out, so that they may come in again; tell whether they were in.

    Raises:
        UnknownGate: there is none.
    """
    gate = known_gate(gate_id)
    inside = Admission.objects.filter(
        ticket__serial=scanned.serial,
        ticket__generation=scanned.generation,
        ticket__performance_id=gate.performance_id,
        left_at__isnull=True,
    )
    return bool(inside.update(left_at=zoned(now)))


def _asked(scanned: Scanned, gate_id: UUID, key: str, now: datetime) -> _Asked | None:
    params: dict[str, Any] = {
        "id": uuid7(),
        "serial": scanned.serial,
        "generation": scanned.generation,
        "gate": gate_id,
        "proof": scanned.proof.value,
        "rounds": list(scanned.rounds),
        "key": key,
        "now": now,
        "earliest": now - AFTER,
        "latest": now + DOORS,
    }
    found = asking.rows(_SCAN, params)
    return _Asked(*found[0]) if found else None


def _why_not(asked: _Asked, scanned: Scanned, now: datetime) -> GateAnswer | None:
    """Return why a ticket opens nothing; None if only another entry stands in the way."""
    reasons = (
        (not asked.here, GateAnswer.ELSEWHERE),
        (asked.status != TicketStatus.VALID, GateAnswer.RETURNED),
        (asked.generation != scanned.generation, GateAnswer.REPLACED),
        (asked.stage == Stage.CANCELLED, GateAnswer.CANCELLED),
        (
            asked.undated or not now - AFTER <= asked.starts_at <= now + DOORS,
            GateAnswer.ANOTHER_DAY,
        ),
    )
    return next((answer for holds, answer in reasons if holds), None)


def _second(asked: _Asked, scanned: Scanned, gate_id: UUID, key: str, now: datetime) -> GateReply:
    """Answer for a ticket with which somebody came in before, or that was not shown as it must."""
    entries = Admission.objects.filter(ticket_id=asked.id).select_related("gate")
    last = entries.order_by("-entry").first()
    same = entries.filter(scan_key=key).first()
    if same is not None:
        return _in(asked, entry=same.entry, replayed=True)
    if not asked.proven and (last is None or last.left_at is not None):
        return _not_shown(asked, scanned, gate_id, now)
    if last is None:  # the key is another ticket's: the scanner counts wrongly
        reply = GateReply(answer=GateAnswer.UNKNOWN, ticket_id=asked.id)
        return _refused(reply, gate_id, now)
    facts = {
        "scanned_on": asked.starts_at.date(),
        "entered_before": True,
        "left_since": last.left_at is not None,
        "reentry_announced": asked.reentry,
    }
    decided = shelf.terms().decide(asked.sale_pack, ENTRY, facts)
    again = asked.proven and decided.outcome["admitted"]
    if again and _again(asked, last.entry + 1, gate_id, key, now):
        return _in(asked, entry=last.entry + 1, decided_by=decided.decided_by)
    reply = GateReply(
        answer=GateAnswer.USED,
        ticket_id=asked.id,
        holder_name=asked.holder_name,
        entry=last.entry,
        gate=last.gate.name,
        admitted_at=last.admitted_at,
        decided_by=decided.decided_by,
    )
    return _refused(reply, gate_id, now)


def _not_shown(asked: _Asked, scanned: Scanned, gate_id: UUID, now: datetime) -> GateReply:
    """Refuse a picture of a telephone, or a print where the telephone must be shown (TR-125)."""
    old = scanned.proof is Proof.SCREEN
    answer = GateAnswer.OLD_SCREEN if old else GateAnswer.SCREEN_NEEDED
    reply = GateReply(answer=answer, ticket_id=asked.id, holder_name=asked.holder_name)
    return _refused(reply, gate_id, now)


def _again(asked: _Asked, entry: int, gate_id: UUID, key: str, now: datetime) -> bool:
    """Add another entry; tell whether this scan was the one that did."""
    id_ = uuid7()
    made = Admission(
        id=id_, ticket_id=asked.id, entry=entry, gate_id=gate_id, admitted_at=now, scan_key=key
    )
    Admission.objects.bulk_create([made], ignore_conflicts=True)
    return Admission.objects.filter(id=id_).exists()


def _in(
    asked: _Asked, *, entry: int, decided_by: tuple[str, ...] = (), replayed: bool = False
) -> GateReply:
    return GateReply(
        answer=GateAnswer.ADMITTED,
        ticket_id=asked.id,
        holder_name=asked.holder_name,
        entry=entry,
        decided_by=decided_by,
        replayed=replayed,
    )


def _refused(reply: GateReply, gate_id: UUID, now: datetime) -> GateReply:
    RefusedScan.objects.create(
        id=uuid7(),
        gate_id=gate_id,
        ticket_id=reply.ticket_id,
        reason=reply.answer,
        scanned_at=now,
    )
    return reply


def known_gate(gate_id: UUID) -> Gate:
    """Return a gate.

    Raises:
        UnknownGate: there is none.
    """
    found = Gate.objects.filter(id=gate_id).first()
    if found is None:
        raise UnknownGate(gate=str(gate_id))
    return found
