"""Partners with dated rates, terminals, and refunds that came before their purchase."""

import django.db.models.deletion
from django.db import migrations, models

ONE_RATE_A_DAY = """
ALTER TABLE club_partnerrate ADD CONSTRAINT one_partner_rate_a_day
EXCLUDE USING gist (partner_id WITH =, daterange(starts, ends, '[]') WITH &&)
"""


class Migration(migrations.Migration):
    """A partner has one rate on a day, whoever writes it."""

    dependencies = [("club", "0003_erasable")]
    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS btree_gist", migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('key', models.SlugField(max_length=60, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('earns', models.BooleanField(default=True)),
                ('redeems', models.BooleanField(default=True)),
                ('instalments', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='EarlyRefund',
            fields=[
                ('key', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('purchase_key', models.CharField(max_length=32)),
                ('received_at', models.DateTimeField()),
                ('record', models.JSONField()),
            ],
            options={
                'indexes': [models.Index(fields=['purchase_key'], name='club_early_refund_of_purchase')],
            },
        ),
        migrations.CreateModel(
            name='Terminal',
            fields=[
                ('code', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('owner', models.CharField(max_length=20)),
                ('channel', models.CharField(max_length=20)),
                ('category', models.CharField(default='purchase', max_length=20)),
                ('merchant', models.CharField(max_length=200)),
                ('mcc', models.IntegerField(null=True)),
                ('abroad', models.BooleanField(default=False)),
                ('takes_bonuses', models.BooleanField(default=True)),
                ('city', models.CharField(blank=True, default='', max_length=100)),
                ('address', models.CharField(blank=True, default='', max_length=200)),
                ('partner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='terminals', to='club.partner')),
            ],
        ),
        migrations.CreateModel(
            name='PartnerRate',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('rate', models.IntegerField()),
                ('starts', models.DateField()),
                ('ends', models.DateField(null=True)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rates', to='club.partner')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('rate__gt', 0), ('rate__lte', 300000)), name='partner_rate_within_30_percent'), models.CheckConstraint(condition=models.Q(('ends__isnull', True), ('ends__gte', models.F('starts')), _connector='OR'), name='partner_rate_ends_after_it_starts')],
            },
        ),
        migrations.RunSQL(
            ONE_RATE_A_DAY, "ALTER TABLE club_partnerrate DROP CONSTRAINT one_partner_rate_a_day"
        ),
    ]
