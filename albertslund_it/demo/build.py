"""Put the made-up municipality into the database, as people would have entered it."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.spreadsheets import FileTable
from albertslund_it.common.quarters import Quarter, quarters_between
from albertslund_it.demo.counting import count_a_school
from albertslund_it.demo.ending import ending_facts, enter_ending, let_it_end
from albertslund_it.demo.helpdesk import Desk, call_mails_sent, order_what_is_left, set_mails
from albertslund_it.demo.leaders import answer_a_round
from albertslund_it.demo.lessor import Lessor
from albertslund_it.demo.pages import enter_outcomes, enter_rolls, enter_stops, enter_visits
from albertslund_it.demo.planning import plan
from albertslund_it.demo.quality import look_back
from albertslund_it.demo.queue import fill_queue
from albertslund_it.demo.reorganising import prepare_a_reorganisation
from albertslund_it.demo.sources import look_around
from albertslund_it.demo.story import (
    FIRST_QUARTER,
    MINUTES,
    PLAN_IS_DONE,
    REGISTER_BEGINS,
    history,
    next_working_day,
)
from albertslund_it.demo.taken_in import take_in_files
from albertslund_it.demo.users import create_users
from albertslund_it.demo.world import Fact
from inventory.models import Device, Unit
from leasing.billing.services.closing import close_quarter
from leasing.imports.importers.files import import_table
from leasing.models import BillingRun, Settings
from leasing.rebilling.exports.files import OPUS, export_rebilling
from leasing.rebilling.services import record_voucher

FIRST, NORMAL = "first", "normal"
CLOSED_BY = "Økonomi & Indkøb (demo)"
CLOSED_AT = time(10, 14, tzinfo=ZoneInfo("Europe/Copenhagen"))
# The files of one sitting, in the order in which they build on each other, with their keys.
FILES = {
    "units": ("Enhedsnr",),
    "employees": ("Initialer",),
    "deliveries": ("Serienummer",),
    "devices": ("Serienummer",),
    "placements": ("Serienummer", "Fra"),
    "charges": ("Dato", "Enhedsnr", "Tekst"),
}
# What is entered on pages, after the files.
PAGES = {
    "ending": enter_ending,
    "stops": enter_stops,
    "rolls": enter_rolls,
    "visits": enter_visits,
    "outcomes": enter_outcomes,
}


def refuse_real_data() -> None:
    """Refuse a database that somebody works in; one without tables is fine.

    Raises:
        Refused: when it holds a unit or a device that the demo did not make.
    """
    tables = set(connection.introspection.table_names())
    if not {model._meta.db_table for model in (Settings, Unit, Device)} <= tables or has_demo():
        return
    if Unit.objects.exists() or Device.objects.exists():
        raise Refused(
            "Databasen indeholder rigtige data. Demoen må kun lægges i en tom database, "
            "og intet er ændret.",
            "Vælg en anden database med DATABASE_URL, fx DATABASE_URL=sqlite:///demo.sqlite3.",
        )


def has_demo() -> bool:
    """Return whether the database was filled by the demo."""
    return Settings.objects.filter(shows_demo_data=True).values_list("pk").exists()


def refuse_other_scene(scene: str, today: date) -> None:
    """Refuse to show one scene from a database that was filled with the other.

    Raises:
        Refused: when the quarters the demo has closed there are not the scene's.
    """
    is_closed = BillingRun.objects.filter(closed_by=CLOSED_BY).exists()
    if is_closed != bool(closings(scene, today)):
        found = NORMAL if is_closed else FIRST
        raise Refused(
            f"Databasen blev fyldt med scenen »{found}« eller på en anden dato, "
            f"og låste kvartaler kan ikke åbnes igen.",
            "Begynd forfra: slet databasen (db.sqlite3), eller vælg en anden med DATABASE_URL.",
        )


@transaction.atomic
def build(*, scene: str, today: date, tell: Callable[[str], None]) -> None:
    """Fill an empty database with a scene as it is today; all of it or none of it."""
    tell("Indlæser afdelinger og prisliste fra referatet …")
    call_command("loaddata", "departments", "lease_models", verbosity=0)
    today = max(today, REGISTER_BEGINS)
    facts = history(today)
    facts += ending_facts(today, facts)
    breaks = [(None, date.min), *closings(scene, today), (None, today)]
    for (_, after), (quarter, until) in pairwise(breaks):
        tell(f"Indlæser opdigtede data til og med {until:%d-%m-%Y} …")
        _enter((fact for fact in facts if after < fact.recorded_on <= until), until)
        if quarter:
            tell(f"Godkender og låser {quarter.label} …")
            _close(quarter, until)
    create_users()
    set_mails()
    tell("Bestiller, udleverer og låner ud hos it-helpdesk …")
    helpdesk = User.objects.get(username="helpdesk")
    if today >= PLAN_IS_DONE:
        order_what_is_left(PLAN_IS_DONE, helpdesk)
    fill_queue(Desk(today, helpdesk))
    take_in_files(Desk(today, helpdesk))
    tell("Lader en underaftale udløbe …")
    let_it_end(Desk(today, helpdesk))
    tell("Tæller pc'er op …")
    count_a_school(Desk(today, helpdesk))
    tell("Tager øjebliksbilleder af andre systemer …")
    look_around(Desk(today, helpdesk), User.objects.get(username="okonomi"))
    if scene == NORMAL:
        tell("Afstemmer leasinggivers fakturaer og spørger lederne …")
        _let_finance_work(today, helpdesk)
    tell("Tæller datafejl uge for uge …")
    look_back(Desk(today, helpdesk))
    call_mails_sent()
    Settings.objects.update(shows_demo_data=True, uses_calendar_feed=True, uses_api=True)


def _let_finance_work(today: date, helpdesk: User) -> None:
    """Reconcile and ask; on the first morning, the other scene, neither has been begun."""
    finance = User.objects.get(username="okonomi")
    Lessor(today, finance).invoice_all()
    if today >= MINUTES:
        answer_a_round(Desk(today, helpdesk), finance)
    plan(Desk(today, helpdesk), finance)
    prepare_a_reorganisation(Desk(today, helpdesk), finance)


def closings(scene: str, today: date) -> list[tuple[Quarter, date]]:
    """Return the quarters before the last full one, and the day each was closed."""
    if scene == FIRST:
        return []
    last_closed = Quarter.of(today).next(-2)
    return [
        (quarter, next_working_day(quarter.ends_before + timedelta(days=7)))
        for quarter in quarters_between(FIRST_QUARTER, last_closed)
    ]


def _close(quarter: Quarter, day: date) -> None:
    """Close a quarter, and post it six days later."""
    moment = datetime.combine(day, CLOSED_AT)
    run = close_quarter(code=str(quarter), closed_by=CLOSED_BY, today=day, now=moment)
    posted = moment + timedelta(days=6)
    # A unit without an account holds the posting up, as it would in life.
    with suppress(Refused):
        export_rebilling(
            run=run,
            file_kind=OPUS,
            stream=BytesIO(),
            actor_name=CLOSED_BY,
            today=posted.date(),
            now=posted,
        )
        record_voucher(
            run=run,
            number=f"1900{quarter.year}{quarter.number:02}",
            posted_on=posted.date(),
            actor_name=CLOSED_BY,
        )


def _enter(facts: Iterable[Fact], today: date) -> None:
    """Enter what was written down since the last sitting: a file of each kind, then the pages."""
    rows: dict[str, dict[tuple, dict]] = {kind: {} for kind in FILES}
    on_pages: dict[str, list[dict]] = {kind: [] for kind in PAGES}
    for fact in facts:
        if fact.kind in PAGES:
            on_pages[fact.kind].append(fact.row)
            continue
        key = tuple(fact.row[heading] for heading in FILES[fact.kind])
        rows[fact.kind].setdefault(key, {}).update(fact.row)
    for kind, by_key in rows.items():
        if by_key:
            import_table(kind=kind, table=_table(by_key.values()), actor=None, today=today)
    _count_rows()
    for kind, enter in PAGES.items():
        enter(on_pages[kind], today)


def _count_rows() -> None:
    """Let PostgreSQL know how much has come since; all of it is one transaction, unseen by others.

    Believing the tables empty, it took minutes over a query of 600 devices.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _table(rows: Iterable[dict]) -> FileTable:
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    return FileTable.of(headings, [[row.get(heading, "") for heading in headings] for row in rows])
