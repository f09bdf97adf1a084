"""Which departments and units somebody leads, by the register or by what an account says."""

from collections.abc import Iterable

from inventory.models import Department, Unit


def led_by(mail: str) -> set[Department | Unit]:
    """Return the departments and units whose leader has a mail; none for no mail."""
    if not mail:
        return set()
    units = Unit.objects.in_use().filter(leader_mail__iexact=mail, is_cost_holder=False)
    return {*Department.objects.filter(head_mail__iexact=mail), *units}


def named(values: Iterable[str]) -> tuple[set[Department], set[Unit]]:
    """Return the departments by their names, and the units by their numbers."""
    said = list(values)
    if not said:
        return set(), set()
    names = {value.casefold() for value in said}
    departments = {one for one in Department.objects.all() if one.name.casefold() in names}
    units = Unit.objects.in_use().filter(number__in=said, is_cost_holder=False)
    return departments, set(units)
