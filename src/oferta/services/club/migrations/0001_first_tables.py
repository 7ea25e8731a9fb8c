"""The club's first tables."""

from django.db import migrations, models

APPEND_ONLY = """
CREATE FUNCTION club_payment_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'club_payment is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER club_payment_kept BEFORE UPDATE OR DELETE ON club_payment
  FOR EACH ROW EXECUTE FUNCTION club_payment_is_kept();
CREATE TRIGGER club_payment_kept_whole BEFORE TRUNCATE ON club_payment
  FOR EACH STATEMENT EXECUTE FUNCTION club_payment_is_kept();
"""
BACK = """
DROP TRIGGER club_payment_kept ON club_payment;
DROP TRIGGER club_payment_kept_whole ON club_payment;
DROP FUNCTION club_payment_is_kept();
"""


class Migration(migrations.Migration):
    """Members and the payments that came in."""

    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Member",
            fields=[
                ("card", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("party_id", models.UUIDField(unique=True)),
                ("account_id", models.BigIntegerField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=32, unique=True)),
                ("card", models.CharField(max_length=40)),
                ("merchant", models.CharField(max_length=500)),
                ("paid_on", models.DateField()),
                ("amount", models.BigIntegerField()),
                ("repeat_no", models.IntegerField()),
                ("purchase_key", models.CharField(blank=True, max_length=32)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["card", "merchant", "paid_on"], name="club_payment_of_card"
                    ),
                    models.Index(
                        fields=["purchase_key"],
                        name="club_payment_refunds_of",
                        condition=models.Q(("purchase_key", ""), _negated=True),
                    ),
                ],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, BACK),
    ]
