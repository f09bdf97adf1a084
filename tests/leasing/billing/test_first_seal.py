"""Runs that were sealed by the first version stay as they are, and are held against their lines."""

import hashlib

import pytest

from leasing.billing.selectors.verification import breaches
from leasing.billing.services import closing as closing_service
from leasing.domain.digest import CURRENT_VERSION, LINE_FIELDS, record
from leasing.models import InvoiceLine
from tests.leasing.billing.test_tampering import INVOICE, LATER, TAMPERS, behind_the_guards, told
from tests.leasing.closed import close, town

pytestmark = pytest.mark.django_db


@pytest.fixture
def first_version(monkeypatch):
    monkeypatch.setattr(closing_service, "CURRENT_VERSION", 1)


def test_runs_of_the_first_version_stay_as_they_are_and_the_next_is_of_the_second(
    first_version, monkeypatch
):
    town()
    old = close()
    monkeypatch.undo()
    new = close("2026Q2", LATER)
    assert [run.seal_version for run in (old, new)] == [1, CURRENT_VERSION]
    assert list(breaches()) == []

    header = ["2026Q1", "", "2026-04-08T08:30:00Z", "Oda Lund", "6", str(old.total_ore)]
    text = ["\x1f".join(header)]
    lines = InvoiceLine.objects.filter(invoice__run=old).order_by("number")
    text += map(record, lines.values_list(*LINE_FIELDS))
    assert old.digest == hashlib.sha256("\x1e".join(text).encode()).hexdigest()


@pytest.mark.parametrize(
    "name", ["all invoices to one department", "the name of a department", "two runs swap codes"]
)
def test_the_invoices_of_the_first_version_are_held_against_the_lines(first_version, capsys, name):
    town()
    close()
    close("2026Q2", LATER)
    statements, expected = TAMPERS[name]
    behind_the_guards(*statements)
    assert expected in told(capsys)


def test_a_head_of_the_first_version_is_held_against_the_history(first_version, capsys):
    units = town()
    close()
    department = units.school.department
    department.head_name = "Ny Leder"
    department.save()
    assert list(breaches()) == []
    behind_the_guards(f"UPDATE {INVOICE} SET head_name = 'Bo' WHERE number = '2026Q1-01'")
    assert "opgørelse 2026Q1-01: Bo har ikke været leder af afdelingen" in told(capsys)
