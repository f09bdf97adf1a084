import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leasing", "0053_offers_found_by_their_constraints"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="lossreport",
            name="breach",
            field=models.CharField(
                blank=True,
                choices=[
                    ("notified", "Anmeldt til Datatilsynet"),
                    ("not_needed", "Skal ikke anmeldes"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="brud på persondatasikkerheden",
            ),
        ),
        migrations.AddField(
            model_name="lossreport",
            name="breach_decided_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="afgjort"),
        ),
        migrations.AddField(
            model_name="lossreport",
            name="breach_decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="afgjort af",
            ),
        ),
        migrations.AddField(
            model_name="lossreport",
            name="breach_reason",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                max_length=2000,
                verbose_name="hvorfor ikke anmeldt",
            ),
        ),
    ]
