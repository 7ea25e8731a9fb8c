"""Ways of delivery that operators offer, the paper forms on their way, and where they go."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

_SENT_OUT = ["courier", "post"]
_STATES = ["waiting", "sent", "delivered", "came_back"]
_STEPS = ["sent", "delivered", "came_back", "reissued"]


def _kept(to: str, related_name: str, *, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=to, null=null
    )


class Migration(migrations.Migration):
    """The tables of delivery; nothing of what there was changes."""

    dependencies = [("tickets", "0007_gates")]
    operations = [
        migrations.CreateModel(
            name="DeliveryOffer",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("operator", _kept("tickets.operator", "deliveries")),
                ("kind", models.CharField(max_length=12)),
                ("country", models.CharField(max_length=2)),
                ("city", models.CharField(blank=True, max_length=80)),
                ("fee", models.BigIntegerField()),
                ("currency", models.CharField(max_length=8)),
                ("offered_from", models.DateTimeField()),
                ("offered_until", models.DateTimeField(null=True)),
                ("closes_hours", models.IntegerField()),
                ("days", models.SmallIntegerField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.UUIDField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(kind__in=_SENT_OUT), name="delivery_offer_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=Q(fee__gte=0, closes_hours__gte=0, days__gte=0),
                        name="delivery_offer_not_below_zero",
                    ),
                    models.CheckConstraint(
                        condition=Q(offered_until__isnull=True)
                        | Q(offered_until__gte=F("offered_from")),
                        name="delivery_offer_ends_after_it_begins",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["operator", "offered_from"], name="delivery_of_operator")
                ],
            },
        ),
        migrations.CreateModel(
            name="Shipment",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shipment",
                        to="tickets.order",
                    ),
                ),
                ("offer", _kept("tickets.deliveryoffer", "shipments", null=True)),
                ("kind", models.CharField(max_length=12)),
                ("state", models.CharField(default="waiting", max_length=12)),
                ("announced", models.BigIntegerField(null=True)),
                ("arrives_by", models.DateField(null=True)),
                ("number", models.CharField(blank=True, max_length=40)),
                ("attempt", models.SmallIntegerField(default=1)),
                ("planned_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(state__in=_STATES), name="shipment_state_known"
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            kind="pickup",
                            offer__isnull=True,
                            announced__isnull=True,
                            arrives_by__isnull=True,
                        )
                        | Q(
                            kind__in=_SENT_OUT,
                            offer__isnull=False,
                            announced__gte=0,
                            arrives_by__isnull=False,
                        ),
                        name="shipment_by_an_offer_or_picked_up",
                    ),
                    models.CheckConstraint(
                        condition=~Q(state="sent") | (Q(sent_at__isnull=False) & ~Q(number="")),
                        name="shipment_sent_with_a_number",
                    ),
                    models.CheckConstraint(
                        condition=~Q(state="delivered") | Q(ended_at__isnull=False),
                        name="shipment_delivered_at_a_moment",
                    ),
                ],
                "indexes": [
                    models.Index(
                        fields=["state", "arrives_by", "planned_at"],
                        name="shipment_to_deal_with",
                        condition=~Q(state="delivered"),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ShipmentAddress",
            fields=[
                (
                    "shipment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="address",
                        serialize=False,
                        to="tickets.shipment",
                    ),
                ),
                ("recipient", models.CharField(max_length=120)),
                ("phone", models.CharField(max_length=40)),
                ("street", models.CharField(max_length=200)),
                ("city", models.CharField(max_length=80)),
                ("postcode", models.CharField(blank=True, max_length=12)),
                ("country", models.CharField(max_length=2)),
                ("note", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="ShipmentStep",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("shipment", _kept("tickets.shipment", "steps")),
                ("kind", models.CharField(max_length=12)),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField(null=True)),
                ("number", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=Q(kind__in=_STEPS), name="shipment_step_known")
                ],
                "indexes": [models.Index(fields=["shipment", "at"], name="step_of_shipment")],
            },
        ),
    ]
