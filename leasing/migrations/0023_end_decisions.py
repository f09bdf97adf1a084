"""Each decision becomes a row of its own, about the end of a term.

A term that follows another was an extension, decided at the end of the one before. How a lease ends
was kept on the lease. An extension that has no term had no price either: the forecast is to know
what it costs, so that lease is undecided again, and its history says what was noted.
"""

from django.db import migrations


def decisions_of_leases(apps, schema_editor):
    LeaseTerm = apps.get_model("leasing", "LeaseTerm")
    EndDecision = apps.get_model("leasing", "EndDecision")
    last = {}
    rows = []
    terms = LeaseTerm.objects.order_by("lease_id", "position")
    for pk, lease, choice in terms.values_list("pk", "lease_id", "lease__end_choice").iterator():
        if lease in last:
            rows.append(EndDecision(term_id=last[lease][0], choice="extension"))
        last[lease] = pk, choice
    rows += [
        EndDecision(term_id=pk, choice=choice)
        for pk, choice in last.values()
        if choice in {"buyout", "return"}
    ]
    EndDecision.objects.bulk_create(rows, batch_size=5000)


def choices_of_decisions(apps, schema_editor):
    Lease = apps.get_model("leasing", "Lease")
    EndDecision = apps.get_model("leasing", "EndDecision")
    for choice in ("extension", "buyout", "return"):
        decided = EndDecision.objects.filter(choice=choice).values("term__lease")
        Lease.objects.filter(pk__in=decided).update(end_choice=choice)


class Migration(migrations.Migration):
    dependencies = [("leasing", "0022_end_of_lease")]

    operations = [migrations.RunPython(decisions_of_leases, choices_of_decisions)]
