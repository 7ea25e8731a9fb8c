"""Feeds that payments come by, and what looks like fraud."""

from django.db import migrations


class Migration(migrations.Migration):
    """Feeds that payments come by, and what looks like fraud."""

    dependencies = [("club", "0006_members")]
    operations = []
