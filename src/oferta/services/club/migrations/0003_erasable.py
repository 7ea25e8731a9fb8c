"""Let erasing a customer take what is personal out of rows that are only ever added."""

from django.db import migrations


def erasable(table, trigger, *columns):
    """Refuse UPDATE and DELETE of a table, but for erasing these columns."""
    names = ", ".join(f"'{name}'" for name in columns)
    return migrations.RunSQL(
        f"""
        CREATE OR REPLACE TRIGGER {trigger} BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION oferta_refuse_change_but_erasing({names})
        """,
        migrations.RunSQL.noop,
    )


class Migration(migrations.Migration):

    dependencies = [("club", "0002_lots"), ("parties", "0003_agreements")]

    operations = [
        erasable("club_payment", "club_payment_kept", "card"),
        erasable("club_redemption", "added_only", "asked"),
    ]
