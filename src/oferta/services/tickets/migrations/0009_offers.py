"""How long an offered place is held, and one entry of the line a contact."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """What places that come free need to go to who waits first."""

    dependencies = [("tickets", "0008_delivery")]
    operations = [
        migrations.AddField(
            "performance",
            "offer_minutes",
            models.SmallIntegerField(default=360, db_default=360),
        ),
        migrations.AddConstraint(
            "performance",
            models.CheckConstraint(
                condition=models.Q(("offer_minutes__gte", 30)),
                name="performance_offer_half_an_hour",
            ),
        ),
        migrations.AddField(
            "waitingentry",
            "contact",
            models.CharField(max_length=64, blank=True, default="", db_default=""),
        ),
        migrations.AddConstraint(
            "waitingentry",
            models.UniqueConstraint(
                fields=["performance", "contact"],
                name="waits_once_a_contact",
                condition=models.Q(("left_at__isnull", True), ~models.Q(("contact", ""))),
            ),
        ),
        migrations.AddIndex(
            "waitingentry",
            models.Index(
                fields=["performance", "category"],
                name="waiting_without_offer",
                condition=models.Q(("left_at__isnull", True), ("order__isnull", True)),
            ),
        ),
    ]
