"""VAT that no file told is nothing, not nought: nought stood for both."""

from django.db import migrations, models


def forget_the_noughts(apps, editor):
    """Take nought for what it was: VAT that was not told."""
    apps.get_model("leasing", "SupplierInvoice").objects.filter(vat_ore=0).update(vat_ore=None)


def back_to_noughts(apps, editor):
    """Write nought again where nothing is told."""
    apps.get_model("leasing", "SupplierInvoice").objects.filter(vat_ore=None).update(vat_ore=0)


class Migration(migrations.Migration):
    dependencies = [("leasing", "0014_second_seal")]

    operations = [
        migrations.AlterField(
            model_name="supplierinvoice",
            name="vat_ore",
            field=models.BigIntegerField(null=True, verbose_name="moms (øre)"),
        ),
        migrations.RunPython(forget_the_noughts, back_to_noughts),
    ]
