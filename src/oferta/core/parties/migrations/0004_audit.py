"""Who read or did what at the desk; roles."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("parties", "0003_agreements")]

    operations = []
