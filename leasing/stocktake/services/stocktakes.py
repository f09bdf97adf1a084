"""A stocktake is begun, reminded of once, given more time, closed, or withdrawn."""

from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime, timedelta

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import format_count
from albertslund_it.web.database.bulk import Changes, ValueChange
from albertslund_it.web.database.rows import lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from leasing.models import CountedDevice, Mail, Stocktake
from leasing.stocktake.selectors.plan import StocktakePlan, plan_of
from leasing.stocktake.selectors.progress import unanswered
from leasing.stocktake.selectors.standing import not_to_be_asked_of, standings_of
from leasing.stocktake.services.asking import UnitToCount, ask_people, tell_leaders
from leasing.stocktake.services.registered import AsRegistered

LONGEST_NAME = 80
LONGEST_DAYS = 120  # a link is not to work for ever
MOST_DEVICES = 5_000  # in one: all are asked while the helpdesk waits
REMIND_DAYS = 3  # so long before the last day `notify` reminds by itself


@transaction.atomic
def start_stocktake(
    *,
    name: str,
    due_on: date,
    unit_ids: Collection[int],
    is_pcs_only: bool,
    actor: Actor,
    today: date,
    now: datetime,
    agree: Check = nothing_to_see,
) -> Stocktake:
    """Count what some units have: ask each person by mail, and tell the leaders.

    Raises:
        Refused: with every reason; nothing is written.
    """
    lock(Stocktake, CountedDevice)
    name = " ".join(name.split())
    reasons = [] if name else ["Skriv, hvad optællingen skal hedde."]
    if len(name) > LONGEST_NAME:
        reasons.append(f"Navnet må højst være {LONGEST_NAME} tegn. Skriv det kortere.")
    if why := why_not_due(due_on, today):
        reasons.append(why)
    if not unit_ids:
        reasons.append("Vælg de afdelinger eller enheder, der skal tælles.")
    if reasons:
        raise Refused(*reasons)
    plan = plan_of(unit_ids, is_pcs_only=is_pcs_only, on=today)
    if not plan.devices:
        raise Refused("Der er ikke noget at tælle hos dem, der er valgt.")
    if (count := len(plan.devices)) > MOST_DEVICES:
        raise Refused(
            f"Der er {format_count(count)} stk. hos dem, der er valgt, og der kan højst tælles "
            f"{format_count(MOST_DEVICES)} ad gangen. Vælg færre afdelinger."
        )
    agree()
    changes = Changes((Stocktake, CountedDevice))
    stocktake = changes.create(
        Stocktake(name=name, due_on=due_on, started_at=now, started_by=actor),
        ValueChange(name, f"{len(plan.devices)} stk. tælles til den {due_on:%d-%m-%Y}"),
    )
    rows = [changes.create(row) for row in _rows(stocktake, plan, now)]
    changes.save(actor)
    _write(stocktake, plan, rows, today, now)
    return stocktake


def why_not_due(due_on: date, today: date) -> str:
    """Return why a day cannot be the last one; '' where it can."""
    if due_on <= today:
        return "Den sidste dag skal ligge efter i dag, så der er tid til at svare."
    if due_on > today + timedelta(days=LONGEST_DAYS):
        return f"En optælling kan højst vare {LONGEST_DAYS} dage. Vælg en tidligere dag."
    return ""


def _rows(stocktake: Stocktake, plan: StocktakePlan, now: datetime) -> list[CountedDevice]:
    return [
        CountedDevice(
            stocktake=stocktake,
            device_id=one.device_id,
            serial_number=one.serial_number,
            unit_id=one.standing.unit_id,
            employee_id=one.standing.employee_id,
            link=1 if one.standing.mail else 0,
            asked_at=now if one.standing.mail else None,
        )
        for one in plan.devices
    ]


def _write(
    stocktake: Stocktake,
    plan: StocktakePlan,
    rows: list[CountedDevice],
    today: date,
    now: datetime,
) -> None:
    mails = {s.employee_id: s.mail for one in plan.asked if (s := one.standing).employee_id}
    ask_people(stocktake=stocktake, rows=[row for row in rows if row.link], mails=mails, now=now)
    units = [
        UnitToCount(unit, devices, devices - asked)
        for unit, devices, asked in plan.by_unit
        if devices
    ]
    tell_leaders(stocktake=stocktake, units=units, today=today, now=now)


@transaction.atomic
def remind(*, stocktake_id: int, actor: Actor, today: date, now: datetime) -> list[Mail]:
    """Remind those who have not answered, once; ask who has got the device, or a mail, since.

    Raises:
        Refused: when it is over, they have been reminded, or nobody can be.
    """
    lock(Stocktake, CountedDevice)
    stocktake = running(stocktake_id, today)
    if stocktake.reminded_at:
        raise Refused("Der er allerede rykket. Der rykkes kun én gang.")
    rows = list(unanswered(stocktake, today).select_related("unit", "employee"))
    stands = standings_of([row.device_id for row in rows], today)
    register = AsRegistered(stands.values())
    changes, asked, mails = Changes((Stocktake, CountedDevice)), [], {}
    for row in rows:
        at = stands[row.device_id]
        is_new = row.employee_id != at.employee_id or row.link == 0
        register.follow(changes, row, at)
        if not (at.mail and at.employee_id):
            continue
        if is_new:
            changes.update(row, row.serial_number, link=max(row.link, 1), asked_at=now)
        mails[at.employee_id] = at.mail
        asked.append(row)
    if not asked:
        raise Refused(
            "Der er ingen at rykke: ingen af dem, der mangler at svare, har en mailadresse. "
            "Enheden selv eller it-helpdesk kan scanne udstyret."
        )
    changes.update(stocktake, stocktake.name, reminded_at=now)
    changes.save(actor)
    return ask_people(stocktake=stocktake, rows=asked, mails=mails, now=now, is_reminder=True)


@transaction.atomic
def remind_when_due(*, today: date, now: datetime) -> list[Mail]:
    """Remind in the stocktakes that end within days and where nobody has been reminded."""
    near = Stocktake.objects.filter(
        closed_at=None,
        reminded_at=None,
        due_on__gte=today,
        due_on__lte=today + timedelta(days=REMIND_DAYS),
    )
    mails: list[Mail] = []
    for pk in list(near.values_list("pk", flat=True)):
        with suppress(Refused):  # nobody to remind today; there may be tomorrow
            mails += remind(stocktake_id=pk, actor=None, today=today, now=now)
    return mails


@transaction.atomic
def extend_stocktake(*, stocktake_id: int, due_on: date, actor: Actor, today: date) -> Stocktake:
    """Give more time; the links that were sent work until the new day.

    Raises:
        Refused: when it is closed, or the day is no later than it was.
    """
    lock(Stocktake)
    stocktake = unclosed(stocktake_id)
    if due_on <= stocktake.due_on:
        raise Refused(
            f"Den nye dag skal ligge efter den {stocktake.due_on:%d-%m-%Y}. En frist kan ikke "
            "blive kortere, for den står i mails, der er sendt."
        )
    if why := why_not_due(due_on, today):
        raise Refused(why)
    changes = Changes((Stocktake,))
    changes.update(stocktake, stocktake.name, due_on=due_on)
    changes.save(actor)
    return stocktake


@transaction.atomic
def close_stocktake(
    *,
    stocktake_id: int,
    is_withdrawn: bool,
    actor: Actor,
    today: date,
    now: datetime,
    agree: Check = nothing_to_see,
) -> Stocktake:
    """Close a stocktake: no link works, nothing is scanned, and what is unanswered is a fault.

    Withdrawn, it finds nothing. What left the register unanswered, or is lost, is answered by that.

    Raises:
        Refused: when it is closed already.
    """
    lock(Stocktake, CountedDevice)
    stocktake = unclosed(stocktake_id)
    agree()
    changes = Changes((Stocktake, CountedDevice))
    for row in stocktake.devices.filter(not_to_be_asked_of(today), answer=""):
        said = {"answer": CountedDevice.Answer.GONE, "answered_at": now}
        changes.update(row, row.serial_number, **said)
    changes.update(stocktake, stocktake.name, closed_at=now, is_withdrawn=is_withdrawn)
    changes.save(actor)
    return stocktake


def unclosed(stocktake_id: int) -> Stocktake:
    """Return a stocktake that is not closed; a lock on the table is held.

    Raises:
        Refused: when it is closed, or is not there.
    """
    found = Stocktake.objects.filter(pk=stocktake_id).first()
    if found is None or found.closed_at:
        raise Refused("Optællingen er lukket.")
    return found


def running(stocktake_id: int, today: date) -> Stocktake:
    """Return a stocktake that can be answered on a day; a lock on the table is held.

    Raises:
        Refused: when it is closed, or its last day is past.
    """
    found = unclosed(stocktake_id)
    if found.due_on < today:
        raise Refused(
            f"Optællingens sidste dag var den {found.due_on:%d-%m-%Y}. It-helpdesk kan give mere "
            "tid."
        )
    return found
