"""Codes that change on a telephone, and limits of guesses and of what guests hold."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

#: Rows that nobody edits: the history of what gates ask for.
_KEPT = "tickets_phonecodechange"
_ADDED_ONLY = f"""
    CREATE TRIGGER added_only BEFORE UPDATE OR DELETE ON {_KEPT}
      FOR EACH ROW EXECUTE FUNCTION oferta_refuse_change();
    CREATE TRIGGER added_only_whole BEFORE TRUNCATE ON {_KEPT}
      FOR EACH STATEMENT EXECUTE FUNCTION oferta_refuse_change();
"""
_NOT_ADDED_ONLY = f"DROP TRIGGER added_only_whole ON {_KEPT}; DROP TRIGGER added_only ON {_KEPT};"
_RULES = ["none", "accepted", "required"]


class Migration(migrations.Migration):
    """What gates ask of a telephone, since when, and who tries and holds too much."""

    dependencies = [("tickets", "0006_letters")]

    operations = [
        migrations.AddField(
            "performance",
            "phone_code",
            models.CharField(max_length=10, default="none", db_default="none"),
        ),
        migrations.AddField(
            "performance", "phone_round", models.SmallIntegerField(default=0, db_default=0)
        ),
        migrations.AddConstraint(
            "performance",
            models.CheckConstraint(
                condition=models.Q(("phone_code__in", _RULES)),
                name="performance_phone_code_known",
            ),
        ),
        migrations.AddConstraint(
            "performance",
            models.CheckConstraint(
                condition=models.Q(("phone_round__gte", 0), ("phone_round__lte", 7)),
                name="performance_phone_round_within",
            ),
        ),
        migrations.CreateModel(
            name="PhoneCodeChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("changed_at", models.DateTimeField()),
                ("before", models.CharField(max_length=10)),
                ("after", models.CharField(max_length=10)),
                ("round", models.SmallIntegerField()),
                ("source", models.CharField(max_length=300)),
                ("staff_id", models.UUIDField(null=True)),
                (
                    "performance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="phone_code_changes",
                        to="tickets.performance",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "phonecodechange",
            models.CheckConstraint(
                condition=models.Q(("after__in", _RULES), ("before__in", _RULES)),
                name="phone_code_change_known",
            ),
        ),
        migrations.RunSQL(_ADDED_ONLY, _NOT_ADDED_ONLY),
        migrations.RemoveConstraint("incident", "incident_kind_known"),
        migrations.AddConstraint(
            "incident",
            models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["double_scan", "revoked_admitted", "unproven_screen"])
                ),
                name="incident_kind_known",
            ),
        ),
        migrations.CreateModel(
            name="Guess",
            fields=[
                ("who", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("full_at", models.DateTimeField()),
            ],
        ),
        migrations.AddIndex("guess", models.Index(fields=["full_at"], name="guess_to_forget")),
        migrations.CreateModel(
            name="GuestHold",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="tickets.order",
                    ),
                ),
                ("origin", models.CharField(max_length=64)),
                ("places", models.SmallIntegerField()),
                ("hold_until", models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            "guesthold", models.Index(fields=["origin"], name="guest_hold_of_origin")
        ),
        migrations.AddIndex(
            "guesthold", models.Index(fields=["hold_until"], name="guest_hold_to_forget")
        ),
    ]
