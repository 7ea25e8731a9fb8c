"""Settlements with funders and merchants."""

import django.db.models.deletion
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

    dependencies = [("club", "0004_partners")]
    operations = [
        migrations.CreateModel(
            name='Settlement',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('account_id', models.BigIntegerField()),
                ('after_seq', models.BigIntegerField()),
                ('last_seq', models.BigIntegerField()),
                ('until', models.DateTimeField()),
                ('settled_at', models.DateTimeField()),
                ('opening', models.BigIntegerField()),
                ('closing', models.BigIntegerField()),
                ('added', models.BigIntegerField()),
                ('taken', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('closing', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('opening'), '+', models.F('added')), '-', models.F('taken')))), name='settlement_reconciles'), models.UniqueConstraint(fields=('account_id', 'after_seq'), name='place_settled_once')],
            },
        ),
        migrations.CreateModel(
            name='SettlementLine',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('transfer_id', models.UUIDField()),
                ('decision_id', models.UUIDField()),
                ('code', models.IntegerField()),
                ('day', models.DateField()),
                ('amount', models.BigIntegerField()),
                ('lot', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='club.lot')),
                ('settlement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='club.settlement')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('transfer_id', 'lot'), name='transfer_settled_once', nulls_distinct=False)],
            },
        ),
        added_only("club_settlement"),
        added_only("club_settlementline"),
    ]
