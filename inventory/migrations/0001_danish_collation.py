from django.contrib.postgres.operations import CreateCollation
from django.db import migrations


class Migration(migrations.Migration):
    """The order of Danish dictionaries, on PostgreSQL; SQLite is taught it at every connection."""

    initial = True
    dependencies = []
    operations = [CreateCollation("dansk", provider="icu", locale="da-u-kn-true")]
