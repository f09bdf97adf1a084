import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leasing", "0033_accepted_numbers"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReceivedMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64, unique=True, verbose_name="nøgle")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("order", "Kladde"),
                            ("automatic", "Automatisk mail"),
                            ("too_large", "For stor"),
                            ("unreadable", "Kan ikke læses"),
                            ("dismissed", "Ikke en bestilling"),
                        ],
                        max_length=10,
                        verbose_name="blev til",
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=200, verbose_name="hvorfor")),
                ("is_handled", models.BooleanField(default=False, verbose_name="set igennem")),
                ("sender", models.CharField(blank=True, max_length=300, verbose_name="fra")),
                ("subject", models.CharField(blank=True, max_length=200, verbose_name="emne")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sendt")),
                ("fetched_at", models.DateTimeField(verbose_name="hentet")),
                (
                    "follows",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="followed_by",
                        to="leasing.receivedmail",
                        verbose_name="svar på",
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="received_mail",
                        to="leasing.order",
                        verbose_name="bestilling",
                    ),
                ),
            ],
            options={
                "verbose_name": "modtaget mail",
                "verbose_name_plural": "modtagne mails",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ReceivedFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="navn")),
                (
                    "why_left",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="hvorfor den ikke er gemt"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="received",
                        to="leasing.keptfile",
                        verbose_name="fil",
                    ),
                ),
                (
                    "mail",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="leasing.receivedmail",
                        verbose_name="mail",
                    ),
                ),
            ],
            options={
                "verbose_name": "fil fra en mail",
                "verbose_name_plural": "filer fra mails",
                "ordering": ["mail", "id"],
            },
        ),
        migrations.AddIndex(
            model_name="receivedmail",
            index=models.Index(
                condition=models.Q(("is_handled", False), ("outcome", "order")),
                fields=["id"],
                name="received_mail_waits",
            ),
        ),
        migrations.AddConstraint(
            model_name="receivedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("file", None), ("why_left", ""), _connector="XOR"),
                name="received_file_kept_or_left",
            ),
        ),
    ]
