"""Whatever files are taken in and undone: twice is once, any order is the same, undone is undone."""

from contextlib import suppress
from datetime import date
from itertools import chain, repeat

from django.db import transaction
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from albertslund_it.common.errors import Refused
from inventory.models import Device, DeviceModel, Employee, Placement
from leasing.imports.services.undoing import undo_batch
from leasing.models import (
    ImportBatch,
    Lease,
    LeasePrice,
    SupplierInvoice,
    SupplierInvoiceLine,
    WaitingRow,
)
from tests import builders
from tests.files import take_file
from tests.histories import histories
from tests.leasing.movements.town import NOW

UNITS = st.sampled_from(["1001", "1002", "Skole 1002", "7777"])
NUMBERS = st.sampled_from(["PF0QQ001", "PF0QQ002", "PF0QQ003", "0"])
DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 9)).map("{:%d-%m-%Y}".format)
PRICES = st.sampled_from(["5590,66", "349,41"])
INITIALS = st.sampled_from(["ANBE", "BODA", "CADA", ""])
KINDS = {
    "employees": (
        "Initialer;Navn;Enhedsnr",
        st.tuples(INITIALS, st.sampled_from(["Anna", "Anna Bæk"]), UNITS),
    ),
    "devices": (
        "Serienummer;Model;Garanti til;Enhedsnr",
        st.tuples(NUMBERS, st.sampled_from(["T14", "X9"]), DAYS, UNITS),
    ),
    "deliveries": (
        "Serienummer;Model;Underaftale;Leasingstart;Leasingpris;Enhedsnr",
        st.tuples(NUMBERS, st.just("T14"), st.just("UA-1"), DAYS, st.just("5590,66"), UNITS),
    ),
    "prices": (
        "Model;Kategori;Gælder fra;Leasingpris;Kvartaler",
        st.tuples(st.sampled_from(["T14", "X9"]), st.just("pc"), DAYS, PRICES, st.just("16")),
    ),
    "supplier_invoice": (
        "Fakturanr;Fakturadato;Serienummer;Fra;Til;Beløb",
        st.tuples(
            st.sampled_from(["F-1", "F-2"]),
            st.just("02-01-2026"),
            NUMBERS,
            *map(st.just, ("01-01-2026", "31-03-2026")),
            PRICES,
        ),
    ),
    "placements": ("Serienummer;Fra;Enhedsnr;Initialer", st.tuples(NUMBERS, DAYS, UNITS, INITIALS)),
}
FILES = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.tuples(
        st.just(kind),
        st.lists(KINDS[kind][1], min_size=1, max_size=4),
        st.booleans(),
        st.booleans(),
    )
)
STEPS = st.lists(st.one_of(FILES, FILES, FILES, st.just("undo")), min_size=1, max_size=7)

# A row waits, and the next file has it mended.
MENDED = [
    ("employees", [("ANBE", "Anna", "1001"), ("BODA", "Anna", "7777")], True, False),
    ("employees", [("BODA", "Anna", "1002")], False, True),
]


def what_is():
    """Return what people see of the register, without what rows are numbered."""
    return (
        set(Employee.objects.values_list("initials", "name", "unit__number", "left_on")),
        set(Device.objects.values_list("serial_number", "model__name", "warranty_until")),
        set(Lease.objects.values_list("device__serial_number", "starts_on", "terms__price_ore")),
        set(
            Placement.objects.values_list(
                "device__serial_number", "starts_on", "unit__number", "employee__initials"
            )
        ),
        set(LeasePrice.objects.values_list("model__name", "starts_on", "price_ore")),
        set(
            SupplierInvoice.objects.values_list(
                "number", "lines__serial_number", "lines__amount_ore"
            )
        ),
    )


def rows_too():
    models = (Employee, DeviceModel, Device, Placement, LeasePrice, SupplierInvoiceLine, WaitingRow)
    return [list(model.objects.order_by("pk").values()) for model in models]


def lines_of(kind, rows, mends):
    """Return the lines of a file, whose rows stand for those that wait where it mends them."""
    marks = map(str, WaitingRow.objects.waiting().filter(batch__kind=kind)) if mends else ()
    marked = zip(chain(marks, repeat("")), rows, strict=False)
    return [
        f"Venter som;{KINDS[kind][0]}",
        *(";".join((mark, *row)) for mark, row in marked),
    ]


def take(kind, lines, good_rows):
    """Take in a file; None where it is refused."""
    with suppress(Refused):
        return take_file(kind, "\n".join(lines), good_rows=good_rows)


class FilesTest(TestCase):
    @histories(30)
    @given(STEPS)
    @example(MENDED)
    def test_files_in_any_order_and_undone(self, steps):
        builders.cost_holder()
        for number in ("1001", "1002"):
            builders.unit(number, f"Skole {number}")
        builders.model("T14")
        done, at_first = [], (what_is(), rows_too())
        for step in steps:
            if step == "undo":
                self.undo(done)
                continue
            kind, rows, good_rows, mends = step
            lines = lines_of(kind, rows, mends)
            turned_lines = [lines[0], *reversed(lines[1:])]
            with transaction.atomic():
                take(kind, turned_lines, good_rows)
                turned = what_is()
                transaction.set_rollback(True)
            before = what_is(), rows_too()
            report = take(kind, lines, good_rows)
            assert what_is() == turned
            if report is None or not report.does_something:
                assert (what_is(), rows_too()) == before
                continue
            assert report.batch == ImportBatch.objects.first()
            done.append((report.batch, before))
            assert not take(kind, turned_lines, good_rows).does_something
        while done:
            self.undo(done)
        assert (what_is(), rows_too()) == at_first

    def undo(self, done):
        if done:
            batch, before = done.pop()
            undo_batch(number=batch.pk, actor=None, now=max(NOW, batch.made_at), of_anybody=True)
            assert (what_is(), rows_too()) == before
