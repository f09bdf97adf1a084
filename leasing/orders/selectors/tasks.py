"""What waits of the orders, for the helpdesk's front page: a count of each, by status."""

from collections.abc import Iterator

from django.db.models import Count

from leasing.domain.tasks import Task
from leasing.models import OrderLine, Status

# (statuses, one line, several, what to do), in the order of a day's work.
WAITS = (
    (
        Status.DELIVERED,
        "1 bestilling er klar til udlevering",
        "{} bestillinger er klar til udlevering",
        "Udstyret er her. Udlever det, og giv besked.",
    ),
    (
        Status.APPROVED,
        "1 godkendt linje skal bestilles hos ATEA",
        "{} godkendte linjer skal bestilles hos ATEA",
        "Hent indkøbslisten, og skriv ATEAs nummer.",
    ),
    (
        Status.ORDERED,
        "1 linje ventes leveret",
        "{} linjer ventes leveret",
        "Bestilt hos ATEA. Registrér leveringen, når den kommer.",
    ),
    (
        Status.PARTLY,
        "1 linje er delvis leveret",
        "{} linjer er delvis leveret",
        "Noget er kommet. Udlever det, der er her, og følg op på resten.",
    ),
    (
        Status.AWAITING,
        "1 linje afventer lederens godkendelse",
        "{} linjer afventer lederens godkendelse",
        "Lederen bliver påmindet, til der er svaret.",
    ),
    (Status.DRAFT, "1 kladde er ikke gjort færdig", "{} kladder er ikke gjort færdige", ""),
)


def order_tasks() -> Iterator[Task]:
    """Yield a task for each status that open lines wait in; `about` is the status."""
    rows = OrderLine.objects.order_by().values_list("status").annotate(Count("pk"))
    counts = dict(rows.filter(status__in=[status for status, *_ in WAITS]))
    for status, one, several, help_text in WAITS:
        if count := counts.get(status):
            title = one if count == 1 else several.format(count)
            yield Task("orders", title, help_text, about=str(status))
