"""What refunds need beside their first tables."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What a request says beside its reason, and how often it was decided."""

    dependencies = [("tickets", "0001_first_tables")]
    operations = [
        migrations.AddField("application", "asked", models.CharField(max_length=64, default="")),
        migrations.AddField("application", "explanation", models.TextField(blank=True, default="")),
        migrations.AddField("application", "names_match", models.BooleanField(default=True)),
        migrations.AddField(
            "application", "bank_details", models.TextField(blank=True, default="")
        ),
        migrations.AddField(
            "application", "organiser_answer", models.CharField(max_length=20, default="none")
        ),
        migrations.AddField("application", "extended", models.BooleanField(default=False)),
        migrations.AddField("application", "asked_times", models.SmallIntegerField(default=0)),
        migrations.AddField("application", "escalated_at", models.DateTimeField(null=True)),
        migrations.AddField("refund", "escalated_at", models.DateTimeField(null=True)),
        migrations.AddField("refund", "attempts", models.SmallIntegerField(default=0)),
        migrations.AddField("refund", "bank_details", models.TextField(blank=True, default="")),
        migrations.AddField("refund", "account_closed", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="Payout",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("means", models.CharField(max_length=20)),
                ("amount", models.BigIntegerField()),
                ("state", models.CharField(default="started", max_length=12)),
                ("decision_id", models.UUIDField()),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "payment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payouts",
                        to="tickets.payment",
                    ),
                ),
                (
                    "refund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payouts",
                        to="tickets.refund",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "started")),
                        fields=["started_at"],
                        name="payout_under_way",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["started", "arrived", "failed"])),
                        name="payout_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="payout_above_zero"
                    ),
                ],
            },
        ),
    ]
