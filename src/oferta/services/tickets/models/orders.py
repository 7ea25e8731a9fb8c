"""What is sold: places with their reservations, orders, tickets, and who waits for one."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from oferta.services.tickets.models.catalogue import (
    HallSeat,
    Operator,
    Performance,
    PriceCategory,
    PromoCode,
    next_of,
    one_of,
)
from oferta.services.tickets.types import (
    Carrier,
    Delivery,
    OrderStatus,
    PlaceStatus,
    SaleChannel,
    TicketStatus,
)


class Order(models.Model):
    """What one buyer reserved and paid for together, and the terms it was sold under."""

    id = models.UUIDField(primary_key=True)
    #: What the buyer reads out on the phone.
    code = models.CharField(max_length=12, unique=True)
    #: Digest of what was asked, to tell a repetition from another order under the same id.
    asked = models.CharField(max_length=64)
    performance = models.ForeignKey(Performance, on_delete=models.PROTECT, related_name="orders")
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="+")
    #: The customer who pays; one without a login is kept by the contacts below.
    party_id = models.UUIDField()
    #: As the payer gave them when ordering; a request for a refund names them again (TR-61).
    payer_name = models.CharField(max_length=200)
    payer_email = models.CharField(max_length=200, blank=True)
    payer_phone = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=12, default=OrderStatus.RESERVED)
    channel = models.CharField(max_length=12)
    carrier = models.CharField(max_length=12)
    delivery = models.CharField(max_length=12, default=Delivery.NONE)
    promo = models.ForeignKey(PromoCode, on_delete=models.PROTECT, null=True, related_name="+")
    currency = models.CharField(max_length=8)
    #: Minor units: the tickets' price, the operator's fee, delivery (TR-09), and their sum.
    face = models.BigIntegerField()
    service_fee = models.BigIntegerField()
    delivery_fee = models.BigIntegerField()
    total = models.BigIntegerField()
    ordered_at = models.DateTimeField()
    hold_until = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    #: Pack, edition and digest that set the price, and those that say what comes back. The buyer
    #: keeps the latter: a later edition can only help them.
    sale_pack = models.CharField(max_length=60)
    sale_edition = models.CharField(max_length=40)
    refund_pack = models.CharField(max_length=60)
    refund_edition = models.CharField(max_length=40)
    refund_digest = models.CharField(max_length=64)
    #: Staff who sold it at the counter; null: nobody did.
    cashier_id = models.UUIDField(null=True)

    class Meta:
        constraints = (
            one_of("status", OrderStatus, "order_status_known"),
            one_of("channel", SaleChannel, "order_channel_known"),
            one_of("carrier", Carrier, "order_carrier_known"),
            one_of("delivery", Delivery, "order_delivery_known"),
            models.CheckConstraint(
                condition=Q(
                    face__gte=0,
                    service_fee__gte=0,
                    delivery_fee__gte=0,
                    total=F("face") + F("service_fee") + F("delivery_fee"),
                ),
                name="order_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(status=OrderStatus.PAID, paid_at__isnull=False)
                | (~Q(status=OrderStatus.PAID) & Q(paid_at__isnull=True)),
                name="order_paid_at_a_moment",
            ),
        )
        indexes: ClassVar = [
            models.Index(fields=["performance", "status"], name="order_of_performance"),
            models.Index(fields=["party_id", "ordered_at"], name="order_of_customer"),
            models.Index(
                fields=["hold_until"],
                name="order_to_lapse",
                condition=Q(status=OrderStatus.RESERVED),
            ),
            models.Index(
                fields=["cashier_id", "paid_at"],
                name="order_of_cashier",
                condition=Q(cashier_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Place(models.Model):
    """One sellable place of a performance; its reservation stands in this row and nowhere else."""

    id = models.BigAutoField(primary_key=True)
    performance = models.ForeignKey(Performance, on_delete=models.PROTECT, related_name="places")
    category = models.ForeignKey(PriceCategory, on_delete=models.PROTECT, related_name="places")
    #: Null: general admission.
    seat = models.ForeignKey(HallSeat, on_delete=models.PROTECT, null=True, related_name="+")
    #: The lower, the sooner it is given to who asks for any place.
    rank = models.IntegerField()
    status = models.CharField(max_length=8, default=PlaceStatus.FREE)
    #: Of a held place: from then on anybody may take it.
    hold_until = models.DateTimeField(null=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, null=True, related_name="places")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    status__in=[PlaceStatus.FREE, PlaceStatus.BLOCKED],
                    order__isnull=True,
                    hold_until__isnull=True,
                )
                | Q(status=PlaceStatus.HELD, order__isnull=False, hold_until__isnull=False)
                | Q(status=PlaceStatus.SOLD, order__isnull=False, hold_until__isnull=True),
                name="place_is_one_of_four",
            ),
            models.UniqueConstraint(fields=["performance", "seat"], name="seat_once_a_performance"),
        )
        indexes: ClassVar = [
            models.Index(
                fields=["category", "rank", "id"],
                name="place_free",
                condition=Q(status=PlaceStatus.FREE),
            ),
            models.Index(
                fields=["category", "hold_until"],
                name="place_held",
                condition=Q(status=PlaceStatus.HELD),
            ),
            models.Index(fields=["order"], name="place_of_order", condition=Q(order__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.status}"


class OrderLine(models.Model):
    """One ticket to be: its place, and what the terms say it costs."""

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(PriceCategory, on_delete=models.PROTECT, related_name="+")
    #: Minor units: printed on the ticket; paid for it; and what was paid beside (TR-09, TR-28).
    nominal = models.BigIntegerField()
    price = models.BigIntegerField()
    service_fee = models.BigIntegerField()
    delivery_fee = models.BigIntegerField()
    #: Quotas that it takes one of each; who lets it go gives them back.
    quotas = ArrayField(models.BigIntegerField(), default=list)
    #: The Decision of the sale; null until it is paid.
    decision_id = models.UUIDField(null=True, unique=True)
    #: Who will come, if it is not the payer (TR-08).
    visitor_name = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(nominal__gte=0, price__gte=0, service_fee__gte=0, delivery_fee__gte=0),
                name="line_not_below_zero",
            ),
            models.UniqueConstraint(fields=["order", "place"], name="place_once_an_order"),
        )

    def __str__(self) -> str:
        return str(self.id)


class Ticket(models.Model):
    """The right to come in; one valid ticket a place, whatever happens around it."""

    id = models.UUIDField(primary_key=True)
    #: A short number for its code.
    serial = models.BigIntegerField(unique=True, db_default=next_of("tickets_ticket_number"))
    performance = models.ForeignKey(Performance, on_delete=models.PROTECT, related_name="tickets")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="tickets")
    line = models.OneToOneField(OrderLine, on_delete=models.PROTECT, related_name="ticket")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="tickets")
    status = models.CharField(max_length=12, default=TicketStatus.VALID)
    #: Rises on transfer, return and "my code leaked"; a code of an older one opens nothing.
    generation = models.SmallIntegerField(default=1)
    carrier = models.CharField(max_length=12)
    #: Whose it is now; the payer keeps the right to the money (TR-08, TR-127).
    holder_id = models.UUIDField(null=True)
    holder_name = models.CharField(max_length=200)
    issued_at = models.DateTimeField()
    #: Of a paper form: it was handed in (TR-98).
    surrendered_at = models.DateTimeField(null=True)
    #: Its holder would give it to the first who waits, for what was paid; it is good until then.
    offered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            one_of("status", TicketStatus, "ticket_status_known"),
            one_of("carrier", Carrier, "ticket_carrier_known"),
            models.CheckConstraint(condition=Q(generation__gte=1), name="ticket_generation_from_1"),
            # The last wall against selling a place twice.
            models.UniqueConstraint(
                fields=["place"],
                name="ticket_one_valid_a_place",
                condition=Q(status=TicketStatus.VALID),
            ),
        )
        indexes: ClassVar = [
            models.Index(fields=["performance"], name="ticket_of_performance"),
            models.Index(
                fields=["holder_id"],
                name="ticket_of_holder",
                condition=Q(holder_id__isnull=False),
            ),
            models.Index(
                fields=["performance", "offered_at"],
                name="ticket_offered_back",
                condition=Q(offered_at__isnull=False, status=TicketStatus.VALID),
            ),
        ]

    def __str__(self) -> str:
        return str(self.serial)


class WaitingEntry(models.Model):
    """A customer who would take a place that somebody gives back."""

    id = models.UUIDField(primary_key=True)
    performance = models.ForeignKey(Performance, on_delete=models.PROTECT, related_name="waiting")
    #: Null: any of them.
    category = models.ForeignKey(
        PriceCategory, on_delete=models.PROTECT, null=True, related_name="+"
    )
    party_id = models.UUIDField()
    #: Keyed digest of where they are told: one contact waits once, whatever name it goes by.
    contact = models.CharField(max_length=64, blank=True, default="", db_default="")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    #: The order that is offered to them; once it is paid, the wait ended well.
    order = models.ForeignKey(Order, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["performance", "party_id"],
                name="waits_once",
                condition=Q(left_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["performance", "contact"],
                name="waits_once_a_contact",
                condition=Q(left_at__isnull=True) & ~Q(contact=""),
            ),
        )
        indexes: ClassVar = [
            models.Index(
                fields=["performance", "category"],
                name="waiting_without_offer",
                condition=Q(left_at__isnull=True, order__isnull=True),
            ),
            models.Index(
                fields=["performance", "joined_at"],
                name="waiting_line",
                condition=Q(left_at__isnull=True),
            ),
            models.Index(fields=["party_id"], name="waiting_of_customer"),
        ]

    def __str__(self) -> str:
        return str(self.id)
