"""A school with a person and some pc's in stock, and short ways to handle them."""

from datetime import UTC, date, datetime

from albertslund_it.web.forms.agreement import refuse_unless_seen, value_of
from inventory.models import Placement
from leasing.movements.presenters import whole_story
from leasing.movements.selectors.states import states_of
from leasing.movements.services import movements
from tests import builders as make

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


class School:
    def __init__(self):
        self.holder = make.cost_holder()
        self.birke = make.unit("1001", "Birkeskolen")
        self.library = make.unit("1002", "Biblioteket")
        self.anna = make.employee("anbe", "Anna Berg", unit=self.birke)
        self.bo = make.employee("bola", "Bo Lange", unit=self.library)
        self.stock = [make.lease(f"PF{n:06}").device for n in range(1, 4)]


def seen(*devices):
    """Return the agreement of a person who has seen where some devices are now."""
    ids = [device.pk for device in devices]

    def rows():
        return [(str(state.device), whole_story(state)) for state in states_of(ids).values()]

    shown = value_of(rows())
    return lambda: refuse_unless_seen(shown, rows())


def hand_out(*devices, unit, starts_on=TODAY, actor=None, **options):
    options.setdefault("agree", seen(*devices))
    return movements.hand_out(
        devices=devices, unit=unit, starts_on=starts_on, actor=actor, now=NOW, **options
    )


def transfer(*devices, unit=None, starts_on=TODAY, actor=None, **options):
    options.setdefault("agree", seen(*devices))
    return movements.transfer(
        devices=devices, unit=unit, starts_on=starts_on, actor=actor, **options
    )


def take_back(*devices, starts_on=TODAY, actor=None, **options):
    options.setdefault("agree", seen(*devices))
    return movements.take_back(devices=devices, starts_on=starts_on, actor=actor, **options)


def lend(*devices, employee, due_on, starts_on=TODAY, actor=None, **options):
    options.setdefault("agree", seen(*devices))
    return movements.lend(
        devices=devices,
        employee=employee,
        starts_on=starts_on,
        due_on=due_on,
        actor=actor,
        now=NOW,
        **options,
    )


def timeline(device):
    """Return (day, unit's name or None, initials or '', used for) of each change point."""
    points = Placement.objects.filter(device=device).order_by("starts_on")
    return [
        (
            p.starts_on,
            p.unit and p.unit.name,
            p.employee.initials if p.employee else "",
            p.used_for,
        )
        for p in points.select_related("unit", "employee")
    ]
