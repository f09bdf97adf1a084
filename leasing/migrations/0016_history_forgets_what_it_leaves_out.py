"""What a model keeps out of its history goes out of the entries that bulk writes put it in."""

from django.db import migrations

LEFT_OUT = (
    ("leasing", "order", "mail_text"),
    ("leasing", "orderline", "exception_reason"),
    ("inventory", "device", "last_seen"),
)
UPDATE = 1
BATCH = 1000


def forget(apps, editor):
    """Take the fields out; an entry that told of a change of nothing else goes whole."""
    entries = apps.get_model("auditlog", "LogEntry").objects.using(editor.connection.alias)
    for app, model, name in LEFT_OUT:
        having = entries.filter(
            content_type__app_label=app, content_type__model=model, changes__has_key=name
        ).order_by("pk")
        last = 0
        while batch := list(having.filter(pk__gt=last)[:BATCH]):
            last = batch[-1].pk
            for entry in batch:
                del entry.changes[name]
            emptied = {one.pk for one in batch if one.action == UPDATE and not one.changes}
            kept = [entry for entry in batch if entry.pk not in emptied]
            entries.bulk_update(kept, ["changes"], batch_size=BATCH)
            entries.filter(pk__in=emptied).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("auditlog", "0017_add_actor_email"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("leasing", "0015_vat_may_be_unknown"),
    ]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
