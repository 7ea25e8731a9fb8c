"""What people did about requests for money back, and the letters about them."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

_ACTS = [
    "registered",
    "checked",
    "explained",
    "answered",
    "extended",
    "referred",
    "surrendered",
    "paid_by_hand",
    "came_back",
    "withdrawn",
]


def _to_application(related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to="tickets.application",
    )


class Migration(migrations.Migration):
    dependencies = [("tickets", "0005_settlement")]
    operations = [
        migrations.CreateModel(
            name="Act",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=24)),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField(null=True)),
                ("words", models.TextField(blank=True, default="")),
                ("day", models.DateField(null=True)),
                ("channel", models.CharField(blank=True, default="", max_length=12)),
                ("reference", models.CharField(blank=True, default="", max_length=120)),
                ("application", _to_application("acts")),
            ],
            options={
                "indexes": [models.Index(fields=["application", "at"], name="act_of_application")],
                "constraints": [
                    models.CheckConstraint(condition=Q(kind__in=_ACTS), name="act_kind_known"),
                    models.UniqueConstraint(
                        fields=["application"],
                        name="review_extended_once",
                        condition=Q(kind="extended"),
                    ),
                    models.CheckConstraint(
                        condition=~Q(kind="extended") | (Q(day__isnull=False) & ~Q(words="")),
                        name="extension_has_a_day_and_words",
                    ),
                    models.CheckConstraint(
                        condition=~Q(kind="registered") | (Q(day__isnull=False) & ~Q(channel="")),
                        name="paper_came_somehow_some_day",
                    ),
                    models.CheckConstraint(
                        condition=~Q(kind="referred") | ~Q(reference=""),
                        name="outside_case_has_a_number",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=24)),
                ("language", models.CharField(max_length=8)),
                ("made_at", models.DateTimeField()),
                ("answer_by", models.DateField()),
                ("content", models.BinaryField()),
                ("digest", models.CharField(max_length=64)),
                ("application", _to_application("letters")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(kind__in=["organiser", "demand", "costs", "complaint"]),
                        name="letter_kind_known",
                    ),
                    models.UniqueConstraint(
                        fields=["application", "kind"], name="letter_once_an_application"
                    ),
                ],
            },
        ),
    ]
