"""What refunds need beside their first tables."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """What a request says beside its reason, and how often it was decided."""

    dependencies = [("tickets", "0001_first_tables")]
    operations = [
        migrations.AddField("application", "asked", models.CharField(max_length=64, default="")),
        migrations.AddField("application", "explanation", models.TextField(blank=True, default="")),
        migrations.AddField("application", "names_match", models.BooleanField(default=True)),
        migrations.AddField("application", "bank_details", models.TextField(blank=True, default="")),
        migrations.AddField(
            "application", "organiser_answer", models.CharField(max_length=20, default="none")
        ),
        migrations.AddField("application", "extended", models.BooleanField(default=False)),
        migrations.AddField("application", "asked_times", models.SmallIntegerField(default=0)),
        migrations.AddField("application", "escalated_at", models.DateTimeField(null=True)),
        migrations.AddField("refund", "escalated_at", models.DateTimeField(null=True)),
        migrations.AddField("refund", "attempts", models.SmallIntegerField(default=0)),
    ]
