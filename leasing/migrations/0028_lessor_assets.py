import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0010_snapshots"),
        ("leasing", "0027_may_decide_lease_ends"),
    ]

    operations = [
        migrations.AddField(
            model_name="settings",
            name="little_ram_gb",
            field=models.PositiveSmallIntegerField(
                default=8,
                help_text="Så meget eller mindre vises som for lidt.",
                verbose_name="for lidt RAM (GB)",
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="snapshots_kept",
            field=models.PositiveSmallIntegerField(
                default=3,
                help_text="Så mange af hver kilde. De ældste slettes, når et nyt indlæses.",
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="øjebliksbilleder, der gemmes",
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="unseen_days",
            field=models.PositiveSmallIntegerField(
                default=60,
                help_text="Så længe siden enhedsstyringen sidst så udstyret, før det vises.",
                verbose_name="ikke i brug efter (dage)",
            ),
        ),
        migrations.CreateModel(
            name="LessorAsset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("model_name", models.CharField(blank=True, max_length=100, verbose_name="model")),
                (
                    "sub_agreement",
                    models.CharField(blank=True, max_length=40, verbose_name="underaftale"),
                ),
                (
                    "ends_before",
                    models.DateField(
                        blank=True,
                        help_text="Dagen efter den sidste.",
                        null=True,
                        verbose_name="udløbet fra",
                    ),
                ),
                (
                    "instalment_ore",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="ydelse pr. kvartal (øre)"
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        db_column="serial_number",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="lessor_assets",
                        to="inventory.device",
                        to_field="serial_number",
                        verbose_name="serienummer",
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lessor_assets",
                        to="inventory.snapshot",
                        verbose_name="øjebliksbillede",
                    ),
                ),
            ],
            options={
                "verbose_name": "udstyr hos leasinggiver",
                "verbose_name_plural": "udstyr hos leasinggiver",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("snapshot", "device"),
                        name="asset_listed_once",
                        violation_error_message="Serienummeret står allerede i øjebliksbilledet.",
                    )
                ],
            },
        ),
    ]
