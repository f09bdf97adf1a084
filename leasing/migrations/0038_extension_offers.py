from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0015_closed_units"),
        ("leasing", "0037_stocktake"),
    ]

    operations = [
        migrations.AddField(
            model_name="buyoutoffer",
            name="extension_ore",
            field=models.BigIntegerField(
                blank=True, null=True, verbose_name="forlængelse pr. kvartal (øre)"
            ),
        ),
        migrations.AlterField(
            model_name="buyoutoffer",
            name="price_ore",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="frikøbspris (øre)"),
        ),
        migrations.AddConstraint(
            model_name="buyoutoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(("extension_ore__gt", 0)),
                name="extension_offer_above_zero",
                violation_error_message="Prisen for en forlængelse skal være over nul.",
            ),
        ),
        migrations.AddConstraint(
            model_name="buyoutoffer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("price_ore__isnull", False), ("extension_ore__isnull", False), _connector="OR"
                ),
                name="offer_says_a_price",
                violation_error_message="Skriv frikøbspris, pris for forlængelse eller begge.",
            ),
        ),
    ]
