from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("tickets", "0009_offers")]
    operations = [
        migrations.AddField(
            model_name="pricecorrection",
            name="by_hand",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="pricecorrection",
            name="staff_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddConstraint(
            model_name="pricecorrection",
            constraint=models.CheckConstraint(
                condition=Q(("staff_id__isnull", True))
                | Q(("by_hand", True), ("state", "arrived")),
                name="correction_handed_by_hand",
            ),
        ),
        # What a provider declined before waits for a person now: it is still owed.
        migrations.RunSQL(
            "UPDATE tickets_pricecorrection SET by_hand = true, state = 'started', ended_at = NULL"
            " WHERE state = 'failed'",
            migrations.RunSQL.noop,
        ),
    ]
