"""Claims: cases of which the Decision, and perhaps the customer, is not known yet."""

from django.db import migrations, models
from django.db.models import Q

ABOUT_PARTY = ("security", "block")
WITHOUT_DECISION = (*ABOUT_PARTY, "claim")


class Migration(migrations.Migration):

    dependencies = [("cases", "0005_erasable")]

    operations = [
        migrations.RemoveConstraint(model_name="case", name="case_kind"),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=Q(kind__in=["dispute", "stopped", "review", "security", "block", "claim"]),
                name="case_kind",
            ),
        ),
        migrations.RemoveConstraint(model_name="case", name="case_about_decision_or_party"),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=Q(kind__in=ABOUT_PARTY, decision__isnull=True, party__isnull=False)
                | Q(kind="claim", decision__isnull=True)
                | ~Q(kind__in=WITHOUT_DECISION) & Q(decision__isnull=False),
                name="case_about_decision_or_party",
            ),
        ),
    ]
