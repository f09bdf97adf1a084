import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leasing", "0009_limits"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64, unique=True, verbose_name="kontrolsum")),
                ("content_type", models.CharField(max_length=100, verbose_name="type")),
                ("size", models.PositiveIntegerField(verbose_name="bytes")),
                ("data", models.BinaryField(verbose_name="indhold")),
            ],
            options={
                "verbose_name": "fil",
                "verbose_name_plural": "filer",
            },
        ),
        migrations.CreateModel(
            name="SupplierInvoiceFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="navn")),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("source", "Filen, der blev indlæst"),
                            ("embedded", "Lå i fakturaen"),
                            ("by_hand", "Lagt ved"),
                        ],
                        max_length=10,
                        verbose_name="hvorfra",
                    ),
                ),
                ("added_at", models.DateTimeField(verbose_name="lagt ved")),
                ("added_by", models.CharField(max_length=150, verbose_name="lagt ved af")),
            ],
            options={
                "verbose_name": "fil til leverandørfaktura",
                "verbose_name_plural": "filer til leverandørfakturaer",
                "ordering": ["invoice", "id"],
            },
        ),
        migrations.AddField(
            model_name="supplierinvoicefile",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="links",
                to="leasing.keptfile",
                verbose_name="fil",
            ),
        ),
        migrations.AddField(
            model_name="supplierinvoicefile",
            name="invoice",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="files",
                to="leasing.supplierinvoice",
                verbose_name="leverandørfaktura",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierinvoicefile",
            constraint=models.UniqueConstraint(
                fields=("invoice", "file"), name="supplier_file_once"
            ),
        ),
    ]
