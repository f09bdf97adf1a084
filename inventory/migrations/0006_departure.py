import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0005_placements_found_by_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="Departure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("left_on", models.DateField(verbose_name="ude af registeret fra")),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("returned", "Leveret tilbage"),
                            ("bought", "Frikøbt"),
                            ("discarded", "Kasseret"),
                        ],
                        max_length=9,
                        verbose_name="hvordan",
                    ),
                ),
                ("is_wiped", models.BooleanField(blank=True, null=True, verbose_name="slettet")),
                (
                    "is_unmanaged",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="fjernet fra enhedsstyring"
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="bemærkning")),
                (
                    "device",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="departure",
                        to="inventory.device",
                        verbose_name="udstyr",
                    ),
                ),
            ],
            options={
                "verbose_name": "afgang",
                "verbose_name_plural": "afgange",
                "ordering": ["-left_on", "-id"],
            },
        ),
    ]
