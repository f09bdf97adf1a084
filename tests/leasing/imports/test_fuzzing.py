"""Five thousand files broken at random: refused in words or taken in whole, and never a crash."""

import io
import re
import time
from datetime import UTC, date, datetime
from random import Random

import pytest
from django.db import connection, transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.files.spreadsheets import read_table
from inventory.imports.importers.reading import RowReader
from inventory.models import Roll
from leasing.imports.importers.files import import_file
from leasing.imports.importers.kinds import KINDS
from leasing.models import SubAgreement
from tests import builders as make
from tests.leasing.imports.mutations import broken

# Of each kind of file: 5,000 in all of every kind there is, and a third of those taken in once more on
# PostgreSQL, for what it alone would refuse.
TAKEN_IN, READ, MOST_BYTES = 125, 275, 20 * 2**20
TODAY, NOW = date(2026, 3, 11), datetime(2026, 3, 11, 9, tzinfo=UTC)
# What a person who is no programmer cannot read, or should not.
NO_WORDS = re.compile(
    r"Traceback|Exception|[A-Za-z]Error\b|\bNone\b|<class|object at 0x|DETAIL:|constraint|"
    r"site-packages|\binvalid\b|\bmust\b|[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]"
)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # PostgreSQL keeps no NUL
TABLES = (
    "inventory_unit", "inventory_department", "inventory_employee", "inventory_device",
    "inventory_devicemodel", "inventory_placement", "inventory_act", "leasing_lease",
    "leasing_leaseterm", "leasing_leaseprice", "leasing_charge", "leasing_budget",
    "inventory_replacement", "leasing_supplierinvoice", "leasing_buyoutoffer", "leasing_importbatch", "leasing_keptfile",
    "auditlog_logentry",
)  # fmt: skip


@pytest.fixture
def town(cast, settings):
    """Return what the examples of all kinds are about, so that they are taken in as they stand."""
    settings.TODAY = TODAY
    make.cost_holder()
    unit = make.unit("9911", "Birkeskolen", department=make.department("Dagtilbud & Skole"))
    anna = make.employee("ANBE", "Anna Berg", unit=unit, mail="anbe@example.dk")
    make.lease("PF0A1B2C", unit=unit, employee=anna)
    make.lease("PF0A1B2D", unit=unit)
    SubAgreement.objects.filter(leases__isnull=False).update(number="UA-2026-01")
    make.price()
    Roll.objects.create(number=1, name="4 GB")
    return unit


def example(kind: str) -> list[list[str]]:
    """Return a good file of a kind: its headings, and two rows that differ."""
    columns = KINDS[kind].columns
    first = [str(column.example) for column in columns]
    second = [
        other(kind, column.field, value) for column, value in zip(columns, first, strict=True)
    ]
    for row in (first, second):
        for at, column in enumerate(columns):
            if (kind, column.field) in LEFT_EMPTY:
                row[at] = ""
    return [[column.name for column in columns], first, second]


LEFT_EMPTY = {
    ("deliveries", name) for name in ("order_number", "initials", "unit", "handed_out_on")
}
SECOND = {
    "PF0A1B2C": "PF0A1B2D",
    "ANBE": "ANBO",
    "Anna Berg": "Bo Lund",
    "anbe@example.dk": "bo@example.dk",
    "anbe@albertslund.dk": "bo@albertslund.dk",
    "5798000000018": "",
}
SECOND_OF = {
    ("units", "number"): "9912",
    ("units", "name"): "Egeskolen",
    ("placements", "initials"): "",
    ("prices", "starts_on"): "01-07-2026",
    ("charges", "text"): "Knust skærm",
    ("budgets", "year"): "2028",
}


def other(kind: str, field: str, value: str) -> str:
    return SECOND_OF.get((kind, field), SECOND.get(value, value))


def fingerprint() -> tuple:
    """Return how many rows there are of all that an import writes."""
    counts = ", ".join(f"(SELECT count(*) FROM {name})" for name in TABLES)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return cursor.fetchone()


def taken(kind, name, data, *, dry_run):
    """Take in a file and put everything back; return what it would do, or why it is refused."""
    try:
        with transaction.atomic():
            report = import_file(
                kind=kind, stream=io.BytesIO(data), filename=name, actor=None, today=TODAY,
                now=None if dry_run else NOW, dry_run=dry_run,
            )  # fmt: skip
            transaction.set_rollback(True)
    except Refused as refused:
        return refused.reasons
    return [report.row_count, {name: vars_of(count) for name, count in report.counts.items()}]


def plain(rows):
    return "\n".join(";".join(row) for row in rows).encode()


def vars_of(count):
    return count.created, count.changed, count.unchanged


def repr_of(table):
    return "".join(
        str(cell) for row in (table.headings, *(r for _, r in table.rows)) for cell in row
    )


def assert_words(reasons, case):
    """Assert that somebody at the helpdesk can read why a file is refused."""
    assert reasons, case
    for reason in reasons:
        assert not NO_WORDS.search(reason), (case, reason)
        assert len(reason) < 2_000, (case, reason[:300])


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_file_is_refused_in_words_or_taken_in_whole(town, kind):
    good = example(kind)
    assert len(taken(kind, "fil.csv", plain(good), dry_run=True)) == 2, "as it stands it is good"
    before, chance, refused = fingerprint(), Random(f"fuzz {kind}"), 0
    cases = TAKEN_IN if connection.vendor == "sqlite" else TAKEN_IN // 3
    for case in range(cases):
        name, data = broken(good, chance)
        try:
            said = taken(kind, name, data, dry_run=True)
            again = taken(kind, name, data, dry_run=False) if case % 3 == 0 else said
        except Exception as error:
            pytest.fail(f"case {case} ({name}, {data[:300]!r}): {error!r}")
        assert fingerprint() == before, case
        assert again == said, case
        if all(isinstance(one, str) for one in said):
            refused += 1
            assert_words(said, case)
    assert cases // 3 < refused < cases  # both ends are reached


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_file_is_read_or_refused_in_words(kind):
    importer, good, chance = KINDS[kind], example(kind), Random(f"reading {kind}")
    read = 0
    for case in range(READ):
        name, data = broken(good, chance)
        errors, began = RowErrors(), time.process_time()
        try:
            table = read_table(io.BytesIO(data), name, MOST_BYTES, importer.known)
            RowReader(importer, table, errors).rows()
        except Refused as refused:
            assert_words(refused.reasons, case)
        except Exception as error:
            pytest.fail(f"case {case} ({name}, {data[:300]!r}): {error!r}")
        else:
            read += 1
            assert not CONTROL.search(repr_of(table)), case
            assert_words([str(one) for one in errors.of_rows] or ["-"], case)
        assert time.process_time() - began < 5, case
    assert read > READ // 4
