"""Claims of members."""

from django.db import migrations


class Migration(migrations.Migration):
    """Claims of members."""

    dependencies = [("club", "0007_feeds")]
    operations = []
