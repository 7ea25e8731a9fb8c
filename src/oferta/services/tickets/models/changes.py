"""What became of a performance: who was told, what they said, who stands behind it; incidents."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from oferta.services.tickets.models.catalogue import Performance, PerformanceChange, one_of
from oferta.services.tickets.models.orders import Order, Ticket
from oferta.services.tickets.models.payments import Payment
from oferta.services.tickets.types import OfficeIncidentKind, PayoutState, Stage


class ChangeRun(models.Model):
    """That everybody is being told of a change; open until nobody can be missing any more."""

    change = models.OneToOneField(
        PerformanceChange, on_delete=models.PROTECT, primary_key=True, related_name="run"
    )
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["begun_at"], name="change_run_open", condition=Q(finished_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return str(self.change_id)


class ChangeTold(models.Model):
    """That the buyer of an order was told of a change, once, and what was told."""

    id = models.BigAutoField(primary_key=True)
    change = models.ForeignKey(PerformanceChange, on_delete=models.PROTECT, related_name="told")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="changes_told")
    #: The Decision whose notice told it.
    decision_id = models.UUIDField()
    #: Minor units: what comes back for the whole order if it is given back.
    amount = models.BigIntegerField()
    #: The first day on which nothing is taken back any more.
    closed_from = models.DateField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["change", "order"], name="change_told_once_an_order"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="change_told_from_0"),
        )

    def __str__(self) -> str:
        return f"{self.change_id} {self.order_id}"


class TicketKept(models.Model):
    """That a buyer said "I keep it" after a change. No row: nothing was said, and no right ends."""

    id = models.BigAutoField(primary_key=True)
    change = models.ForeignKey(PerformanceChange, on_delete=models.PROTECT, related_name="kept")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="kept")
    said_at = models.DateTimeField()
    #: The Decision that says until when they may still think otherwise.
    decision_id = models.UUIDField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["change", "ticket"], name="ticket_kept_once_a_change"),
        )

    def __str__(self) -> str:
        return f"{self.change_id} {self.ticket_id}"


class ChangeProposal(models.Model):
    """A change as a member of staff prepared it: what it would do, and who stands behind it."""

    id = models.UUIDField(primary_key=True)
    performance = models.ForeignKey(Performance, on_delete=models.PROTECT, related_name="proposals")
    stage = models.CharField(max_length=12)
    source = models.CharField(max_length=300)
    effective_at = models.DateTimeField()
    #: The new start; null: none yet, or it stays.
    starts_at = models.DateTimeField(null=True)
    #: Language to title of what is given instead.
    instead = models.JSONField(default=dict)
    accepts_before = models.DateField(null=True)
    organiser_refund_days = models.SmallIntegerField(null=True)
    high_alert = models.BooleanField(default=False)
    #: What its maker was shown: valid tickets, and minor units that come or may come back.
    tickets = models.IntegerField()
    amount = models.BigIntegerField()
    made_by = models.UUIDField()
    made_at = models.DateTimeField()
    approved_by = models.UUIDField(null=True)
    #: When it was done, or taken back; null: it waits.
    ended_at = models.DateTimeField(null=True)
    done = models.BooleanField(default=False)

    class Meta:
        constraints = (
            one_of("stage", Stage, "proposal_stage_known"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("made_by")),
                name="proposal_second_person_is_another",
            ),
            models.UniqueConstraint(
                fields=["performance"],
                name="proposal_one_waits_a_performance",
                condition=Q(ended_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.performance_id} {self.stage}"


class OfficeIncident(models.Model):
    """Something that went wrong with the office itself, and what everybody is told of it."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=16)
    began_at = models.DateTimeField()
    #: Null: it goes on.
    ended_at = models.DateTimeField(null=True)
    #: What is said to have caused it, and what is known to have (TR-133).
    claimed = models.CharField(max_length=500, blank=True)
    confirmed = models.CharField(max_length=500, blank=True)
    #: Language to title, public answer, and what the hotline says (TR-135).
    words = models.JSONField()
    #: The official channel where it is answered too: not the one that failed (TR-132, TR-138).
    channel = models.CharField(max_length=200)
    made_by = models.UUIDField()
    made_at = models.DateTimeField()
    #: The second person; null: only the desk sees it.
    published_by = models.UUIDField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            one_of("kind", OfficeIncidentKind, "office_incident_kind_known"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")),
                name="office_incident_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("made_by")),
                name="office_incident_second_person_is_another",
            ),
        )
        indexes: ClassVar = [
            models.Index(fields=["kind", "began_at"], name="office_incident_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.began_at:%Y-%m-%d}"


class PriceCorrection(models.Model):
    """What goes back to a payer because another Decision made their ticket cheaper after the sale.

    The ledger follows with that Decision; the provider is told this row's id, once.
    """

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="corrections")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="corrections")
    #: Minor units.
    amount = models.BigIntegerField()
    decision_id = models.UUIDField()
    state = models.CharField(max_length=12, default=PayoutState.STARTED)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    #: Cash, or the provider declined: a person hands it over or transfers it.
    by_hand = models.BooleanField(default=False)
    #: Who of the staff did; null: nobody yet, or it went by itself.
    staff_id = models.UUIDField(null=True)

    class Meta:
        constraints = (
            one_of("state", PayoutState, "correction_state_known"),
            models.CheckConstraint(
                condition=Q(staff_id__isnull=True) | Q(by_hand=True, state=PayoutState.ARRIVED),
                name="correction_handed_by_hand",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="correction_above_zero"),
            models.UniqueConstraint(
                fields=["decision_id", "payment"], name="correction_once_a_decision"
            ),
        )
        indexes: ClassVar = [
            models.Index(
                fields=["started_at"],
                name="correction_under_way",
                condition=Q(state=PayoutState.STARTED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.amount}"
