"""Sums kept for the owner's page; those of Decisions made before are tallied here once.

Those of the ledger need nothing: the mark is at the beginning, and the first `fold` moves it on.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

TALLIED = """
INSERT INTO club_totals_mark (id, below_xid) VALUES (1, 0);
INSERT INTO club_clause_total (day, question, clauses, held, decisions, amount, gathered)
SELECT (event_at AT TIME ZONE 'Asia/Almaty')::date AS on_day, question, decided_by,
       CASE WHEN transfer_ids <> '{}'
            THEN coalesce((outcome ->> 'hold')::boolean, false) ELSE false END AS is_held,
       count(*), coalesce(sum(
           CASE WHEN transfer_ids <> '{}' THEN (outcome ->> 'amount')::bigint END), 0), true
FROM decisions_decision
WHERE pack = 'bonus-club' AND question IN ('bank_bonus', 'partner_bonus')
  AND plan = 'club.earning' AND status = 'decided'
  AND id NOT IN (SELECT overrides_id FROM decisions_decision WHERE overrides_id IS NOT NULL)
GROUP BY on_day, question, decided_by, is_held;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('club', '0009_card_requests'),
        ('decisions', '0006_kept_edition'),
    ]

    operations = [
        migrations.CreateModel(
            name='DayTotal',
            fields=[
                ('pk', models.CompositePrimaryKey('account_id', 'day', 'code', blank=True, editable=False, primary_key=True, serialize=False)),
                ('account_id', models.BigIntegerField()),
                ('day', models.DateField()),
                ('code', models.SmallIntegerField()),
                ('amount', models.BigIntegerField()),
                ('transfers', models.BigIntegerField()),
            ],
            options={
                'db_table': 'club_day_total',
            },
        ),
        migrations.CreateModel(
            name='ClauseTotal',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('question', models.TextField()),
                ('clauses', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('held', models.BooleanField()),
                ('decisions', models.BigIntegerField()),
                ('amount', models.BigIntegerField()),
                ('gathered', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'club_clause_total',
                'indexes': [models.Index(condition=models.Q(('gathered', False)), fields=['id'], name='club_clause_total_fresh')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('gathered', True)), fields=('day', 'question', 'clauses', 'held'), name='club_clause_total_gathered')],
            },
        ),
        migrations.CreateModel(
            name='TotalsMark',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('below_xid', models.BigIntegerField(default=0)),
            ],
            options={
                'db_table': 'club_totals_mark',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='one_totals_mark')],
            },
        ),
        migrations.RunSQL(TALLIED, migrations.RunSQL.noop),
    ]
