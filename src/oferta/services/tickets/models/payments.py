"""Payments of orders, and what the payment provider told us by itself."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from oferta.services.tickets.models.catalogue import one_of
from oferta.services.tickets.models.orders import Order
from oferta.services.tickets.types import PaymentState


class Payment(models.Model):
    """A part of an order's total by one means; the row is there before the provider is asked."""

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    #: Name of a registered means: "card", "cash", "wallet", "bonus", "voucher".
    means = models.CharField(max_length=20)
    #: What the means needs to take it again: a token of a card, never its number (TR-134).
    instrument = models.CharField(max_length=200, blank=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=8)
    state = models.CharField(max_length=12, default=PaymentState.STARTED)
    #: The provider's own name for it.
    reference = models.CharField(max_length=200, blank=True)
    #: Of a declined one: the provider's code.
    reason = models.CharField(max_length=60, blank=True)
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            one_of("state", PaymentState, "payment_state_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_above_zero"),
            models.UniqueConstraint(
                fields=["means", "reference"],
                name="payment_reference_once",
                condition=~Q(reference=""),
            ),
        )
        indexes: ClassVar = [
            # What a process that died left behind.
            models.Index(
                fields=["changed_at"],
                name="payment_unsettled",
                condition=Q(
                    state__in=[
                        PaymentState.STARTED,
                        PaymentState.AUTHORISED,
                        PaymentState.CONFIRMED,
                    ]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.means} {self.amount}"


class ProviderCall(models.Model):
    """A message of the provider that was heard; the same one again changes nothing."""

    pk = models.CompositePrimaryKey("means", "call_id")
    means = models.CharField(max_length=20)
    #: The provider's own name for the message.
    call_id = models.CharField(max_length=200)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="calls")
    heard_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.call_id


class SandboxCharge(models.Model):
    """What the sandbox provider remembers, as a provider outside would: never joined to ours."""

    payment_id = models.UUIDField(primary_key=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=8)
    state = models.CharField(max_length=12)
    #: Minor units given back.
    refunded = models.BigIntegerField(default=0)
    #: Refunds that it has heard of.
    refunds = ArrayField(models.CharField(max_length=40), default=list)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=models.F("amount")),
                name="charge_refunded_within_it",
            ),
        )

    def __str__(self) -> str:
        return str(self.payment_id)
