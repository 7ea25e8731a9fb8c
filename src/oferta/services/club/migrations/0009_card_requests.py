"""Cards that members ask to have added."""

import django.db.models.deletion
from django.db import migrations, models

#: Nobody erases the address of who is no customer: it may go by itself when it is old.
FORGOTTEN = """
DROP TRIGGER added_only ON club_claim;
CREATE TRIGGER never_deleted BEFORE DELETE ON club_claim
    FOR EACH ROW EXECUTE FUNCTION oferta_refuse_change();
CREATE TRIGGER added_only BEFORE UPDATE ON club_claim FOR EACH ROW
    WHEN (NOT (
        OLD.party_id IS NULL AND NEW.sender = '' AND OLD.received_at < now() - interval '180 days'
        AND (OLD.id, OLD.case_id, OLD.party_id, OLD.way, OLD.letter, OLD.language, OLD.received_at)
        IS NOT DISTINCT FROM
        (NEW.id, NEW.case_id, NEW.party_id, NEW.way, NEW.letter, NEW.language, NEW.received_at)
    ))
    EXECUTE FUNCTION oferta_refuse_change_but_erasing('sender');
"""
REMEMBERED = """
DROP TRIGGER added_only ON club_claim;
DROP TRIGGER never_deleted ON club_claim;
CREATE TRIGGER added_only BEFORE UPDATE OR DELETE ON club_claim
    FOR EACH ROW EXECUTE FUNCTION oferta_refuse_change_but_erasing('sender');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('club', '0008_claims'),
    ]

    operations = [
        migrations.CreateModel(
            name='CardRequest',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=40)),
                ('product', models.CharField(blank=True, default='', max_length=20)),
                ('asked_at', models.DateTimeField()),
                ('state', models.CharField(default='asked', max_length=10)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.UUIDField(null=True)),
                ('because', models.CharField(blank=True, default='', max_length=500)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='card_requests', to='club.member')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'asked')), fields=['asked_at'], name='card_requests_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('asked', 'added', 'refused'))), name='card_request_state_known'), models.CheckConstraint(condition=models.Q(('product', ''), ('product__in', ['debit', 'credit', 'gift', 'corporate', 'sole_trader', 'altynplus', 'altynplus_special', 'benefit', 'special']), _connector='OR'), name='card_request_product_known'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('state', 'asked')), models.Q(models.Q(('state', 'asked'), _negated=True), ('answered_at__isnull', False), models.Q(('because', ''), _negated=True)), _connector='OR'), name='card_request_answered_with_a_ground'), models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('member', 'number'), name='one_open_request_a_card')],
            },
        ),
        migrations.RunSQL(FORGOTTEN, REMEMBERED),
    ]
