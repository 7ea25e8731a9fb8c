"""Claims of members, disputes of partners, and whose a partner is."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


def added_only(table, *erasable):
    """Refuse UPDATE, DELETE and TRUNCATE of a table, but for erasing these columns."""
    names = ", ".join(f"'{name}'" for name in erasable)
    function = f"oferta_refuse_change_but_erasing({names})" if erasable else "oferta_refuse_change()"
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER added_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {function};
        CREATE TRIGGER added_only_whole BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION oferta_refuse_change();
        """,
        f"DROP TRIGGER added_only_whole ON {table}; DROP TRIGGER added_only ON {table};",
    )


class Migration(migrations.Migration):
    """Claims of members, disputes of partners, and whose a partner is."""

    dependencies = [("club", "0007_feeds"), ("parties", "0005_erasable")]
    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("case_id", models.UUIDField(db_index=True)),
                ("party_id", models.UUIDField(null=True)),
                ("way", models.CharField(max_length=8)),
                ("letter", models.CharField(blank=True, default="", max_length=200)),
                ("sender", models.CharField(blank=True, default="", max_length=320)),
                ("language", models.CharField(max_length=8)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["sender", "received_at"],
                        condition=~Q(sender=""),
                        name="club_claim_of_sender",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(way__in=("page", "mail", "api")), name="claim_way_known"
                    ),
                    models.UniqueConstraint(
                        fields=["letter"], condition=~Q(letter=""), name="letter_read_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LineDispute",
            fields=[
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="dispute",
                        serialize=False,
                        to="club.settlementline",
                    ),
                ),
                ("case_id", models.UUIDField()),
                ("person_id", models.UUIDField(null=True)),
                ("disputed_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="partner",
            name="organisation_id",
            field=models.UUIDField(null=True, db_index=True),
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                fields=["funder_id", "-earned_on", "-id"],
                name="club_lot_of_partner",
                condition=Q(question="partner_bonus"),
            ),
        ),
        added_only("club_claim", "sender"),
        added_only("club_linedispute"),
    ]
