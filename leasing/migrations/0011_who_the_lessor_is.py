from django.db import migrations, models

import albertslund_it.web.forms.validators


class Migration(migrations.Migration):
    """What sellers and buyers of invoices are compared with; a line may be about nothing known."""

    dependencies = [("leasing", "0010_supplier_invoice_files")]

    operations = [
        migrations.RemoveConstraint(
            model_name="supplierinvoiceline",
            name="supplier_line_about_something",
        ),
        migrations.AddField(
            model_name="settings",
            name="invoice_ean",
            field=models.CharField(
                blank=True,
                help_text="Det EAN, leasinggiver skal sende til. Tom: ikke sammenlignet.",
                max_length=13,
                validators=[albertslund_it.web.forms.validators.validate_ean],
                verbose_name="EAN for leasinggivers fakturaer",
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="lessor_cvr",
            field=models.CharField(
                blank=True,
                help_text="Sammenlignes med sælgeren på leasinggivers fakturaer. Tom: kun navnet.",
                max_length=8,
                validators=[albertslund_it.web.forms.validators.validate_cvr],
                verbose_name="leasinggivers CVR-nr.",
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="own_cvr",
            field=models.CharField(
                blank=True,
                help_text="Sammenlignes med køberen på leasinggivers fakturaer. Tom: ikke sammenlignet.",
                max_length=8,
                validators=[albertslund_it.web.forms.validators.validate_cvr],
                verbose_name="kommunens CVR-nr.",
            ),
        ),
    ]
