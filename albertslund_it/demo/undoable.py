"""What the helpdesk has done lately, as the pages keep it: it can be undone."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from albertslund_it.demo.helpdesk import Desk
from inventory.models import Act
from leasing.movements.services.acts import moved_as
from leasing.movements.services.movements import lend


def lend_two(desk: Desk, *departments: str) -> Iterator[tuple[int, Callable[[], None]]]:
    """Yield two loans, with how many days ago each is made: one is overdue."""
    for department, begun, due in zip(departments, (25, 4), (-6, 9), strict=True):
        yield begun, partial(_lend, desk, department, begun, due)


def _lend(desk: Desk, department: str, begun: int, due: int) -> None:
    device = desk.from_stock()
    if device is None:
        return
    day, now = desk.day(begun), desk.moment(begun, 11)
    with moved_as(Act.Kind.LOAN, devices=[device], starts_on=day, actor=desk.user, now=now):
        lend(
            devices=[device],
            employee=desk.without_pc(department),
            starts_on=day,
            due_on=desk.today + timedelta(days=due),
            actor=desk.user,
            now=now,
        )
