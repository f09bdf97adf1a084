"""Whom a round asks: the heads of departments and the leaders of units, substitutes too."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Q

from albertslund_it.common.permissions import OBJECT_TO_DEVICE
from albertslund_it.web.people import BACKEND
from inventory.models import Access, Department, Unit
from leasing.confirmation.selectors.items import SILENT, Item, items_of
from leasing.models import ConfirmationRound, Mail


@dataclass(frozen=True)
class Asked:
    """A department, or a unit with people of its own, and those who can be asked about its list.

    `missing` are those of the recipients that the round has not written to.
    """

    key: str
    name: str
    department_id: int
    unit_id: int | None
    recipients: list[str]
    missing: list[str]
    items: list[Item]

    @property
    def silent(self) -> list[Item]:
        return [item for item in self.items if item.answer == SILENT]


def people_to_ask(on: date, asked: ConfirmationRound | None) -> list[Asked]:
    """Return whom to ask about what will be billed, departments first.

    Access follows the post, so those who have it that day come before the address in the
    register. Whoever has the whole department is not asked again for a unit of it.
    """
    by_department: dict[Department, list[Item]] = {}
    by_unit: dict[Unit, list[Item]] = {}
    for item in items_of(Unit.objects.filter(is_cost_holder=False), on):
        by_department.setdefault(item.unit.department, []).append(item)
        by_unit.setdefault(item.unit, []).append(item)
    people, written = _people_with_access(on), _written_to(asked)

    def one(
        key: str, whom, department_id: int, unit_id: int, recipients: list[str], items
    ) -> Asked:
        missing = [mail for mail in recipients if mail not in written[key]]
        return Asked(key, whom.name, department_id, unit_id, recipients, missing, items)

    found, of_department = [], {}
    for department, items in by_department.items():
        recipients = people["department", department.pk] or _some(department.head_mail)
        of_department[department.pk] = set(recipients)
        key = f"d{department.pk}"
        found.append(one(key, department, department.pk, None, recipients, items))
    for unit, items in by_unit.items():
        own = people["unit", unit.pk] or _some(unit.leader_mail)
        own = [mail for mail in own if mail not in of_department[unit.department_id]]
        if own:
            found.append(one(f"u{unit.pk}", unit, unit.department_id, unit.pk, own, items))
    return found


def _some(mail: str) -> list[str]:
    return [mail] if mail else []


def _people_with_access(on: date) -> dict[tuple[str, int], list[str]]:
    """Return the addresses of those who may object, by what they have access to that day."""
    able = User.objects.with_perm(OBJECT_TO_DEVICE, backend=BACKEND).exclude(email="")
    rows = Access.objects.filter(
        Q(ends_before=None) | Q(ends_before__gt=on), starts_on__lte=on, user__in=able
    )
    found = defaultdict(list)
    for department, unit, mail in rows.order_by("user").values_list(
        "department", "unit", "user__email"
    ):
        key = ("department", department) if department else ("unit", unit)
        if mail not in found[key]:
            found[key].append(mail)
    return found


def _written_to(asked: ConfirmationRound | None) -> dict[str, set[str]]:
    """Return the addresses that a round has written to, by the key of whom it asked."""
    found: dict[str, set[str]] = defaultdict(set)
    for key, recipients in _mails_of(asked):
        found[key.split("-")[2]].update(recipients.split(","))
    return found


def _mails_of(asked: ConfirmationRound | None) -> Iterable[tuple[str, str]]:
    if asked is None:
        return ()
    mails = Mail.objects.filter(key__startswith=f"confirmation-{asked.pk}-")
    return mails.values_list("key", "recipients")
