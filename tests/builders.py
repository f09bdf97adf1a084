"""Rows for tests, with boring fixed defaults; each function makes one thing and what it needs.

Organisation, models and agreements are found again when they are asked for twice; a device, an
employee, a lease or a placement is always a new row, so give the second one a name of its own.
"""

from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime

from auditlog.context import disable_auditlog
from django.contrib.auth.models import User

from inventory.models import (
    Category,
    Department,
    Device,
    DeviceModel,
    Employee,
    Placement,
    Replacement,
    Roll,
    Unit,
)
from leasing.api.selectors.clients import digest_of
from leasing.models import (
    ApiClient,
    ApiToken,
    Approval,
    Charge,
    EndChoice,
    EndDecision,
    FrameworkAgreement,
    Lease,
    LeasePrice,
    LeaseTerm,
    Order,
    OrderLine,
    SubAgreement,
)

has_history = False  # the fixture `history_from_the_start` turns it on


@contextmanager
def there_before():
    """Write no history: what a test begins with was there before, and it is a third of making it."""
    with nullcontext() if has_history else disable_auditlog():
        yield


FIRST_DAY = date(2026, 1, 1)
T14_ORE = 559066


@there_before()
def department(name="Dagtilbud & Skole", **fields):
    return Department.objects.get_or_create(name=name, defaults=fields)[0]


@there_before()
def unit(number="1001", name="", **fields):
    """Make a unit that can be posted to; in `department()` unless told otherwise."""
    if found := Unit.objects.filter(number=number).first():
        return found
    fields.setdefault("department", None if fields.get("is_cost_holder") else department())
    fields.setdefault("account", "40000000")
    if not fields.get("psp_element"):
        fields.setdefault("cost_centre", "4010000000")
    return Unit.objects.create(number=number, name=name or f"Enhed {number}", **fields)


@there_before()
def cost_holder(number="9000", name="Fælles IT (it-lager)", **fields):
    return unit(number, name, is_cost_holder=True, **fields)


@there_before()
def employee(initials="anbe", name="Anna Berg", **fields):
    fields.setdefault("unit", None)
    fields["unit"] = fields["unit"] or unit()
    fields.setdefault("mail", f"{initials}@example.dk")
    return Employee.objects.create(initials=initials, name=name, **fields)


@there_before()
def model(name="T14", category="pc", is_pc=True):
    kind = Category.objects.get_or_create(name=category, defaults={"is_pc": is_pc})[0]
    return DeviceModel.objects.get_or_create(name=name, defaults={"category": kind})[0]


@there_before()
def device(serial_number="PF000001", **fields):
    fields["model"] = fields.get("model") or model()
    return Device.objects.create(serial_number=serial_number, **fields)


@there_before()
def price(of=None, starts_on=FIRST_DAY, price_ore=T14_ORE, quarters=16, **fields):
    """Put a price of the model `of` (T14 unless told otherwise) on the price list."""
    return LeasePrice.objects.create(
        model=of or model(), starts_on=starts_on, price_ore=price_ore, quarters=quarters, **fields
    )


@there_before()
def priced(name="T14", category="pc", is_pc=True):
    """Make a model that can be ordered: with a price on the list, unless it has one."""
    found = model(name, category, is_pc)
    if not found.prices.exists():
        price(found)
    return found


@there_before()
def sub_agreement(number="UA-1"):
    framework = FrameworkAgreement.objects.get()  # there from the start
    return SubAgreement.objects.get_or_create(number=number, framework=framework)[0]


@there_before()
def lease(
    serial_number="PF000001",
    *,
    unit=None,
    employee=None,
    model=None,
    starts_on=FIRST_DAY,
    stops_on=None,
    price_ore=T14_ORE,
    quarters=16,
    agreement="UA-1",
):
    """Make a device on a lease of one term, placed at `unit` from its first day; none is stock."""
    made = lease_of(
        device(serial_number, model=model),
        starts_on=starts_on,
        stops_on=stops_on,
        price_ore=price_ore,
        quarters=quarters,
        agreement=agreement,
    )
    if unit:
        placement(made.device, starts_on, unit, employee)
    return made


@there_before()
def lease_of(
    device, *, starts_on=FIRST_DAY, stops_on=None, price_ore=T14_ORE, quarters=16, agreement="UA-1"
):
    """Lease a device that is there already."""
    made = Lease.objects.create(
        device=device,
        sub_agreement=sub_agreement(agreement),
        starts_on=starts_on,
        stops_on=stops_on,
    )
    LeaseTerm.objects.create(lease=made, position=1, price_ore=price_ore, quarters=quarters)
    return made


@there_before()
def decided(lease, choice, quarters=4, price_ore=None):
    """Decide how a lease ends; an extension costs a quarter what the term before does."""
    last = lease.terms.order_by("-position").first()
    EndDecision.objects.create(term=last, choice=choice)
    if choice == EndChoice.EXTENSION:
        price_ore = price_ore or last.price_ore * quarters // last.quarters
        lease.terms.create(position=last.position + 1, price_ore=price_ore, quarters=quarters)
    return lease


@there_before()
def placement(device, starts_on, unit=None, employee=None, **fields):
    """Place a device at a unit from a day; no unit means IT's stock."""
    return Placement.objects.create(
        device=device, starts_on=starts_on, unit=unit, employee=employee, **fields
    )


@there_before()
def charge(unit, amount_ore=150000, charged_on=date(2026, 2, 10), text="Skærmskade", **fields):
    return Charge.objects.create(
        unit=unit, amount_ore=amount_ore, charged_on=charged_on, text=text, **fields
    )


_unit = unit  # where an argument has the name


@there_before()
def roll(number=2, name="Pc'er med 8 GB RAM"):
    return Roll.objects.get_or_create(number=number, defaults={"name": name})[0]


@there_before()
def old_pc(serial_number="PB000001", unit=None, *, ram_gb=8, windows_11=False, employee=None):
    """Make a pc that is not leased and has stood somewhere since 2020."""
    made = device(serial_number, model=model("ThinkPad L470"), ram_gb=ram_gb, windows_11=windows_11)
    placement(made, date(2020, 1, 1), unit or _unit(), employee)
    return made


@there_before()
def old_machine(serial_number="PB000001", unit=None, *, of=None, **fields):
    """Put an old pc into the roll `of` (number 2 unless told otherwise)."""
    unit = unit or _unit()
    return Replacement.objects.create(
        roll=of or roll(), old_device=old_pc(serial_number, unit), unit=unit, **fields
    )


@there_before()
def approval(employee, ends_before=date(2027, 1, 1), **fields):
    """Ask for one pc more for a person; nobody has answered."""
    fields.setdefault("asked_at", datetime(2026, 5, 1, 8, tzinfo=UTC))
    return Approval.objects.create(
        employee=employee, reason="Arbejder to steder", ends_before=ends_before, **fields
    )


@there_before()
def order_line(unit=None, employee=None, *, order=None, status="approved", **fields):
    """Make an order of one line as it stands, or give an order one line more."""
    order = order or Order.objects.create(created_at=datetime(2026, 5, 1, 8, tzinfo=UTC))
    fields["model"] = fields.get("model") or model()
    fields.setdefault("reason", "new" if employee else "shared")
    return OrderLine.objects.create(
        order=order,
        position=order.lines.count() + 1,
        unit=unit or employee.unit,
        employee=employee,
        status=status,
        **fields,
    )


@there_before()
def api_client(user=None, scopes=(), name="Power BI"):
    user = user or User.objects.get_or_create(username=f"api-{name}", first_name=name)[0]
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return ApiClient.objects.create(name=name, user=user, scopes=list(scopes), created_at=now)


@there_before()
def api_token(client=None, secret="pcl_hemmelig", ends_before=date(2027, 1, 1), **fields):
    return ApiToken.objects.create(
        client=client or api_client(),
        begins=secret[:8],
        secret_digest=digest_of(secret),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        created_by="Asta",
        ends_before=ends_before,
        **fields,
    )
