"""Who read or did what at the desk; roles."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models
from django.db.models import F, Q

ROLES = [
    "clerk", "cashier", "gate", "moderator", "finance", "approver", "terms_owner", "messenger",
    "auditor", "administrator",
]  # fmt: skip


# PostgreSQL makes trigrams of the letters that the database's locale knows; with the locale C
# those are the Latin ones alone. So names are compared in Latin letters whatever the locale:
# Cyrillic is transliterated, any other letter becomes a word of its own, its code.
FOLDED = """
CREATE FUNCTION oferta_folded(given text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    latin text := translate(
        replace(replace(replace(replace(replace(replace(replace(
            translate(lower(given),
                'АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ',
                'аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя'),
            'щ', 'sch'), 'ш', 'sh'), 'ч', 'ch'), 'ж', 'zh'), 'ц', 'ts'), 'ю', 'yu'), 'я', 'ya'),
        'аәбвгғдеёзийкқлмнңоөпрстуұүфхһыіэъь',
        'aabvggdeeziikklmnnooprstuuufhhyie');
BEGIN
    IF octet_length(latin) = length(latin) THEN RETURN latin; END IF;
    RETURN (
        SELECT string_agg(
            CASE WHEN ascii(letter) < 128 THEN letter
                 ELSE ' u' || to_hex(ascii(letter)) || ' ' END, '' ORDER BY place)
        FROM regexp_split_to_table(latin, '') WITH ORDINALITY AS letters (letter, place));
END
$$
"""


def added_only(table):
    """Refuse UPDATE, DELETE and TRUNCATE of a table."""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER added_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION oferta_refuse_change();
        CREATE TRIGGER added_only_whole BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION oferta_refuse_change();
        """,
        f"""
        DROP TRIGGER added_only_whole ON {table};
        DROP TRIGGER added_only ON {table};
        """,
    )


class Migration(migrations.Migration):
    """Roles as a set, appointments by two, the log, and names found by their trigrams."""

    dependencies = [("parties", "0003_agreements")]

    operations = [
        migrations.RemoveConstraint(model_name="staff", name="staff_role"),
        migrations.AddField(
            model_name="staff",
            name="roles",
            field=django.contrib.postgres.fields.ArrayField(
                models.CharField(max_length=16), default=list, size=None
            ),
        ),
        migrations.RunSQL(
            "UPDATE parties_staff SET roles = ARRAY[role]",
            "UPDATE parties_staff SET role = roles[1]",
        ),
        migrations.RemoveField(model_name="staff", name="role"),
        migrations.AddConstraint(
            model_name="staff",
            constraint=models.CheckConstraint(
                condition=Q(roles__contained_by=ROLES), name="staff_roles"
            ),
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        models.CharField(max_length=16), size=None
                    ),
                ),
                ("reason", models.TextField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("approved", models.BooleanField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.staff",
                    ),
                ),
                (
                    "login",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.staff",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(decided_at__isnull=True),
                        fields=("login",),
                        name="one_appointment_waits",
                    ),
                    models.CheckConstraint(
                        condition=Q(roles__contained_by=ROLES), name="appointment_roles"
                    ),
                    models.CheckConstraint(condition=~Q(reason=""), name="appointment_has_reason"),
                    models.CheckConstraint(
                        condition=Q(approved__isnull=True)
                        | Q(approved=False)
                        | ~Q(decided_by=F("proposed_by")),
                        name="appointment_by_two",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            decided_at__isnull=True, decided_by__isnull=True, approved__isnull=True
                        )
                        | Q(
                            decided_at__isnull=False,
                            decided_by__isnull=False,
                            approved__isnull=False,
                        ),
                        name="appointment_decided_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("who", models.CharField(max_length=16)),
                ("who_id", models.UUIDField(null=True)),
                ("name", models.TextField(blank=True, default="")),
                ("session", models.CharField(blank=True, default="", max_length=16)),
                ("address", models.GenericIPAddressField(null=True)),
                ("what", models.CharField(max_length=64)),
                ("subject_kind", models.CharField(blank=True, default="", max_length=32)),
                ("subject_id", models.CharField(blank=True, default="", max_length=200)),
                (
                    "parties",
                    django.contrib.postgres.fields.ArrayField(
                        models.UUIDField(), default=list, size=None
                    ),
                ),
                ("reason", models.TextField(blank=True, default="")),
                ("details", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-at", "-id"], name="audit_by_time"),
                    models.Index(fields=["who_id", "-at", "-id"], name="audit_by_who"),
                    models.Index(
                        fields=["subject_kind", "subject_id", "-at", "-id"],
                        name="audit_by_subject",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["parties"], name="audit_by_party"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(who__in=["staff", "customer", "token", "system"]),
                        name="audit_who",
                    ),
                    models.CheckConstraint(
                        condition=Q(who="system") | Q(who_id__isnull=False), name="audit_says_who"
                    ),
                    models.CheckConstraint(condition=~Q(what=""), name="audit_says_what"),
                ],
            },
        ),
        added_only("parties_auditentry"),
        TrigramExtension(),
        migrations.RunSQL(FOLDED, "DROP FUNCTION oferta_folded(text)"),
        # Kept beside the name, since a search compares thousands; only `finding` reads it.
        migrations.RunSQL(
            "ALTER TABLE parties_customer ADD COLUMN name_folded text"
            " GENERATED ALWAYS AS (oferta_folded(name)) STORED",
            "ALTER TABLE parties_customer DROP COLUMN name_folded",
        ),
        migrations.RunSQL(
            "CREATE INDEX customer_name_trigrams ON parties_customer"
            " USING gin (name_folded gin_trgm_ops)",
            "DROP INDEX customer_name_trigrams",
        ),
        migrations.RunSQL(
            "CREATE INDEX customer_key_trigrams ON parties_customer"
            " USING gin (lower(key) gin_trgm_ops)",
            "DROP INDEX customer_key_trigrams",
        ),
        migrations.RunSQL(
            "CREATE INDEX contact_address_trigrams ON parties_contact"
            " USING gin (lower(address) gin_trgm_ops)",
            "DROP INDEX contact_address_trigrams",
        ),
    ]
