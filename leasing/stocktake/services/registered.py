"""A row of a stocktake is put where the register has its device by now."""

from collections.abc import Iterable

from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import among
from inventory.models import Employee, Unit
from leasing.models import CountedDevice
from leasing.stocktake.selectors.standing import StandsAt


class AsRegistered:
    """The units and people of some standings, read once."""

    def __init__(self, standings: Iterable[StandsAt]):
        standings = list(standings)
        units = {one.unit_id for one in standings}
        people = {one.employee_id for one in standings if one.employee_id}
        self._units = Unit.objects.filter(pk__in=among(units, int)).in_bulk()
        self._people = Employee.objects.filter(pk__in=among(people, int)).in_bulk()

    def follow(self, changes: Changes, row: CountedDevice, standing: StandsAt) -> None:
        """Note on a row, with its unit and person read, where its device stands.

        With another person the link that was sent works no more, wherever the device goes next.
        """
        person = self._people[standing.employee_id] if standing.employee_id else None
        unit = self._units.get(standing.unit_id, row.unit)
        if row.link and row.employee_id != standing.employee_id:
            changes.update(row, row.serial_number, link=row.link + 1)
        changes.update(row, row.serial_number, unit=unit, employee=person)
