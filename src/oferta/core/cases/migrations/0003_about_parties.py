"""Cases about a customer instead of a decision: somebody else signed in, a block."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

ABOUT_PARTY = ("security", "block")
OPEN = ("opened", "assigned")


class Migration(migrations.Migration):

    dependencies = [("cases", "0002_reviews")]

    operations = [
        migrations.AlterField(
            model_name="case",
            name="decision",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="decisions.decision"
            ),
        ),
        migrations.RemoveConstraint(model_name="case", name="case_kind"),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=Q(kind__in=["dispute", "stopped", "review", "security", "block"]), name="case_kind"
            ),
        ),
        migrations.RemoveConstraint(model_name="case", name="upheld_has_override"),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=~Q(status__in=("upheld", "partly_upheld")) | Q(override__isnull=False) | Q(kind__in=ABOUT_PARTY),
                name="upheld_has_override",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=Q(kind__in=ABOUT_PARTY, decision__isnull=True, party__isnull=False)
                | ~Q(kind__in=ABOUT_PARTY) & Q(decision__isnull=False),
                name="case_about_decision_or_party",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                fields=["party", "kind"],
                condition=Q(status__in=OPEN, kind__in=ABOUT_PARTY),
                name="one_open_case_a_party_and_kind",
            ),
        ),
    ]
