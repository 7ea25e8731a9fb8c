"""A Decision may be made again without a person, but only by the terms: nothing is granted so."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [("decisions", "0004_json_as_written")]

    operations = [
        migrations.RemoveConstraint("decision", "override_has_reason_and_actor"),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=Q(overrides__isnull=True)
                | (Q(actor__isnull=False) | Q(basis="terms"))
                & ~Q(reason="")
                & Q(status="decided"),
                name="override_has_reason_and_actor",
            ),
        ),
    ]
