"""What every kind of file has in common: headings, the command, the history, two at once."""

import io
import threading
from datetime import date

import openpyxl
import pytest
from auditlog.models import LogEntry
from django.core.management import call_command
from django.db import connection, transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.row_errors import FileRefused
from albertslund_it.common.files.spreadsheets import FileTable
from inventory.models import Device, Employee, Unit
from leasing.guards import BILLED, BUSY, CLASH
from leasing.imports.importers.files import import_file, import_table
from leasing.imports.importers.kinds import KINDS
from leasing.models import Lease
from tests import builders
from tests.files import TODAY, faults_of, take_in, workbook
from tests.leasing.billing.test_closing_together import at_the_same_moment
from tests.leasing.closed import close

EMPLOYEES = "Initialer;Navn;Enhedsnr\nANBE;Anna Bæk;1001\nCADA;Carl Dahl;1001\n"


@pytest.fixture
def unit(db):
    return builders.unit()


def file_in(tmp_path, content, name="fil.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def run(capsys, *arguments):
    """Run the command; give its exit status and what it wrote."""
    status = 0
    try:
        call_command("import_data", *arguments)
    except SystemExit as exit_:
        status = exit_.code
    out = capsys.readouterr()
    return status, out.out, out.err


# --- headings


def test_case_spaces_and_order_of_the_headings_do_not_matter(unit):
    take_in("employees", " NAVN ; enhedsnr;  INITIALER\nAnna Berg; 1001; ANBE")

    assert Employee.objects.get().name == "Anna Berg"


def test_unknown_headings_are_named_and_columns_without_any_when_they_hold_something(unit):
    table = FileTable.of(
        ["Initialer", None, "Navn", "Farve", "Enhedsnr", "  "],
        [["ANBE", None, "Anna Berg", "rød", "1001", "x"]],
    )

    report = import_table(kind="employees", table=table, actor=None, today=TODAY)

    assert report.warnings == [
        "Kolonnen »Farve« kendes ikke og er ikke læst.",
        "Kolonnen nr. 6 uden overskrift kendes ikke og er ikke læst.",
    ]


def test_missing_headings_and_one_that_stands_twice(unit):
    faults = faults_of("employees", "Initialer; Mail; mail \nANBE; -; -")

    assert faults == [
        "Overskriften »mail« står to gange. Slet den ene kolonne.",
        "Række 1 skal være overskrifter, og her mangler: Navn, Enhedsnr. "
        "Skriv dem, som de står i vejledningen til »Medarbejdere«.",
    ]


def test_a_row_that_is_longer_than_the_headings(unit):
    table = FileTable.of(["Initialer", "Navn", "Enhedsnr"], [["ANBE", "Berg", "Anna", "1001"]])

    with pytest.raises(FileRefused, match="række 2: Der er flere celler end overskrifter"):
        import_table(kind="employees", table=table, actor=None, today=TODAY)


def test_each_kind_takes_in_the_example_of_its_own_guide(unit):
    builders.cost_holder()
    builders.unit("9911")
    builders.employee("ANBE", unit=unit)
    for kind in (
        "prices",
        "deliveries",
        "units",
        "employees",
        "devices",
        "placements",
        "charges",
        "budgets",
    ):
        columns = KINDS[kind].columns
        table = FileTable.of([c.name for c in columns], [[c.example for c in columns]])

        report = import_table(kind=kind, table=table, actor=None, today=TODAY)

        assert report.change_count, kind
        assert all(column.required <= bool(column.example) for column in columns)


def test_a_kind_that_is_not_there_yet():
    for kind in ("budget", "UNITS", ""):
        with pytest.raises(Refused, match=f"»{kind}« er ikke en slags fil. Skriv en af: units, "):
            import_file(kind=kind, stream=io.BytesIO(), filename="x", actor=None, today=TODAY)


# --- what a person may not have seen in a file


def test_a_number_that_is_shown_as_another_is_refused_by_row_and_column(unit):
    book = openpyxl.Workbook()
    book.active.append(["Serienummer", "Model", "Kategori"])
    book.active.append([123456, "T14", "pc"])
    book.active["A2"].number_format = "0000000000"
    stream = io.BytesIO()
    book.save(stream)

    with pytest.raises(FileRefused) as refused:
        import_file(kind="devices", stream=stream, filename="x.xlsx", actor=None, today=TODAY)

    assert refused.value.reasons == [
        "række 2: Serienummer »0000123456«. Cellen vises som 0000123456 i Excel, men er tallet "
        "123456; gør kolonnen til tekst"
    ]


def test_what_is_hidden_in_a_workbook_is_told(unit, tmp_path, capsys):
    book = openpyxl.Workbook()
    book.active.sheet_state = "hidden"
    sheet = book.create_sheet("Personer")
    for row in (["Initialer", "Navn", "Enhedsnr"], ["ANBE", "Anna Berg", "1001"]):
        sheet.append(row)
    sheet.row_dimensions[2].hidden = True
    path = tmp_path / "personer.xlsx"
    book.save(path)

    status, out, err = run(capsys, "employees", str(path))

    assert status == 0
    assert "Arket »Personer« er læst. Ikke læst: »Sheet (skjult)«." in out
    assert "1 skjult række er også læst: række 2" in err
    assert Employee.objects.count() == 1


def test_dates_that_may_be_written_month_first_are_told(unit):
    heading = "Initialer; Navn; Enhedsnr; Fratrådt\n"

    report = take_in("employees", heading + "ANBE; Anna Berg; 1001; 8/1/2026")

    assert report.warnings == [
        "Datoerne i Fratrådt er læst med dagen først: 8/1/2026 er dag/måned/år. Står måneden "
        "først (amerikansk), så gør kolonnen til datoer i Excel, og indlæs igen."
    ]
    assert Employee.objects.get().left_on == date(2026, 1, 8)
    assert not take_in("employees", heading + "ANBE; Anna Berg; 1001; 31/1/2026").warnings


def test_the_sign_between_cells_is_the_one_that_finds_the_headings(unit):
    text = "Initialer;Navn;Enhedsnr;Note (a, b, c, d, e, f)\nANBE;Anna Berg;1001;x\n"

    import_file(
        kind="employees",
        stream=io.BytesIO(text.encode()),
        filename="x.csv",
        actor=None,
        today=TODAY,
    )

    assert Employee.objects.get().name == "Anna Berg"


def test_a_date_with_a_zone_is_the_date_in_denmark(unit):
    row = "Initialer; Navn; Enhedsnr; Fratrådt\nANBE; Anna Berg; 1001; {}"
    take_in("employees", row.format("2026-09-30T22:00:00Z"))

    assert Employee.objects.get().left_on == date(2026, 10, 1)
    assert "uden tidszone" in faults_of("employees", row.format("2026-09-30T22:00:00"))[0]


# --- the command


@pytest.mark.parametrize("form", ["utf-8", "cp1252", "xlsx"])
def test_the_command_takes_in_a_file(unit, tmp_path, capsys, form):
    if form == "xlsx":
        content = workbook(*[line.split(";") for line in EMPLOYEES.splitlines()])
    else:
        content = EMPLOYEES.encode(form)
    path = file_in(tmp_path, content)

    status, out, _ = run(capsys, "employees", path)

    assert (status, Employee.objects.count()) == (0, 2)
    assert Employee.objects.get(initials="ANBE").name == "Anna Bæk"
    assert "Medarbejdere: 2 rækker læst." in out
    assert "medarbejdere: 2 oprettet, 0 ændret, 0 uændret" in out
    assert "0 ændringer" in run(capsys, "employees", path)[1]


def test_the_command_tells_what_a_file_would_do(unit, tmp_path, capsys):
    builders.employee("ANBE", "Anna Berg")

    status, out, _ = run(capsys, "employees", file_in(tmp_path, EMPLOYEES), "--dry-run")

    assert status == 0
    assert "ANBE: Navn Anna Berg → Anna Bæk\n" in out
    assert "CADA: ny medarbejder: Carl Dahl, enhed 1001\n" in out
    assert "Prøve: intet er gemt." in out
    assert Employee.objects.get().name == "Anna Berg"


def test_the_command_lists_every_fault_and_writes_nothing(unit, tmp_path, capsys):
    bad = EMPLOYEES + "EVFI;;1001\nGOHA;Gorm Hald;7777\n"

    status, out, err = run(capsys, "employees", file_in(tmp_path, bad))

    assert (status, out) == (1, "")
    assert err.splitlines() == [
        "række 4: Navn mangler",
        "række 5: Enhedsnr 7777 findes ikke. Ret nummeret, eller indlæs enheden først",
        "Intet er gemt.",
    ]
    assert not Employee.objects.exists()


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        (
            "deliveries",
            "Serienummer;Model;Underaftale;Leasingstart;Enhedsnr;Initialer\n"
            "ZZ01;T99;;31-02-2026;77;XX",
            ["Underaftale", "Leasingstart", "Model", "Enhedsnr", "Initialer"],
        ),
        ("employees", "Initialer;Navn;Enhedsnr\nANBE;;77", ["Navn", "Enhedsnr"]),
        (
            "placements",
            "Serienummer;Fra;Enhedsnr;Initialer\nZZ01;;77;XX",
            ["Fra", "Serienummer", "Enhedsnr", "Initialer"],
        ),
        (
            "devices",
            "Serienummer;Model;Enhedsnr;Initialer\nZZ01;;77;XX",
            ["Model", "Enhedsnr", "Initialer"],
        ),
        (
            "charges",
            "Dato;Enhedsnr;Beløb;Tekst;Serienummer\n;77;1;Skade;ZZ01",
            ["Dato", "Enhedsnr", "Serienummer"],
        ),
        ("budgets", "År;Enhedsnr;Beløb\n;77;1", ["År", "Enhedsnr"]),
        (
            "offers",
            "Serienummer;Model;Frikøbspris;Gælder til\nZZ01;T99;1;",
            ["Gælder til", "Serienummer", "Model"],
        ),
    ],
)
def test_all_that_is_wrong_with_a_row_is_told_at_once(unit, kind, text, told):
    faults = [fault.removeprefix("række 2: ") for fault in faults_of(kind, text)]

    assert [fault[: len(one)] for fault, one in zip(faults, told, strict=True)] == told


def test_the_command_counts_the_faults_it_does_not_print(unit, tmp_path, capsys):
    bad = EMPLOYEES + "".join(f"X{n};;1001\n" for n in range(250))

    _, _, err = run(capsys, "employees", file_in(tmp_path, bad))

    assert err.splitlines()[199:] == [
        "række 203: Navn mangler",
        "… og 50 fejl mere.",
        "Intet er gemt.",
    ]


def test_the_command_says_what_is_wrong_with_a_file(db, tmp_path, capsys, settings):
    settings.IMPORT_MAX_BYTES = 1000
    large = file_in(tmp_path, b"x" * 1001, "stor.csv")
    picture = file_in(tmp_path, b"\x89PNG\r\n\x1a\n\x00", "billede.png")

    for path, message in (
        (str(tmp_path / "borte.csv"), "findes ikke"),
        (str(tmp_path), "må ikke læses"),
        (large, "for stor"),
        (picture, "ikke et regneark"),
        (file_in(tmp_path, b"", "tom.csv"), "er tom"),
    ):
        status, out, err = run(capsys, "units", path)
        assert (status, out) == (1, ""), path
        assert message in err
        assert "Traceback" not in err


def test_a_file_with_warnings_is_taken_in(unit, tmp_path, capsys):
    text = "Initialer;Navn;Farve;Enhedsnr\nANBE;Anna Berg;rød;1001\n"

    status, _, err = run(capsys, "employees", file_in(tmp_path, text))

    assert (status, err) == (0, "Bemærk: Kolonnen »Farve« kendes ikke og er ikke læst.\n")


def test_progress_is_told_on_the_way(unit):
    said = []
    rows = "".join(f"X{n};Navn {n};;1001\n" for n in range(1001))

    import_file(
        kind="employees",
        stream=io.BytesIO(f"Initialer;Navn;Mail;Enhedsnr\n{rows}".encode()),
        filename="fil.csv",
        actor=None,
        today=TODAY,
        progress=lambda *told: said.append(told),
    )

    assert list(dict.fromkeys(said)) == [
        ("Læser fil.csv",),
        ("Læser rækkerne i fil.csv", 0, 0),
        ("Læser rækkerne i fil.csv: 1.000 klar", 1000, 0),
        ("Kontrollerer 1.001 rækker", 0, 1001),
        ("Kontrollerer 1.001 rækker: 1.000 klar", 1000, 1001),
        ("Gemmer 1.001 rækker", 0, 1001),
        ("Gemmer 1.001 rækker: 1.000 klar", 1000, 1001),
    ]


# --- who did it


def test_a_file_leaves_its_history(unit, cast):
    take_in("employees", "Initialer; Navn; Enhedsnr\nANBE; Anna Berg; 1001", actor=cast.finance)
    take_in("employees", "Initialer; Navn; Enhedsnr\nANBE; Anna Bæk; 1001", actor=cast.helpdesk)

    made, changed = LogEntry.objects.get_for_model(Employee).order_by("id")
    assert (made.actor, made.action) == (cast.finance, LogEntry.Action.CREATE)
    assert made.changes["name"] == ["None", "Anna Berg"]
    assert (changed.actor, changed.action) == (cast.helpdesk, LogEntry.Action.UPDATE)
    assert changed.changes == {"name": ["Anna Berg", "Anna Bæk"]}


def test_a_dry_run_and_a_refused_file_leave_none(unit, cast):
    take_in("employees", "Initialer; Navn; Enhedsnr\nANBE; A; 1001", dry_run=True)
    faults_of("employees", "Initialer; Navn; Enhedsnr\nANBE; A; 1001\nB; B; 7777")

    assert not LogEntry.objects.get_for_model(Employee).exists()


# --- together with others


def deliveries(lead, count=50, price="5.590,66"):
    heading = "Serienummer; Model; Underaftale; Leasingstart; Leasingpris; Enhedsnr\n"
    return heading + "\n".join(
        f"{lead}{n:04}; T14; UA-1; 01-01-2026; {price}; 1001" for n in range(count)
    )


@pytest.mark.django_db(transaction=True)
def test_the_same_file_by_two_people_at_once_is_taken_in_once():
    builders.unit()
    builders.model()

    results = at_the_same_moment(*[lambda: take_in("deliveries", deliveries("PF"))] * 3)

    assert sorted(report.change_count for report in results) == [0, 0, 4 * 50 + 1]
    assert Lease.objects.count() == Device.objects.count() == 50


@pytest.mark.django_db(transaction=True)
def test_different_files_at_once_are_both_taken_in():
    builders.unit()
    builders.model()

    at_the_same_moment(
        lambda: take_in("deliveries", deliveries("PF")),
        lambda: take_in("deliveries", deliveries("PG")),
        lambda: take_in("devices", "Serienummer; Model\n" + "PF0001; T14\nPH0001; T14"),
        lambda: take_in("employees", "Initialer; Navn; Enhedsnr\nANBE; Anna Berg; 1001"),
    )

    assert (Lease.objects.count(), Device.objects.count(), Employee.objects.count()) == (
        100,
        101,
        1,
    )


@pytest.mark.django_db(transaction=True)
def test_a_file_does_not_wait_for_ever_for_somebody_else():
    builders.unit()
    held, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            builders.employee("EVFI")
            held.set()
            done.wait(30)

    def wait():
        held.wait(10)
        short = "SET lock_timeout = 100" if is_postgresql else "PRAGMA busy_timeout = 100"
        with connection.cursor() as cursor:
            cursor.execute(short)
        try:
            take_in("employees", EMPLOYEES.replace(";", "; "))
        finally:
            done.set()

    is_postgresql = connection.vendor == "postgresql"
    _, refused = at_the_same_moment(hold, wait)

    assert (type(refused), str(refused)) == (Refused, BUSY)
    assert Employee.objects.get().initials == "EVFI"


def test_what_the_databases_guards_refuse_is_told_in_their_words(unit, monkeypatch):
    builders.cost_holder()
    builders.charge(unit)
    close("2026Q1")
    monkeypatch.setattr("leasing.charges.services._differs", lambda charge, values: False)

    faults = faults_of("charges", "Dato; Enhedsnr; Beløb; Tekst\n10-02-2026; 1001; 1; Skærmskade")

    assert faults == [BILLED]


@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_is_told_in_danish_and_leaves_nothing(monkeypatch):
    builders.unit()
    builders.model()
    monkeypatch.setattr(
        "leasing.orders.services.deliveries.devices_by_serial_number", lambda wanted: {}
    )
    builders.device("PF0049")

    with pytest.raises(Refused) as refused:
        take_in("deliveries", deliveries("PF"))

    assert refused.value.reasons == [CLASH]
    assert Device.objects.count() == 1


def test_a_fault_in_a_transaction_of_the_callers_leaves_the_rest_of_it(unit):
    with transaction.atomic():
        unit.name = "Birkeskolen"
        unit.save()
        faults_of("employees", "Initialer; Navn; Enhedsnr\nANBE; A; 7777")
        take_in("employees", "Initialer; Navn; Enhedsnr\nANBE; A; 1001", dry_run=True)
        take_in("employees", "Initialer; Navn; Enhedsnr\nCADA; C; 1001")

    assert Unit.objects.get().name == "Birkeskolen"
    assert Employee.objects.get().initials == "CADA"


# --- in bulk


def test_rows_in_bulk_cost_no_statements_and_no_parameters_of_their_own(unit):
    """So fifty thousand do as a few do; how long they take is told by benchmarks/importing.py."""
    builders.model()
    asked = []

    def note(execute, sql, params, many, context):
        asked.append(0 if many else len(params or ()))
        return execute(sql, params, many, context)

    def take(number, seen_on):
        asked.clear()
        rows = [[f"PF{n:06}", "T14", seen_on] for n in range(number)]
        table = FileTable.of(["Serienummer", "Model", "Sidst set"], rows)
        with connection.execute_wrapper(note):
            report = import_table(kind="devices", table=table, actor=None, today=TODAY)
        assert len(asked) < 40
        assert max(asked) < 40
        return report.counts["udstyr"]

    take(10, "01-03-2026")
    assert take(5_010, "01-03-2026").created == 5_000
    assert Device.objects.count() == 5_010
    assert take(5_010, date(2026, 3, 2)).changed == 5_010
    assert Device.objects.filter(last_seen=date(2026, 3, 2)).count() == 5_010


def test_a_workbook_made_by_another_program_is_read_as_excel_shows_it(unit):
    book = openpyxl.Workbook()
    book.active.append(["Initialer", "Navn", "Enhedsnr", "Fratrådt"])
    book.active.append(["ANBE", "Anna Berg", 1001, date(2026, 5, 1)])
    book.active.append(["CADA", "Carl Dahl", 1001.0, "2026-05-01"])
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)

    import_file(kind="employees", stream=stream, filename="x.xlsx", actor=None, today=TODAY)

    assert set(Employee.objects.values_list("unit__number", "left_on")) == {
        ("1001", date(2026, 5, 1))
    }
