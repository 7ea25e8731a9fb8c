"""Cases that the terms themselves ask for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A third kind of case: review."""

    dependencies = [("cases", "0001_first_tables")]
    operations = [
        migrations.RemoveConstraint(model_name="case", name="case_kind"),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=["dispute", "stopped", "review"]), name="case_kind"
            ),
        ),
    ]
