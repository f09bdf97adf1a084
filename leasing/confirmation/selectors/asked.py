"""Whom a round asks: the heads of departments and the leaders of units, substitutes too."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from albertslund_it.common.permissions import OBJECT_TO_DEVICE
from inventory.models import Department, Unit
from inventory.organisation.selectors.scope import mails_with_access
from leasing.confirmation.selectors.items import SILENT, ListedDevice, items_of
from leasing.models import ConfirmationRound, Mail


@dataclass(frozen=True)
class Asked:
    """A department, or a unit with people of its own, and those who can be asked about its list.

    `written` are the addresses that the round has written to.
    """

    key: str
    name: str
    department_id: int
    unit_id: int | None
    recipients: list[str]
    written: set[str]
    items: list[ListedDevice]

    @property
    def missing(self) -> list[str]:
        return [mail for mail in self.recipients if mail not in self.written]

    @property
    def silent(self) -> list[ListedDevice]:
        return [item for item in self.items if item.answer == SILENT]


def people_to_ask(
    on: date, asked: ConfirmationRound | None, items: Sequence[ListedDevice] | None = None
) -> list[Asked]:
    """Return whom to ask about what will be billed, departments first; of these items, or of all.

    Access follows the post, so those who have it that day come before the address in the
    register. Whoever has the whole department is not asked again for a unit of it.
    """
    by_department: dict[Department, list[ListedDevice]] = {}
    by_unit: dict[tuple[Department, Unit], list[ListedDevice]] = {}
    if items is None:
        items = items_of(Unit.objects.filter(is_cost_holder=False), on)
    for item in items:
        if department := item.unit.department:
            by_department.setdefault(department, []).append(item)
            by_unit.setdefault((department, item.unit), []).append(item)
    people, written = mails_with_access(OBJECT_TO_DEVICE, on), _written_to(asked)
    found = {}
    for department, theirs in by_department.items():
        key, pk = f"d{department.pk}", department.pk
        heads = people["department", pk] or _some(department.head_mail)
        found[key] = Asked(key, department.name, pk, None, heads, written[key], theirs)
    for (department, unit), theirs in by_unit.items():
        key, heads = f"u{unit.pk}", found[f"d{department.pk}"].recipients
        own = people["unit", unit.pk] or _some(unit.leader_mail)
        own = [mail for mail in own if mail not in heads]
        if own:
            found[key] = Asked(key, unit.name, department.pk, unit.pk, own, written[key], theirs)
    return list(found.values())


def _some(mail: str) -> list[str]:
    return [mail] if mail else []


def _written_to(asked: ConfirmationRound | None) -> dict[str, set[str]]:
    """Return the addresses that a round has written to, by the key of whom it asked."""
    found: dict[str, set[str]] = defaultdict(set)
    if asked:
        mails = Mail.objects.filter(key__startswith=f"{mail_key(asked)}-")
        for key, recipients in mails.values_list("key", "recipients"):
            found[str(key).split("-")[2]].update(recipients.split(","))
    return found


def mail_key(asked: ConfirmationRound) -> str:
    """Return how the keys of a round's mails begin; the key of whom it asks follows."""
    return f"confirmation-{asked.pk}"
