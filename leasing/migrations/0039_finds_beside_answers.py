from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("leasing", "0038_extension_offers")]

    operations = [migrations.RemoveField(model_name="counteddevice", name="found_at")]
