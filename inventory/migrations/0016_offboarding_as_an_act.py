from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0015_closed_units")]

    operations = [
        migrations.AlterField(
            model_name="act",
            name="kind",
            field=models.CharField(
                choices=[
                    ("hand_out", "Udlevering"),
                    ("transfer", "Flytning"),
                    ("take_back", "Tilbagetagning"),
                    ("loan", "Udlån"),
                    ("swap", "Ombytning"),
                    ("import", "Indlæsning"),
                    ("offboarding", "Fratrædelse"),
                ],
                max_length=20,
                verbose_name="slags",
            ),
        ),
    ]
