"""Gates without a connection: what they take with them, and what they tell afterwards.

Who was let in stays in. What should not have been is an incident that names the gates and is for a
person to look into.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.services.tickets import phone_codes
from oferta.services.tickets.errors import UnknownPerformance, UploadReused
from oferta.services.tickets.gate_types import (
    GateAnswer,
    GateList,
    IncidentKind,
    OfflineScan,
    Proof,
    Uploaded,
)
from oferta.services.tickets.gates import known_gate
from oferta.services.tickets.kinds import PhoneCode
from oferta.services.tickets.models import (
    Admission,
    Gate,
    GateUpload,
    Incident,
    Performance,
    RefusedScan,
    Ticket,
)
from oferta.services.tickets.types import TicketStatus

KEY_MAX = 80


@transaction.atomic
def upload(
    upload_id: UUID, gate_id: UUID, scans: Sequence[OfflineScan], *, now: datetime
) -> Uploaded:
    """Take over whom a gate without a connection let in; each double becomes an incident.

    Told again, the same upload changes nothing. Who was let in stays in: an incident names both
    gates and is for a person to look into.

    Raises:
        UnknownGate: there is none.
        UploadReused: the id was used for other scans.
    """
    gate = known_gate(gate_id)
    digest = sha256(repr((gate_id, sorted(scans, key=lambda one: one.key))).encode()).hexdigest()
    known = GateUpload.objects.filter(id=upload_id).first()
    if known is not None:
        if known.digest != digest:
            raise UploadReused(upload=str(upload_id))
        return _uploaded(known, replayed=True)
    tickets = _tickets([one.serial for one in scans], gate)
    admitted, incidents = 0, 0
    for one in sorted(scans, key=lambda item: item.at):
        ticket = tickets.get(one.serial)
        if ticket is None:
            RefusedScan.objects.create(
                id=uuid7(), gate=gate, reason=GateAnswer.UNKNOWN, scanned_at=one.at
            )
        elif _offline(ticket, gate, one, now):
            admitted += 1
        else:
            incidents += 1
    row = GateUpload.objects.create(
        id=upload_id,
        gate=gate,
        uploaded_at=zoned(now),
        digest=digest,
        scans=len(scans),
        admitted=admitted,
        incidents=incidents,
    )
    return _uploaded(row, replayed=False)


def list_for(performance_id: UUID, *, now: datetime) -> GateList:
    """Return what a gate takes with it: codes that open nothing, and who came in already.

    Raises:
        UnknownPerformance: there is none.
    """
    performance = Performance.objects.filter(id=performance_id).first()
    if performance is None:
        raise UnknownPerformance(performance=str(performance_id))
    tickets = performance.tickets.exclude(status=TicketStatus.VALID, generation=1)
    revoked = {
        serial: generation if status == TicketStatus.VALID else 0
        for serial, generation, status in tickets.values_list("serial", "generation", "status")
    }
    inside = Admission.objects.filter(ticket__performance=performance).order_by("ticket__serial")
    return GateList(
        performance=performance.serial,
        revoked=revoked,
        admitted=tuple(inside.values_list("ticket__serial", flat=True).distinct()),
        at=zoned(now),
        phone_code=PhoneCode(performance.phone_code),
        phone_key=phone_codes.key_for_gates(performance, now=now),
    )


def _offline(ticket: Ticket, gate: Gate, one: OfflineScan, now: datetime) -> bool:
    """Note one whom a gate let in; tell whether all is well with it."""
    if ticket.status != TicketStatus.VALID or ticket.generation != one.generation:
        _incident(IncidentKind.REVOKED_ADMITTED, ticket, gate, one, now)
        return False
    made = Admission(
        id=uuid7(),
        ticket=ticket,
        entry=1,
        gate=gate,
        admitted_at=zoned(one.at),
        scan_key=one.key,
        offline=True,
    )
    Admission.objects.bulk_create([made], ignore_conflicts=True)
    first = Admission.objects.filter(ticket=ticket, entry=1).first()
    if (
        first is None
    ):  # the scanner gave another ticket's scan the same name; they came in all the same
        made.scan_key = f"{ticket.serial}/{one.key}"[:KEY_MAX]
        made.save(force_insert=True)
        first = made
    if first.scan_key == made.scan_key:
        if _was_shown(ticket, one):
            return True
        _incident(IncidentKind.UNPROVEN_SCREEN, ticket, gate, one, now)
        return False
    _incident(IncidentKind.DOUBLE_SCAN, ticket, gate, one, now, first)
    return False


def _was_shown(ticket: Ticket, one: OfflineScan) -> bool:
    """Tell whether a gate without a connection saw the telephone itself, where it had to."""
    proof = Proof.SCREEN if one.suffix else Proof.STILL
    rounds = phone_codes.rounds_of(
        ticket.performance.serial, one.serial, one.generation, one.suffix, zoned(one.at)
    )
    return phone_codes.asked(ticket.performance).is_met(ticket.carrier, proof, rounds)


def _incident(
    kind: IncidentKind,
    ticket: Ticket,
    gate: Gate,
    one: OfflineScan,
    now: datetime,
    first: Admission | None = None,
) -> None:
    Incident.objects.get_or_create(
        scan_key=one.key,
        defaults={
            "id": uuid7(),
            "kind": kind,
            "ticket": ticket,
            "first_gate_id": first.gate_id if first else None,
            "first_at": first.admitted_at if first else None,
            "second_gate": gate,
            "second_at": zoned(one.at),
            "found_at": zoned(now),
        },
    )


def _tickets(serials: Sequence[int], gate: Gate) -> dict[int, Ticket]:
    rows = Ticket.objects.select_related("performance")
    # What is being given back in this moment is waited for.
    locked = rows.select_for_update(of=("self",), no_key=True).order_by("id")
    found = locked.filter(serial__in=serials, performance_id=gate.performance_id)
    return {one.serial: one for one in found}


def _uploaded(row: GateUpload, *, replayed: bool) -> Uploaded:
    return Uploaded(
        id=row.id,
        scans=row.scans,
        admitted=row.admitted,
        incidents=row.incidents,
        replayed=replayed,
    )
