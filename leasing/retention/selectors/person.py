"""Everything that is held on one person, wherever it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any, TypeAlias

from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Count, Q
from django.db.models.fields.reverse_related import ForeignObjectRel

from inventory.history.selectors import History
from inventory.models import Department, Employee, EmployeeAlias, SeenDevice, Unit
from leasing.mail.selectors import UNREAD
from leasing.models import KeptRow, Mail, Order, ReceivedMail, WaitingRow
from leasing.people.selectors.employee_page import history_of_employee
from leasing.people.selectors.merging import links_to_employees, users_of
from leasing.retention.selectors.files import FileRow, rows_naming

Field: TypeAlias = "models.Field[Any, Any]"
# Who has one of these may become the person: they are for nobody's eyes, whoever takes the file.
SECRET = frozenset(
    {"auth.User.password", "leasing.CalendarFeed.secret_digest", "otp_totp.TOTPDevice.key"}
)
# What those of others hold besides is how they count, and no fact about the person.
OF_CODES = ("user", "name", "created_at", "last_used_at")


@dataclass(frozen=True)
class PersonRows:
    """Rows of a model that are about the person, with the fields that are told."""

    model: type[models.Model]
    fields: tuple[Field, ...]
    rows: tuple[models.Model, ...]

    def __bool__(self) -> bool:
        return bool(self.rows)


@dataclass(frozen=True)
class HeldOnPerson:
    """What is held: rows by model, what users of theirs have done, and the history."""

    employee: Employee
    tables: tuple[PersonRows, ...]
    in_files: tuple[FileRow, ...]
    done_as_user: tuple[tuple[type[models.Model], Field, int], ...]
    history: History


def held_on(employee: Employee, *, with_last_seen: bool) -> HeldOnPerson:
    """Gather what is held on a person; its unit must be at hand.

    Without the last seen, nothing of it is told, nor of what an MDM says of who uses what.
    """
    users = users_of(employee)
    tables = [_rows(Employee, [employee]), *_pointing(employee, with_last_seen)]
    tables += _by_address(employee, users)
    tables += _of_users(users)
    return HeldOnPerson(
        employee=employee,
        tables=tuple(table for table in tables if table),
        in_files=tuple(_in_files(employee, users, with_last_seen)),
        done_as_user=tuple(_done_by(users)),
        history=history_of_employee(employee, with_people=True, shown=None),
    )


def _pointing(employee: Employee, with_last_seen: bool) -> Iterator[PersonRows]:
    """Yield the rows of every table that points at the person, whatever it is."""
    for link in links_to_employees():
        if link.model is SeenDevice and not with_last_seen:
            continue
        if issubclass(link.model, KeptRow):  # worked out of other tables, which are told
            continue
        found = link.model._default_manager.filter(**{link.field: employee.pk})
        yield _rows(link.model, found)


def _rows(model: type[models.Model], rows: "models.QuerySet[Any] | list[Any]") -> PersonRows:
    fields = tuple(
        field
        for field in model._meta.concrete_fields
        if not field.primary_key
        and str(field) not in SECRET
        and (not model._meta.app_label.startswith("otp_") or field.name in OF_CODES)
    )
    if isinstance(rows, models.QuerySet):
        joined = [f.name for f in fields if isinstance(f, models.ForeignKey) and is_held(f)]
        rows = list(rows.select_related(*joined).order_by("pk") if joined else rows.order_by("pk"))
    return PersonRows(model, fields, tuple(rows))


def is_held(field: Field) -> bool:
    """Return whether a constraint holds what a column points at: else it may point at nothing."""
    return bool(getattr(field, "db_constraint", True))


def _by_address(employee: Employee, users: list[User]) -> Iterator[PersonRows]:
    """Yield what names the person by mail or initials without pointing at them."""
    addresses, initials = _called(employee)
    addresses |= {user.email.casefold() for user in users} - {""}
    of_orders = _any("requester_mail__iexact", addresses)
    yield _rows(Order, Order.objects.filter(of_orders))
    told = Mail.objects.filter(_any("recipients__icontains", addresses))
    told = told.select_related("order").order_by("pk")
    yield _rows(Mail, [_readable(mail) for mail in told if addresses & _recipients(mail)])
    near = ReceivedMail.objects.filter(_any("sender__icontains", addresses))
    ids = [mail.pk for mail in near if parseaddr(mail.sender)[1].casefold() in addresses]
    yield _rows(ReceivedMail, ReceivedMail.objects.filter(pk__in=ids))
    yield _rows(Department, Department.objects.filter(_any("head_mail__iexact", addresses)))
    yield _rows(Unit, Unit.objects.filter(_any("leader_mail__iexact", addresses)))
    waiting = WaitingRow.objects.filter(_any("cells__icontains", addresses | initials))
    ids = [row.pk for row in waiting if _names(row.cells, addresses | initials)]
    yield _rows(WaitingRow, WaitingRow.objects.filter(pk__in=ids))


def _in_files(employee: Employee, users: list[User], with_last_seen: bool) -> Iterator[FileRow]:
    addresses, initials = _called(employee)
    addresses |= {user.email.casefold() for user in users} - {""}
    called = addresses | initials | {employee.name.casefold()} - {""}
    return rows_naming(called, with_last_seen=with_last_seen)


def _called(employee: Employee) -> tuple[set[str], set[str]]:
    """Return the addresses and the initials, today's and former ones, in small letters."""
    kinds = EmployeeAlias.Kind
    aliases = list(employee.aliases.all())
    addresses = {one.value for one in aliases if one.kind == kinds.ADDRESS}
    initials = {one.value.casefold() for one in aliases if one.kind == kinds.INITIALS}
    return (
        (addresses | {employee.mail.casefold()}) - {""},
        (initials | {employee.initials.casefold()}) - {""},
    )


def _any(lookup: str, values: set[str]) -> Q:
    wanted = Q(pk__in=())
    for value in sorted(values):
        wanted |= Q(**{lookup: value})
    return wanted


def _recipients(mail: Mail) -> set[str]:
    return {one.strip().casefold() for one in mail.recipients.split(",")}


def _readable(mail: Mail) -> Mail:
    """Return a mail as it may be handed on: without what lets its reader in."""
    if (mail.key or "").startswith(UNREAD):
        mail.text = mail.html = ""
    return mail


def _names(cells: list[Any], called: set[str]) -> bool:
    return any(str(cell).strip().casefold() in called for cell in cells)


def _of_users(users: list[User]) -> Iterator[PersonRows]:
    """Yield the users themselves, what they may, and when they logged in."""
    ids = [user.pk for user in users]
    yield _rows(User, User.objects.filter(pk__in=ids))
    for one in _links_to_users():
        if one.on_delete is not models.CASCADE:
            continue
        found = one.related_model._default_manager.filter(**{f"{one.field.name}__in": ids})
        yield _rows(one.related_model, found)
    names = _any("username__iexact", {user.username for user in users})
    for model in (AccessLog, AccessAttempt):
        yield _rows(model, model._default_manager.filter(names))


def _links_to_users() -> list[Any]:
    """Return every column of any table that points at users."""
    return [
        one
        for one in User._meta.get_fields(include_hidden=True)
        if isinstance(one, ForeignObjectRel) and (one.one_to_many or one.one_to_one)
    ]


def _done_by(users: list[User]) -> Iterator[tuple[type[models.Model], Field, int]]:
    """Yield how many rows of each table say that one of the users did something."""
    ids = [user.pk for user in users]
    for one in _links_to_users() if ids else ():
        if one.on_delete is models.CASCADE:
            continue
        found = one.related_model._default_manager.filter(**{f"{one.field.name}__in": ids})
        count = found.order_by().aggregate(n=Count("pk"))["n"]
        if count:
            yield one.related_model, one.field, count
