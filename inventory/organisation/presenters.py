"""What a person chooses from, in the shape that a select takes."""

from django.db.models import QuerySet

from albertslund_it.web.forms.fields import grouped_choices
from inventory.models import Unit


def unit_choices(units: QuerySet[Unit]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Return units in groups, by department."""
    rows = units.order_by("department__name", *(Unit._meta.ordering or ()))
    return grouped_choices(rows.values_list("department__name", "pk", "name"))
