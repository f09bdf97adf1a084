import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0009_what_a_departure_ended"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("intune", "Enhedsstyring (Intune)"),
                            ("directory", "Brugerkatalog (Entra)"),
                            ("lessor_assets", "Leasinggivers liste over udstyr"),
                        ],
                        max_length=13,
                        verbose_name="kilde",
                    ),
                ),
                ("taken_on", models.DateField(verbose_name="taget")),
                (
                    "newest_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Kun hvor kilden siger det.",
                        null=True,
                        verbose_name="nyeste kontakt",
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="indlæst")),
                ("digest", models.CharField(max_length=64, verbose_name="kontrolsum")),
                ("kept", models.PositiveIntegerField(verbose_name="rækker")),
                ("left_out", models.PositiveIntegerField(verbose_name="udeladt")),
                ("is_latest", models.BooleanField(default=False, verbose_name="den nyeste")),
                ("last_device", models.BigIntegerField(default=0, verbose_name="sidste udstyr")),
                (
                    "last_employee",
                    models.BigIntegerField(default=0, verbose_name="sidste medarbejder"),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="indlæst af",
                    ),
                ),
            ],
            options={
                "verbose_name": "øjebliksbillede",
                "verbose_name_plural": "øjebliksbilleder",
                "ordering": ["source", "-taken_on", "-id"],
            },
        ),
        migrations.CreateModel(
            name="SeenDevice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=100, verbose_name="navn")),
                ("model_name", models.CharField(blank=True, max_length=100, verbose_name="model")),
                ("system", models.CharField(blank=True, max_length=60, verbose_name="styresystem")),
                (
                    "windows_build",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="Windows-build"
                    ),
                ),
                (
                    "ram_gb",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="RAM (GB)"
                    ),
                ),
                ("last_seen", models.DateField(blank=True, null=True, verbose_name="sidst set")),
                ("login", models.CharField(blank=True, max_length=200, verbose_name="bruger")),
                (
                    "device",
                    models.ForeignKey(
                        db_column="serial_number",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="seen",
                        to="inventory.device",
                        to_field="serial_number",
                        verbose_name="serienummer",
                    ),
                ),
                (
                    "employee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="seen_devices",
                        to="inventory.employee",
                        verbose_name="medarbejder",
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seen_devices",
                        to="inventory.snapshot",
                        verbose_name="øjebliksbillede",
                    ),
                ),
            ],
            options={
                "verbose_name": "enhed i enhedsstyring",
                "verbose_name_plural": "enheder i enhedsstyring",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="DirectoryPerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("login", models.CharField(max_length=200, verbose_name="bruger")),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="navn")),
                ("mail", models.CharField(blank=True, max_length=254, verbose_name="mail")),
                (
                    "department",
                    models.CharField(blank=True, max_length=200, verbose_name="afdeling"),
                ),
                ("office", models.CharField(blank=True, max_length=200, verbose_name="kontor")),
                ("is_enabled", models.BooleanField(default=True, verbose_name="aktiv")),
                (
                    "employee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="directory_people",
                        to="inventory.employee",
                        verbose_name="medarbejder",
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="people",
                        to="inventory.snapshot",
                        verbose_name="øjebliksbillede",
                    ),
                ),
            ],
            options={
                "verbose_name": "person i brugerkataloget",
                "verbose_name_plural": "personer i brugerkataloget",
                "ordering": ["id"],
            },
        ),
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_latest", True)),
                fields=("source",),
                name="one_latest_snapshot",
                violation_error_message="Der er allerede et nyeste øjebliksbillede af kilden.",
            ),
        ),
        migrations.AddConstraint(
            model_name="seendevice",
            constraint=models.UniqueConstraint(
                fields=("snapshot", "device"),
                name="seen_once",
                violation_error_message="Serienummeret står allerede i øjebliksbilledet.",
            ),
        ),
        migrations.AddConstraint(
            model_name="directoryperson",
            constraint=models.UniqueConstraint(
                fields=("snapshot", "login"),
                name="one_login_a_snapshot",
                violation_error_message="Brugeren står allerede i øjebliksbilledet.",
            ),
        ),
    ]
