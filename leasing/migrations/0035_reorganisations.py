import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0015_closed_units"),
        ("leasing", "0034_mail_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reorganisation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=100, verbose_name="overskrift")),
                ("starts_on", models.DateField(verbose_name="gælder fra")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="bemærkning")),
                ("prepared_by", models.CharField(max_length=150, verbose_name="forberedt af")),
                ("prepared_at", models.DateTimeField(verbose_name="forberedt")),
                (
                    "agreed_by",
                    models.CharField(blank=True, max_length=150, verbose_name="godkendt af"),
                ),
                ("agreed_at", models.DateTimeField(blank=True, null=True, verbose_name="godkendt")),
                (
                    "carried_out_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="gennemført"),
                ),
                (
                    "cancelled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="annulleret"),
                ),
            ],
            options={
                "verbose_name": "organisationsændring",
                "verbose_name_plural": "organisationsændringer",
                "ordering": ["-starts_on", "-id"],
                "permissions": [
                    ("manage_organisation", "Kan forberede og gennemføre organisationsændringer")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("carried_out_at", None),
                            models.Q(("agreed_at__isnull", False), ("cancelled_at", None)),
                            _connector="OR",
                        ),
                        name="carried_out_was_agreed",
                        violation_error_message="Godkend organisationsændringen, før den gennemføres.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReorganisationStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="nr.")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("move", "Flyt til en anden afdeling"),
                            ("rename", "Giv et nyt navn"),
                            ("merge", "Læg ind under en anden enhed"),
                            ("split", "Del: flyt noget til en anden eller ny enhed"),
                            ("close", "Nedlæg"),
                        ],
                        max_length=6,
                        verbose_name="hvad",
                    ),
                ),
                (
                    "number",
                    models.CharField(blank=True, max_length=20, verbose_name="ny enheds nr."),
                ),
                ("name", models.CharField(blank=True, max_length=100, verbose_name="nyt navn")),
                (
                    "takes_access",
                    models.BooleanField(default=False, verbose_name="enhedens adgange følger med"),
                ),
                (
                    "outcome",
                    models.CharField(blank=True, max_length=300, verbose_name="hvad der skete"),
                ),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.department",
                        verbose_name="afdeling",
                    ),
                ),
                (
                    "devices",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="inventory.device", verbose_name="udstyr"
                    ),
                ),
                (
                    "people",
                    models.ManyToManyField(
                        blank=True,
                        related_name="+",
                        to="inventory.employee",
                        verbose_name="medarbejdere",
                    ),
                ),
                (
                    "reorganisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="leasing.reorganisation",
                        verbose_name="organisationsændring",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.unit",
                        verbose_name="afløser",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.unit",
                        verbose_name="enhed",
                    ),
                ),
            ],
            options={
                "verbose_name": "trin i en organisationsændring",
                "verbose_name_plural": "trin i organisationsændringer",
                "ordering": ["reorganisation", "position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("reorganisation", "position"), name="step_position_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("department__isnull", False), ("kind", "move"), ("successor", None)
                            ),
                            models.Q(
                                ("department", None),
                                ("kind", "rename"),
                                ("successor", None),
                                models.Q(("name", ""), _negated=True),
                            ),
                            models.Q(
                                ("kind__in", ["merge", "close"]),
                                ("name", ""),
                                ("number", ""),
                                ("successor__isnull", False),
                            ),
                            models.Q(
                                ("kind", "split"),
                                ("name", ""),
                                ("number", ""),
                                ("successor__isnull", False),
                            ),
                            models.Q(
                                ("kind", "split"),
                                ("successor", None),
                                models.Q(("number", ""), _negated=True),
                                models.Q(("name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="step_has_what_it_needs",
                        violation_error_message="Udfyld det, der hører til ændringen, og ikke andet.",
                    ),
                ],
            },
        ),
    ]
