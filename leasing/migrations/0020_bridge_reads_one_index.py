from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leasing", "0019_kept_reconciliations")]

    operations = [
        migrations.RemoveIndex(model_name="cost", name="cost_of_units"),
        migrations.AddIndex(
            model_name="cost",
            index=models.Index(
                models.F("period"),
                models.F("unit"),
                models.F("lease"),
                models.F("model"),
                models.F("amount_ore"),
                models.F("days"),
                name="cost_of_units",
            ),
        ),
    ]
