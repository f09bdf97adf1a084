"""Where units belonged, and what they were called, on a day that is past."""

from datetime import date

from inventory.models import Unit, UnitBefore


def departments_on(day: date) -> dict[int, int | None]:
    """Return the department that each unit belonged to on a day, as far as it is known."""
    found: dict[int, int | None] = dict(Unit.objects.order_by().values_list("id", "department"))
    # The first that ends after the day is the one that held: it is written last.
    later = UnitBefore.objects.filter(ends_before__gt=day).order_by("-ends_before")
    found.update(later.values_list("unit", "department"))
    return found


def states_before(unit: Unit) -> list[UnitBefore]:
    """Return what a unit was before, the latest first."""
    return list(unit.before.select_related("department").order_by("-ends_before"))
