"""What one action creates and changes, written at once."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from albertslund_it.web.database.bulk import Changes, ValueChange
from albertslund_it.web.database.rows import among, any_of, write_rows
from inventory.models import Category, Department, Device, DeviceModel, Unit
from tests import builders

pytestmark = pytest.mark.django_db
MARKS = "leasing_costmark", ("device_id", "lease_id")


def test_rows_that_point_to_new_rows():
    changes = Changes((Category, DeviceModel, Device))
    category = Category(name="pc", is_pc=True)
    model = DeviceModel(name="T14", category=category)
    changes.create(Device(serial_number="PF02", model=model))
    changes.create(model)
    changes.create(category)
    old = builders.device("PF01", model=builders.model("L390", "gammel"))
    changes.update(old, "PF01", model=model, warranty_until=date(2026, 1, 1))

    changes.save(None)

    assert set(Device.objects.values_list("serial_number", "model__name", "warranty_until")) == {
        ("PF01", "T14", date(2026, 1, 1)),
        ("PF02", "T14", None),
    }
    assert [str(difference) for difference in changes.differences] == [
        "PF01: Model L390 → T14",
        "PF01: Garanti til (tom) → 01-01-2026",
    ]


def test_rows_that_change_are_written_each_as_it_is():
    changes, holder = Changes((Device, Unit)), builders.unit("1", "Et", is_cost_holder=True)
    other, one = builders.unit("2", "To"), builders.device("PF01")
    two = builders.device("PF02", ram_gb=8, windows_11=True, last_seen=date(2026, 1, 1))
    # There is one alone, so it goes first.
    changes.update(holder, "1", is_cost_holder=False, department=other.department)
    changes.update(other, "2", is_cost_holder=True, department=None)
    changes.update(one, "PF01", ram_gb=16, windows_11=False, last_seen=date(2026, 3, 1))
    changes.update(two, "PF02", ram_gb=None, windows_11=None, last_seen=None)

    changes.save(None)

    assert list(Unit.objects.order_by("number").values_list("is_cost_holder", flat=True)) == [
        False,
        True,
    ]
    seen = Device.objects.order_by("pk").values_list("ram_gb", "windows_11", "last_seen")
    assert list(seen) == [(16, False, date(2026, 3, 1)), (None, None, None)]


def test_ids_go_on_where_the_table_left_off():
    first = builders.department("A")
    Department.objects.filter(id=first.id).delete()
    changes = Changes((Department,))
    second = changes.create(Department(name="B"))
    changes.save(None)

    third = Department.objects.create(name="C")

    assert first.id < second.id < third.id
    assert Department.objects.get(name="B") == second


def test_what_is_told_and_counted():
    changes = Changes((Department, Unit))
    old = builders.unit("1", "Et", leader_name="Bo")
    same = builders.unit("2", "To")
    changes.create(Department(name="Ny"), ValueChange("Ny", "ny afdeling"))
    changes.update(old, "1", name="Ener", leader_name="", account="40000000")
    changes.update(same, "2", name="To")

    assert [str(difference) for difference in changes.differences] == [
        "Ny: ny afdeling",
        "1: Enhed Et → Ener",
        "1: Enhedsleder Bo → (tom)",
    ]
    counts = {
        name: (count.created, count.changed, count.unchanged)
        for name, count in changes.counts.items()
    }
    assert counts == {"afdelinger": (1, 0, 0), "enheder": (0, 1, 1)}


@pytest.mark.parametrize("count", [1, 2_000])
def test_the_number_of_statements_does_not_grow_with_the_rows(count):
    department = builders.department()
    units = [Unit.objects.create(department=department, number=str(n), name="Et") for n in range(2)]
    changes = Changes((Unit,))
    for unit in units:
        changes.update(unit, unit.number, name="To")
    for n in range(count):
        changes.create(Unit(department=department, number=f"x{n}", name="Ny"))

    with CaptureQueriesContext(connection) as captured:
        changes.save(None)

    assert len(captured) <= 8
    assert Unit.objects.filter(name="To").count() == 2
    assert Unit.objects.filter(name="Ny").count() == count


@pytest.mark.parametrize("values", [[], ["PF01"], ["PF01", "'; --", "æøå"], ["x"] * 40_000])
def test_any_number_of_values_is_looked_up_at_once(values):
    builders.device("PF01")

    found = Device.objects.filter(serial_number__in=among(values))

    assert found.exists() == ("PF01" in values)
    assert Device.objects.filter(any_of("serial_number", values)).exists() == found.exists()


SIGNS = ['a"b', "a\\b", "a,b", "{a}", "NULL", "", " ", "%s", "a\nb", "'", '\\"']


def test_a_text_is_looked_up_as_it_is_whatever_its_signs():
    for sign in SIGNS:
        builders.department(f"[{sign}]")

    wanted = [f"[{sign}]" for sign in SIGNS]

    for condition in (Q(name__in=among(wanted)), any_of("name", wanted)):
        found = Department.objects.filter(condition).values_list("name", flat=True)
        assert set(found) == set(wanted)
    with connection.cursor() as cursor:
        found = among(SIGNS)
        cursor.execute(found.sql, found.params)
        assert [row[0] for row in cursor.fetchall()] == SIGNS


@pytest.mark.parametrize(("values", "kind"), [([None, "a"], str), ([None, 7], int)])
def test_nothing_is_looked_up_as_nothing(values, kind):
    found = among(values, kind)
    with connection.cursor() as cursor:
        cursor.execute(found.sql, found.params)
        assert [row[0] for row in cursor.fetchall()] == values


def test_ids_are_looked_up_as_numbers():
    device = builders.device()

    assert Device.objects.filter(id__in=among({device.id}, int)).get() == device
    assert not Device.objects.filter(id__in=among([], int)).exists()
    assert Device.objects.get(any_of("id", {device.id}, int)) == device
    assert not Device.objects.filter(any_of("id", [], int)).exists()


@pytest.mark.parametrize("count", [0, 1, 998, 2_000])
def test_all_rows_are_written_in_their_order(count):
    write_rows(*MARKS, ((n, None) for n in range(count)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT device_id, lease_id FROM leasing_costmark ORDER BY id")
        assert cursor.fetchall() == [(n, None) for n in range(count)]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has one COPY")
def test_many_rows_go_with_each_statement():
    """SQLite looks through all tables' numbering for each: that was most of a row's time."""
    made = []

    def count(execute, sql, params, many, context):
        params = list(params)
        made.append(len(params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        write_rows(*MARKS, [(n, None) for n in range(2_000)])
    assert made == [2_000 // 333 + 1]


def test_rows_that_are_wrong_by_as_much_are_refused():
    with pytest.raises((ValueError, DatabaseError)), transaction.atomic():
        write_rows(*MARKS, [(1, 2, 3), (4,)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM leasing_costmark")
        assert cursor.fetchone() == (0,)
