from django.conf import settings
from django.db import migrations, models

CODES = [f"{year}Q{number}" for year in range(2000, 2201) for number in range(1, 5)]


def of_a_quarter(name):
    return models.CheckConstraint(
        condition=models.Q(quarter__in=CODES),
        name=name,
        violation_error_message="Skriv kvartalet som 2026Q1.",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("leasing", "0050_webhooks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint("billingrun", of_a_quarter("run_of_a_quarter")),
        migrations.AddConstraint("differenceoutcome", of_a_quarter("difference_of_a_quarter")),
        migrations.AddConstraint("lessorlist", of_a_quarter("lessor_list_of_a_quarter")),
    ]
