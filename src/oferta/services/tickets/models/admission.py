"""Who came in where, and what went wrong at the gate."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from oferta.services.tickets.gate_types import IncidentKind
from oferta.services.tickets.kinds import PhoneCode
from oferta.services.tickets.models.catalogue import Performance, one_of
from oferta.services.tickets.models.orders import Ticket

_RULES = [one.value for one in PhoneCode]


class Gate(models.Model):
    """A way into a performance."""

    id = models.UUIDField(primary_key=True)
    performance = models.ForeignKey(Performance, on_delete=models.PROTECT, related_name="gates")
    name = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["performance", "name"], name="gate_named_once"),
        )

    def __str__(self) -> str:
        return self.name


class PhoneCodeChange(models.Model):
    """A line of the history of what gates ask of telephones; never changed (a trigger refuses)."""

    id = models.BigAutoField(primary_key=True)
    performance = models.ForeignKey(
        Performance, on_delete=models.PROTECT, related_name="phone_code_changes"
    )
    changed_at = models.DateTimeField()
    before = models.CharField(max_length=10)
    after = models.CharField(max_length=10)
    #: The round of the key from then on.
    round = models.SmallIntegerField()
    #: Why, or on whose word.
    source = models.CharField(max_length=300)
    #: Null: a catalogue file, or an operator's system.
    staff_id = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(before__in=_RULES, after__in=_RULES),
                name="phone_code_change_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.performance_id} {self.after}"


class Admission(models.Model):
    """Somebody came in with a ticket; the first time, or again where the terms let them."""

    id = models.UUIDField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="admissions")
    #: 1, and one more for each time they came in again.
    entry = models.SmallIntegerField()
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="+")
    admitted_at = models.DateTimeField()
    #: They were scanned on their way out.
    left_at = models.DateTimeField(null=True)
    #: The scanner's own name for the scan: asked again, the same answer.
    scan_key = models.CharField(max_length=80, unique=True)
    #: Decided by a gate without a connection and told afterwards.
    offline = models.BooleanField(default=False)

    class Meta:
        constraints = (
            # Whoever scans how often and where: one row, one admission (TR-123).
            models.UniqueConstraint(fields=["ticket", "entry"], name="admitted_once"),
            models.CheckConstraint(condition=Q(entry__gte=1), name="admission_entry_from_1"),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("admitted_at")),
                name="admission_left_after_it",
            ),
        )

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.entry}"


class RefusedScan(models.Model):
    """A scan that opened nothing, for who looks into complaints at the door."""

    id = models.UUIDField(primary_key=True)
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="+")
    #: Null: no ticket of ours.
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=40)
    scanned_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["ticket"], name="refused_scan_of_ticket")]

    def __str__(self) -> str:
        return self.reason


class GateUpload(models.Model):
    """The scans of a gate without a connection, told later; the same upload twice is one."""

    #: The scanner's own name for it.
    id = models.UUIDField(primary_key=True)
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="uploads")
    uploaded_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    scans = models.IntegerField()
    admitted = models.IntegerField()
    incidents = models.IntegerField()

    def __str__(self) -> str:
        return str(self.id)


class Incident(models.Model):
    """One ticket let two in, or a revoked one let somebody in: both gates, for a person."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="incidents")
    first_gate = models.ForeignKey(Gate, on_delete=models.PROTECT, null=True, related_name="+")
    first_at = models.DateTimeField(null=True)
    second_gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="+")
    second_at = models.DateTimeField()
    #: The scan that made it known: told again, the same incident.
    scan_key = models.CharField(max_length=80, unique=True)
    found_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    #: Who looked into it, and what they found.
    closed_by = models.UUIDField(null=True)
    finding = models.TextField(blank=True, default="")

    class Meta:
        constraints = (one_of("kind", IncidentKind, "incident_kind_known"),)
        indexes: ClassVar = [
            models.Index(
                fields=["found_at"], name="incident_open", condition=Q(closed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.kind
