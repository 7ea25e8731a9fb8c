"""What refunds need beside their first tables."""

from django.db import migrations


class Migration(migrations.Migration):
    """Filled by the room of refunds."""

    dependencies = [("tickets", "0001_first_tables")]
    operations = []
