"""How employees stand, and what becomes of two who are one, in Danish."""

from collections.abc import Iterable, Iterator
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from inventory.models import Employee
from inventory.people.selectors.doubles import Likeness
from leasing.people.selectors.employee_list import EmployeeRow, EmployeeState
from leasing.people.selectors.employee_page import EmployeePage
from leasing.people.selectors.merging import Merging, Side, SuspectedDouble

STATES = [
    (EmployeeState.PRESENT, "Ansat"),
    (EmployeeState.COMING, "Kommende"),
    (EmployeeState.LEFT, "Fratrådt"),
]
ALIKE = {Likeness.MAIL: "samme mail", Likeness.NAME: "samme navn og enhed"}
NOTHING = "–"


def mark_of_state(row: EmployeeRow) -> str | tuple[str, str]:
    """Return a mark (style, word) where there is something to mark."""
    if row.state == EmployeeState.COMING:
        return ("warn", "Kommende")
    if row.state == EmployeeState.LEFT:
        return ("bad" if row.devices else "", "Fratrådt")
    return "Ansat"


def actions_on(page: EmployeePage, employee: Employee, on: date) -> Iterator[tuple[str, str]]:
    """Yield (label, address) of what can be done with somebody: the forms with the person in."""
    has = ",".join(str(held.device) for held in page.in_hand if held.placement.starts_on <= on)
    if not page.has_left:
        yield "Bestil", f"{reverse('order-new')}?{urlencode({'medarbejder': employee.pk})}"
        yield "Udlever", f"{reverse('hand-out')}?{urlencode({'initialer': employee.short_name})}"
    if has:
        yield "Flyt", f"{reverse('transfer')}?{urlencode({'serienumre': has})}"
        yield "Tag tilbage", f"{reverse('take-back')}?{urlencode({'serienumre': has})}"
    if not (page.has_left and not has):
        yield "Fratræder", reverse("employee-offboard", args=[employee.pk])


def acts_on_row(row: EmployeeRow) -> Iterator[tuple[str, str]]:
    """Yield (label, address) of what the helpdesk does with somebody of the list."""
    employee = row.employee
    if row.state != EmployeeState.LEFT:
        yield "Bestil", f"{reverse('order-new')}?{urlencode({'medarbejder': employee.pk})}"
        yield "Udlever", f"{reverse('hand-out')}?{urlencode({'initialer': employee.short_name})}"
    if row.devices or row.state != EmployeeState.LEFT:
        yield "Fratræder", reverse("employee-offboard", args=[employee.pk])


def likeness(suspected: SuspectedDouble) -> str:
    """Return why two may be one."""
    said = " og ".join(ALIKE[why] for why in suspected.double.why)
    return said[0].upper() + said[1:]


def side_by_side(merging: Merging) -> Iterator[tuple[str, str, str, str]]:
    """Yield what each of the two has and what the one has afterwards: a label and three texts."""
    kept, gone = merging.kept, merging.gone
    own, other = kept.employee, gone.employee
    yield "Navn", own.name, other.name, own.name
    yield "Initialer", own.initials, other.initials, own.initials
    yield "Mail", own.mail, other.mail, merging.mail
    yield "Enhed, der betaler", str(own.unit), str(other.unit), str(own.unit)
    also = _names(merging.also_at)
    yield "Også ansat i", _names(kept.also_at), _names(gone.also_at), also
    yield "Første dag", _day(own.starts_on), _day(other.starts_on), _day(merging.starts_on)
    yield "Fratrådt", _day(own.left_on), _day(other.left_on), _day(merging.left_on)
    yield "Har nu", _has(kept), _has(gone), _names([*_devices(kept), *_devices(gone)])
    counts = f"{merging.pcs} (må have {merging.allowed})"
    yield "Pc'er, der tæller", str(kept.holdings.count), str(gone.holdings.count), counts
    users = _names(dict.fromkeys(filter(None, (_users(kept), _users(gone)))))
    yield "Logger ind som", _users(kept), _users(gone), users


def rows_of_merging(merging: Merging) -> Iterator[tuple[str, str]]:
    """Yield what merging does, as it is agreed to: of what, and what is said of it."""
    kept, gone = merging.kept.employee, merging.gone.employee
    for label, before, other, after in side_by_side(merging):
        yield f"{label}: {kept}", f"{before or NOTHING}, efter samlingen {after or NOTHING}"
        yield f"{label}: {gone}", other or NOTHING
    yield from follows(merging)


def follows(merging: Merging) -> Iterator[tuple[str, str]]:
    """Yield what follows the person, in numbers, and what is remembered of the other row."""
    kept, gone = merging.kept.employee, merging.gone.employee
    counts: dict[str, int] = {}
    for link, count in merging.gone.rows.items():
        if count:
            names = link.model._meta
            counts[str(names.verbose_name if count == 1 else names.verbose_name_plural)] = count
    for name, count in counts.items():
        loans = merging.gone.loans if name.startswith("tildeling") else 0
        told = f", heraf {loans} udlån" if loans else ""
        yield f"{count} {name}", f"flytter til {kept}{told}"
    if not counts:
        yield "Intet", f"er knyttet til {gone}"
    remembered = [*merging.initials, *merging.addresses]
    if remembered:
        yield "Huskes", f"filer med {_names(remembered)} finder stadig {kept.name}"
    for user in {user.pk: user for user in (*merging.kept.users, *merging.gone.users)}.values():
        accesses = [str(one.department or one.unit) for one in user.accesses.all()]
        sees = f" og ser {_names(accesses)}" if accesses else ""
        yield f"Kontoen »{user}«", f"bliver, som den er{sees}"
    yield "Udgiften", "ændres ikke: enhederne betaler, og låste kvartaler bliver, som de er"


def _names(things: Iterable[object]) -> str:
    return ", ".join(map(str, things))


def _day(day: object) -> str:
    return f"{day:%d-%m-%Y}" if day else ""


def _devices(side: Side) -> list[str]:
    return [f"{one.device.model.name} {one.device.serial_number}" for one in side.has]


def _has(side: Side) -> str:
    return _names(_devices(side))


def _users(side: Side) -> str:
    return _names(f"{user}{'' if user.is_active else ' (lukket)'}" for user in side.users)
