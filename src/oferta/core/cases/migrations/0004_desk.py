"""The desk: a number to say on the phone, a mark of what is late, indexes of the queue."""

from django.db import migrations, models
from django.db.models import Func, Q, Value

OPEN = ("opened", "assigned")


class Migration(migrations.Migration):
    """Numbers, marks and indexes."""

    dependencies = [("cases", "0003_about_parties")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE cases_case_number START 1001", "DROP SEQUENCE cases_case_number"
        ),
        migrations.AddField(
            model_name="case",
            name="number",
            field=models.BigIntegerField(
                unique=True, db_default=Func(Value("cases_case_number"), function="nextval")
            ),
        ),
        migrations.AddField(
            model_name="case", name="escalated_at", field=models.DateTimeField(null=True)
        ),
        migrations.RemoveIndex(model_name="case", name="cases_by_deadline"),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["due_at", "id"], condition=Q(status__in=OPEN), name="cases_by_deadline"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["assignee", "due_at", "id"],
                condition=Q(status__in=OPEN),
                name="cases_of_assignee",
            ),
        ),
    ]
