"""One search box for all: a few matches of each kind, within what the user may see.

Each kind is a query or two that stop at the first few, so that the box answers at once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.contrib.auth.models import User
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import StrIndex, Upper
from django.db.models.lookups import GreaterThan

from albertslund_it.common.names import danish_key, search_words
from albertslund_it.common.permissions import (
    VIEW_BILLINGRUN,
    VIEW_DEVICE,
    VIEW_EMPLOYEE,
    VIEW_ORDER,
    VIEW_SUPPLIERINVOICE,
)
from albertslund_it.web.database.folding import contains, folded
from inventory.devices.selectors import has_number
from inventory.models import (
    Department,
    Device,
    DeviceModel,
    Employee,
    FormerSerialNumber,
    Placement,
    Unit,
)
from inventory.organisation.selectors.scope import (
    departments_seen_by,
    devices_seen_by,
    employees_seen_by,
    reads_names,
    sees_all,
    units_seen_by,
)
from inventory.people.selectors.names import had_initials
from inventory.placements.selectors import placements_in_force
from leasing.models import Order, OrderLine, QuarterlyInvoice, SubAgreement, SupplierInvoice
from leasing.orders.selectors.numbers import order_number_in
from leasing.orders.selectors.people import has_words
from leasing.orders.selectors.scope import lines_seen_by, orders_seen_by

SHOWN = 8
LONGEST = 100
LOOKED_AT = 24
EXACT, BEGINS, PART = range(3)
Thing = (
    Device
    | DeviceModel
    | Employee
    | Unit
    | Department
    | Order
    | SubAgreement
    | QuarterlyInvoice
    | SupplierInvoice
)


@dataclass(frozen=True, slots=True)
class Match:
    """Something found; `by` is what it was found by that is not its name, `line` of an order.

    `is_gone` marks a device that has left the register.
    """

    thing: Thing
    rank: int
    by: str = ""
    is_gone: bool = False
    line: int = 0
    # Of an order: the line that it is told by, how many more there are, and whether with names.
    told: OrderLine | None = None
    others: int = 0
    with_names: bool = False

    @property
    def is_exact(self) -> bool:
        """Return whether it is what was asked for, and no other."""
        return self.rank == EXACT


@dataclass(frozen=True, slots=True)
class Matches:
    """The first matches of a kind, and the text that they match."""

    kind: type[Thing]
    text: str
    first: list[Match]
    has_more: bool


def search(user: User, text: str, on: date) -> list[Matches]:
    """Return what matches a text, by kind, the best first; kinds without a match are left out."""
    text = " ".join(text.split())[:LONGEST]
    if not text:
        return []
    found = [
        _first_of(kind, text, find(user, text, on))
        for permission, kind, find in KINDS
        if user.has_perm(permission)
    ]
    found = [matches for matches in found if matches.first]
    return sorted(found, key=lambda matches: matches.first[0].rank)


def person_or_device(user: User, text: str, on: date) -> Match | None:
    """Return the one person or device that is exactly so called, of those the user sees."""
    kinds = [one for one in KINDS if one[1] in (Employee, Device)]
    return only_exact(
        _first_of(kind, text, find(user, text, on))
        for permission, kind, find in kinds
        if user.has_perm(permission)
    )


def devices_of(user: User, person: Employee, on: date) -> list[Device]:
    """Return the first devices that somebody has, of those the user sees."""
    theirs = placements_in_force(on).filter(employee=person).values("device")
    seen = devices_seen_by(user, on).filter(pk__in=theirs).select_related("model")
    return list(seen.order_by("serial_number")[:SHOWN])


def is_in_use(device: Device, on: date) -> bool:
    """Return whether a unit has a device on a day."""
    return placements_in_force(on).filter(device=device, unit__isnull=False).exists()


def only_exact(found: Iterable[Matches]) -> Match | None:
    """Return the one thing that is exactly what was asked for, if there is just one."""
    exact = [match for matches in found for match in matches.first if match.is_exact]
    return exact[0] if len(exact) == 1 else None


def _first_of(kind: type[Thing], text: str, matches: list[Match]) -> Matches:
    # What is exactly so is read by itself, and may be among the first ones too.
    once: dict[int, Match] = {}
    for match in sorted(matches, key=lambda match: match.rank):
        once.setdefault(match.thing.pk, match)
    return Matches(kind, text, list(once.values())[:SHOWN], len(once) > SHOWN)


def _rank(text: str, *names: str) -> int:
    """Return how well a text fits some names: is one of them, begins one, or is in one."""
    typed = search_words(text)
    known = [search_words(name) for name in names if name]
    if typed in known:
        return EXACT
    begins = " ".join(typed)
    return BEGINS if any(" ".join(name).startswith(begins) for name in known) else PART


def _devices(user: User, text: str, on: date) -> list[Match]:
    wanted = text.upper()
    seen = devices_seen_by(user, on).select_related("model")
    former = FormerSerialNumber.objects.filter(has_number(wanted))
    before = dict(former.values_list("device", "serial_number")[: SHOWN + 1])
    # What a shared pc is used for may name somebody.
    shared = dict(_shared(text, on)) if user.has_perm(VIEW_EMPLOYEE) else {}
    begins = Q(serial_number__gte=wanted, serial_number__lt=f"{wanted}\uffff")
    # Queries of one index each: an OR of them would read every device.
    rows = list(seen.filter(begins).order_by("serial_number")[: SHOWN + 1])
    rows += seen.filter(pk__in=[*before, *shared])[: 2 * (SHOWN + 1)]
    # Their ids by the index of the numbers alone: a join would read every row.
    holding = seen.filter(has_number(wanted)).order_by().values_list("pk", flat=True)
    rows += seen.filter(pk__in=list(holding[: SHOWN + 1]))
    left = Device.objects.out_of_register(on).filter(pk__in=[device.pk for device in rows])
    gone = set(left.values_list("pk", flat=True)) if rows else set()
    found = []
    for device in rows:
        old = before.get(device.pk, "")
        rank = _rank(wanted, device.serial_number, old)
        by = old or shared.get(device.pk, "")
        found.append(Match(device, rank, by, device.pk in gone))
    return found


def _models(user: User, text: str, on: date) -> list[Match]:
    near = DeviceModel.objects.filter(contains(folded("name"), text)).select_related("category")
    return [Match(one, _rank(text, one.name)) for one in near.order_by("name")[:LOOKED_AT]]


def _shared(text: str, on: date) -> list[tuple[int, str]]:
    """Return (device, what it is used for) of the shared devices that a text fits."""
    used = Placement.objects.exclude(used_for="").filter(contains(folded("used_for"), text))
    ids = used.order_by().values_list("pk", flat=True)[:LOOKED_AT]
    now = placements_in_force(on).filter(pk__in=list(ids))
    return list(now.values_list("device", "used_for")[: SHOWN + 1])


def _employees(user: User, text: str, on: date) -> list[Match]:
    seen = employees_seen_by(user, on).select_related("unit")
    # As people write them, so that the index is used: a case-blind search reads every row.
    spellings = {text, text.upper(), text.lower()}
    with_some = seen.exclude(initials="")  # said, for the index has those alone
    exact = list(with_some.filter(initials__in=spellings).order_by()[:1])
    exact = exact or list(seen.filter(had_initials(text)).order_by()[:1])
    fits = seen.filter(has_words(text)).order_by("pk")
    near = seen.filter(pk__in=list(fits.values_list("pk", flat=True)[:LOOKED_AT])).order_by()
    by_name = sorted(near, key=lambda one: danish_key(one.name))
    return [Match(one, EXACT) for one in exact] + [
        Match(one, _rank(text, one.initials, one.name, one.mail)) for one in by_name
    ]


def _units(user: User, text: str, on: date) -> list[Match]:
    near = contains(folded("name"), text) | Q(number__istartswith=text)
    rows = units_seen_by(user, on).filter(near).select_related("department")[:LOOKED_AT]
    return [Match(unit, _rank(text, unit.name, unit.number)) for unit in rows]


def _departments(user: User, text: str, on: date) -> list[Match]:
    near = contains(folded("name"), text) | contains(folded("also_known_as"), text)
    rows = departments_seen_by(user, on).filter(near)[: SHOWN + 1]
    return [Match(one, _rank(text, one.name)) for one in rows]


def _orders(user: User, text: str, on: date) -> list[Match]:
    lines = lines_seen_by(user, on).select_related("order")
    found = []
    if number := order_number_in(text):
        # Asked of the orders, for one that came as a mail may have no line yet.
        asked = orders_seen_by(user, on).filter(pk=number.order)
        if number.line:
            asked = asked.filter(pk__in=lines.filter(position=number.line).values("order"))
        rank = BEGINS if number.is_bare else EXACT
        found = [Match(order, rank, line=number.line) for order in asked]
    theirs_are = OrderLine.objects.exclude(supplier_order_number="").filter(
        GreaterThan(StrIndex(Upper(F("supplier_order_number")), Value(text.upper())), 0)
    )
    numbers = theirs_are.order_by().values_list("supplier_order_number", flat=True).distinct()
    bought = lines.filter(supplier_order_number__in=list(numbers[:SHOWN]))
    for line in bought.order_by("-order")[: 4 * SHOWN]:
        theirs = line.supplier_order_number
        found.append(Match(line.order, _rank(text, theirs), theirs))
    return _with_lines(found, lines, with_names=reads_names(user))


def _with_lines(found: list[Match], seen: QuerySet[OrderLine], *, with_names: bool) -> list[Match]:
    """Tell each order by the line that was asked for, or else its first one that the user sees."""
    of_order: dict[int, list[OrderLine]] = defaultdict(list)
    ids = {match.thing.pk for match in found}
    if ids:
        linked = seen.filter(order__in=ids).select_related("model", "unit", "employee")
        for line in linked.order_by("order", "position"):
            of_order[line.order_id].append(line)
    told = []
    for match in found:
        lines = of_order[match.thing.pk]
        asked = [line for line in lines if line.position == match.line] or lines
        told.append(
            replace(match, told=asked[0], others=len(lines) - 1, with_names=with_names)
            if asked
            else match
        )
    return told


def _sub_agreements(user: User, text: str, on: date) -> list[Match]:
    if not sees_all(user):
        return []
    rows = SubAgreement.objects.filter(number__icontains=text).order_by("number")[: SHOWN + 1]
    return [Match(one, _rank(text, one.number)) for one in rows]


def _quarterly_invoices(user: User, text: str, on: date) -> list[Match]:
    near = QuarterlyInvoice.objects.filter(contains(folded("number"), text))
    rows = near.select_related("run").order_by("-number")[: SHOWN + 1]
    return [Match(one, _rank(text, one.number)) for one in rows]


def _supplier_invoices(user: User, text: str, on: date) -> list[Match]:
    near = contains(folded("number"), text) | contains(folded("voucher_number"), text)
    rows = SupplierInvoice.objects.filter(near)[: SHOWN + 1]
    return [Match(one, _rank(text, one.number, one.voucher_number)) for one in rows]


Finder = Callable[[User, str, date], list[Match]]
KINDS: tuple[tuple[str, type[Thing], Finder], ...] = (
    (VIEW_EMPLOYEE, Employee, _employees),
    (VIEW_DEVICE, Device, _devices),
    (VIEW_DEVICE, DeviceModel, _models),
    (VIEW_DEVICE, Unit, _units),
    (VIEW_DEVICE, Department, _departments),
    (VIEW_ORDER, Order, _orders),
    (VIEW_DEVICE, SubAgreement, _sub_agreements),
    (VIEW_BILLINGRUN, QuarterlyInvoice, _quarterly_invoices),
    (VIEW_SUPPLIERINVOICE, SupplierInvoice, _supplier_invoices),
)
