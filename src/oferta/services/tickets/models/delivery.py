"""Paper forms that are handed out or sent; the address stands apart, so that it can be erased."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from oferta.services.tickets.delivering.types import ShipmentState, ShipmentStepKind
from oferta.services.tickets.models.catalogue import Operator, one_of
from oferta.services.tickets.models.orders import Order
from oferta.services.tickets.types import Delivery


class DeliveryOffer(models.Model):
    """A way of delivery that an operator offers; ended, never changed."""

    id = models.UUIDField(primary_key=True)
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="deliveries")
    kind = models.CharField(max_length=12)
    #: ISO 3166-1 alpha-2; and a city of it, or "" for the whole country.
    country = models.CharField(max_length=2)
    city = models.CharField(max_length=80, blank=True)
    #: Minor units, for an order whole.
    fee = models.BigIntegerField()
    currency = models.CharField(max_length=8)
    offered_from = models.DateTimeField()
    #: Null: until it is withdrawn.
    offered_until = models.DateTimeField(null=True)
    #: Hours before the performance until which it can be ordered; days that it takes.
    closes_hours = models.IntegerField()
    days = models.SmallIntegerField()
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=[Delivery.COURIER, Delivery.POST]),
                name="delivery_offer_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(fee__gte=0, closes_hours__gte=0, days__gte=0),
                name="delivery_offer_not_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(offered_until__isnull=True) | Q(offered_until__gte=F("offered_from")),
                name="delivery_offer_ends_after_it_begins",
            ),
        )
        indexes: ClassVar = [
            models.Index(fields=["operator", "offered_from"], name="delivery_of_operator")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.country} {self.city}".strip()


class Shipment(models.Model):
    """The paper forms of one order: to be handed out at a cash desk, or to be sent."""

    id = models.UUIDField(primary_key=True)
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="shipment")
    #: Null: handed out at a cash desk.
    offer = models.ForeignKey(
        DeliveryOffer, on_delete=models.PROTECT, null=True, related_name="shipments"
    )
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=12, default=ShipmentState.WAITING)
    #: Minor units: the fee as the operator announced it, of which the terms of sale are asked.
    announced = models.BigIntegerField(null=True)
    arrives_by = models.DateField(null=True)
    #: The courier's or the post's own.
    number = models.CharField(max_length=40, blank=True)
    #: Rises when forms got lost and new ones were made.
    attempt = models.SmallIntegerField(default=1)
    planned_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            one_of("state", ShipmentState, "shipment_state_known"),
            models.CheckConstraint(
                condition=Q(
                    kind=Delivery.PICKUP,
                    offer__isnull=True,
                    announced__isnull=True,
                    arrives_by__isnull=True,
                )
                | Q(
                    kind__in=[Delivery.COURIER, Delivery.POST],
                    offer__isnull=False,
                    announced__gte=0,
                    arrives_by__isnull=False,
                ),
                name="shipment_by_an_offer_or_picked_up",
            ),
            models.CheckConstraint(
                condition=~Q(state=ShipmentState.SENT) | (Q(sent_at__isnull=False) & ~Q(number="")),
                name="shipment_sent_with_a_number",
            ),
            models.CheckConstraint(
                condition=~Q(state=ShipmentState.DELIVERED) | Q(ended_at__isnull=False),
                name="shipment_delivered_at_a_moment",
            ),
        )
        indexes: ClassVar = [
            models.Index(
                fields=["state", "arrives_by", "planned_at"],
                name="shipment_to_deal_with",
                condition=~Q(state=ShipmentState.DELIVERED),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class ShipmentAddress(models.Model):
    """Where the forms of an order go; its row is dropped when it is not needed or erased."""

    shipment = models.OneToOneField(
        Shipment, on_delete=models.CASCADE, primary_key=True, related_name="address"
    )
    recipient = models.CharField(max_length=120)
    phone = models.CharField(max_length=40)
    street = models.CharField(max_length=200)
    city = models.CharField(max_length=80)
    postcode = models.CharField(max_length=12, blank=True)
    country = models.CharField(max_length=2)
    note = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return str(self.shipment_id)


class ShipmentStep(models.Model):
    """What became of the forms of an order, when, and who noted it."""

    id = models.UUIDField(primary_key=True)
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    #: Member of staff; null: the operator's own systems.
    by = models.UUIDField(null=True)
    number = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (one_of("kind", ShipmentStepKind, "shipment_step_known"),)
        indexes: ClassVar = [models.Index(fields=["shipment", "at"], name="step_of_shipment")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"
