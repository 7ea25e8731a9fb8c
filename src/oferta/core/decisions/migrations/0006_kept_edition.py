"""Say of a Decision whether its event named the edition: then deciding again keeps it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("decisions", "0005_recounts")]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="edition_kept",
            field=models.BooleanField(default=False, db_default=False),
        ),
    ]
