from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0008_roll_of_a_lot"),
    ]

    operations = [
        migrations.AddField(
            model_name="departure",
            name="ended_placement",
            field=models.BooleanField(default=False, verbose_name="afsluttede tildelingen"),
        ),
    ]
