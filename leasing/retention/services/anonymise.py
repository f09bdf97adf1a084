"""The retention period: who had what is forgotten some years after, in the history too.

Amounts, units and serial numbers stay, and so do the lessor's invoices, their lines and their kept
files: they are vouchers, kept as the accounts are. What is written here leaves no history of its
own: that would keep what is to be forgotten.
"""

from dataclasses import dataclass
from datetime import date, datetime, time

from auditlog.models import LogEntry
from axes.models import AccessAttempt, AccessLog
from django.contrib.admin.models import LogEntry as AdminEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from albertslund_it.common.quarters import add_months
from albertslund_it.web.database.rows import among, lock
from albertslund_it.web.login import AS_A_RULE
from inventory.models import Department, Employee, EmployeeAlias, Placement, Unit
from inventory.models.organisation import ANONYMOUS
from inventory.placements.selectors import intervals
from leasing.models import (
    Mail,
    Order,
    OrderedDevice,
    OrderLine,
    Settings,
)
from leasing.models.order import OPEN, Status
from leasing.retention.services.copies import (
    forget_accepted,
    forget_acts,
    forget_aliases,
    forget_files,
    forget_moves,
    forget_received,
    forget_sources,
    forget_written_notes,
)
from leasing.retention.services.counts import forget_counts
from leasing.retention.services.forgetting import (
    BATCH,
    GONE,
    Forgotten,
    entries_of,
    entries_of_deleted,
    forget_texts,
    scrub,
)
from leasing.retention.services.matters import (
    forget_approvals,
    forget_invitations,
    forget_notes,
)

NAME = "Anonymiseret medarbejder"
OF_EMPLOYEE = ("name", "initials", "mail")
OF_LEADER = ("head_name", "head_mail", "leader_name", "leader_mail")
OF_ORDER = ("requester_name", "requester_mail", "reference", "note", "mail_text", "reply")
OF_LINE = ("used_for", "past_stock_because", "exception_reason", "closed_because")
IN_HAND = tuple(status for status in OPEN if status != Status.DRAFT)


@dataclass(frozen=True)
class Anonymised:
    """What the retention period has reached by a day; `people` as they were called."""

    ended_before: date
    people: list[str]
    placements: int
    orders: int
    texts: int
    mails: int
    logins: int
    copies: int
    entries: int

    def __bool__(self) -> bool:
        counts = self.placements, self.orders, self.texts, self.mails, self.logins
        return bool(self.people or any(counts) or self.copies or self.entries)


@transaction.atomic
def anonymise(*, today: date, is_rehearsal: bool = False) -> Anonymised:
    """Take the names away of what ended more than the retention period ago.

    People: who has left and has had nothing since then. Placements: the person on each that ended
    by then, also of those who are still employed. Orders and exceptions that were done with by
    then, and drafts that were left by then: who asked, and why. Objections, losses and wishes for
    leases that were settled by then: what was said of them. Stocktakes that were over by then: who
    was asked, and what they said. Who led a department or a unit: in history. Copies beside the
    register, as the files that were taken in and what other sources said: by their own age, and
    with the person.
    Log-ins are kept for a month. Nobody is found by name, which a namesake shares, and nothing
    newer is touched. A rehearsal says what it would be, and changes nothing.
    """
    lock(Order)
    lock(Placement)
    lock(Employee)
    ended_before = add_months(today, -12 * Settings.objects.get().retention_years)
    moment = _start_of(ended_before)
    people = list(_people(today, moment, ended_before).order_by("pk"))
    names, ids = [str(person) for person in people], [person.pk for person in people]
    placements = _placements(ended_before)
    texts = [_order_texts(moment, ended_before)]
    texts.append(forget_received(_done_with(moment, ended_before), moment))
    orders = _orders(moment, ended_before)
    texts += forget_notes(moment, ended_before)
    texts += forget_counts(moment, ended_before)
    invitations = forget_invitations(moment, ended_before)
    texts.append(invitations)
    texts.append(forget_moves(ids, moment))
    approvals = forget_approvals(ids, moment, ended_before)
    employees = _employees(ids, moment)
    aliases = forget_aliases(ids)
    mails = Mail.objects.filter(written_at__lt=moment)
    done = Anonymised(
        ended_before=ended_before,
        people=names,
        placements=placements.rows,
        orders=orders.rows,
        texts=sum(text.rows for text in texts),
        mails=mails.count(),
        logins=_logins(today, ids),
        copies=aliases.rows
        + forget_sources(ids, moment)
        + forget_files(moment)
        + forget_written_notes(ids, moment)
        + forget_accepted(ids, ended_before)
        + forget_acts(_start_of(today)),
        entries=aliases.entries
        + _leaders(moment)
        + placements.entries
        + orders.entries
        + sum(text.entries for text in texts)
        + approvals
        + employees,
    )
    mails.delete()
    if is_rehearsal:
        transaction.set_rollback(True)
    return done


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _people(today: date, moment: datetime, ended_before: date) -> QuerySet[Employee]:
    """Return who has left, has had no device since a day, and has nothing on order.

    A draft that was left by then orders nothing.
    """
    had = intervals().filter(Q(ends_before=None) | Q(ends_before__gt=ended_before))
    ordered = OrderLine.objects.filter(employee=OuterRef("pk"), status__in=OPEN).exclude(
        order__in=_done_with(moment, ended_before)
    )
    ever = Placement.objects.filter(employee=OuterRef("pk"))
    return Employee.objects.filter(
        ~Exists(had.filter(employee=OuterRef("pk"))),
        ~Exists(ordered),
        Exists(ever) | Q(left_on__lte=ended_before),
        left_on__lte=today,
    ).exclude(initials__startswith=ANONYMOUS)


def _placements(ended_before: date) -> Forgotten:
    old = intervals().filter(Q(ends_before__lte=ended_before), employee__isnull=False)
    ids = list(old.values_list("pk", flat=True))
    found = Placement.objects.filter(pk__in=among(ids, int))
    found.filter(used_for="").update(used_for=GONE)
    found.update(employee=None)
    return Forgotten(len(ids), scrub(entries_of(Placement, ids), ("employee",)))


def _done_with(moment: datetime, ended_before: date) -> QuerySet[Order]:
    """Return old orders that nothing is to come on, and that nobody has touched since."""
    lines = OrderLine.objects.filter(order=OuterRef("pk"))
    handled = OrderedDevice.objects.filter(line__order=OuterRef("pk")).filter(
        Q(delivered_on__gte=ended_before) | Q(handed_out_on__gte=ended_before)
    )
    return Order.objects.filter(
        ~Exists(lines.filter(status__in=IN_HAND)),
        ~Exists(lines.filter(_touched(OrderLine, moment))),
        ~Exists(handled),
        ~_touched(Order, moment),
        created_at__lt=moment,
    ).order_by()


def _touched(model: type[models.Model], moment: datetime) -> Exists:
    kind = ContentType.objects.get_for_model(model)
    return Exists(
        LogEntry.objects.filter(
            content_type=kind, object_id=OuterRef("pk"), timestamp__gte=moment
        ).order_by()
    )


def _order_texts(moment: datetime, ended_before: date) -> Forgotten:
    lines = OrderLine.objects.filter(order__in=_done_with(moment, ended_before))
    return forget_texts(lines, OF_LINE)


def _orders(moment: datetime, ended_before: date) -> Forgotten:
    old = _done_with(moment, ended_before).exclude(
        requester_name__in=["", GONE],
        requester_mail="",
        reference="",
        note="",
        mail_text="",
        reply="",
    )
    ids = list(old.values_list("pk", flat=True))
    found = Order.objects.filter(pk__in=among(ids, int))
    found.update(
        requester_name=GONE, requester_mail="", reference="", note="", mail_text="", reply=""
    )
    entries = scrub(entries_of(Order, ids), OF_ORDER)
    # What a line said once, and says no more, is in its history still.
    lines = OrderLine.objects.filter(order__in=among(ids, int)).values_list("pk", flat=True)
    entries += scrub(entries_of(OrderLine, list(lines)), OF_LINE)
    entries += scrub(entries_of_deleted(OrderLine, OF_LINE, moment), OF_LINE)
    entries += scrub(entries_of_deleted(Order, OF_ORDER, moment), OF_ORDER)
    return Forgotten(len(ids), entries)


def _logins(today: date, person_ids: list[int]) -> int:
    """Delete who logged in, or tried to, and what the admin keeps of its own doings.

    Nothing asks for it after a month. The admin names people, so of those who go it is deleted
    whatever its age.
    """
    before = _start_of(today) - AS_A_RULE
    kind = ContentType.objects.get_for_model(Employee)
    of_people = Q(content_type=kind, object_id__in=among(map(str, person_ids)))
    count = 0
    for old in (
        AccessLog.objects.filter(attempt_time__lt=before),
        AccessAttempt.objects.filter(attempt_time__lt=before),
        AdminEntry.objects.filter(Q(action_time__lt=before) | of_people),
    ):
        count += old.count()
        old.delete()
    return count


def _leaders(moment: datetime) -> int:
    """Forget in history who led a department or a unit; return how many entries told of it.

    Who leads it now stands on the row alone, as long as they do.
    """
    kinds = ContentType.objects.get_for_models(Department, Unit).values()
    told = LogEntry.objects.filter(
        content_type__in=kinds, timestamp__lt=moment, changes__has_any_keys=list(OF_LEADER)
    )
    return scrub(told, OF_LEADER)


def _employees(person_ids: list[int], moment: datetime) -> int:
    """Forget people's names; return how many entries had something to forget."""
    kind = ContentType.objects.get_for_model(Employee)
    known = Employee.objects.filter(pk=OuterRef("object_id"))
    entries = LogEntry.objects.filter(content_type=kind)
    # Who was deleted, as one who was merged with another, lives on in history.
    forgotten = entries.filter(~Exists(known), timestamp__lt=moment).exclude(object_repr=NAME)
    count = scrub(forgotten, OF_EMPLOYEE, called=NAME)
    former = EmployeeAlias.objects.filter(employee__in=among(person_ids, int))
    merged = [one.former_id for one in former if one.former_id]
    count += scrub(entries_of(Employee, [*person_ids, *merged]), OF_EMPLOYEE, called=NAME)
    people = list(Employee.objects.filter(pk__in=among(person_ids, int)))
    for person in people:
        person.name, person.mail, person.initials = NAME, "", f"{ANONYMOUS}{person.pk}"
    Employee.objects.bulk_update(people, OF_EMPLOYEE, batch_size=BATCH)
    return count
