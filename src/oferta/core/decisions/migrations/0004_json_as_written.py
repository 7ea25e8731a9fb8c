"""JSON that nobody searches is kept as written: no taking apart of each document."""

from django.db import migrations

import oferta.core.decisions.models


class Migration(migrations.Migration):

    dependencies = [('decisions', '0003_erasable')]

    operations = [
        migrations.AlterField('decision', 'facts', oferta.core.decisions.models.WrittenJson()),
        migrations.AlterField('decision', 'outcome', oferta.core.decisions.models.WrittenJson(null=True)),
        migrations.AlterField('decision', 'error_facts', oferta.core.decisions.models.WrittenJson(default=dict)),
        migrations.AlterField('decision', 'context', oferta.core.decisions.models.WrittenJson(default=dict)),
        migrations.AlterField('decision', 'uses', oferta.core.decisions.models.WrittenJson(default=list)),
    ]
