"""Members apart from their cards, membership, tiers, campaigns and bonuses on their way."""

import django.db.models.deletion
from django.db import migrations, models

MEMBERS = """
ALTER TABLE club_member DROP CONSTRAINT club_member_pkey;
ALTER TABLE club_member ADD PRIMARY KEY (party_id);
ALTER TABLE club_member DROP CONSTRAINT IF EXISTS club_member_party_id_key;
"""
MEMBERS_BACK = """
ALTER TABLE club_member ADD CONSTRAINT club_member_party_id_key UNIQUE (party_id);
ALTER TABLE club_member DROP CONSTRAINT club_member_pkey;
ALTER TABLE club_member ADD PRIMARY KEY (card);
"""
#: The foreign key is checked at once: a table with checks outstanding cannot be altered.
CARDS = """
INSERT INTO club_card (number, product, state, member_id)
SELECT card, '', 'active', party_id FROM club_member;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
ONE_HOLDER = """
ALTER TABLE club_card ADD CONSTRAINT one_holder_of_a_card_a_day
EXCLUDE USING gist (number WITH =, daterange(since, until, '[]') WITH &&)
"""
KEPT = """
CREATE TRIGGER added_only BEFORE UPDATE OR DELETE ON club_membershipchange
    FOR EACH ROW EXECUTE FUNCTION oferta_refuse_change();
CREATE TRIGGER added_only_whole BEFORE TRUNCATE ON club_membershipchange
    FOR EACH STATEMENT EXECUTE FUNCTION oferta_refuse_change();
"""
KEPT_BACK = """
DROP TRIGGER added_only_whole ON club_membershipchange;
DROP TRIGGER added_only ON club_membershipchange;
"""


class Migration(migrations.Migration):
    """A member has many cards, and a card one member on a day."""

    dependencies = [("club", "0005_settlements")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(MEMBERS, MEMBERS_BACK)],
            state_operations=[
                migrations.AlterField("Member", "card", models.CharField(max_length=40)),
                migrations.AlterField(
                    "Member", "party_id", models.UUIDField(primary_key=True, serialize=False)
                ),
            ],
        ),
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('product', models.SlugField(max_length=40)),
                ('starts', models.DateField()),
                ('ends', models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('key', models.SlugField(max_length=60, primary_key=True, serialize=False)),
                ('title', models.JSONField(default=dict)),
                ('owner', models.CharField(max_length=10)),
                ('clause', models.CharField(blank=True, default='', max_length=80)),
                ('limit', models.CharField(blank=True, default='', max_length=80)),
                ('rate', models.IntegerField(null=True)),
                ('cap', models.BigIntegerField(null=True)),
                ('cap_period', models.CharField(blank=True, default='', max_length=10)),
                ('accrual_days', models.IntegerField(null=True)),
                ('starts', models.DateField(null=True)),
                ('ends', models.DateField(null=True)),
                ('document', models.CharField(blank=True, default='', max_length=300)),
                ('exception', models.CharField(blank=True, default='', max_length=40)),
                ('state', models.CharField(default='draft', max_length=10)),
                ('started_at', models.DateTimeField(null=True)),
                ('started_by', models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Card',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=40)),
                ('product', models.CharField(blank=True, default='', max_length=20)),
                ('since', models.DateField(null=True)),
                ('until', models.DateField(null=True)),
                ('state', models.CharField(default='active', max_length=10)),
            ],
        ),
        migrations.CreateModel(
            name='MembershipChange',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=16)),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=16)),
                ('by_id', models.UUIDField(null=True)),
                ('decision_id', models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Tier',
            fields=[
                ('pk', models.CompositePrimaryKey('member', 'month', blank=True, editable=False, primary_key=True, serialize=False)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tiers', to='club.member')),
                ('month', models.DateField()),
                ('tier', models.CharField(max_length=20)),
                ('rate', models.IntegerField()),
                ('decision_id', models.UUIDField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='Waiting',
            fields=[
                ('decision_id', models.UUIDField(primary_key=True, serialize=False)),
                ('account_id', models.BigIntegerField()),
                ('question', models.CharField(max_length=40)),
                ('purchase_key', models.CharField(max_length=32)),
                ('transfer_id', models.UUIDField(unique=True)),
                ('amount', models.BigIntegerField()),
                ('due_on', models.DateField()),
                ('accrual_id', models.UUIDField(null=True, unique=True)),
                ('dropped', models.BooleanField(default=False)),
            ],
        ),
        migrations.AddField(
            model_name='member',
            name='joined_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='member',
            name='left_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='member',
            name='reopens_until',
            field=models.DateField(null=True),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('left_on__isnull', True), ('reopens_until__isnull', True)), models.Q(('left_on__isnull', False), ('reopens_until__gte', models.F('left_on'))), _connector='OR'), name='member_left_with_a_last_day'),
        ),
        migrations.AddField(
            model_name='activity',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='club.member'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='partner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='club.partner'),
        ),
        migrations.AddField(
            model_name='card',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cards', to='club.member'),
        ),
        migrations.AddField(
            model_name='card',
            name='replaces',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='club.card'),
        ),
        migrations.AddField(
            model_name='membershipchange',
            name='card',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='club.card'),
        ),
        migrations.AddField(
            model_name='membershipchange',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='club.member'),
        ),
        migrations.AddIndex(
            model_name='waiting',
            index=models.Index(condition=models.Q(('accrual_id__isnull', True), ('dropped', False)), fields=['due_on'], name='club_waiting_due'),
        ),
        migrations.AddIndex(
            model_name='waiting',
            index=models.Index(fields=['account_id'], name='club_waiting_of_member'),
        ),
        migrations.AddIndex(
            model_name='waiting',
            index=models.Index(fields=['purchase_key'], name='club_waiting_of_purchase'),
        ),
        migrations.AddConstraint(
            model_name='activity',
            constraint=models.CheckConstraint(condition=models.Q(('ends__isnull', True), ('ends__gte', models.F('starts')), _connector='OR'), name='activity_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='activity',
            constraint=models.UniqueConstraint(fields=('member', 'product', 'starts'), name='one_activity_begins_a_day'),
        ),
        migrations.AddIndex(
            model_name='campaign',
            index=models.Index(fields=['starts', 'ends'], name='club_campaign_by_day'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('owner', 'bank'), ('partner__isnull', True)), models.Q(('owner', 'partner'), ('partner__isnull', False)), _connector='OR'), name='campaign_has_an_owner'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('draft', 'started', 'stopped'))), name='campaign_state_known'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'draft'), models.Q(('accrual_days__isnull', False), ('cap__isnull', False), ('ends__isnull', False), ('rate__isnull', False), ('started_at__isnull', False), ('starts__isnull', False), models.Q(('clause', ''), _negated=True), models.Q(('limit', ''), _negated=True), models.Q(('cap_period', ''), _negated=True), models.Q(('document', ''), _negated=True)), _connector='OR'), name='campaign_starts_with_nothing_open'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('rate__isnull', True), models.Q(('owner', 'bank'), ('rate__gt', 0), ('rate__lte', 100000)), models.Q(('owner', 'bank'), ('rate__gt', 100000), models.Q(('exception', ''), _negated=True)), models.Q(('owner', 'partner'), ('rate__gt', 0), ('rate__lte', 300000)), _connector='OR'), name='campaign_rate_within_its_ceiling'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('ends__isnull', True), ('starts__isnull', True), ('ends__gte', models.F('starts')), _connector='OR'), name='campaign_ends_after_it_starts'),
        ),
        migrations.AddIndex(
            model_name='card',
            index=models.Index(fields=['number', 'since'], name='club_card_of_number'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('active', 'lost', 'replaced', 'closed'))), name='card_state_known'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=models.CheckConstraint(condition=models.Q(('product', ''), ('product__in', ['debit', 'credit', 'gift', 'corporate', 'sole_trader', 'altynplus', 'altynplus_special', 'benefit', 'special']), _connector='OR'), name='card_product_known'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=models.CheckConstraint(condition=models.Q(('since__isnull', True), ('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='card_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='card',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'active'), ('until__isnull', True)), models.Q(models.Q(('state', 'active'), _negated=True), ('until__isnull', False)), _connector='OR'), name='card_in_use_or_ended'),
        ),
        migrations.AddIndex(
            model_name='membershipchange',
            index=models.Index(fields=['member', 'id'], name='club_change_of_member'),
        ),
        migrations.AddConstraint(
            model_name='membershipchange',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('joined', 'left', 'reopened', 'card_added', 'card_lost', 'card_replaced', 'card_closed'))), name='membership_change_known'),
        ),
        migrations.AddConstraint(
            model_name='tier',
            constraint=models.CheckConstraint(condition=models.Q(('rate__gte', 0), ('rate__lte', 100000)), name='tier_within_10_percent'),
        ),
        migrations.RunSQL(CARDS, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='member',
            name='card',
        ),
        migrations.RunSQL(
            ONE_HOLDER, "ALTER TABLE club_card DROP CONSTRAINT one_holder_of_a_card_a_day"
        ),
        migrations.RunSQL(KEPT, KEPT_BACK),
    ]
