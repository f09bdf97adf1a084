"""Files between two pages lie in the database, where each machine finds them."""

from django.core.management import call_command
from django.db import migrations


def make_table(apps, schema_editor):
    call_command("createcachetable", "web_upload", database=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0020_access_follows_account")]
    operations = [migrations.RunPython(make_table, migrations.RunPython.noop)]
