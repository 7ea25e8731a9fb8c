"""Requests for money back, and the money on its way; nothing here is without a day and an owner."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from oferta.services.tickets.models.catalogue import next_of, one_of
from oferta.services.tickets.models.orders import Order, Ticket
from oferta.services.tickets.models.payments import Payment
from oferta.services.tickets.types import ApplicationState, PayoutState, RefundState


class Application(models.Model):
    """A request of the payer for one order, whole or in part (TR-11)."""

    id = models.UUIDField(primary_key=True)
    #: What the buyer is given when it is registered (TR-77, TR-139).
    number = models.BigIntegerField(unique=True, db_default=next_of("tickets_application_number"))
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="applications")
    party_id = models.UUIDField(null=True)
    #: A value of the terms' fact `reason`.
    reason = models.CharField(max_length=40)
    words = models.TextField(blank=True)
    state = models.CharField(max_length=24, default=ApplicationState.FILED)
    filed_at = models.DateTimeField()
    #: The day by which this state is left, and who must see to it (TR-88).
    answer_by = models.DateField()
    owner = models.CharField(max_length=60)
    #: Minor units: what the buyer saw and accepted before sending it (TR-82).
    accepted = models.BigIntegerField()
    #: Digest of what was asked, to tell a repetition from another request under the same id.
    asked = models.CharField(max_length=64, default="")
    #: Why the names differ, if they do (TR-45, TR-46).
    explanation = models.TextField(blank=True, default="")
    names_match = models.BooleanField(default=True)
    bank_details = models.TextField(blank=True, default="")
    #: A value of the terms' fact `organiser_answer`.
    organiser_answer = models.CharField(max_length=20, default="none")
    #: The buyer was told that the review takes longer (TR-88).
    extended = models.BooleanField(default=False)
    #: How often the terms were asked; part of the keys of its Decisions.
    asked_times = models.SmallIntegerField(default=0)
    #: It went past its day and was put before whoever supervises its owner (TR-92).
    escalated_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            one_of("state", ApplicationState, "application_state_known"),
            models.CheckConstraint(condition=~Q(owner=""), name="application_has_an_owner"),
            models.CheckConstraint(condition=Q(accepted__gte=0), name="application_accepts"),
        )
        indexes: ClassVar = [
            models.Index(
                fields=["answer_by"],
                name="application_waiting",
                condition=Q(closed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class ApplicationTicket(models.Model):
    """One ticket of a request and what was decided about it."""

    id = models.BigAutoField(primary_key=True)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="tickets")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="applications")
    #: The latest Decision about it; null until there is one.
    decision_id = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["application", "ticket"], name="ticket_once_an_application"
            ),
        )

    def __str__(self) -> str:
        return f"{self.application_id} {self.ticket_id}"


class Document(models.Model):
    """A file that proves a reason; its check is a step of its own (TR-42)."""

    id = models.UUIDField(primary_key=True)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="documents")
    #: A value of the terms' fact `document`.
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()
    received_at = models.DateTimeField()
    #: A value of the terms' fact `document_check`.
    authenticity = models.CharField(max_length=24, default="not_checked")
    illness_from = models.DateField(null=True)
    illness_through = models.DateField(null=True)
    checked_by = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(illness_from__isnull=True)
                | Q(illness_through__isnull=True)
                | Q(illness_through__gte=F("illness_from")),
                name="document_illness_ends_after_it_begins",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Refund(models.Model):
    """Money that we owe a buyer for one ticket: it always has a day, an owner and a state."""

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="refund")
    #: Null: a cancelled performance, or a place that another buyer took.
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, null=True, related_name="refunds"
    )
    #: The Decision that granted it; the words of the notice and this amount come from it alike.
    decision_id = models.UUIDField(unique=True)
    #: Minor units: what of the price, of the operator's fee and of delivery comes back.
    ticket_money = models.BigIntegerField()
    service_fee = models.BigIntegerField()
    delivery_fee = models.BigIntegerField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=8)
    state = models.CharField(max_length=24, default=RefundState.DUE)
    #: The last day on which the money must be there (TR-85, TR-91, TR-151).
    due_on = models.DateField()
    #: Who must pay it: an operator's key; never nobody (TR-121).
    owner = models.CharField(max_length=60)
    #: Name of the means it goes back by; "" while the buyer chooses.
    means = models.CharField(max_length=20, blank=True)
    decided_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    #: It was not there on its day (TR-92, TR-150).
    escalated_at = models.DateTimeField(null=True)
    #: How often a way was looked for; part of the keys of its Decisions.
    attempts = models.SmallIntegerField(default=0)
    #: What the buyer chose; the account that paid is closed (TR-95, TR-100).
    bank_details = models.TextField(blank=True, default="")
    account_closed = models.BooleanField(default=False)
    #: What the buyer agreed to instead of money back the way it came: "balance" or "voucher".
    consented_to = models.CharField(max_length=12, blank=True, default="")
    #: Until this day an organiser that pays refunds itself may pay; then we do (TR-06, TR-120).
    organiser_pays_by = models.DateField(null=True)

    class Meta:
        constraints = (
            one_of("state", RefundState, "refund_state_known"),
            models.CheckConstraint(condition=~Q(owner=""), name="refund_has_an_owner"),
            models.CheckConstraint(
                condition=Q(
                    ticket_money__gte=0,
                    service_fee__gte=0,
                    delivery_fee__gte=0,
                    amount__gt=0,
                    amount=F("ticket_money") + F("service_fee") + F("delivery_fee"),
                ),
                name="refund_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(state=RefundState.PAID, paid_at__isnull=False)
                | ~Q(state=RefundState.PAID),
                name="refund_paid_at_a_moment",
            ),
        )
        indexes: ClassVar = [
            models.Index(
                fields=["due_on"], name="refund_outstanding", condition=~Q(state=RefundState.PAID)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.amount}"


class Payout(models.Model):
    """A part of a refund on its way by one means; the provider is told its id, once."""

    id = models.UUIDField(primary_key=True)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="payouts")
    #: Null: it goes by another way than it came.
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, related_name="payouts"
    )
    means = models.CharField(max_length=20)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=12, default=PayoutState.STARTED)
    #: The Decision that sent it.
    decision_id = models.UUIDField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    #: Staff who handed it over at the counter; null: nobody did.
    staff_id = models.UUIDField(null=True)

    class Meta:
        constraints = (
            one_of("state", PayoutState, "payout_state_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_above_zero"),
        )
        indexes: ClassVar = [
            models.Index(
                fields=["started_at"],
                name="payout_under_way",
                condition=Q(state=PayoutState.STARTED),
            ),
            models.Index(
                fields=["staff_id", "ended_at"],
                name="payout_of_cashier",
                condition=Q(staff_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.means} {self.amount}"
