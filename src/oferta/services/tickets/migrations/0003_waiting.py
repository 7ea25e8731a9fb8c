"""Tickets offered back to who waits; who sold and paid out at the counter; how incidents ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """What the waiting list, the box office and the gate's supervisor need."""

    dependencies = [("tickets", "0002_refunds")]
    operations = [
        migrations.AddField("ticket", "offered_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "ticket",
            models.Index(
                fields=["performance", "offered_at"],
                name="ticket_offered_back",
                condition=models.Q(("offered_at__isnull", False), ("status", "valid")),
            ),
        ),
        migrations.AddIndex(
            "waitingentry",
            models.Index(
                fields=["performance", "joined_at"],
                name="waiting_line",
                condition=models.Q(("left_at__isnull", True)),
            ),
        ),
        migrations.AddIndex(
            "waitingentry", models.Index(fields=["party_id"], name="waiting_of_customer")
        ),
        migrations.AddField("order", "cashier_id", models.UUIDField(null=True)),
        migrations.AddIndex(
            "order",
            models.Index(
                fields=["cashier_id", "paid_at"],
                name="order_of_cashier",
                condition=models.Q(("cashier_id__isnull", False)),
            ),
        ),
        migrations.AddField("payout", "staff_id", models.UUIDField(null=True)),
        migrations.AddIndex(
            "payout",
            models.Index(
                fields=["staff_id", "ended_at"],
                name="payout_of_cashier",
                condition=models.Q(("staff_id__isnull", False)),
            ),
        ),
        migrations.AddField("incident", "closed_by", models.UUIDField(null=True)),
        migrations.AddField("incident", "finding", models.TextField(blank=True, default="")),
        migrations.AddIndex(
            "incident",
            models.Index(
                fields=["found_at"],
                name="incident_open",
                condition=models.Q(("closed_at__isnull", True)),
            ),
        ),
    ]
