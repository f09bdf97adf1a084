from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("leasing", "0023_end_decisions")]

    operations = [migrations.RemoveField(model_name="lease", name="end_choice")]
