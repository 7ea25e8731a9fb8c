"""Feeds that payments come by in any order, and what looks like fraud."""

from django.db import migrations, models

#: A refund that names no purchase may be found a better one, one that named a late purchase gets
#: it, and nothing else changes but by erasing a customer.
KEPT = """
CREATE FUNCTION oferta_club_payment_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    erasing text := current_setting('oferta.erasing', true);
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.amount < 0 AND '' IN (OLD.refund_of, OLD.purchase_key)
       AND to_jsonb(NEW) - 'purchase_key' = to_jsonb(OLD) - 'purchase_key' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND erasing <> '' AND EXISTS (
        SELECT FROM parties_erasure WHERE id = erasing::uuid AND state = 'waiting'
    ) AND to_jsonb(NEW) - 'card' = to_jsonb(OLD) - 'card' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE OR REPLACE TRIGGER club_payment_kept BEFORE UPDATE OR DELETE ON club_payment
    FOR EACH ROW EXECUTE FUNCTION oferta_club_payment_kept();
CREATE INDEX club_early_refund_of_card
    ON club_earlyrefund ((record ->> 'card'), (record ->> 'merchant'));
"""

UNKEPT = """
DROP INDEX club_early_refund_of_card;
CREATE OR REPLACE TRIGGER club_payment_kept BEFORE UPDATE OR DELETE ON club_payment
    FOR EACH ROW EXECUTE FUNCTION oferta_refuse_change_but_erasing('card');
DROP FUNCTION oferta_club_payment_kept();
"""


class Migration(migrations.Migration):
    """Feeds that payments come by, and what looks like fraud."""

    dependencies = [("club", "0006_members")]
    operations = [
        migrations.AddField(
            model_name="payment",
            name="refund_of",
            field=models.CharField(max_length=32, blank=True, default="", db_default=""),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                fields=["card", "merchant", "paid_on"],
                name="club_payment_refund_unnamed",
                condition=models.Q(amount__lt=0, refund_of=""),
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                fields=["refund_of"],
                name="club_payment_naming",
                condition=~models.Q(refund_of=""),
            ),
        ),
        migrations.AlterField(
            model_name="earlyrefund",
            name="purchase_key",
            field=models.CharField(max_length=32, blank=True),
        ),
        migrations.AddField(
            model_name="earlyrefund",
            name="last_day",
            field=models.DateField(default="2017-01-01"),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="earlyrefund",
            index=models.Index(fields=["last_day"], name="club_early_refund_by_day"),
        ),
        migrations.CreateModel(
            name="CapMark",
            fields=[
                ("place", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("tie", models.CharField(max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name="Suspicion",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("party_id", models.UUIDField()),
                ("account_id", models.BigIntegerField()),
                ("merchant", models.CharField(max_length=500)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("strength", models.BigIntegerField()),
                ("decision_id", models.UUIDField(unique=True)),
                ("case_id", models.UUIDField()),
                ("state", models.CharField(max_length=10, default="open")),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True, default="")),
            ],
        ),
        migrations.AddConstraint(
            model_name="suspicion",
            constraint=models.UniqueConstraint(
                fields=["kind", "account_id", "merchant"],
                condition=models.Q(state="open"),
                name="one_open_suspicion_a_pattern",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspicion",
            constraint=models.CheckConstraint(
                condition=models.Q(state__in=("open", "cleared", "confirmed")),
                name="suspicion_state_known",
            ),
        ),
        migrations.RunSQL(KEPT, UNKEPT),
    ]
