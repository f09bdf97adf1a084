import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0014_act_of_a_device"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnitBefore",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ends_before", models.DateField(verbose_name="indtil")),
                ("name", models.CharField(max_length=100, verbose_name="hed")),
            ],
            options={
                "verbose_name": "tidligere navn og afdeling",
                "verbose_name_plural": "tidligere navne og afdelinger",
                "ordering": ["unit", "ends_before"],
            },
        ),
        migrations.AddField(
            model_name="unit",
            name="closed_on",
            field=models.DateField(
                blank=True, editable=False, null=True, verbose_name="nedlagt fra"
            ),
        ),
        migrations.AddField(
            model_name="unit",
            name="successor",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="predecessors",
                to="inventory.unit",
                verbose_name="afløser",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_on", None), ("successor", None)),
                    models.Q(
                        ("closed_on__isnull", False),
                        ("is_cost_holder", False),
                        ("successor__isnull", False),
                        models.Q(("successor", models.F("id")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="closed_unit_has_successor",
                violation_error_message="En nedlagt enhed skal have en anden enhed som afløser, og omkostningsbæreren kan ikke nedlægges.",
            ),
        ),
        migrations.AddField(
            model_name="unitbefore",
            name="department",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="inventory.department",
                verbose_name="afdeling",
            ),
        ),
        migrations.AddField(
            model_name="unitbefore",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="before",
                to="inventory.unit",
                verbose_name="enhed",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitbefore",
            constraint=models.UniqueConstraint(
                fields=("unit", "ends_before"), name="unit_before_once_a_day"
            ),
        ),
    ]
