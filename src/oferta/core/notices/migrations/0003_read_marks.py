"""Which notices their customers have read."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0002_fewer_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReadMark',
            fields=[
                ('notice', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='notices.notice')),
                ('read_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'notices_read_mark',
            },
        ),
    ]
