"""Mass messages, the reach of one person, references of messages, answers to false ones."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


def added_only(table, *erasable):
    """Refuse UPDATE, DELETE and TRUNCATE of a table, but for erasing these columns."""
    columns = ", ".join(f"'{name}'" for name in erasable)
    function = "oferta_refuse_change_but_erasing" if erasable else "oferta_refuse_change"
    return migrations.RunSQL(
        f"""
        CREATE OR REPLACE TRIGGER added_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {function}({columns});
        CREATE OR REPLACE TRIGGER added_only_whole BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION oferta_refuse_change();
        """,
        migrations.RunSQL.noop,
    )


class Migration(migrations.Migration):

    dependencies = [("notices", "0003_read_marks"), ("parties", "0003_agreements")]

    operations = [
        migrations.AddField(
            model_name='batch',
            name='channels',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name='batch',
            name='mass_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='batch',
            name='release_asked_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.staff'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='reference',
            field=models.CharField(blank=True, default='', max_length=16),
        ),
        migrations.RemoveConstraint(model_name='batch', name='batch_state'),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'held', 'done', 'stopped'])), name='batch_state'),
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(condition=models.Q(('mass_id__isnull', False)), fields=['mass_id'], name='batches_of_mass'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('reference', ''), _negated=True), fields=('reference',), name='reference_once'),
        ),
        migrations.CreateModel(
            name='MassMessage',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('nature', models.CharField(max_length=16)),
                ('words', models.JSONField()),
                ('audience', models.TextField()),
                ('chosen', models.TextField(blank=True, default='')),
                ('channels', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('state', models.CharField(default='draft', max_length=16)),
                ('people', models.PositiveIntegerField()),
                ('sent', models.PositiveIntegerField(default=0)),
                ('last_party', models.UUIDField(null=True)),
                ('next_at', models.DateTimeField(null=True)),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.staff')),
                ('made_at', models.DateTimeField(db_index=True)),
                ('approver', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.staff')),
                ('ended_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.staff')),
                ('ended_at', models.DateTimeField(null=True)),
                ('reason', models.TextField(blank=True, default='')),
                ('answers', models.UUIDField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'waiting', 'sending', 'done', 'stopped'])), name='mass_state'), models.CheckConstraint(condition=models.Q(('nature__in', ['service', 'advertising'])), name='mass_nature'), models.CheckConstraint(condition=models.Q(('approver__isnull', True), models.Q(('approver', models.F('maker')), _negated=True), _connector='OR'), name='mass_second_person_is_another')],
            },
        ),
        migrations.CreateModel(
            name='MassReceiver',
            fields=[
                ('pk', models.CompositePrimaryKey('mass', 'party_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('mass', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='receivers', to='notices.massmessage')),
                ('party_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='SentText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mass', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='notices.massmessage')),
                ('digest', models.BinaryField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='Reached',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('staff', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.staff')),
                ('party_id', models.UUIDField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['staff', 'at'], name='reached_by_staff')],
            },
        ),
        migrations.CreateModel(
            name='FalseMessage',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('sample', models.TextField()),
                ('words', models.JSONField()),
                ('seen_at', models.DateTimeField()),
                ('claimed', models.TextField(blank=True, default='')),
                ('confirmed', models.TextField(blank=True, default='')),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.staff')),
                ('made_at', models.DateTimeField()),
                ('publisher', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.staff')),
                ('published_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('publisher__isnull', True), models.Q(('publisher', models.F('maker')), _negated=True), _connector='OR'), name='answer_published_by_another')],
            },
        ),
        migrations.CreateModel(
            name='Check',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.BinaryField()),
                ('since', models.DateTimeField()),
                ('count', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('place', 'since'), name='checks_of_place_once')],
            },
        ),
        added_only("notices_notice", "kind", "params"),
        added_only("notices_reached"),
    ]
