from django.db import migrations


def sweep_by_number(apps, editor):
    """Let PostgreSQL sweep up marks that were taken by their number: the table is empty mostly."""
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "ALTER TABLE leasing_costmark SET "
            "(autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)"
        )


class Migration(migrations.Migration):
    dependencies = [("leasing", "0017_kept_costs")]

    operations = [migrations.RunPython(sweep_by_number, migrations.RunPython.noop)]
