import django.db.models.deletion
from django.db import migrations, models


def link(to, said):
    """Return a link that its unique constraint begins with; an index of its own found no more."""
    return models.ForeignKey(
        blank=True,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="buyout_offers",
        to=to,
        verbose_name=said,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0023_facts_as_an_act"),
        ("leasing", "0052_steps_of_costs"),
    ]

    operations = [
        migrations.AlterField("buyoutoffer", "device", link("inventory.device", "udstyr")),
        migrations.AlterField("buyoutoffer", "model", link("inventory.devicemodel", "model")),
    ]
