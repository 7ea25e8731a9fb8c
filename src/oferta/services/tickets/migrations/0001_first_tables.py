"""The ticket office's first tables."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


SEQUENCES = ("tickets_performance_number", "tickets_ticket_number", "tickets_application_number")

#: Rows that nobody edits: the history of performances, what the provider said, uploads of gates.
KEPT = ("tickets_performancechange", "tickets_providercall", "tickets_gateupload")

ADDED_ONLY = "".join(
    f"""
    CREATE TRIGGER added_only BEFORE UPDATE OR DELETE ON {table}
      FOR EACH ROW EXECUTE FUNCTION oferta_refuse_change();
    CREATE TRIGGER added_only_whole BEFORE TRUNCATE ON {table}
      FOR EACH STATEMENT EXECUTE FUNCTION oferta_refuse_change();
    """
    for table in KEPT
)
NOT_ADDED_ONLY = "".join(
    f"DROP TRIGGER added_only_whole ON {table}; DROP TRIGGER added_only ON {table};" for table in KEPT
)

#: A place changes twice before it is sold; room in its page spares the index entries of others.
ROOM = "ALTER TABLE tickets_place SET (fillfactor = 70)"


class Migration(migrations.Migration):
    """Catalogue, places and orders, payments, admission, and the skeleton of refunds."""

    initial = True

    dependencies = [("parties", "0005_erasable")]

    operations = [
        *(
            migrations.RunSQL(f"CREATE SEQUENCE {name}", f"DROP SEQUENCE {name}")
            for name in SEQUENCES
        ),
        migrations.CreateModel(
            name='Gate',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name='Hall',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='Operator',
            fields=[
                ('key', models.SlugField(max_length=60, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('legal_name', models.CharField(max_length=200)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('email', models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='Organiser',
            fields=[
                ('key', models.SlugField(max_length=60, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('party_id', models.UUIDField(null=True)),
                ('private', models.BooleanField(default=False)),
                ('address', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='Venue',
            fields=[
                ('key', models.SlugField(max_length=60, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('city', models.CharField(max_length=100)),
                ('address', models.CharField(blank=True, max_length=300)),
                ('region', models.CharField(blank=True, max_length=100)),
                ('time_zone', models.CharField(max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name='GateUpload',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('uploaded_at', models.DateTimeField()),
                ('digest', models.CharField(max_length=64)),
                ('scans', models.IntegerField()),
                ('admitted', models.IntegerField()),
                ('incidents', models.IntegerField()),
                ('gate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uploads', to='tickets.gate')),
            ],
        ),
        migrations.CreateModel(
            name='HallSeat',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('sector', models.CharField(blank=True, max_length=60)),
                ('row', models.CharField(max_length=20)),
                ('number', models.CharField(max_length=20)),
                ('x', models.SmallIntegerField(default=0)),
                ('y', models.SmallIntegerField(default=0)),
                ('rank', models.IntegerField(default=0)),
                ('hall', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='tickets.hall')),
            ],
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=12, unique=True)),
                ('asked', models.CharField(max_length=64)),
                ('party_id', models.UUIDField()),
                ('payer_name', models.CharField(max_length=200)),
                ('payer_email', models.CharField(blank=True, max_length=200)),
                ('payer_phone', models.CharField(blank=True, max_length=40)),
                ('status', models.CharField(default='reserved', max_length=12)),
                ('channel', models.CharField(max_length=12)),
                ('carrier', models.CharField(max_length=12)),
                ('delivery', models.CharField(default='none', max_length=12)),
                ('currency', models.CharField(max_length=8)),
                ('face', models.BigIntegerField()),
                ('service_fee', models.BigIntegerField()),
                ('delivery_fee', models.BigIntegerField()),
                ('total', models.BigIntegerField()),
                ('ordered_at', models.DateTimeField()),
                ('hold_until', models.DateTimeField()),
                ('paid_at', models.DateTimeField(null=True)),
                ('sale_pack', models.CharField(max_length=60)),
                ('sale_edition', models.CharField(max_length=40)),
                ('refund_pack', models.CharField(max_length=60)),
                ('refund_edition', models.CharField(max_length=40)),
                ('refund_digest', models.CharField(max_length=64)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.operator')),
            ],
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.BigIntegerField(db_default=models.Func(models.Value('tickets_application_number'), function='nextval'), unique=True)),
                ('party_id', models.UUIDField(null=True)),
                ('reason', models.CharField(max_length=40)),
                ('words', models.TextField(blank=True)),
                ('state', models.CharField(default='filed', max_length=24)),
                ('filed_at', models.DateTimeField()),
                ('answer_by', models.DateField()),
                ('owner', models.CharField(max_length=60)),
                ('accepted', models.BigIntegerField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='tickets.order')),
            ],
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('means', models.CharField(max_length=20)),
                ('instrument', models.CharField(blank=True, max_length=200)),
                ('amount', models.BigIntegerField()),
                ('currency', models.CharField(max_length=8)),
                ('state', models.CharField(default='started', max_length=12)),
                ('reference', models.CharField(blank=True, max_length=200)),
                ('reason', models.CharField(blank=True, max_length=60)),
                ('started_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='tickets.order')),
            ],
        ),
        migrations.CreateModel(
            name='Performance',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('serial', models.BigIntegerField(db_default=models.Func(models.Value('tickets_performance_number'), function='nextval'), unique=True)),
                ('key', models.CharField(max_length=100, unique=True)),
                ('titles', models.JSONField()),
                ('starts_at', models.DateTimeField()),
                ('stage', models.CharField(default='draft', max_length=12)),
                ('sale_starts_at', models.DateTimeField()),
                ('sale_ends_at', models.DateTimeField()),
                ('currency', models.CharField(max_length=8)),
                ('sale_pack', models.CharField(max_length=60)),
                ('refund_pack', models.CharField(max_length=60)),
                ('hold_minutes', models.SmallIntegerField(default=15)),
                ('per_order_max', models.SmallIntegerField(default=10)),
                ('reentry', models.BooleanField(default=False)),
                ('refund_payer', models.CharField(default='operator', max_length=12)),
                ('organiser_refund_days', models.SmallIntegerField(null=True)),
                ('refunds_accepted_before', models.DateField(null=True)),
                ('face_account_id', models.BigIntegerField(null=True)),
                ('fee_account_id', models.BigIntegerField(null=True)),
                ('delivery_account_id', models.BigIntegerField(null=True)),
                ('high_alert', models.BooleanField(default=False)),
                ('hall', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.hall')),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.operator')),
                ('organiser', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='performances', to='tickets.organiser')),
                ('replaced_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.performance')),
            ],
        ),
        migrations.AddField(
            model_name='order',
            name='performance',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='tickets.performance'),
        ),
        migrations.AddField(
            model_name='gate',
            name='performance',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gates', to='tickets.performance'),
        ),
        migrations.CreateModel(
            name='PerformanceChange',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('changed_at', models.DateTimeField()),
                ('stage', models.CharField(max_length=12)),
                ('starts_before', models.DateTimeField()),
                ('starts_at', models.DateTimeField(null=True)),
                ('source', models.CharField(max_length=300)),
                ('effective_at', models.DateTimeField()),
                ('staff_id', models.UUIDField(null=True)),
                ('performance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='tickets.performance')),
            ],
        ),
        migrations.CreateModel(
            name='PriceCategory',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100)),
                ('nominal', models.BigIntegerField()),
                ('numbered', models.BooleanField()),
                ('capacity', models.IntegerField(default=0)),
                ('sold', models.IntegerField(default=0)),
                ('performance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='categories', to='tickets.performance')),
            ],
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('rank', models.IntegerField()),
                ('status', models.CharField(default='free', max_length=8)),
                ('hold_until', models.DateTimeField(null=True)),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='places', to='tickets.order')),
                ('performance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='tickets.performance')),
                ('seat', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.hallseat')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='tickets.pricecategory')),
            ],
        ),
        migrations.CreateModel(
            name='OrderLine',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('nominal', models.BigIntegerField()),
                ('price', models.BigIntegerField()),
                ('service_fee', models.BigIntegerField()),
                ('delivery_fee', models.BigIntegerField()),
                ('quotas', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('decision_id', models.UUIDField(null=True, unique=True)),
                ('visitor_name', models.CharField(blank=True, max_length=200)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='tickets.order')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.place')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.pricecategory')),
            ],
        ),
        migrations.CreateModel(
            name='PromoCode',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=40)),
                ('percent', models.IntegerField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('performance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promos', to='tickets.performance')),
            ],
        ),
        migrations.AddField(
            model_name='order',
            name='promo',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.promocode'),
        ),
        migrations.CreateModel(
            name='ProviderCall',
            fields=[
                ('pk', models.CompositePrimaryKey('means', 'call_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('means', models.CharField(max_length=20)),
                ('call_id', models.CharField(max_length=200)),
                ('heard_at', models.DateTimeField()),
                ('payment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='tickets.payment')),
            ],
        ),
        migrations.CreateModel(
            name='Quota',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100)),
                ('size', models.IntegerField()),
                ('used', models.IntegerField(default=0)),
                ('performance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='quotas', to='tickets.performance')),
            ],
        ),
        migrations.AddField(
            model_name='promocode',
            name='quota',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.quota'),
        ),
        migrations.AddField(
            model_name='pricecategory',
            name='quota',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.quota'),
        ),
        migrations.CreateModel(
            name='Regime',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('region', models.CharField(max_length=100)),
                ('began_on', models.DateField()),
                ('ended_on', models.DateField(null=True)),
                ('act', models.CharField(max_length=300)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), ('ended_on__gte', models.F('began_on')), _connector='OR'), name='regime_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='SandboxCharge',
            fields=[
                ('payment_id', models.UUIDField(primary_key=True, serialize=False)),
                ('amount', models.BigIntegerField()),
                ('currency', models.CharField(max_length=8)),
                ('state', models.CharField(max_length=12)),
                ('refunded', models.BigIntegerField(default=0)),
                ('refunds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('refunded__gte', 0), ('refunded__lte', models.F('amount'))), name='charge_refunded_within_it')],
            },
        ),
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('serial', models.BigIntegerField(db_default=models.Func(models.Value('tickets_ticket_number'), function='nextval'), unique=True)),
                ('status', models.CharField(default='valid', max_length=12)),
                ('generation', models.SmallIntegerField(default=1)),
                ('carrier', models.CharField(max_length=12)),
                ('holder_id', models.UUIDField(null=True)),
                ('holder_name', models.CharField(max_length=200)),
                ('issued_at', models.DateTimeField()),
                ('surrendered_at', models.DateTimeField(null=True)),
                ('line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='ticket', to='tickets.orderline')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='tickets.order')),
                ('performance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='tickets.performance')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='tickets.place')),
            ],
        ),
        migrations.CreateModel(
            name='RefusedScan',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=40)),
                ('scanned_at', models.DateTimeField()),
                ('gate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.gate')),
                ('ticket', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
            ],
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('decision_id', models.UUIDField(unique=True)),
                ('ticket_money', models.BigIntegerField()),
                ('service_fee', models.BigIntegerField()),
                ('delivery_fee', models.BigIntegerField()),
                ('amount', models.BigIntegerField()),
                ('currency', models.CharField(max_length=8)),
                ('state', models.CharField(default='due', max_length=24)),
                ('due_on', models.DateField()),
                ('owner', models.CharField(max_length=60)),
                ('means', models.CharField(blank=True, max_length=20)),
                ('decided_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('paid_at', models.DateTimeField(null=True)),
                ('application', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='tickets.application')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='tickets.order')),
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='refund', to='tickets.ticket')),
            ],
        ),
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=20)),
                ('first_at', models.DateTimeField(null=True)),
                ('second_at', models.DateTimeField()),
                ('scan_key', models.CharField(max_length=80, unique=True)),
                ('found_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('first_gate', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.gate')),
                ('second_gate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.gate')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='incidents', to='tickets.ticket')),
            ],
        ),
        migrations.CreateModel(
            name='ApplicationTicket',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('decision_id', models.UUIDField(null=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='tickets.application')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='tickets.ticket')),
            ],
        ),
        migrations.CreateModel(
            name='Admission',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('entry', models.SmallIntegerField()),
                ('admitted_at', models.DateTimeField()),
                ('left_at', models.DateTimeField(null=True)),
                ('scan_key', models.CharField(max_length=80, unique=True)),
                ('offline', models.BooleanField(default=False)),
                ('gate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.gate')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='admissions', to='tickets.ticket')),
            ],
        ),
        migrations.AddField(
            model_name='hall',
            name='venue',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='halls', to='tickets.venue'),
        ),
        migrations.CreateModel(
            name='WaitingEntry',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('party_id', models.UUIDField()),
                ('joined_at', models.DateTimeField()),
                ('left_at', models.DateTimeField(null=True)),
                ('category', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.pricecategory')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.order')),
                ('performance', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waiting', to='tickets.performance')),
            ],
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=200)),
                ('media_type', models.CharField(max_length=100)),
                ('content', models.BinaryField()),
                ('received_at', models.DateTimeField()),
                ('authenticity', models.CharField(default='not_checked', max_length=24)),
                ('illness_from', models.DateField(null=True)),
                ('illness_through', models.DateField(null=True)),
                ('checked_by', models.UUIDField(null=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='tickets.application')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('illness_from__isnull', True), ('illness_through__isnull', True), ('illness_through__gte', models.F('illness_from')), _connector='OR'), name='document_illness_ends_after_it_begins')],
            },
        ),
        migrations.AddConstraint(
            model_name='hallseat',
            constraint=models.UniqueConstraint(fields=('hall', 'sector', 'row', 'number'), name='seat_numbered_once_a_hall'),
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['answer_by'], name='application_waiting'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['filed', 'awaiting_document', 'awaiting_explanation', 'with_organiser', 'granted', 'refused', 'withdrawn'])), name='application_state_known'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('owner', ''), _negated=True), name='application_has_an_owner'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('accepted__gte', 0)), name='application_accepts'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(condition=models.Q(('state__in', ['started', 'authorised', 'confirmed'])), fields=['changed_at'], name='payment_unsettled'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['started', 'authorised', 'confirmed', 'captured', 'declined', 'voided'])), name='payment_state_known'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='payment_above_zero'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(condition=models.Q(('reference', ''), _negated=True), fields=('means', 'reference'), name='payment_reference_once'),
        ),
        migrations.AddIndex(
            model_name='performance',
            index=models.Index(fields=['starts_at'], name='performance_by_start'),
        ),
        migrations.AddIndex(
            model_name='performance',
            index=models.Index(fields=['organiser', 'starts_at'], name='performance_of_organiser'),
        ),
        migrations.AddConstraint(
            model_name='performance',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', ['draft', 'on_sale', 'cancelled', 'postponed', 'replaced', 'held'])), name='performance_stage_known'),
        ),
        migrations.AddConstraint(
            model_name='performance',
            constraint=models.CheckConstraint(condition=models.Q(('refund_payer__in', ['operator', 'organiser'])), name='performance_refund_payer_known'),
        ),
        migrations.AddConstraint(
            model_name='performance',
            constraint=models.CheckConstraint(condition=models.Q(('hold_minutes__gte', 1), ('per_order_max__gte', 1)), name='performance_limits_above_zero'),
        ),
        migrations.AddConstraint(
            model_name='performance',
            constraint=models.CheckConstraint(condition=models.Q(('sale_ends_at__gt', models.F('sale_starts_at'))), name='performance_sale_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='performance',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stage', 'on_sale'), _negated=True), models.Q(('delivery_account_id__isnull', False), ('face_account_id__isnull', False), ('fee_account_id__isnull', False)), _connector='OR'), name='performance_sold_with_accounts'),
        ),
        migrations.AddConstraint(
            model_name='gate',
            constraint=models.UniqueConstraint(fields=('performance', 'name'), name='gate_named_once'),
        ),
        migrations.AddIndex(
            model_name='performancechange',
            index=models.Index(fields=['performance', 'changed_at'], name='change_of_performance'),
        ),
        migrations.AddConstraint(
            model_name='performancechange',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', ['draft', 'on_sale', 'cancelled', 'postponed', 'replaced', 'held'])), name='change_stage_known'),
        ),
        migrations.AddIndex(
            model_name='place',
            index=models.Index(condition=models.Q(('status', 'free')), fields=['category', 'rank', 'id'], name='place_free'),
        ),
        migrations.AddIndex(
            model_name='place',
            index=models.Index(condition=models.Q(('status', 'held')), fields=['category', 'hold_until'], name='place_held'),
        ),
        migrations.AddIndex(
            model_name='place',
            index=models.Index(condition=models.Q(('order__isnull', False)), fields=['order'], name='place_of_order'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hold_until__isnull', True), ('order__isnull', True), ('status__in', ['free', 'blocked'])), models.Q(('hold_until__isnull', False), ('order__isnull', False), ('status', 'held')), models.Q(('hold_until__isnull', True), ('order__isnull', False), ('status', 'sold')), _connector='OR'), name='place_is_one_of_four'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.UniqueConstraint(fields=('performance', 'seat'), name='seat_once_a_performance'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('delivery_fee__gte', 0), ('nominal__gte', 0), ('price__gte', 0), ('service_fee__gte', 0)), name='line_not_below_zero'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.UniqueConstraint(fields=('order', 'place'), name='place_once_an_order'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['performance', 'status'], name='order_of_performance'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['party_id', 'ordered_at'], name='order_of_customer'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('status', 'reserved')), fields=['hold_until'], name='order_to_lapse'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['reserved', 'paid', 'lapsed', 'abandoned'])), name='order_status_known'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['site', 'app', 'box_office'])), name='order_channel_known'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('carrier__in', ['electronic', 'paper'])), name='order_carrier_known'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('delivery__in', ['none', 'pickup', 'courier', 'post'])), name='order_delivery_known'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('delivery_fee__gte', 0), ('face__gte', 0), ('service_fee__gte', 0), ('total', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('face'), '+', models.F('service_fee')), '+', models.F('delivery_fee')))), name='order_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('paid_at__isnull', False), ('status', 'paid')), models.Q(models.Q(('status', 'paid'), _negated=True), ('paid_at__isnull', True)), _connector='OR'), name='order_paid_at_a_moment'),
        ),
        migrations.AddConstraint(
            model_name='quota',
            constraint=models.CheckConstraint(condition=models.Q(('used__gte', 0), ('used__lte', models.F('size'))), name='quota_holds'),
        ),
        migrations.AddConstraint(
            model_name='quota',
            constraint=models.UniqueConstraint(fields=('performance', 'name'), name='quota_named_once'),
        ),
        migrations.AddConstraint(
            model_name='promocode',
            constraint=models.CheckConstraint(condition=models.Q(('percent__gt', 0), ('percent__lte', 1000000)), name='promo_within_100_percent'),
        ),
        migrations.AddConstraint(
            model_name='promocode',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='promo_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='promocode',
            constraint=models.UniqueConstraint(fields=('performance', 'code'), name='promo_code_once'),
        ),
        migrations.AddConstraint(
            model_name='pricecategory',
            constraint=models.CheckConstraint(condition=models.Q(('sold__gte', 0), ('sold__lte', models.F('capacity'))), name='category_not_oversold'),
        ),
        migrations.AddConstraint(
            model_name='pricecategory',
            constraint=models.CheckConstraint(condition=models.Q(('nominal__gte', 0)), name='category_nominal_from_0'),
        ),
        migrations.AddConstraint(
            model_name='pricecategory',
            constraint=models.UniqueConstraint(fields=('performance', 'name'), name='category_named_once'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['performance'], name='ticket_of_performance'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('holder_id__isnull', False)), fields=['holder_id'], name='ticket_of_holder'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['valid', 'returned'])), name='ticket_status_known'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('carrier__in', ['electronic', 'paper'])), name='ticket_carrier_known'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('generation__gte', 1)), name='ticket_generation_from_1'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'valid')), fields=('place',), name='ticket_one_valid_a_place'),
        ),
        migrations.AddIndex(
            model_name='refusedscan',
            index=models.Index(fields=['ticket'], name='refused_scan_of_ticket'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(condition=models.Q(('state', 'paid'), _negated=True), fields=['due_on'], name='refund_outstanding'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['due', 'awaiting_choice', 'sent', 'paid', 'came_back'])), name='refund_state_known'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('owner', ''), _negated=True), name='refund_has_an_owner'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('amount', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('ticket_money'), '+', models.F('service_fee')), '+', models.F('delivery_fee'))), ('amount__gt', 0), ('delivery_fee__gte', 0), ('service_fee__gte', 0), ('ticket_money__gte', 0)), name='refund_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('paid_at__isnull', False), ('state', 'paid')), models.Q(('state', 'paid'), _negated=True), _connector='OR'), name='refund_paid_at_a_moment'),
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['double_scan', 'revoked_admitted'])), name='incident_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='applicationticket',
            constraint=models.UniqueConstraint(fields=('application', 'ticket'), name='ticket_once_an_application'),
        ),
        migrations.AddConstraint(
            model_name='admission',
            constraint=models.UniqueConstraint(fields=('ticket', 'entry'), name='admitted_once'),
        ),
        migrations.AddConstraint(
            model_name='admission',
            constraint=models.CheckConstraint(condition=models.Q(('entry__gte', 1)), name='admission_entry_from_1'),
        ),
        migrations.AddConstraint(
            model_name='admission',
            constraint=models.CheckConstraint(condition=models.Q(('left_at__isnull', True), ('left_at__gte', models.F('admitted_at')), _connector='OR'), name='admission_left_after_it'),
        ),
        migrations.AddConstraint(
            model_name='hall',
            constraint=models.UniqueConstraint(fields=('venue', 'name'), name='hall_named_once_a_venue'),
        ),
        migrations.AddConstraint(
            model_name='waitingentry',
            constraint=models.UniqueConstraint(condition=models.Q(('left_at__isnull', True)), fields=('performance', 'party_id'), name='waits_once'),
        ),
        migrations.RunSQL(ADDED_ONLY, NOT_ADDED_ONLY),
        migrations.RunSQL(ROOM, migrations.RunSQL.noop),
    ]
