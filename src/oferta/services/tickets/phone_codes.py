"""The part of a code that changes on a telephone: its keys, and what gates ask of it.

The setting is a performance's. Once an electronic ticket is sold it may only ask for less: whoever
printed a ticket that was good as a print must get in with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from oferta.kernel.clock import zoned
from oferta.services.tickets.codes import signed
from oferta.services.tickets.codes.signed import Code
from oferta.services.tickets.errors import (
    BadCatalogue,
    NoMoreRounds,
    PhoneCodeFixed,
    UnknownPerformance,
)
from oferta.services.tickets.gate_types import Proof
from oferta.services.tickets.kinds import PHONE_ROUND_MAX, PhoneCode
from oferta.services.tickets.models import Order, Performance, PhoneCodeChange, Ticket
from oferta.services.tickets.types import Carrier, OrderStatus, TicketStatus

_MASTER = "oferta.tickets.telephone"
#: A gate gets the key of a performance so long before its start, and keeps it so long after.
KEY_BEFORE, KEY_AFTER = timedelta(days=2), timedelta(days=1)
SOURCE_MAX = 300
_STRICTNESS = (PhoneCode.NONE, PhoneCode.ACCEPTED, PhoneCode.REQUIRED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What gates of a performance ask of a telephone."""

    rule: PhoneCode
    round: int

    def is_met(self, carrier: str, proof: Proof, rounds: tuple[int, ...]) -> bool:
        """Tell whether a ticket was shown as it must be.

        Args:
            carrier: of the ticket; a paper form has one code.
            proof: how it was shown.
            rounds: under which its bytes are of now.
        """
        if self.rule is PhoneCode.NONE or carrier == Carrier.PAPER or proof is Proof.NUMBER:
            return True
        if self.rule is PhoneCode.ACCEPTED and proof is Proof.STILL:
            return True
        return self.round in rounds


def asked(performance: Performance) -> Asked:
    """Return what the gates of a performance ask."""
    return Asked(PhoneCode(performance.phone_code), performance.phone_round)


def key_of(performance: Performance) -> bytes:
    """Return the key of all telephones of a performance, for its gates alone."""
    return _key(performance.serial, performance.phone_round)


def key_for_gates(performance: Performance, *, now: datetime) -> bytes:
    """Return the key that a gate without a connection takes with it.

    Returns:
        b"" where telephones are asked for nothing, and but for the days of the performance: what
        is not there cannot be stolen.
    """
    first, last = performance.starts_at - KEY_BEFORE, performance.starts_at + KEY_AFTER
    needed = performance.phone_code != PhoneCode.NONE and first <= zoned(now) <= last
    return key_of(performance) if needed else b""


def secret_of(ticket: Ticket) -> bytes:
    """Return the secret that a ticket's telephone makes its suffixes with.

    Args:
        ticket: its performance must be at hand.
    """
    return signed.telephone_secret(key_of(ticket.performance), ticket.serial, ticket.generation)


def proof_of(code: Code, suffix: bytes) -> Proof:
    """Return how a code was shown."""
    return Proof.SCREEN if code.carrier is signed.Carrier.PHONE and suffix else Proof.STILL


def rounds_of(
    performance: int, serial: int, generation: int, suffix: bytes, now: datetime
) -> tuple[int, ...]:
    """Return the rounds of the performance's key under which a telephone shows these bytes now.

    Args:
        performance: its number.
        serial: the ticket's.
        generation: of the code that was read.
        suffix: b"": there were none.
        now: the gate's clock.
    """
    if not suffix:
        return ()
    for round_ in range(PHONE_ROUND_MAX + 1):
        secret = signed.telephone_secret(_key(performance, round_), serial, generation)
        if signed.is_fresh(suffix, secret, now):
            return (round_,)
    return ()


def changes(ticket: Ticket) -> bool:
    """Tell whether a ticket's telephone shows a code that changes; its performance is at hand."""
    return ticket.carrier != Carrier.PAPER and ticket.performance.phone_code != PhoneCode.NONE


def print_is_nothing(ticket: Ticket) -> bool:
    """Tell whether a print or a picture of a ticket opens nothing; its performance is at hand."""
    return ticket.carrier != Carrier.PAPER and ticket.performance.phone_code == PhoneCode.REQUIRED


@transaction.atomic
def ask(
    performance_id: UUID,
    rule: PhoneCode,
    *,
    source: str,
    now: datetime,
    staff_id: UUID | None = None,
) -> Performance:
    """Say what gates ask of telephones, and keep since when and on whose word.

    Args:
        performance_id: of what; asked again, nothing changes.
        rule: what they ask.
        source: why, or on whose word.
        now: zoned.
        staff_id: who says so; None: a file or an operator's system.

    Raises:
        UnknownPerformance: there is none.
        BadCatalogue: no source, or too long a one.
        PhoneCodeFixed: electronic tickets are sold, and it would ask their holders for more.
    """
    row = _locked(performance_id)
    before = PhoneCode(row.phone_code)
    if before is rule:
        return row
    if _STRICTNESS.index(rule) > _STRICTNESS.index(before) and _is_sold(row):
        raise PhoneCodeFixed(performance=row.key, given=rule, asked=before)
    row.phone_code = rule
    return _changed(row, before, source=source, staff_id=staff_id, now=now)


@transaction.atomic
def renew_key(
    performance_id: UUID, *, source: str, now: datetime, staff_id: UUID | None = None
) -> Performance:
    """Make the key that a lost gate knows worthless.

    Every telephone fetches its new secret when its page is opened the next time; gates without a
    connection need a new list.

    Raises:
        UnknownPerformance: there is none.
        BadCatalogue: no source, or too long a one.
        NoMoreRounds: it was renewed too often.
    """
    row = _locked(performance_id)
    if row.phone_round >= PHONE_ROUND_MAX:
        raise NoMoreRounds(performance=row.key, renewed=PHONE_ROUND_MAX)
    row.phone_round += 1
    rule = PhoneCode(row.phone_code)
    return _changed(row, rule, source=source, staff_id=staff_id, now=now)


def _changed(
    row: Performance, before: PhoneCode, *, source: str, staff_id: UUID | None, now: datetime
) -> Performance:
    said = " ".join(source.split())
    if not 0 < len(said) <= SOURCE_MAX:
        raise BadCatalogue(
            field="source", given=said[:SOURCE_MAX], expected=f"1 to {SOURCE_MAX} characters"
        )
    row.save(update_fields=["phone_code", "phone_round"])
    PhoneCodeChange.objects.create(
        performance=row,
        changed_at=zoned(now),
        before=before,
        after=row.phone_code,
        round=row.phone_round,
        source=said,
        staff_id=staff_id,
    )
    return row


def _is_sold(row: Performance) -> bool:
    """Tell whether somebody has an electronic ticket, or is about to pay for one."""
    electronic = {"performance": row, "carrier": Carrier.ELECTRONIC}
    return (
        Ticket.objects.filter(**electronic, status=TicketStatus.VALID).exists()
        or Order.objects.filter(**electronic, status=OrderStatus.RESERVED).exists()
    )


def _key(performance: int, round_: int) -> bytes:
    master = salted_hmac(_MASTER, "1", algorithm="sha256").digest()
    return signed.gate_key(master, performance, round_)


def _locked(performance_id: UUID) -> Performance:
    found = Performance.objects.select_for_update().filter(id=performance_id).first()
    if found is None:
        raise UnknownPerformance(performance=str(performance_id))
    return found
