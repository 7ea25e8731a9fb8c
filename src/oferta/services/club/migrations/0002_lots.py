"""Lots of bonuses, what is paid with them, and what a member owes."""

import django.db.models.deletion
from django.db import migrations, models

KEPT = ("club_lotmove", "club_redemption", "club_redemptionrefund")


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
    """A lot holds what one payment gave; its constraint is the last word on spending."""

    dependencies = [("club", "0001_first_tables"), ("parties", "0001_first_tables")]
    operations = [
        migrations.CreateModel(
            name='Lot',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('account_id', models.BigIntegerField()),
                ('question', models.CharField(max_length=40)),
                ('funder_id', models.BigIntegerField()),
                ('decision_id', models.UUIDField(unique=True)),
                ('purchase_key', models.CharField(max_length=32)),
                ('earned_on', models.DateField()),
                ('last_day', models.DateField(null=True)),
                ('amount', models.BigIntegerField()),
                ('used', models.BigIntegerField(default=0)),
                ('warned', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='LotMove',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('account_id', models.BigIntegerField()),
                ('decision_id', models.UUIDField()),
                ('kind', models.CharField(max_length=16)),
                ('amount', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Redemption',
            fields=[
                ('reference', models.CharField(max_length=100, primary_key=True, serialize=False)),
                ('account_id', models.BigIntegerField()),
                ('decision_id', models.UUIDField(unique=True)),
                ('asked', models.JSONField()),
                ('redeemed_on', models.DateField()),
                ('bill', models.BigIntegerField()),
                ('amount', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='RedemptionRefund',
            fields=[
                ('reference', models.CharField(max_length=100, primary_key=True, serialize=False)),
                ('decision_id', models.UUIDField(unique=True)),
                ('refunded', models.BigIntegerField()),
                ('restored', models.BigIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name='member',
            name='owed',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.CheckConstraint(condition=models.Q(('owed__gte', 0)), name='member_owes_or_not'),
        ),
        migrations.AddIndex(
            model_name='lot',
            index=models.Index(condition=models.Q(('used__lt', models.F('amount'))), fields=['account_id', 'last_day'], name='club_lot_with_something_left'),
        ),
        migrations.AddIndex(
            model_name='lot',
            index=models.Index(condition=models.Q(('used__lt', models.F('amount'))), fields=['last_day'], name='club_lot_to_expire'),
        ),
        migrations.AddIndex(
            model_name='lot',
            index=models.Index(fields=['purchase_key'], name='club_lot_of_purchase'),
        ),
        migrations.AddConstraint(
            model_name='lot',
            constraint=models.CheckConstraint(condition=models.Q(('used__gte', 0), ('used__lte', models.F('amount'))), name='lot_holds'),
        ),
        migrations.AddField(
            model_name='lotmove',
            name='lot',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='club.lot'),
        ),
        migrations.AddIndex(
            model_name='redemption',
            index=models.Index(fields=['account_id', 'redeemed_on'], name='club_redemption_of_member'),
        ),
        migrations.AddField(
            model_name='redemptionrefund',
            name='redemption',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='club.redemption'),
        ),
        migrations.AddIndex(
            model_name='lotmove',
            index=models.Index(fields=['decision_id'], name='club_lot_move_of_decision'),
        ),
        migrations.AddIndex(
            model_name='lotmove',
            index=models.Index(fields=['account_id', 'kind'], name='club_lot_move_of_member'),
        ),
        *(added_only(table) for table in KEPT),
    ]
