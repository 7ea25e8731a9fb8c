"""Receipts of agreements, consents, requests for data and erasure."""

import django.db.models.deletion
from django.db import migrations, models

# A row that is only ever added may lose what is personal, and nothing else: the columns named by
# the trigger, while a request for erasure that waits is named by the setting.
REFUSE_BUT_ERASING = """
CREATE FUNCTION oferta_refuse_change_but_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    erasing text := current_setting('oferta.erasing', true);
BEGIN
    IF TG_OP = 'UPDATE' AND erasing <> '' AND EXISTS (
        SELECT FROM parties_erasure WHERE id = erasing::uuid AND state = 'waiting'
    ) THEN
        IF to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$$
"""


def added_only(table, *erasable):
    """Refuse UPDATE, DELETE and TRUNCATE of a table, but for erasing these columns."""
    columns = ", ".join(f"'{name}'" for name in erasable)
    function = "oferta_refuse_change_but_erasing" if erasable else "oferta_refuse_change"
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER added_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {function}({columns});
        CREATE TRIGGER added_only_whole BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION oferta_refuse_change();
        """,
        f"""
        DROP TRIGGER added_only_whole ON {table};
        DROP TRIGGER added_only ON {table};
        """,
    )


class Migration(migrations.Migration):

    dependencies = [("parties", "0002_logins")]

    operations = [
        migrations.DeleteModel(name="AcceptedEdition"),
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='parties.customer')),
                ('pack', models.TextField()),
                ('edition', models.TextField()),
                ('edition_digest', models.CharField(max_length=64)),
                ('how', models.CharField(max_length=8)),
                ('at', models.DateTimeField()),
                ('language', models.CharField(max_length=8)),
                ('text_digest', models.CharField(max_length=64)),
                ('page', models.TextField(blank=True, default='')),
                ('session', models.TextField(blank=True, default='')),
                ('receipt', models.TextField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('customer', 'pack', 'edition', 'how'), name='edition_accepted_once'), models.CheckConstraint(condition=models.Q(('how__in', ['click', 'use', 'view', 'told'])), name='agreement_how'), models.CheckConstraint(condition=models.Q(('language__in', ('kk', 'ru', 'en', 'zh-Hant', 'zh-Hans'))), name='agreement_language')],
            },
        ),
        migrations.CreateModel(
            name='AskedEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.customer')),
                ('pack', models.TextField()),
                ('edition', models.TextField()),
                ('asked_at', models.DateTimeField()),
                ('declined_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('customer', 'pack', 'edition'), name='edition_asked_once')],
            },
        ),
        migrations.CreateModel(
            name='EditionVerdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pack', models.TextField()),
                ('before', models.CharField(max_length=64)),
                ('after', models.CharField(max_length=64)),
                ('falls', models.JSONField(default=list)),
                ('proved_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('pack', 'before', 'after'), name='verdict_once')],
            },
        ),
        migrations.CreateModel(
            name='ConsentEntry',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='parties.customer')),
                ('purpose', models.TextField()),
                ('channel', models.CharField(max_length=16)),
                ('given', models.BooleanField()),
                ('version', models.PositiveSmallIntegerField()),
                ('text_digest', models.CharField(max_length=64)),
                ('language', models.CharField(max_length=8)),
                ('at', models.DateTimeField()),
                ('page', models.TextField(blank=True, default='')),
            ],
            options={
                'indexes': [models.Index(fields=['customer', 'purpose', 'channel', '-id'], name='consent_of')],
                'constraints': [models.CheckConstraint(condition=models.Q(('channel__in', ['email', 'sms'])), name='consent_channel'), models.CheckConstraint(condition=models.Q(('language__in', ('kk', 'ru', 'en', 'zh-Hant', 'zh-Hans'))), name='consent_language')],
            },
        ),
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.customer')),
                ('state', models.CharField(default='asked', max_length=16)),
                ('language', models.CharField(max_length=8)),
                ('asked_at', models.DateTimeField()),
                ('made_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('size', models.BigIntegerField(default=0)),
                ('digest', models.CharField(blank=True, default='', max_length=64)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'made', 'expired', 'failed'])), name='export_state'), models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('customer',), name='one_export_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='ExportPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('export', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='parties.export')),
                ('no', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('export', 'no'), name='export_part_once')],
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.customer')),
                ('state', models.CharField(default='waiting', max_length=16)),
                ('asked_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('gives_up', models.JSONField(default=list)),
                ('report', models.JSONField(default=dict)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'withdrawn', 'refused', 'done'])), name='erasure_state'), models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('customer',), name='one_erasure_at_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='erasure_ended_has_time')],
            },
        ),
        migrations.CreateModel(
            name='Tombstone',
            fields=[
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='tombstone', serialize=False, to='parties.customer')),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(
            REFUSE_BUT_ERASING, "DROP FUNCTION oferta_refuse_change_but_erasing() CASCADE"
        ),
        added_only("parties_agreement", "page", "session"),
        added_only("parties_consententry", "page"),
        added_only("parties_tombstone"),
    ]
