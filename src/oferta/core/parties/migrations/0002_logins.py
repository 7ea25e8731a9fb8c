"""How customers and staff sign in, identity and credentials."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

#: The table of Django's cache: what people tried lately. Lost in a crash, and no harm done.
CACHE = """
CREATE UNLOGGED TABLE oferta_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX oferta_cache_expires ON oferta_cache (expires);
"""


class Migration(migrations.Migration):

    dependencies = [("parties", "0001_first_tables")]

    operations = [
        migrations.RunSQL(CACHE, "DROP TABLE oferta_cache"),
        migrations.CreateModel(
            name='Block',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('reason', models.TextField()),
                ('pack', models.TextField()),
                ('edition', models.TextField()),
                ('clause', models.TextField()),
                ('since', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_because', models.TextField(blank=True, default='')),
            ],
        ),
        migrations.CreateModel(
            name='Credential',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('kind', models.TextField()),
                ('reference', models.TextField()),
                ('checked_by', models.TextField()),
                ('granted_at', models.DateTimeField()),
                ('holds_from', models.DateTimeField()),
                ('holds_until', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('warned_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('agent', models.TextField(blank=True, default='')),
                ('first_seen_at', models.DateTimeField()),
                ('last_seen_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('kind', models.TextField()),
                ('tier', models.PositiveSmallIntegerField()),
                ('reference', models.TextField()),
                ('checked_by', models.TextField()),
                ('at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='FactorRemoval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='LoginContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=16)),
                ('address', models.TextField()),
                ('proven_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=16)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='customer',
            name='kind',
            field=models.CharField(db_default='person', default='person', max_length=16),
        ),
        migrations.AddField(
            model_name='login',
            name='frozen_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='login',
            name='session_epoch',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['person', 'organisation'])), name='customer_kind'),
        ),
        migrations.AddField(
            model_name='block',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.staff'),
        ),
        migrations.AddField(
            model_name='block',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='blocks', to='parties.customer'),
        ),
        migrations.AddField(
            model_name='block',
            name='lifted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.staff'),
        ),
        migrations.AddField(
            model_name='credential',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credentials', to='parties.customer'),
        ),
        migrations.AddField(
            model_name='device',
            name='login',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='devices', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='evidence',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='parties.customer'),
        ),
        migrations.AddField(
            model_name='factorremoval',
            name='login',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='factor_removals', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='logincontact',
            name='login',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='membership',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='parties.customer'),
        ),
        migrations.AddField(
            model_name='membership',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='organisations', to='parties.customer'),
        ),
        migrations.AddConstraint(
            model_name='block',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('customer',), name='one_block_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='block',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('clause', ''), _negated=True)), name='block_has_reason_and_clause'),
        ),
        migrations.AddIndex(
            model_name='credential',
            index=models.Index(fields=['customer', 'kind'], name='credentials_of_customer'),
        ),
        migrations.AddIndex(
            model_name='credential',
            index=models.Index(condition=models.Q(('warned_at__isnull', True), ('withdrawn_at__isnull', True)), fields=['holds_until'], name='credentials_to_warn_of'),
        ),
        migrations.AddConstraint(
            model_name='credential',
            constraint=models.CheckConstraint(condition=models.Q(('holds_until__gt', models.F('holds_from'))), name='credential_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.UniqueConstraint(fields=('login', 'digest'), name='device_known_once'),
        ),
        migrations.AddIndex(
            model_name='evidence',
            index=models.Index(fields=['customer', 'at'], name='evidence_of_customer'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('tier__range', (1, 3))), name='evidence_tier'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__isnull', True), ('expires_at__gt', models.F('at')), _connector='OR'), name='evidence_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='factorremoval',
            constraint=models.UniqueConstraint(condition=models.Q(('cancelled_at__isnull', True), ('done_at__isnull', True)), fields=('login',), name='one_open_removal_a_login'),
        ),
        migrations.AddConstraint(
            model_name='logincontact',
            constraint=models.UniqueConstraint(fields=('channel', 'address'), name='contact_of_one_login'),
        ),
        migrations.AddConstraint(
            model_name='logincontact',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['email', 'sms'])), name='login_contact_channel'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('organisation', 'person'), name='member_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['owner', 'agent', 'reader'])), name='member_role'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('organisation', models.F('person')), _negated=True), name='nobody_is_their_own_member'),
        ),
    ]
