"""How long an offered place is held; one entry of the line a contact; money that never came."""

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
        migrations.CreateModel(
            "MissingRefund",
            [
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "refund",
                    models.OneToOneField(
                        on_delete=models.PROTECT, related_name="missing", to="tickets.refund"
                    ),
                ),
                ("words", models.TextField(blank=True, default="")),
                ("told_at", models.DateTimeField()),
                ("answer_by", models.DateField()),
                ("owner", models.CharField(max_length=60)),
                ("state", models.CharField(default="open", max_length=8)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.UUIDField(null=True)),
                ("finding", models.TextField(blank=True, default="")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "ours", "proved", "came"])),
                        name="missing_state_known",
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(("owner", "")), name="missing_has_an_owner"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at__isnull", True), ("state", "open"))
                        | models.Q(~models.Q(("state", "open")), ("ended_at__isnull", False)),
                        name="missing_ended_at_a_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ~models.Q(("state", "proved")),
                            ~models.Q(("finding", "")),
                            _connector="OR",
                        ),
                        name="missing_proved_by_something",
                    ),
                ],
                "indexes": [
                    models.Index(
                        fields=["answer_by"],
                        name="missing_open",
                        condition=models.Q(("state", "open")),
                    )
                ],
            },
        ),
    ]
