"""The retention period: who had what is forgotten some years after, in the history too.

Amounts, units and serial numbers stay. What is written here leaves no history of its own: that
would keep what is to be forgotten.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from albertslund_it.common.quarters import add_months
from albertslund_it.web.rows import among, lock
from inventory.models import Employee, Placement
from inventory.selectors.placements import intervals
from leasing.models import Approval, Mail, Order, OrderedDevice, OrderLine, Settings
from leasing.models.order import OPEN

NAME, INITIALS = "Anonymiseret medarbejder", "anonym-"
GONE = "Anonymiseret"
BATCH = 500
OF_EMPLOYEE = ("name", "initials", "mail")
OF_ORDER = ("requester_name", "requester_mail", "reference", "note", "mail_text")
OF_APPROVAL = ("reason", "decision_reason")


@dataclass
class Anonymised:
    """What the retention period has reached by a day; `people` as they were called."""

    ended_before: date
    people: list[str] = field(default_factory=list)
    placements: int = 0
    orders: int = 0
    mails: int = 0
    entries: int = 0

    def __bool__(self):
        return bool(self.people or self.placements or self.orders or self.mails or self.entries)


@transaction.atomic
def anonymise(*, today: date, is_rehearsal: bool = False) -> Anonymised:
    """Take the names away of what ended more than the retention period ago.

    People: who has left and has had nothing since then. Placements: the person on each that ended
    by then, also of those who are still employed. Orders and exceptions that were done with by
    then: who asked, and why. Nobody is found by name, which a namesake shares, and nothing newer is
    touched. A rehearsal says what it would be, and changes nothing.
    """
    lock(Order)
    lock(Placement)
    lock(Employee)
    years = Settings.objects.get().retention_years
    done = Anonymised(add_months(today, -12 * years))
    moment = timezone.make_aware(datetime.combine(done.ended_before, time.min))
    people = list(_people(today, done.ended_before).order_by("pk"))
    done.people = [str(person) for person in people]
    _placements(done)
    _orders(moment, done)
    _approvals([person.pk for person in people], moment, done)
    _employees([person.pk for person in people], moment, done)
    mails = Mail.objects.filter(written_at__lt=moment)
    done.mails = mails.count()
    mails.delete()
    if is_rehearsal:
        transaction.set_rollback(True)
    return done


def _people(today: date, ended_before: date) -> QuerySet[Employee]:
    """Return who has left, has had no device since a day, and has nothing on order."""
    had = intervals().filter(Q(ends_before=None) | Q(ends_before__gt=ended_before))
    ordered = OrderLine.objects.filter(employee=OuterRef("pk"), status__in=OPEN)
    ever = Placement.objects.filter(employee=OuterRef("pk"))
    return Employee.objects.filter(
        ~Exists(had.filter(employee=OuterRef("pk"))),
        ~Exists(ordered),
        Exists(ever) | Q(left_on__lte=ended_before),
        left_on__lte=today,
    ).exclude(initials__startswith=INITIALS)


def _placements(done: Anonymised) -> None:
    old = intervals().filter(ends_before__lte=done.ended_before, employee__isnull=False)
    ids = list(old.values_list("pk", flat=True))
    done.placements = len(ids)
    found = Placement.objects.filter(pk__in=among(ids, int))
    found.filter(used_for="").update(used_for=GONE)
    found.update(employee=None)
    done.entries += _scrub(_entries(Placement, ids), ("employee",))


def _orders(moment: datetime, done: Anonymised) -> None:
    lines = OrderLine.objects.filter(order=OuterRef("pk"))
    handled = OrderedDevice.objects.filter(line__order=OuterRef("pk")).filter(
        Q(delivered_on__gte=done.ended_before) | Q(handed_out_on__gte=done.ended_before)
    )
    old = Order.objects.filter(
        ~Exists(lines.filter(status__in=OPEN)), ~Exists(handled), created_at__lt=moment
    ).exclude(requester_name__in=["", GONE], requester_mail="", reference="", note="", mail_text="")
    ids = list(old.values_list("pk", flat=True))
    done.orders = len(ids)
    found = Order.objects.filter(pk__in=among(ids, int))
    found.update(requester_name=GONE, requester_mail="", reference="", note="", mail_text="")
    done.entries += _scrub(_entries(Order, ids), OF_ORDER)


def _approvals(person_ids: list[int], moment: datetime, done: Anonymised) -> None:
    found = Approval.objects.filter(
        Q(employee__in=among(person_ids, int)) | Q(ends_before__lte=done.ended_before),
        Q(decided_at=None) | Q(decided_at__lt=moment),
        asked_at__lt=moment,
    ).exclude(reason=GONE, decision_reason__in=["", GONE])
    done.entries += _scrub(
        _entries(Approval, list(found.values_list("pk", flat=True))), OF_APPROVAL
    )
    found.exclude(decision_reason="").update(decision_reason=GONE)
    found.update(reason=GONE)


def _employees(person_ids: list[int], moment: datetime, done: Anonymised) -> None:
    kind = ContentType.objects.get_for_model(Employee)
    known = Employee.objects.filter(pk=OuterRef("object_id"))
    entries = LogEntry.objects.filter(content_type=kind)
    # Who was deleted, as a coming employee who was joined to the real one, lives on in history.
    forgotten = entries.filter(~Exists(known), timestamp__lt=moment).exclude(object_repr=NAME)
    done.entries += _scrub(forgotten, OF_EMPLOYEE, called=NAME)
    done.entries += _scrub(_entries(Employee, person_ids), OF_EMPLOYEE, called=NAME)
    people = list(Employee.objects.filter(pk__in=among(person_ids, int)))
    for person in people:
        person.name, person.mail, person.initials = NAME, "", f"{INITIALS}{person.pk}"
    Employee.objects.bulk_update(people, OF_EMPLOYEE, batch_size=BATCH)


def _entries(model: type[models.Model], ids: Collection[int]) -> QuerySet[LogEntry]:
    kind = ContentType.objects.get_for_model(model)
    return LogEntry.objects.filter(content_type=kind, object_id__in=among(ids, int))


def _scrub(entries: Iterable[LogEntry], fields: Collection[str], called: str = "") -> int:
    """Take the values of some fields out of history, and the row's own name where it is a person.

    Gives how many entries had something to forget.
    """
    changed = []
    for entry in entries:
        changes = entry.changes or {}
        kept = {
            name: [_forgotten(one) for one in values] if name in fields else values
            for name, values in changes.items()
        }
        if kept != changes or (called and entry.object_repr != called):
            entry.changes, entry.object_repr = kept, called or entry.object_repr
            entry.changes_text, entry.serialized_data = "", None
            changed.append(entry)
    LogEntry.objects.bulk_update(
        changed, ["changes", "object_repr", "changes_text", "serialized_data"], batch_size=BATCH
    )
    return len(changed)


def _forgotten(value):
    return value if value in (None, "", "None") else GONE
