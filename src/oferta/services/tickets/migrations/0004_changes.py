"""What becomes of a performance: who is told, what they say, who stands behind it; incidents."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Tables of changes and incidents; what performances and regimes say more."""

    dependencies = [
        ("tickets", "0003_waiting"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangeProposal",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("stage", models.CharField(max_length=12)),
                ("source", models.CharField(max_length=300)),
                ("effective_at", models.DateTimeField()),
                ("starts_at", models.DateTimeField(null=True)),
                ("instead", models.JSONField(default=dict)),
                ("accepts_before", models.DateField(null=True)),
                ("organiser_refund_days", models.SmallIntegerField(null=True)),
                ("high_alert", models.BooleanField(default=False)),
                ("tickets", models.IntegerField()),
                ("amount", models.BigIntegerField()),
                ("made_by", models.UUIDField()),
                ("made_at", models.DateTimeField()),
                ("approved_by", models.UUIDField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("done", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="ChangeRun",
            fields=[
                (
                    "change",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="run",
                        serialize=False,
                        to="tickets.performancechange",
                    ),
                ),
                ("begun_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ChangeTold",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("decision_id", models.UUIDField()),
                ("amount", models.BigIntegerField()),
                ("closed_from", models.DateField()),
                ("told_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="OfficeIncident",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=16)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("claimed", models.CharField(blank=True, max_length=500)),
                ("confirmed", models.CharField(blank=True, max_length=500)),
                ("words", models.JSONField()),
                ("channel", models.CharField(max_length=200)),
                ("made_by", models.UUIDField()),
                ("made_at", models.DateTimeField()),
                ("published_by", models.UUIDField(null=True)),
                ("published_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="TicketKept",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("said_at", models.DateTimeField()),
                ("decision_id", models.UUIDField()),
            ],
        ),
        migrations.AddField(
            model_name="performance",
            name="hold_by",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="performance",
            name="regime",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="performances",
                to="tickets.regime",
            ),
        ),
        migrations.AddField(
            model_name="performancechange",
            name="instead",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="regime",
            name="begun_by",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="regime",
            name="days_given_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="regime",
            name="ended_by",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="regime",
            name="lifted_by_act",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
        migrations.AddIndex(
            model_name="performance",
            index=models.Index(
                condition=models.Q(("hold_by__isnull", False)),
                fields=["hold_by"],
                name="performance_to_be_held",
            ),
        ),
        migrations.AddConstraint(
            model_name="regime",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on__isnull", True)),
                fields=("region",),
                name="regime_one_lasts_a_region",
            ),
        ),
        migrations.AddField(
            model_name="changeproposal",
            name="performance",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposals",
                to="tickets.performance",
            ),
        ),
        migrations.AddIndex(
            model_name="changerun",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", True)),
                fields=["begun_at"],
                name="change_run_open",
            ),
        ),
        migrations.AddField(
            model_name="changetold",
            name="change",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="told",
                to="tickets.performancechange",
            ),
        ),
        migrations.AddField(
            model_name="changetold",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changes_told",
                to="tickets.order",
            ),
        ),
        migrations.AddIndex(
            model_name="officeincident",
            index=models.Index(fields=["kind", "began_at"], name="office_incident_by_kind"),
        ),
        migrations.AddConstraint(
            model_name="officeincident",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["false_message", "outage", "leak"])),
                name="office_incident_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="officeincident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True),
                    ("ended_at__gte", models.F("began_at")),
                    _connector="OR",
                ),
                name="office_incident_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="officeincident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("published_by__isnull", True),
                    models.Q(("published_by", models.F("made_by")), _negated=True),
                    _connector="OR",
                ),
                name="office_incident_second_person_is_another",
            ),
        ),
        migrations.AddField(
            model_name="ticketkept",
            name="change",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="kept",
                to="tickets.performancechange",
            ),
        ),
        migrations.AddField(
            model_name="ticketkept",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="kept",
                to="tickets.ticket",
            ),
        ),
        migrations.AddConstraint(
            model_name="changeproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "stage__in",
                        ["draft", "on_sale", "cancelled", "postponed", "replaced", "held"],
                    )
                ),
                name="proposal_stage_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="changeproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("made_by")), _negated=True),
                    _connector="OR",
                ),
                name="proposal_second_person_is_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="changeproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("performance",),
                name="proposal_one_waits_a_performance",
            ),
        ),
        migrations.AddConstraint(
            model_name="changetold",
            constraint=models.UniqueConstraint(
                fields=("change", "order"), name="change_told_once_an_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="changetold",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)), name="change_told_from_0"
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketkept",
            constraint=models.UniqueConstraint(
                fields=("change", "ticket"), name="ticket_kept_once_a_change"
            ),
        ),
        migrations.CreateModel(
            name="PriceCorrection",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("amount", models.BigIntegerField()),
                ("decision_id", models.UUIDField()),
                ("state", models.CharField(default="started", max_length=12)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="tickets.order",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="tickets.payment",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "started")),
                        fields=["started_at"],
                        name="correction_under_way",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["started", "arrived", "failed"])),
                        name="correction_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="correction_above_zero"
                    ),
                    models.UniqueConstraint(
                        fields=("decision_id", "payment"), name="correction_once_a_decision"
                    ),
                ],
            },
        ),
        # What was told and what was said is only ever added.
        *(
            migrations.RunSQL(
                f"""
                CREATE TRIGGER added_only BEFORE UPDATE OR DELETE ON {table}
                  FOR EACH ROW EXECUTE FUNCTION oferta_refuse_change();
                CREATE TRIGGER added_only_whole BEFORE TRUNCATE ON {table}
                  FOR EACH STATEMENT EXECUTE FUNCTION oferta_refuse_change();
                """,
                f"DROP TRIGGER added_only ON {table}; DROP TRIGGER added_only_whole ON {table};",
            )
            for table in ("tickets_changetold", "tickets_ticketkept")
        ),
    ]
