"""What leaders have answered when finance asked whether their lists fit."""

from datetime import timedelta

from django.contrib.auth.models import User

from albertslund_it.demo import organisation as org
from albertslund_it.demo.helpdesk import Desk
from inventory.models import Device, Unit
from leasing.confirmation.selectors.items import items_of
from leasing.confirmation.services import confirm, object_to_device, start_round

ASKED, ANSWERED, OBJECTED = 11, 8, 6
LEFT_TO_ANSWER = timedelta(days=10)
CONFIRMS_ALL, CONFIRMS_A_UNIT, OBJECTS = "leder2", "leder", "enhedsleder"
NOTE = "Den står hos nabolokalet, tror vi. Ingen hos os bruger den."


def answer_a_round(desk: Desk, finance: User) -> None:
    """Ask every leader; one department says yes to all, a unit objects, and the rest are silent."""
    start_round(
        due_on=desk.today + LEFT_TO_ANSWER,
        actor_name=finance.get_full_name(),
        today=desk.day(ASKED),
        now=desk.moment(ASKED),
    )
    users = {user.username: user for user in User.objects.all()}
    for name, units in (
        (CONFIRMS_ALL, _units_of(users[CONFIRMS_ALL])),
        (CONFIRMS_A_UNIT, _units_of(users[CONFIRMS_A_UNIT])[:1]),
    ):
        confirm(
            units=Unit.objects.filter(id__in=[unit.id for unit in units]),
            device_ids=None,
            actor=users[name],
            today=desk.today,
            now=desk.moment(ANSWERED, 10),
        )
    school = Unit.objects.filter(number=org.SCHOOL_THAT_MOVES)
    items = items_of(school, desk.today, had_there=True)
    if items:
        object_to_device(
            device=Device.objects.get(pk=items[-1].device_id),
            units=school,
            note=NOTE,
            since=desk.day(OBJECTED + 20),
            actor=users[OBJECTS],
            today=desk.today,
            now=desk.moment(OBJECTED, 11),
        )


def _units_of(user: User):
    departments = user.accesses.values("department")
    return Unit.objects.filter(department__in=departments).order_by("number")
