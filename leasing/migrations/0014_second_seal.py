"""The version that a run is sealed by; those there are keep the first, and get their history."""

from django.db import migrations, models

CREATE = 0


def tell_history_of_sealed_runs(apps, editor):
    """Write in the history what closing writes from now on: that a run was sealed, and how."""
    runs = apps.get_model("leasing", "BillingRun").objects.exclude(digest="").order_by("id")
    if not runs.exists():
        return
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="leasing", model="billingrun"
    )
    apps.get_model("auditlog", "LogEntry").objects.bulk_create(
        apps.get_model("auditlog", "LogEntry")(
            content_type=kind,
            object_pk=str(run.id),
            object_id=run.id,
            object_repr=run.code,
            action=CREATE,
            changes={"code": ["None", run.code], "digest": ["None", run.digest]},
        )
        for run in runs
    )


class Migration(migrations.Migration):
    dependencies = [
        ("auditlog", "0017_add_actor_email"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("leasing", "0013_why_a_line_is_closed"),
    ]

    operations = [
        migrations.AddField(
            model_name="billingrun",
            name="seal_version",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="kontrolsummens udgave"),
        ),
        migrations.RunPython(tell_history_of_sealed_runs, migrations.RunPython.noop),
    ]
