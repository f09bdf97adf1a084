"""The kinds of difference between other sources and the register: each with its rows and kroner."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet

from albertslund_it.common.permissions import (
    IMPORT_INVENTORY,
    REGISTER_DELIVERIES,
    SEE_LAST_SEEN,
    VIEW_EMPLOYEE,
)
from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from inventory.models import Device, Placement, SourceKind
from inventory.placements.selectors import placements_in_force
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.cost_table.moment import one_moment
from leasing.lessor_questions.selectors import Mismatch
from leasing.sources.selectors import differences, lessor
from leasing.sources.selectors.snapshots import latest_snapshots

# When a device was seen, and by whom it is used, is the helpdesk's alone.
NEEDS = {
    SourceKind.INTUNE: (SEE_LAST_SEEN, VIEW_EMPLOYEE, IMPORT_INVENTORY),
    SourceKind.DIRECTORY: (SEE_LAST_SEEN, VIEW_EMPLOYEE, IMPORT_INVENTORY),
    SourceKind.LESSOR: (REGISTER_DELIVERIES,),
}


class FoundAs(Enum):
    """What a kind of difference finds: ours, or what stands in the source."""

    DEVICES = "devices"
    MACHINES = "machines"
    PEOPLE = "people"
    ACCOUNTS = "accounts"
    ASSETS = "assets"


Newest = tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class DifferenceKind:
    """A kind of difference; `price` says what its rows cost a quarter, where units do not pay.

    What `is_plain` depends on the day and the newest snapshots alone; `ids` has the ids of others
    that are known without a question.
    """

    key: str
    source: SourceKind
    of: FoundAs
    find: Callable[[date], QuerySet[Any]]
    price: Callable[[Collection[int], date], dict[int, int]] | None = None
    is_plain: bool = False
    ids: Callable[[date], Collection[int]] | None = None

    def found(self, on: date) -> Collection[int]:
        """Return the ids of its rows."""
        if self.is_plain:
            return _plain_ids(self.find, on, _newest())
        return self.ids(on) if self.ids else ids_of(self.find(on))


@put_together_once
def _plain_ids(
    find: Callable[[date], QuerySet[Any]], on: date, newest: Newest
) -> QuerySet[Any, int]:
    return find(on).order_by().values_list("pk", flat=True)


def _newest() -> Newest:
    """Return what such a question takes from the newest snapshots."""
    return tuple(
        (one.source, one.pk, one.taken_on, one.last_device, one.last_employee)
        for one in latest_snapshots().values()
    )


def _ids_with(mismatch: Mismatch, on: date) -> set[int]:
    return {one.device_id for one in lessor.disagreeing(on, mismatch) if one.device_id}


def _with(mismatch: Mismatch, on: date) -> QuerySet[Device]:
    return Device.objects.filter(pk__in=among(_ids_with(mismatch, on), int))


def _listed_instalments(mismatch: Mismatch, ids: Collection[int], on: date) -> dict[int, int]:
    """Return what the lessor says that it takes a quarter."""
    return {
        (one.device_id or one.listed.pk): one.listed.instalment_ore or 0
        for one in lessor.disagreeing(on, mismatch)
        if one.listed
    }


def _too_much(ids: Collection[int], on: date) -> dict[int, int]:
    """Return by how much the lessor's instalment is above ours."""
    return {
        one.device_id: (one.listed.instalment_ore or 0) - one.leased.instalment_ore
        for one in lessor.disagreeing(on, Mismatch.INSTALMENT)
        if one.listed and one.leased and one.device_id
    }


def _nothing(ids: Collection[int], on: date) -> dict[int, int]:
    return {}


INTUNE, DIRECTORY, LESSOR = SourceKind.INTUNE, SourceKind.DIRECTORY, SourceKind.LESSOR
DEVICES = FoundAs.DEVICES
KINDS = (
    DifferenceKind("aldrig-tilmeldt", INTUNE, DEVICES, differences.never_enrolled, is_plain=True),
    DifferenceKind(
        "ukendt-udstyr",
        INTUNE,
        FoundAs.MACHINES,
        differences.in_mdm_not_in_register,
        _nothing,
        is_plain=True,
    ),
    DifferenceKind("ikke-i-intune", INTUNE, DEVICES, differences.gone_from_mdm, is_plain=True),
    DifferenceKind("anden-bruger", INTUNE, DEVICES, differences.other_user, is_plain=True),
    DifferenceKind("anden-enhed", INTUNE, DEVICES, differences.other_unit, is_plain=True),
    DifferenceKind("anden-model", INTUNE, DEVICES, differences.other_model),
    DifferenceKind("ikke-set", INTUNE, DEVICES, differences.unseen),
    DifferenceKind("lidt-ram", INTUNE, DEVICES, differences.little_ram),
    DifferenceKind("gammel-windows", INTUNE, DEVICES, differences.no_windows_11, is_plain=True),
    DifferenceKind(
        "udskiftet-i-brug", INTUNE, DEVICES, differences.replaced_but_seen, is_plain=True
    ),
    DifferenceKind("uden-konto", DIRECTORY, FoundAs.PEOPLE, differences.gone_people, is_plain=True),
    DifferenceKind(
        "bruger-i-anden-enhed", DIRECTORY, FoundAs.PEOPLE, differences.people_at_another_unit
    ),
    DifferenceKind(
        "ukendte-brugere", DIRECTORY, FoundAs.ACCOUNTS, differences.unknown_people, _nothing
    ),
    DifferenceKind("tastefejl", LESSOR, DEVICES, lessor.mistyped),
    DifferenceKind("kun-i-registeret", LESSOR, DEVICES, lessor.not_on_lessors_list),
    DifferenceKind(
        "kun-hos-leasinggiver",
        LESSOR,
        FoundAs.ASSETS,
        lessor.only_with_lessor,
        partial(_listed_instalments, Mismatch.UNKNOWN),
    ),
    DifferenceKind(
        "ikke-leaset",
        LESSOR,
        DEVICES,
        partial(_with, Mismatch.NOT_LEASED),
        partial(_listed_instalments, Mismatch.NOT_LEASED),
        ids=partial(_ids_with, Mismatch.NOT_LEASED),
    ),
    DifferenceKind(
        "anden-ydelse",
        LESSOR,
        DEVICES,
        partial(_with, Mismatch.INSTALMENT),
        _too_much,
        ids=partial(_ids_with, Mismatch.INSTALMENT),
    ),
    DifferenceKind(
        "andet-udloeb",
        LESSOR,
        DEVICES,
        partial(_with, Mismatch.EXPIRY),
        ids=partial(_ids_with, Mismatch.EXPIRY),
    ),
    DifferenceKind(
        "anden-underaftale",
        LESSOR,
        DEVICES,
        partial(_with, Mismatch.AGREEMENT),
        ids=partial(_ids_with, Mismatch.AGREEMENT),
    ),
    DifferenceKind(
        "leasinggivers-model",
        LESSOR,
        DEVICES,
        partial(_with, Mismatch.MODEL),
        ids=partial(_ids_with, Mismatch.MODEL),
    ),
)
BY_KEY = {kind.key: kind for kind in KINDS}
Found = Mapping[DifferenceKind, Collection[int]]  # the ids of the rows of each kind


def sources_for(user: User) -> list[SourceKind]:
    """Return the sources whose differences a user may see."""
    return [source for source, needs in NEEDS.items() if user.has_perms(needs)]


@dataclass(frozen=True, slots=True)
class FoundDifference:
    """How many rows a kind of difference has, and what they cost a quarter."""

    kind: DifferenceKind
    count: int
    quarter_ore: int


@one_moment()
def found_differences(sources: Collection[SourceKind], on: date) -> list[FoundDifference]:
    """Return every kind of difference of some sources, the dearest of each first."""
    found: Found = {kind: kind.found(on) for kind in KINDS if kind.source in sources}
    sums = {kind: sum(ores.values()) for kind, ores in _amounts(found, on).items()}
    counted = [FoundDifference(kind, len(ids), sums[kind]) for kind, ids in found.items()]
    return sorted(counted, key=lambda one: -one.quarter_ore)


def ids_of(rows: QuerySet[Model]) -> list[int]:
    """Return the ids of rows."""
    return list(rows.order_by("pk").values_list("pk", flat=True))


def amounts(kind: DifferenceKind, ids: Collection[int], on: date) -> Mapping[int, int]:
    """Return what some rows of a kind cost a quarter, of those that cost anything."""
    return _amounts({kind: ids}, on)[kind]


def _amounts(found: Found, on: date) -> dict[DifferenceKind, Mapping[int, int]]:
    """Return what the rows of some kinds cost; what devices cost is read once for all of them."""
    held = _held_by(_all(FoundAs.PEOPLE, found), on)
    devices = _all(FoundAs.DEVICES, found).union(*held.values())
    costs = quarter_costs(devices, on) if devices else {}
    made: dict[DifferenceKind, Mapping[int, int]] = {}
    for kind, ids in found.items():
        wanted = set(ids)
        if kind.price:
            priced = kind.price(ids, on) if ids else {}
            made[kind] = {pk: ore for pk, ore in priced.items() if pk in wanted}
        elif kind.of is FoundAs.DEVICES:
            made[kind] = {pk: costs[pk] for pk in wanted & costs.keys()}
        else:
            made[kind] = {
                person: sum(costs.get(device, 0) for device in held[person])
                for person in wanted & held.keys()
            }
    return made


def _all(of: FoundAs, found: Found) -> set[int]:
    """Return the ids of all of a sort whose cost is what units pay."""
    return {pk for kind, ids in found.items() if kind.of is of and not kind.price for pk in ids}


def _held_by(people: Collection[int], on: date) -> Mapping[int, set[int]]:
    """Return the devices that people have."""
    held: dict[int, set[int]] = defaultdict(set)
    if people:
        for person, device in _held(on, people=people):
            held[person].add(device)
    return held


@put_together_once
def _held(on: date, *, people: Collection[int]) -> QuerySet[Placement, tuple[Any, ...]]:
    rows = placements_in_force(on).filter(employee__in=among(people, int)).order_by()
    return rows.values_list("employee", "device")
