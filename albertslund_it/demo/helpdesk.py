"""What stands on the helpdesk's table on the demo's today, done by the services that pages use.

Everything lies within the last weeks, so that no quarter that is closed is touched, and depends on
the data and the day alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db.models import Count, F

from albertslund_it.demo.names import NamePool, seeded
from albertslund_it.demo.story import LEASING_STARTS
from albertslund_it.demo.world import SERIAL_LETTERS
from inventory.models import Device, DeviceModel, Employee, Placement, Replacement, Unit
from inventory.people.services.employees import EmployeeFacts, save_employees
from inventory.placements.selectors import placements_in_force
from leasing.approvals.selectors.one_pc import counted_placements
from leasing.models import Mail, Order, OrderLine, Settings
from leasing.orders.selectors.purchases import lines_to_buy
from leasing.orders.selectors.scans import Scan
from leasing.orders.selectors.shelf import on_shelf
from leasing.orders.services.orders import LineWish, place_order
from leasing.orders.services.purchases import mark_ordered
from leasing.orders.services.reception import receive

ZONE = ZoneInfo("Europe/Copenhagen")
SETTLED_DAYS = 60
# A sub-agreement with a story of its own, whose devices are nobody's to swap or to lose.
ENDING_SOON = "UA-KORT-1"
BOUGHT_TOGETHER = "Købt samlet til rul 2"
ROLL_2_PURCHASE = "ATEA-4500093171"

MAILS = {
    "helpdesk_mail": "helpdesk@example.dk",
    "finance_mail": "okonomi@example.dk",
    "audit_mail": "revision@example.dk",
    "security_mail": "it-sikkerhed@example.dk",
}


@dataclass
class Desk:
    """The helpdesk's user on the demo's today, and people and devices that are free to be used."""

    today: date
    user: User

    def __post_init__(self):
        self.models = {model.name: model for model in DeviceModel.objects.all()}
        self.units = {unit.number: unit for unit in Unit.objects.select_related("department")}
        self._random = seeded("helpdesk")
        self._names = NamePool(seeded("newcomers"))
        self._used: set[int] = set()
        self._numbers = 0

    @staticmethod
    def token(name: str) -> UUID:
        """Return an order's token, the same each time."""
        return uuid5(NAMESPACE_URL, f"demo {name}")

    def new_serial(self) -> str:
        return "PF" + "".join(self._random.choices(SERIAL_LETTERS, k=6))

    def day(self, days_ago: int) -> date:
        """Return the day so long ago, or the Friday before where that is a weekend."""
        day = self.today - timedelta(days=days_ago)
        return day - timedelta(days=max(0, day.weekday() - 4))

    def moment(self, days_ago: int, hour: int = 9, minute: int = 12) -> datetime:
        return datetime.combine(self.day(days_ago), time(hour, minute), ZONE)

    def order(self, name: str, days_ago: int, *wishes: LineWish, **facts) -> Order:
        """Place an order by mail of who asks."""
        by = next((wish.employee for wish in wishes if wish.employee), None)
        facts = {
            "requester_name": by.name if by else wishes[0].unit.leader_name,
            "requester_mail": by.mail if by else wishes[0].unit.leader_mail,
            "reference": f"Mail {self.day(days_ago):%d-%m-%Y}",
        } | facts
        return place_order(
            token=self.token(name),
            lines=wishes,
            actor=self.user,
            today=self.day(days_ago),
            now=self.moment(days_ago),
            **facts,
        )

    def buy(self, order: Order, days_ago: int) -> str:
        """Buy an order at the lessor; give the lessor's number."""
        self._numbers += 1
        number = f"ATEA-45001012{self._numbers:02}"
        buy(order.lines.all(), number, self.day(days_ago), self.user, self.moment(days_ago, 13))
        return number

    def receive(self, number: str, model: str, count: int, days_ago: int) -> list[Device]:
        """Scan so many of a model in under the lessor's number."""
        day = self.day(days_ago)
        serials = tuple(self.new_serial() for _ in range(count))
        receive(
            number=number,
            scans=[Scan(self.models[model].pk, serials)],
            sub_agreement=f"UA-{day.year}-{day:%m%d}",
            starts_on=day,
            actor=self.user,
            today=day,
            now=self.moment(days_ago, 10),
        )
        return list(Device.objects.filter(serial_number__in=serials).order_by("serial_number"))

    def holder(self, department: str) -> tuple[Employee, Device]:
        """Give somebody with one leased pc and nothing else, who has had it for a while."""
        found = self.holder_if_any(department)
        if found is None:
            raise LookupError(f"nobody in {department} has one pc alone")
        return found

    def holder_if_any(self, department: str) -> tuple[Employee, Device] | None:
        """Return such a one, or nobody: early on there may be none."""
        since = self.today - timedelta(days=SETTLED_DAYS)
        busy = OrderLine.objects.filter(employee__isnull=False).values("employee")
        pcs = counted_placements(self.today).filter(
            starts_on__lt=since,
            employee__left_on=None,
            unit__department__name=department,
            unit=F("employee__unit"),
        )
        pcs = pcs.exclude(device__lease__sub_agreement__number=ENDING_SOON)
        found = pcs.exclude(employee__in=busy).exclude(employee__in=self._used)
        later = Placement.objects.filter(starts_on__gt=since).values("device")
        found = found.exclude(device__in=later).order_by("employee__initials")
        alone = self._with_one_device(found)
        if one := next(alone, None):
            self._used.add(one[0].pk)
        return one

    def _with_one_device(self, placements) -> Iterator[tuple[Employee, Device]]:
        several = (
            placements_in_force(self.today)
            .filter(employee__isnull=False)
            .values("employee")
            .annotate(n=Count("pk"))
            .filter(n__gt=1)
        )
        placements = placements.exclude(employee__in=several.values("employee"))
        linked = ("employee__unit__department", "device__model__category")
        for placement in placements.select_related(*linked)[:20]:
            yield placement.employee, placement.device

    def without_pc(self, department: str) -> Employee:
        """Give somebody who has nothing, and for whom nothing is ordered; a new one if need be."""
        placed = placements_in_force(self.today).filter(employee__isnull=False)
        busy = OrderLine.objects.filter(employee__isnull=False)
        found = Employee.objects.filter(unit__department__name=department, left_on=None)
        found = (
            found.exclude(pk__in=placed.values("employee"))
            .exclude(pk__in=busy.values("employee"))
            .exclude(pk__in=self._used)
            .exclude(initials="")
            .select_related("unit__department")
            .order_by("initials")
        )
        person = found.first() or self._newcomer(department)
        self._used.add(person.pk)
        return person

    def _newcomer(self, department: str) -> Employee:
        units = [unit for unit in self.units.values() if str(unit.department) == department]
        taken = set(Employee.objects.values_list("initials", flat=True))
        name, initials = next(one for one in iter(self._names.take, None) if one[1] not in taken)
        facts = EmployeeFacts(
            initials=initials,
            name=name,
            mail=f"{initials.lower()}@example.dk",
            unit=min(unit.number for unit in units),
        )
        save_employees(rows=[facts], actor=self.user, today=self.today)
        return Employee.objects.select_related("unit__department").get(initials=initials)

    def from_stock(self) -> Device | None:
        """Return a pc of the shelf that has been there for a while, if there is one."""
        shelf = on_shelf(self.day(30)).filter(model__category__is_pc=True)
        shelf = shelf.filter(pk__in=on_shelf(self.today).values("pk"))
        return shelf.select_related("model__category").order_by("serial_number").first()


def buy(lines, number: str, day: date, actor, now: datetime) -> None:
    """Mark all that is to be bought of some lines as ordered."""
    keys = [one.key for one in lines_to_buy([line.pk for line in lines])]
    mark_ordered(keys=keys, number=number, ordered_on=day, actor=actor, today=day, now=now)


def order_what_is_left(day: date, user: User) -> None:
    """Order the minutes' 61: a new pc for each old machine that is not replaced, by department."""
    now = datetime.combine(day, time(9, 30), ZONE)
    model = DeviceModel.objects.get(name="T14")
    left = Replacement.objects.filter(replaced_on=None, reason="", roll__number=2)
    placed = placements_in_force(day).filter(device__in=left.values("old_device"))
    linked = ("unit__department", "employee__unit", "device__model__category")
    wishes: dict[str, list[LineWish]] = {}
    for placement in placed.select_related(*linked).order_by("device__serial_number"):
        unit = placement.unit
        if unit is None or unit.department is None:
            continue  # on the shelf: nobody waits for its replacement
        wish = LineWish(
            model=model,
            unit=unit,
            employee=placement.employee,
            used_for=placement.used_for,
            replaces=placement.device,
            past_stock_because=BOUGHT_TOGETHER,
        )
        wishes.setdefault(unit.department.name, []).append(wish)
    for name in sorted(wishes):
        order = place_order(
            token=Desk.token(f"rul 2 {name}"),
            lines=wishes[name],
            actor=user,
            today=day,
            now=now,
            wanted_on=LEASING_STARTS,  # the agreement, and with it its prices, begins then
            reference=f"Rul 2, {name}",
        )
        buy(order.lines.all(), ROLL_2_PURCHASE, day, user, now)


def set_mails() -> None:
    """Set the made-up mailboxes."""
    Settings.objects.update(**MAILS)


def call_mails_sent() -> None:
    """Call every mail sent when it was written: nobody real is to get one."""
    Mail.objects.filter(sent_at=None).update(sent_at=F("written_at"), attempts=1)
