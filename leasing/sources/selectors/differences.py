"""Where the MDM and the directory, as they were last taken in, say otherwise than the register.

Each is a queryset of what differs on a day; without a snapshot nothing does. What the register got
to know after the source was asked is no difference: a placement is compared with who logs in only
where the device was seen after it began.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from albertslund_it.common.names import match_key, model_key
from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from inventory.imports.selectors import departments_by_key, models_by_key
from inventory.models import (
    Device,
    DeviceModel,
    DirectoryPerson,
    Employee,
    ModelAlias,
    Placement,
    Replacement,
    SeenDevice,
    Snapshot,
    SourceKind,
    Unit,
    UnitAlias,
)
from inventory.placements.selectors import placements_in_force
from leasing.cost_table.facts import successors
from leasing.cost_table.once import once_a_moment
from leasing.models import Lease, Settings
from leasing.sources.selectors.logins import Logins
from leasing.sources.selectors.snapshots import latest, not_among, of_no_device, seen_devices

AGREEING = 3  # so many devices of a model make it what the MDM's name for them means


def in_mdm_not_in_register(on: date) -> QuerySet[SeenDevice]:
    """Return what the MDM has and the register does not."""
    return seen_devices().filter(of_no_device())


def numbers_in_mdm_alone() -> list[str]:
    """Return the serial numbers of what the MDM has and the register does not."""
    snapshot = latest(SourceKind.INTUNE)
    return [] if snapshot is None else _numbers_alone(snapshot.pk)


@put_together_once
def _numbers_alone(snapshot: int) -> QuerySet[SeenDevice, Any]:
    seen = SeenDevice.objects.filter(of_no_device(), snapshot=snapshot)
    return seen.values_list("device_id", flat=True)


def not_in_mdm(on: date) -> QuerySet[Device]:
    """Return the pc's that a unit had before the MDM was asked, and has, and that it has not."""
    snapshot = latest(SourceKind.INTUNE)
    return Device.objects.none() if snapshot is None else _not_in(on, *_asked_by(snapshot))


def ids_not_in_mdm(on: date) -> list[int]:
    """Return the ids of what `not_in_mdm` finds."""
    snapshot = latest(SourceKind.INTUNE)
    return [] if snapshot is None else _ids_not_in(on, *_asked_by(snapshot))


def _asked_by(snapshot: Snapshot) -> tuple[int, date, int]:
    return snapshot.pk, snapshot.taken_on, snapshot.last_device


def _not_in(on: date, snapshot: int, taken_on: date, last_device: int) -> QuerySet[Device]:
    placed = placements_in_force(on).filter(
        unit__isnull=False, starts_on__lt=taken_on, device=OuterRef("pk")
    )
    return (
        Device.objects.in_register(on)
        .filter(Exists(placed), model__category__is_pc=True, pk__lte=last_device)
        .filter(not_among(SeenDevice.objects.filter(snapshot=snapshot)))
    )


@put_together_once
def _ids_not_in(on: date, snapshot: int, taken_on: date, last_device: int) -> QuerySet[Device, int]:
    rows = _not_in(on, snapshot, taken_on, last_device)
    return rows.order_by().values_list("pk", flat=True)


def _leased(on: date) -> Exists:
    begun = Lease.objects.filter(device=OuterRef("pk"), starts_on__lte=on)
    return Exists(begun.filter(Q(stops_on=None) | Q(stops_on__gt=on)))


def never_enrolled(on: date) -> QuerySet[Device]:
    """Return the leased pc's that a unit has and that no MDM has ever seen."""
    return not_in_mdm(on).filter(_leased(on), last_seen=None)


def gone_from_mdm(on: date) -> QuerySet[Device]:
    """Return the other pc's that a unit has and that the MDM no longer has."""
    return not_in_mdm(on).exclude(_leased(on), last_seen=None)


def _held_since_before(seen: QuerySet[SeenDevice], on: date) -> QuerySet[Placement]:
    """Return the placements in force of seen devices, of those that began before they were seen."""
    return placements_in_force(on).filter(
        device__serial_number=OuterRef("device_id"), starts_on__lt=OuterRef("last_seen")
    )


def other_user(on: date) -> QuerySet[Device]:
    """Return the devices that somebody else logs in to than has them: nobody, or the stock, too.

    A pc that is shared, and says so, has no user of its own.
    """
    seen = seen_devices().filter(employee__isnull=False)
    held = _held_since_before(seen, on).filter(
        ~Q(employee=OuterRef("employee")) | Q(employee=None), used_for=""
    )
    never_placed = ~Exists(Placement.objects.filter(device__serial_number=OuterRef("device_id")))
    return _devices(seen.filter(Exists(held) | never_placed), on)


def other_unit(on: date) -> QuerySet[Device]:
    """Return the devices at a unit that employs nobody who logs in to them.

    Where it is another user than has it, that is why, and `other_user` says it.
    """
    also = Employee.also_employed_at.through.objects.filter(
        employee=OuterRef(OuterRef("employee")), unit=OuterRef("unit")
    )
    seen = seen_devices().filter(employee__isnull=False)
    held = _held_since_before(seen, on).filter(
        Q(employee=OuterRef("employee")) | ~Q(used_for=""),
        ~Q(unit=OuterRef("employee__unit")),
        ~Exists(also),
        unit__is_cost_holder=False,
    )
    return _devices(seen.filter(Exists(held)), on)


def other_model(on: date) -> QuerySet[Device]:
    """Return the devices whose model in the MDM is another one than in the register."""
    wrong = Q(pk__in=[])
    for name, models in _misnamed().items():
        wrong |= Q(model_name=name, device__model__in=models)
    return _devices(seen_devices().filter(wrong), on)


def _misnamed() -> dict[str, list[int]]:
    """Return the models that devices have by mistake, by what the MDM calls theirs.

    What a name means is the model of that name, else the one that most devices under it have.
    """
    counted: dict[str, dict[int, int]] = defaultdict(dict)
    rows = seen_devices().filter(~Q(model_name=""), device__id__isnull=False).order_by()
    for name, model, count in rows.values_list("model_name", "device__model").annotate(Count("pk")):
        if model is not None:
            counted[name][model] = count
    known = _models_by_name() if counted else {}
    found = {}
    for name, counts in counted.items():
        model = known.get(model_key(name))
        most = max(counts, key=lambda pk: (counts[pk], -pk))
        meant = model.pk if model else most
        enough = model or (counts[most] >= AGREEING and 2 * counts[most] > sum(counts.values()))
        if enough and (others := [pk for pk in counts if pk != meant]):
            found[name] = others
    return found


def model_meant(name: str) -> int | None:
    """Return the model that a source's name means: its own, or what most have under it."""
    if model := _models_by_name().get(model_key(name)):
        return model.pk
    counts = dict(
        seen_devices()
        .filter(model_name=name)
        .exclude(model_name="")
        .filter(Exists(Device.objects.filter(serial_number=OuterRef("device_id"))))
        .order_by()
        .values_list("device__model")
        .annotate(Count("pk"))
    )
    return max(counts, key=lambda pk: (counts[pk], -pk)) if counts else None


def _models_by_name() -> dict[str, DeviceModel]:
    """Return the models by the key of their name, and of what files were learnt to call them."""
    learnt = {one.key: one.model for one in ModelAlias.objects.select_related("model")}
    return {**learnt, **models_by_key()}


def unseen(on: date, days: int | None = None) -> QuerySet[Device]:
    """Return the pc's at a unit that the MDM has not seen for some days: the setting's."""
    if latest(SourceKind.INTUNE) is None:
        return Device.objects.none()
    days = settings().unseen_days if days is None else days
    placed = placements_in_force(on).filter(unit__isnull=False, device=OuterRef("pk"))
    return Device.objects.in_register(on).filter(
        Exists(placed), last_seen__lt=on - timedelta(days=days), model__category__is_pc=True
    )


def little_ram(on: date, ram_gb: int | None = None) -> QuerySet[Device]:
    """Return the pc's in the MDM with so little RAM, or less: the setting's."""
    most = settings().little_ram_gb if ram_gb is None else ram_gb
    return _devices(seen_devices().filter(device__ram_gb__lte=most), on)


def no_windows_11(on: date) -> QuerySet[Device]:
    """Return the pc's in the MDM that run an older Windows."""
    return _devices(seen_devices().filter(device__windows_11=False), on)


def replaced_but_seen(on: date) -> QuerySet[Device]:
    """Return the old machines that the rollout has replaced and that were seen since.

    What was put in stock after it was last seen has been handed in, and is none of them.
    """
    replaced = Replacement.objects.filter(
        replaced_on__lte=on,
        old_device__serial_number=OuterRef("device_id"),
        replaced_on__lt=OuterRef("last_seen"),
    )
    handed_in = placements_in_force(on).filter(
        unit=None, device__serial_number=OuterRef("device_id"), starts_on__gte=OuterRef("last_seen")
    )
    return _devices(seen_devices().filter(Exists(replaced), ~Exists(handed_in)), on)


def _devices(seen: QuerySet[SeenDevice], on: date) -> QuerySet[Device]:
    """Return what the register has of seen devices."""
    return Device.objects.in_register(on).filter(serial_number__in=seen.order_by().values("device"))


def directory_people() -> QuerySet[DirectoryPerson]:
    """Return the people of the directory's newest snapshot; none where there is none."""
    snapshot = latest(SourceKind.DIRECTORY)
    if snapshot is None:
        return DirectoryPerson.objects.none()
    return DirectoryPerson.objects.filter(snapshot=snapshot.pk)


def gone_people(on: date) -> QuerySet[Employee]:
    """Return the employees whose account is closed, or who are not in the directory any more."""
    snapshot = latest(SourceKind.DIRECTORY)
    if snapshot is None:
        return Employee.objects.none()
    there = directory_people().filter(employee=OuterRef("pk"), is_enabled=True)
    return Employee.objects.filter(
        Q(left_on=None) | Q(left_on__gt=on),
        Q(starts_on=None) | Q(starts_on__lte=on),
        ~Q(initials=""),
        ~Exists(there),
        pk__lte=snapshot.last_employee,
    )


def unknown_people(on: date) -> QuerySet[DirectoryPerson]:
    """Return the people with an open account whom the register does not know."""
    strangers = directory_people().filter(employee=None, is_enabled=True)
    named = list(strangers.values_list("pk", "mail", "login"))
    logins = Logins() if named else None
    known = [pk for pk, *names in named if logins and logins.person(*names)]
    return strangers.exclude(pk__in=known)


def people_at_another_unit(on: date) -> QuerySet[Employee]:
    """Return the employees whom the directory has at another of our units than the register."""
    there = directory_people().filter(employee__isnull=False, is_enabled=True)
    rows = there.filter(Q(employee__left_on=None) | Q(employee__left_on__gt=on)).order_by()
    named = list(rows.values_list("employee", "department", "office", "employee__unit").distinct())
    if not named:
        return Employee.objects.none()
    meant = units_meant(one for row in named for one in row[1:3])
    also = defaultdict(set)
    for person, unit in Employee.also_employed_at.through.objects.values_list("employee", "unit"):
        also[person].add(unit)
    wrong = set()
    for person, department, office, unit in named:
        units = meant.get(department) or meant.get(office)
        if units and units.isdisjoint({unit, *also[person]}):
            wrong.add(person)
    return Employee.objects.filter(pk__in=among(wrong, int))


def units_meant(names: Iterable[str]) -> dict[str, set[int]]:
    """Return which units some names stand for: their name, number or department's name."""
    units: dict[str, set[int]] = defaultdict(set)
    of_department: dict[int, set[int]] = defaultdict(set)
    for pk, number, name, department in Unit.objects.filter(is_cost_holder=False).values_list(
        "pk", "number", "name", "department"
    ):
        for key in (match_key(name), match_key(number), match_key(f"{number} {name}")):
            units[key].add(pk)
        of_department[department].add(pk)
    for key, pk in UnitAlias.objects.values_list("key", "unit"):
        units[key].add(pk)
    for key, body in departments_by_key().items():
        units.setdefault(key, of_department[body.pk])
    heirs = successors()
    for meant in units.values():  # who goes on calling a unit that is gone means its successor
        meant |= {heirs[unit] for unit in meant if unit in heirs}
    return {name: units[key] for name in set(names) if (key := match_key(name)) in units}


@once_a_moment
def settings() -> Settings:
    """Return the settings."""
    return Settings.objects.get()
