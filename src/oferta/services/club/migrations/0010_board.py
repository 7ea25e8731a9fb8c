from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("club", "0009_card_requests")]
    operations = []
