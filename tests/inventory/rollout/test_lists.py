"""The rollout's own list as a file: what came of old machines, taken in as a whole or not at all."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from albertslund_it.common.files.row_errors import FileRefused
from inventory.models import Device, Placement, Replacement
from leasing.imports.importers.files import import_file
from tests import builders as make
from tests.files import TODAY, take_file

HEAD = "Gammel maskine;Rul;Ny pc;Udskiftet;Grund\n"
pytestmark = pytest.mark.django_db


@pytest.fixture
def school(settings):
    settings.TODAY = TODAY
    unit = make.unit("1001", "Birkeskolen")
    make.roll(1)
    for number in ("PB000001", "PB000002", "PB000003"):
        make.old_pc(number, unit)
    make.lease("PF000001", unit=unit)
    return unit


def rows():
    found = Replacement.objects.order_by("old_device__serial_number")
    return [
        (one.old_device.serial_number, one.roll.number, str(one.new_device or ""),
         one.replaced_on, one.reason, one.unit.number)
        for one in found
    ]  # fmt: skip


def test_a_list_puts_machines_into_the_roll_with_what_came_of_each(school):
    held = list(Placement.objects.values())
    text = HEAD + (
        "PB000001;1;PF000001;02-03-2026;\nPB000002;1;;;På orlov til juni\nPB000003;1;;;\n"
    )
    take_file("rollout", text)
    assert rows() == [
        ("PB000001", 1, "PF000001", date(2026, 3, 2), "", "1001"),
        ("PB000002", 1, "", None, "På orlov til juni", "1001"),
        ("PB000003", 1, "", None, "", "1001"),
    ]
    assert list(Placement.objects.values()) == held
    assert take_file("rollout", text).change_count == 0
    turned = HEAD + "\n".join(reversed(text.splitlines()[1:]))
    assert take_file("rollout", turned).change_count == 0


def test_a_machine_is_to_be_replaced_where_it_stands_by_then_whichever_move_was_noted_first(school):
    last, before = make.unit("1002"), make.unit("1003")
    [device] = Device.objects.filter(serial_number="PB000001")
    make.placement(device, date(2025, 9, 1), last)
    make.placement(device, date(2024, 9, 1), before)
    take_file("rollout", HEAD + "PB000001;1;;;\nPB000002;1;;;\n")
    assert [row[-1] for row in rows()] == ["1002", "1001"]


def test_a_blank_cell_leaves_what_is_known_and_the_excuse_goes_when_it_is_replaced(school):
    take_file("rollout", HEAD + "PB000001;1;;;På orlov\n")
    take_file("rollout", HEAD + "PB000001;;PF000001;02-03-2026;\n")
    take_file("rollout", HEAD + "PB000001;;;;\n")
    assert rows() == [("PB000001", 1, "PF000001", date(2026, 3, 2), "", "1001")]
    take_file("rollout", HEAD + "PB000001;;SLET;SLET;\n")
    assert rows() == [("PB000001", 1, "", None, "", "1001")]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("PB999999;1;;;", "PB999999"),
        ("PB000001;;;;", "Skriv Rul"),
        ("PB000001;7;;;", "Rul 7 findes ikke"),
        ("PB000001;1;PF999999;02-03-2026;", "PF999999 findes ikke"),
        ("PB000001;1;PF000001;;", "hvornår"),
        ("PB000001;1;;12-03-2026;", "ikke kommet endnu"),
        ("PB000001;1;;02-03-2026;På orlov", "skriv ingen grund"),
        ("PB000001;1;PB000003;02-03-2026;", "selv en gammel maskine"),
        ("PB000003;1;;;", "række 2"),
        ("PB000004;1;;;", "aldrig stået"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_nothing_is_written(school, row, said):
    make.device("PB000004", ram_gb=4)
    with pytest.raises(FileRefused) as refused:
        take_file("rollout", HEAD + "PB000003;1;;;\n" + row + "\n")
    [fault] = refused.value.errors
    assert (fault.row, said in str(fault)) == (3, True), str(fault)
    assert rows() == []


def test_the_exported_list_is_taken_in_again(school, client_of, cast):
    take_file("rollout", HEAD + "PB000001;1;PF000001;02-03-2026;\nPB000002;1;;;På orlov\n")  # fmt: skip
    client = client_of(cast.helpdesk)
    assert "/indlaes/rollout/" in client.get("/udrulning/maskiner/").content.decode()
    answer = client.get("/udrulning/maskiner/", {"hent": "xlsx"})
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert load_workbook(BytesIO(data)).active.max_row > 2
    again = import_file(
        kind="rollout", stream=BytesIO(data), filename="udrulning.xlsx", actor=None, today=TODAY
    )
    assert (again.row_count, again.change_count) == (2, 0)
