"""The retention period: who had what is forgotten some years after, in the history too.

Amounts, units and serial numbers stay, and so do the lessor's invoices, their lines and their kept
files: they are vouchers, kept as the accounts are. What is written here leaves no history of its
own: that would keep what is to be forgotten.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

from auditlog.models import LogEntry
from axes.models import AccessAttempt, AccessLog
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from albertslund_it.common.quarters import add_months
from albertslund_it.web.database.rows import among, delete_rows, lock
from albertslund_it.web.login import AS_A_RULE
from inventory.models import Departure, Employee, Placement
from inventory.placements.selectors import intervals
from leasing.domain.accrual import span_of, terms_in_order
from leasing.models import (
    Approval,
    BuyoutInvitation,
    Cage,
    EndDecision,
    EndWish,
    Lease,
    LeaseTerm,
    LossReport,
    Mail,
    Objection,
    Order,
    OrderedDevice,
    OrderLine,
    Settings,
)
from leasing.models.order import OPEN, Status

NAME, INITIALS = "Anonymiseret medarbejder", "anonym-"
GONE = "Anonymiseret"
BATCH = 500
OF_EMPLOYEE = ("name", "initials", "mail")
OF_ORDER = ("requester_name", "requester_mail", "reference", "note", "mail_text")
OF_LINE = ("used_for", "past_stock_because", "exception_reason", "closed_because")
OF_APPROVAL = ("reason", "decision_reason")
OF_OBJECTION = ("note", "outcome_note")
OF_NOTE = ("note",)
OF_REASON = ("reason",)
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
    entries: int

    def __bool__(self) -> bool:
        counts = self.placements, self.orders, self.texts, self.mails, self.logins, self.entries
        return bool(self.people or any(counts))


class Forgotten(NamedTuple):
    """How many rows had something to forget, and how many entries of their history."""

    rows: int
    entries: int


@transaction.atomic
def anonymise(*, today: date, is_rehearsal: bool = False) -> Anonymised:
    """Take the names away of what ended more than the retention period ago.

    People: who has left and has had nothing since then. Placements: the person on each that ended
    by then, also of those who are still employed. Orders and exceptions that were done with by
    then, and drafts that were left by then: who asked, and why. Objections, losses and wishes for
    leases that were settled by then: what was said of them. Log-ins are kept for a month. Nobody is
    found by name, which a namesake shares, and nothing newer is touched. A rehearsal says what it
    would be, and changes nothing.
    """
    lock(Order)
    lock(Placement)
    lock(Employee)
    ended_before = add_months(today, -12 * Settings.objects.get().retention_years)
    moment = timezone.make_aware(datetime.combine(ended_before, time.min))
    people = list(_people(today, moment, ended_before).order_by("pk"))
    names, ids = [str(person) for person in people], [person.pk for person in people]
    placements = _placements(ended_before)
    texts = [_order_texts(moment, ended_before)]
    orders = _orders(moment, ended_before)
    texts += _notes(moment, ended_before)
    invitations = _invitations(moment, ended_before)
    texts.append(invitations)
    approvals = _approvals(ids, moment, ended_before)
    employees = _employees(ids, moment)
    mails = Mail.objects.filter(written_at__lt=moment)
    done = Anonymised(
        ended_before=ended_before,
        people=names,
        placements=placements.rows,
        orders=orders.rows,
        texts=sum(text.rows for text in texts),
        mails=mails.count(),
        logins=_logins(today),
        entries=placements.entries
        + orders.entries
        + sum(text.entries for text in texts)
        + approvals
        + employees,
    )
    mails.delete()
    if is_rehearsal:
        transaction.set_rollback(True)
    return done


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
    ).exclude(initials__startswith=INITIALS)


def _placements(ended_before: date) -> Forgotten:
    old = intervals().filter(Q(ends_before__lte=ended_before), employee__isnull=False)
    ids = list(old.values_list("pk", flat=True))
    found = Placement.objects.filter(pk__in=among(ids, int))
    found.filter(used_for="").update(used_for=GONE)
    found.update(employee=None)
    return Forgotten(len(ids), _scrub(_entries(Placement, ids), ("employee",)))


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
    return _texts(lines, OF_LINE)


def _orders(moment: datetime, ended_before: date) -> Forgotten:
    old = _done_with(moment, ended_before).exclude(
        requester_name__in=["", GONE], requester_mail="", reference="", note="", mail_text=""
    )
    ids = list(old.values_list("pk", flat=True))
    found = Order.objects.filter(pk__in=among(ids, int))
    found.update(requester_name=GONE, requester_mail="", reference="", note="", mail_text="")
    entries = _scrub(_entries(Order, ids), OF_ORDER)
    # What a line said once, and says no more, is in its history still.
    lines = OrderLine.objects.filter(order__in=among(ids, int)).values_list("pk", flat=True)
    entries += _scrub(_entries(OrderLine, list(lines)), OF_LINE)
    entries += _scrub(_of_deleted(OrderLine, OF_LINE, moment), OF_LINE)
    return Forgotten(len(ids), entries)


def _notes(moment: datetime, ended_before: date) -> Iterator[Forgotten]:
    """Forget what was said of objections, losses and wishes that are settled."""
    yield _texts(Objection.objects.filter(settled_at__lt=moment), OF_OBJECTION)
    losses = LossReport.objects.filter(reported_at__lt=moment).exclude(note__in=["", GONE])
    # A device that is never found is done with when its lease is.
    leases = _ended(Lease.objects.filter(device__losses__in=losses), ended_before)
    lost = Q(found_on=None) & (Q(device__lease=None) | Q(device__lease__in=among(leases, int)))
    yield _texts(losses.filter(lost | Q(found_on__lt=ended_before)), OF_NOTE)
    wishes = EndWish.objects.filter(wished_at__lt=moment).exclude(note__in=["", GONE])
    leases = _ended(Lease.objects.filter(end_wish__in=wishes), ended_before)
    yield _texts(wishes.filter(lease__in=among(leases, int)), OF_NOTE)
    decided = EndDecision.objects.filter(decided_at__lt=moment).exclude(reason__in=["", GONE])
    leases = _ended(Lease.objects.filter(terms__end_decision__in=decided), ended_before)
    yield _texts(decided.filter(term__lease__in=among(leases, int)), OF_REASON)
    yield Forgotten(0, _scrub(_of_deleted(EndDecision, OF_REASON, moment), OF_REASON))
    left = Departure.objects.filter(left_on__lt=ended_before).exclude(note__in=["", GONE])
    yield _texts(left, OF_NOTE)
    cages = Cage.objects.filter(gone_on__lt=ended_before).exclude(note__in=["", GONE])
    yield _texts(cages, OF_NOTE)


def _invitations(moment: datetime, ended_before: date) -> Forgotten:
    """Delete whom was asked to buy what, once it is over: the answer says nothing without them."""
    old = BuyoutInvitation.objects.filter(sent_at__lt=moment, valid_until__lt=ended_before)
    leases = _ended(Lease.objects.filter(buyout_invitations__in=old), ended_before)
    over = ~Q(answer=BuyoutInvitation.Answer.YES) | Q(withdrawn_at__lt=moment)
    has = intervals().filter(Q(ends_before=None) | Q(ends_before__gt=ended_before))
    had = has.filter(device=OuterRef("lease__device"), employee=OuterRef("employee"))
    found = old.filter(over | Q(lease__in=among(leases, int)) | ~Exists(had))
    ids = list(found.values_list("pk", flat=True))
    entries = _scrub(_entries(BuyoutInvitation, ids), ("employee",))
    # Not one by one: each deletion would be history, with what it is to forget.
    delete_rows(BuyoutInvitation._meta.db_table, ["id"], [(pk,) for pk in ids])
    return Forgotten(len(ids), entries)


def _ended(leases: QuerySet[Lease], by: date) -> set[int]:
    """Return the ids of those leases that had ended by a day."""
    terms: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = LeaseTerm.objects.filter(lease__in=leases.order_by()).order_by("position")
    for lease_id, price_ore, quarters in rows.values_list("lease", "price_ore", "quarters"):
        terms[lease_id].append((price_ore, quarters))
    return {
        lease.pk
        for lease in leases
        if lease.pk in terms
        and span_of(terms_in_order(lease.starts_on, terms[lease.pk]), lease.stops_on)[1] <= by
    }


def _texts(found: QuerySet[models.Model], names: Collection[str]) -> Forgotten:
    """Forget what is written in some fields of rows, in their history too."""
    written = Q()
    for name in names:
        written |= ~Q(**{f"{name}__in": ["", GONE]})
    ids = list(found.filter(written).values_list("pk", flat=True))
    rows = found.model._default_manager.filter(pk__in=among(ids, int))
    for name in names:
        rows.exclude(**{name: ""}).update(**{name: GONE})
    return Forgotten(len(ids), _scrub(_entries(found.model, ids), names))


def _logins(today: date) -> int:
    """Delete who logged in, or tried to, from where: nothing asks for it after a month."""
    before = timezone.make_aware(datetime.combine(today, time.min)) - AS_A_RULE
    count = 0
    for model in (AccessLog, AccessAttempt):
        old = model.objects.filter(attempt_time__lt=before)
        count += old.count()
        old.delete()
    return count


def _approvals(person_ids: list[int], moment: datetime, ended_before: date) -> int:
    """Forget why exceptions were asked for; return how many entries had something to forget."""
    found = Approval.objects.filter(
        Q(employee__in=among(person_ids, int)) | Q(ends_before__lte=ended_before),
        Q(decided_at=None) | Q(decided_at__lt=moment),
        asked_at__lt=moment,
    ).exclude(reason=GONE, decision_reason__in=["", GONE])
    ids = list(found.values_list("pk", flat=True))
    entries = _scrub(_entries(Approval, ids), OF_APPROVAL)
    found.exclude(decision_reason="").update(decision_reason=GONE)
    found.update(reason=GONE)
    return entries


def _employees(person_ids: list[int], moment: datetime) -> int:
    """Forget people's names; return how many entries had something to forget."""
    kind = ContentType.objects.get_for_model(Employee)
    known = Employee.objects.filter(pk=OuterRef("object_id"))
    entries = LogEntry.objects.filter(content_type=kind)
    # Who was deleted, as a coming employee who was joined to the real one, lives on in history.
    forgotten = entries.filter(~Exists(known), timestamp__lt=moment).exclude(object_repr=NAME)
    count = _scrub(forgotten, OF_EMPLOYEE, called=NAME)
    count += _scrub(_entries(Employee, person_ids), OF_EMPLOYEE, called=NAME)
    people = list(Employee.objects.filter(pk__in=among(person_ids, int)))
    for person in people:
        person.name, person.mail, person.initials = NAME, "", f"{INITIALS}{person.pk}"
    Employee.objects.bulk_update(people, OF_EMPLOYEE, batch_size=BATCH)
    return count


def _entries(model: type[models.Model], ids: Collection[int]) -> QuerySet[LogEntry]:
    kind = ContentType.objects.get_for_model(model)
    found: QuerySet[LogEntry] = LogEntry.objects.filter(
        content_type=kind, object_id__in=among(ids, int)
    )
    return found


def _of_deleted(
    model: type[models.Model], names: Collection[str], moment: datetime
) -> QuerySet[LogEntry]:
    """Return old entries with some fields, of rows that are no longer there."""
    there = model._default_manager.filter(pk=OuterRef("object_id")).order_by()
    found: QuerySet[LogEntry] = LogEntry.objects.filter(
        ~Exists(there),
        content_type=ContentType.objects.get_for_model(model),
        timestamp__lt=moment,
        changes__has_any_keys=list(names),
    )
    return found


def _scrub(entries: Iterable[LogEntry], fields: Collection[str], called: str = "") -> int:
    """Take the values of some fields out of history, and the row's own name where it is a person.

    Returns how many entries had something to forget.
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


def _forgotten(value: object) -> object:
    return value if value in (None, "", "None") else GONE
