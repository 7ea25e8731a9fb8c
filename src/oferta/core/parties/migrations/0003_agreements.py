"""Receipts, consents, requests for data and erasure."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("parties", "0002_logins")]

    operations = []
