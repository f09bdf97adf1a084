from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leasing", "0006_agreement"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="mail_text",
            field=models.TextField(blank=True, max_length=20000, verbose_name="mailens tekst"),
        ),
        migrations.AddField(
            model_name="orderline",
            name="exception_ends_before",
            field=models.DateField(blank=True, null=True, verbose_name="dispensation til"),
        ),
        migrations.AddField(
            model_name="orderline",
            name="exception_reason",
            field=models.CharField(blank=True, max_length=300, verbose_name="hvorfor en pc mere"),
        ),
        migrations.AlterField(
            model_name="orderline",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("new", "Ny medarbejder"),
                    ("first", "Har ingen i forvejen"),
                    ("replacement", "Erstatter udstyr"),
                    ("exception", "Dispensation"),
                    ("shared", "Delt"),
                    ("extra", "Ekstra"),
                ],
                max_length=12,
                verbose_name="årsag",
            ),
        ),
    ]
