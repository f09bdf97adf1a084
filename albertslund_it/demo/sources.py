"""What other systems say of the made-up municipality: right but for some planted differences.

An MDM's export, a directory's and the lessor's list are made from the register, and taken in.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db.models import Q

from albertslund_it.common.files.spreadsheets import FileTable
from albertslund_it.demo.helpdesk import Desk
from inventory.models import Device, Employee, Placement
from inventory.placements.selectors import placements_in_force
from leasing.cost_table.moment import one_moment
from leasing.imports.importers.files import import_table
from leasing.models import CostLease

PART_NUMBERS = {
    "T14": "21ML003TMX",
    "T14 5G": "21ML005BMX",
    "T16": "21MN001CMX",
    "P16v": "21FC000BMX",
}
WINDOWS_11, WINDOWS_10 = "10.0.26100.4652", "10.0.19045.5965"
MANY = 100
LONG_UNSEEN = (75, 82, 96, 110, 131)
NOT_OURS = (
    ("iPad", "DMPX4K2LQ1", "iPad (9. generation)", "iOS/iPadOS", "18.5"),
    ("VM-TEST1", "0", "VMware7,1", "Windows", WINDOWS_11),
)
MACHINE = (
    "Device name",
    "Serial number",
    "Model",
    "OS",
    "OS version",
    "Last check-in",
    "Physical memory",
    "Primary user UPN",
)
PERSON = ("userPrincipalName", "displayName", "mail", "department", "accountEnabled")
ASSET = ("Serienummer", "Model", "Underaftale", "Udløb", "Ydelse pr. kvartal")


def look_around(desk: Desk, finance: User) -> None:
    """Take in a snapshot of each source, as it was yesterday."""
    pcs = _placed_pcs(desk.today)
    if not pcs:
        return
    people = list(
        Employee.objects.filter(Q(left_on=None) | Q(left_on__gt=desk.today))
        .exclude(initials="")
        .select_related("unit")
        .order_by("initials")
    )
    _take_in("intune", MACHINE, _machines(desk, pcs, people), desk, desk.user)
    _take_in("directory", PERSON, _accounts(pcs, people), desk, desk.user)
    if assets := list(_assets(desk.today)):
        _take_in("lessor_assets", ASSET, assets, desk, finance)


def _take_in(kind: str, headings, rows: Iterable[tuple], desk: Desk, user: User) -> None:
    import_table(
        kind=kind,
        table=FileTable.of(headings, list(rows)),
        actor=user,
        today=desk.today,
        now=desk.moment(0, 7, 40),
    )


def _placed_pcs(today: date) -> list[Placement]:
    """Return who has each pc, those that have had it for a while first."""
    placed = placements_in_force(today).filter(
        unit__isnull=False,
        device__model__category__is_pc=True,
        device__in=Device.objects.in_register(today),
    )
    linked = ("device__model", "device__lease", "employee__unit", "unit")
    return list(placed.select_related(*linked).order_by("starts_on", "device__serial_number"))


def _machines(desk: Desk, pcs: list[Placement], people: list[Employee]) -> Iterable[tuple]:
    """Yield the MDM's rows: a few are missing, unseen, another model or used by somebody else."""
    own = [one for one in pcs if one.employee and hasattr(one.device, "lease")]
    shared = [one for one in pcs if one.used_for and hasattr(one.device, "lease")]
    missing = {one.device_id for one in (*own[3:5], *shared[:1])}
    unseen = dict(zip([one.device_id for one in own[8:13]], LONG_UNSEEN, strict=False))
    users = {one.device_id: people[7 * n].mail for n, one in enumerate(own[20:22], start=1)}
    users |= {one.device_id: people[-1].mail for one in shared[2:3]}
    misnamed = {one.device_id for one in own[30:31]}
    for number, one in enumerate(pcs):
        device = one.device
        if device.pk in missing:
            continue
        user = users.get(device.pk, one.employee.mail if one.employee else "")
        days = unseen.get(device.pk, 1 + number % 5)
        name = PART_NUMBERS.get(device.model.name, device.model.name)
        is_new = hasattr(device, "lease")
        yield _machine(
            desk,
            f"ALB-PC{number:04}",
            device.serial_number,
            "21MN001CMX" if device.pk in misnamed and name != "21MN001CMX" else name,
            WINDOWS_11 if is_new else WINDOWS_10,
            days,
            f"{(device.ram_gb or 16) - 0.3} GB",
            user.upper() if number % 3 else user,
        )
    for old in _replaced(desk.today):
        yield _machine(desk, "", old.serial_number, old.model.name, WINDOWS_10, 2, "7.7 GB", "")
    yield _machine(
        desk, "ALB-PC9001", "PF9UKEND", "21ML003TMX", WINDOWS_11, 1, "15.7 GB", people[2].mail
    )
    for name, serial, model, system, version in NOT_OURS:
        yield name, serial, model, system, version, "0001-01-01 00:00:00.0000000", "", ""


def _replaced(today: date) -> list[Device]:
    """Return two old machines that were replaced, and should be in nobody's hands."""
    replaced = Device.objects.in_register(today).filter(replacement__replaced_on__isnull=False)
    return list(replaced.select_related("model").order_by("serial_number")[:2])


def _machine(desk: Desk, name, serial, model, version, days, ram, user) -> tuple:
    seen = desk.day(days)
    return name, serial, model, "Windows", version, f"{seen} 06:12:33.0000000", ram, user


def _accounts(pcs: list[Placement], people: list[Employee]) -> Iterable[tuple]:
    """Yield the directory's rows: two accounts are closed, one is missing, one is elsewhere."""
    leased = (one for one in pcs if one.employee and hasattr(one.device, "lease"))
    holders = list(dict.fromkeys(one.employee_id for one in leased))
    closed, missing, elsewhere = set(holders[14:16]), set(holders[17:18]), set(holders[24:25])
    other = people[0].unit
    for person in people:
        if person.pk in missing:
            continue
        unit = other if person.pk in elsewhere and other != person.unit else person.unit
        yield (
            f"{person.initials.lower()}@example.dk",
            person.name,
            person.mail,
            unit.name,
            str(person.pk not in closed),
        )
    yield "vikar01@example.dk", "Valborg Vikarbæk", "vikar01@example.dk", other.name, "True"


def _assets(today: date) -> Iterable[tuple]:
    """Yield the lessor's rows: one number is mistyped, one is missing, and three say otherwise."""
    running = CostLease.objects.filter(starts_on__lte=today, ends_before__gt=today)
    rows = running.order_by("lease__device__serial_number").values_list(
        "lease__device__serial_number",
        "lease__device__model__name",
        "lease__sub_agreement__number",
        "ends_before",
        "price_ore",
        "quarters",
    )
    with one_moment():
        listed = list(rows)
    if len(listed) < MANY:  # the agreement has hardly begun, and the lessor has made no list
        return
    for number, (serial, model, agreement, ends_before, price_ore, quarters) in enumerate(listed):
        if number == 11:
            continue
        typed = f"{serial[:-1]}{'X' if serial[-1] != 'X' else 'Y'}" if number == 5 else serial
        last_day = ends_before - timedelta(days=1 if number != 40 else 32)
        instalment = price_ore // quarters + (5_000 if number == 60 else 0)
        yield (
            typed,
            f"Lenovo ThinkPad {model}" if number != 80 else "Lenovo ThinkPad X13",
            agreement,
            f"{last_day:%d-%m-%Y}",
            f"{instalment // 100},{instalment % 100:02}",
        )
    yield "PF9LEASE", "Lenovo ThinkPad T14", "", "", "349,41"
