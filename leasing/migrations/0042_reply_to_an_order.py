from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leasing", "0041_counts_with_their_moment")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="reply",
            field=models.TextField(blank=True, max_length=20000, verbose_name="svar på mailen"),
        ),
    ]
