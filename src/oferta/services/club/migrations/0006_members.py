"""Members, their cards and campaigns."""

from django.db import migrations


class Migration(migrations.Migration):
    """Members, their cards and campaigns."""

    dependencies = [("club", "0005_settlements")]
    operations = []
