import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leasing", "0039_finds_beside_answers")]

    operations = [
        migrations.AddField(
            model_name="waitingrow",
            name="settled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="settled_rows",
                to="leasing.importbatch",
                verbose_name="rettet i indlæsning",
            ),
        ),
        migrations.AlterField(
            model_name="settings",
            name="snapshots_kept",
            field=models.PositiveSmallIntegerField(
                default=3,
                help_text="Så mange af hver kilde, og altid det forrige, så det nyeste kan "
                "fortrydes. De ældste slettes, når et nyt indlæses.",
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="øjebliksbilleder, der gemmes",
            ),
        ),
    ]
