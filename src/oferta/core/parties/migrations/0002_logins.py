"""How customers and staff sign in, identity and credentials."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("parties", "0001_first_tables")]

    operations = []
