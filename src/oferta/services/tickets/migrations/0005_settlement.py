"""Vouchers, other ways for a refund, and what is settled with organisers."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


def added_only(table):
    """Refuse UPDATE, DELETE and TRUNCATE of a table."""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER added_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION oferta_refuse_change();
        CREATE TRIGGER added_only_whole BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION oferta_refuse_change();
        """,
        f"DROP TRIGGER added_only_whole ON {table}; DROP TRIGGER added_only ON {table};",
    )


class Migration(migrations.Migration):
    """What is settled stays as it was."""

    dependencies = [("tickets", "0004_changes")]
    operations = [
        migrations.CreateModel(
            name="OrganiserContract",
            fields=[
                (
                    "organiser",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="contract",
                        serialize=False,
                        to="tickets.organiser",
                    ),
                ),
                ("pack", models.CharField(max_length=60)),
                ("advance_share", models.IntegerField(default=0)),
                ("account_name", models.CharField(max_length=140)),
                ("account", models.CharField(max_length=34)),
                ("bank", models.CharField(blank=True, max_length=11)),
                ("agreed_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="OrganiserPayment",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("amount", models.BigIntegerField()),
                ("currency", models.CharField(max_length=8)),
                ("decision_id", models.UUIDField(unique=True)),
                ("account_name", models.CharField(max_length=140)),
                ("account", models.CharField(max_length=34)),
                ("bank", models.CharField(blank=True, max_length=11)),
                ("state", models.CharField(default="ordered", max_length=12)),
                ("ordered_at", models.DateTimeField()),
                ("pay_by", models.DateField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="OrganiserRefund",
            fields=[
                (
                    "refund",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="organiser_refund",
                        serialize=False,
                        to="tickets.refund",
                    ),
                ),
                ("amount", models.BigIntegerField()),
                ("decision_id", models.UUIDField(unique=True)),
                ("reference", models.CharField(max_length=100)),
                ("told_by", models.UUIDField()),
                ("told_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PerformanceLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("transfer_id", models.UUIDField(unique=True)),
                ("decision_id", models.UUIDField()),
                ("code", models.IntegerField()),
                ("day", models.DateField()),
                ("amount", models.BigIntegerField()),
                ("pack", models.CharField(blank=True, max_length=60)),
                ("clauses", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="PerformanceSettlement",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("decision_id", models.UUIDField(unique=True)),
                ("after_seq", models.BigIntegerField()),
                ("last_seq", models.BigIntegerField()),
                ("settled_at", models.DateTimeField()),
                ("opening", models.BigIntegerField()),
                ("sold", models.BigIntegerField()),
                ("returned", models.BigIntegerField()),
                ("covered", models.BigIntegerField()),
                ("released", models.BigIntegerField()),
                ("closing", models.BigIntegerField()),
                ("tickets_sold", models.IntegerField()),
                ("tickets_returned", models.IntegerField()),
                ("may_come_back", models.BigIntegerField()),
                ("advance", models.BooleanField()),
                ("free_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="Purse",
            fields=[
                ("account_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("party_id", models.UUIDField()),
                ("currency", models.CharField(max_length=8)),
            ],
        ),
        migrations.CreateModel(
            name="Voucher",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("party_id", models.UUIDField()),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("account_id", models.BigIntegerField(unique=True)),
                ("value", models.BigIntegerField()),
                ("currency", models.CharField(max_length=8)),
                ("issued_at", models.DateTimeField()),
                ("last_day", models.DateField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="refund",
            name="refund_state_known",
        ),
        migrations.AddField(
            model_name="refund",
            name="consented_to",
            field=models.CharField(blank=True, default="", max_length=12),
        ),
        migrations.AddField(
            model_name="refund",
            name="organiser_pays_by",
            field=models.DateField(null=True),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["due", "awaiting_choice", "with_organiser", "sent", "paid", "came_back"],
                    )
                ),
                name="refund_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisercontract",
            constraint=models.CheckConstraint(
                condition=models.Q(("advance_share__gte", 0), ("advance_share__lte", 1000000)),
                name="contract_advance_within_100_percent",
            ),
        ),
        migrations.AddField(
            model_name="organiserpayment",
            name="organiser",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="tickets.organiser",
            ),
        ),
        migrations.AddField(
            model_name="organiserrefund",
            name="organiser",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tickets.organiser",
            ),
        ),
        migrations.CreateModel(
            name="PerformanceLineDispute",
            fields=[
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="dispute",
                        serialize=False,
                        to="tickets.performanceline",
                    ),
                ),
                ("case_id", models.UUIDField()),
                ("person_id", models.UUIDField(null=True)),
                ("disputed_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="performancesettlement",
            name="performance",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="settlements",
                to="tickets.performance",
            ),
        ),
        migrations.AddField(
            model_name="performanceline",
            name="settlement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="tickets.performancesettlement",
            ),
        ),
        migrations.AddConstraint(
            model_name="purse",
            constraint=models.UniqueConstraint(
                fields=("party_id", "currency"), name="purse_one_a_unit"
            ),
        ),
        migrations.AddField(
            model_name="voucher",
            name="payout",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="voucher",
                to="tickets.payout",
            ),
        ),
        migrations.AddIndex(
            model_name="organiserpayment",
            index=models.Index(fields=["organiser", "ordered_at"], name="payment_of_organiser"),
        ),
        migrations.AddConstraint(
            model_name="organiserpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["ordered", "paid", "came_back"])),
                name="organiser_payment_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="organiserpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="organiser_payment_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="organiserrefund",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="organiser_refund_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="organiserrefund",
            constraint=models.CheckConstraint(
                condition=models.Q(("reference", ""), _negated=True), name="organiser_refund_proved"
            ),
        ),
        migrations.AddIndex(
            model_name="performancesettlement",
            index=models.Index(
                fields=["performance", "settled_at"], name="settlement_of_performance"
            ),
        ),
        migrations.AddConstraint(
            model_name="performancesettlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "closing",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("opening"), "+", models.F("sold")
                                    ),
                                    "-",
                                    models.F("returned"),
                                ),
                                "+",
                                models.F("covered"),
                            ),
                            "-",
                            models.F("released"),
                        ),
                    )
                ),
                name="performance_settlement_reconciles",
            ),
        ),
        migrations.AddConstraint(
            model_name="performancesettlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("advance", True),
                    ("released", 0),
                    ("closing__gte", models.F("may_come_back")),
                    _connector="OR",
                ),
                name="performance_settlement_keeps_refunds",
            ),
        ),
        migrations.AddConstraint(
            model_name="performancesettlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("closing__gte", 0), ("released__gte", 0)),
                name="performance_settlement_covered",
            ),
        ),
        migrations.AddConstraint(
            model_name="performancesettlement",
            constraint=models.UniqueConstraint(
                fields=("performance", "after_seq"), name="performance_place_settled_once"
            ),
        ),
        migrations.AddIndex(
            model_name="performanceline",
            index=models.Index(fields=["settlement", "code"], name="performance_line_by_code"),
        ),
        migrations.AddIndex(
            model_name="voucher",
            index=models.Index(fields=["party_id"], name="voucher_of_customer"),
        ),
        migrations.AddIndex(
            model_name="voucher",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["last_day"],
                name="voucher_to_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(("value__gt", 0)), name="voucher_above_zero"
            ),
        ),
        added_only("tickets_performancesettlement"),
        added_only("tickets_performanceline"),
    ]
