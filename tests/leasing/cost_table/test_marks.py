"""Every way to change what leases cost leaves a mark, and what is not changed leaves none."""

from datetime import date

import pytest
from django.db import connection, transaction

from albertslund_it.web.database.rows import write_rows
from inventory.models import Device, Placement, Unit
from leasing.cost_table.check import costs_that_differ
from leasing.cost_table.refresh import refresh
from leasing.marks import MARKED
from leasing.models import Cost, CostMark, CostPlacement, Lease, LeaseTerm, Settings
from tests import builders as make
from tests.leasing.closed import close

pytestmark = pytest.mark.django_db
POSTGRESQL = connection.vendor == "postgresql"
on_postgresql = pytest.mark.skipif(not POSTGRESQL, reason="PostgreSQL's own")
on_sqlite = pytest.mark.skipif(POSTGRESQL, reason="SQLite's own")
LATER = date(2026, 2, 10)


@pytest.fixture
def world():
    """Make two leases at one unit, a spare device and a cost holder, all of it worked out."""
    make.cost_holder()
    school = make.unit("1001")
    make.unit("1002")
    for serial in ("PF000001", "PF000002"):
        make.lease(serial, unit=school)
    make.model("T16")
    make.device("PF000003")
    assert refresh()
    assert not CostMark.objects.exists()
    return school


def ids():
    """Return the ids that the statements below name."""
    first, second = Lease.objects.order_by("id")[:2]
    return {
        "lease": first.id,
        "other_lease": second.id,
        "device": first.device_id,
        "other_device": second.device_id,
        "spare": Device.objects.get(serial_number="PF000003").id,
        "placement": first.device.placements.get().id,
        "other_placement": second.device.placements.get().id,
        "term": first.terms.get().id,
        "other_term": second.terms.get().id,
        "agreement": first.sub_agreement_id,
        "school": Unit.objects.get(number="1001").id,
        "nursery": Unit.objects.get(number="1002").id,
        "holder": Unit.objects.get(number="9000").id,
        "model": make.model("T16").id,
        "pc": make.model("T14").id,
    }


def run(*statements):
    known = ids()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.format(**known))


def assert_followed(changed_rows=True):
    """The change is marked; once it is worked out, all is as a full recomputation has it."""
    before = set(Cost.objects.values_list())
    assert CostMark.objects.exists()
    assert refresh()
    assert not CostMark.objects.exists()
    assert list(costs_that_differ()) == []
    assert (before != set(Cost.objects.values_list())) == changed_rows


class TestByTheModels:
    def test_a_placement_saved(self, world):
        make.placement(Lease.objects.first().device, LATER, make.unit("1002"))
        assert_followed()

    def test_placements_created_in_bulk(self, world):
        other = make.unit("1002")
        Placement.objects.bulk_create(
            Placement(device=lease.device, starts_on=LATER, unit=other)
            for lease in Lease.objects.all()
        )
        assert_followed()

    def test_leases_updated_in_bulk(self, world):
        leases = list(Lease.objects.all())
        for lease in leases:
            lease.stops_on = LATER
        Lease.objects.bulk_update(leases, ["stops_on"])
        assert_followed()

    def test_terms_updated_by_a_query(self, world):
        LeaseTerm.objects.update(price_ore=100_000)
        assert_followed()

    def test_a_devices_model(self, world):
        Device.objects.update(model=make.model("T16"))
        assert_followed()

    def test_a_lease_deleted_with_its_terms(self, world):
        Lease.objects.first().delete()
        assert_followed()

    def test_a_placement_deleted(self, world):
        Placement.objects.first().delete()
        assert_followed()

    def test_the_first_day_that_is_billed(self, world):
        Settings.objects.update(billing_starts_on=date(2026, 2, 1))
        assert_followed()

    def test_another_cost_holder(self, world):
        Placement.objects.all().delete()
        assert refresh()
        Unit.objects.filter(is_cost_holder=True).update(
            is_cost_holder=False, department=make.department()
        )
        Unit.objects.filter(number="1002").update(is_cost_holder=True, department=None)
        assert_followed()

    def test_a_closing_and_what_it_then_has_to_correct(self, world):
        close("2026Q1")
        assert_followed(changed_rows=False)
        make.placement(Lease.objects.first().device, LATER, make.unit("1002"))
        assert_followed()
        close("2026Q2", date(2026, 7, 8))
        assert_followed(changed_rows=False)


CHANGES = [
    "INSERT INTO inventory_placement (device_id, starts_on, unit_id, used_for) "
    "VALUES ({device}, '2026-02-10', {nursery}, '')",
    "UPDATE inventory_placement SET unit_id = NULL, employee_id = NULL WHERE id = {placement}",
    "UPDATE inventory_placement SET device_id = {other_device}, starts_on = '2026-02-10' "
    "WHERE id = {placement}",
    "DELETE FROM inventory_placement",
    "UPDATE leasing_lease SET device_id = {spare} WHERE id = {lease}",
    "UPDATE leasing_lease SET starts_on = '2026-01-20'",
    "UPDATE leasing_leaseterm SET quarters = 3 WHERE id = {term}",
    "UPDATE inventory_device SET model_id = {model} WHERE id = {device}",
    "INSERT INTO inventory_placement (id, device_id, starts_on, unit_id, used_for) "
    "VALUES ({placement}, {device}, '2026-01-01', {nursery}, '') "
    "ON CONFLICT (id) DO UPDATE SET unit_id = excluded.unit_id",
    "INSERT INTO inventory_placement (device_id, starts_on, unit_id, used_for) "
    "VALUES ({device}, '2026-01-01', {nursery}, '') "
    "ON CONFLICT (device_id, starts_on) DO UPDATE SET unit_id = excluded.unit_id",
    "INSERT INTO leasing_leaseterm (lease_id, position, price_ore, quarters, source) "
    "VALUES ({lease}, 1, 5000, 16, '') "
    "ON CONFLICT (lease_id, position) DO UPDATE SET price_ore = excluded.price_ore",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_by_sql(world, statement):
    run(statement)
    assert_followed()


@pytest.mark.parametrize("change", ["used_for = 'udlån'", "employee_id = {employee}"])
def test_who_has_it_by_sql(world, change):
    """It costs the unit what it did; who has it is kept beside."""
    before = set(CostPlacement.objects.values_list())
    employee = make.employee(unit=world).pk
    run(
        f"UPDATE inventory_placement SET {change} WHERE id = {{placement}}".replace(
            "{employee}", str(employee)
        )
    )
    assert_followed(changed_rows=False)
    assert before != set(CostPlacement.objects.values_list())


PLACEMENT = "inventory_placement (id, device_id, starts_on, unit_id, used_for)"
TERM = "leasing_leaseterm (id, lease_id, position, price_ore, quarters, source)"
LEASE = "leasing_lease (id, device_id, sub_agreement_id, starts_on, order_number)"
REPLACED = {
    "placement by id": f"REPLACE INTO {PLACEMENT} "
    "VALUES ({placement}, {spare}, '2026-01-01', {nursery}, '')",
    "placement by device and day": f"REPLACE INTO {PLACEMENT} "
    "VALUES (900, {device}, '2026-01-01', {nursery}, '')",
    "placement by two keys": f"REPLACE INTO {PLACEMENT} "
    "VALUES ({placement}, {other_device}, '2026-01-01', {nursery}, '')",
    "placement moved onto another": "UPDATE OR REPLACE inventory_placement "
    "SET device_id = {other_device} WHERE id = {placement}",
    "term by id": f"REPLACE INTO {TERM} VALUES ({{term}}, {{other_lease}}, 2, 5000, 4, '')",
    "term by its place": f"REPLACE INTO {TERM} VALUES (900, {{lease}}, 1, 5000, 4, '')",
    "term moved onto another": "UPDATE OR REPLACE leasing_leaseterm "
    "SET lease_id = {other_lease} WHERE id = {term}",
    "lease by its device": f"REPLACE INTO {LEASE} "
    "VALUES (900, {device}, {agreement}, '2026-01-01', '')",
    "lease moved onto another's device": "UPDATE OR REPLACE leasing_lease "
    "SET device_id = {other_device} WHERE id = {lease}",
}


@on_sqlite
@pytest.mark.parametrize("name", REPLACED)
def test_what_sqlite_replaces(world, name):
    """Each unique key may push a row out, which fires no trigger of its own."""
    run("PRAGMA defer_foreign_keys = ON", REPLACED[name])
    assert_followed()
    transaction.set_rollback(True)


@on_sqlite
def test_a_device_or_a_cost_holder_that_sqlite_replaces(world):
    make.lease("PF000009")  # in stock, which the cost holder pays for
    assert refresh()
    for model, source, changes in (
        (Device, "device", {"model_id": "{model}"}),
        (Unit, "holder", {"id": "900"}),
    ):
        names = [column.column for column in model._meta.concrete_fields]
        told = [changes.get(name, name) for name in names]
        run(
            "PRAGMA defer_foreign_keys = ON",
            f"REPLACE INTO {model._meta.db_table} ({', '.join(names)}) "
            f"SELECT {', '.join(told)} FROM {model._meta.db_table} WHERE id = {{{source}}}",
        )
        assert_followed()


@on_postgresql
class TestOnPostgreSQL:
    def test_copy(self, world):
        row = ids()["device"], LATER, ids()["nursery"], ""
        write_rows("inventory_placement", ("device_id", "starts_on", "unit_id", "used_for"), [row])
        assert_followed()

    @pytest.mark.parametrize("tables", ["inventory_placement", "leasing_lease CASCADE"])
    def test_truncate(self, world, tables):
        run("SET CONSTRAINTS ALL IMMEDIATE", f"TRUNCATE {tables}")
        assert CostMark.objects.filter(device_id=None, lease_id=None).exists()
        assert_followed()

    def test_a_replication_session(self, world):
        run(
            "SET LOCAL session_replication_role = replica",
            "UPDATE inventory_placement SET unit_id = {nursery}",
        )
        assert_followed()

    def test_merge(self, world):
        run(
            "MERGE INTO inventory_placement p USING (SELECT {placement} AS id) s ON p.id = s.id "
            "WHEN MATCHED THEN UPDATE SET unit_id = {nursery}"
        )
        assert_followed()

    def test_a_temporary_table_of_the_name_catches_no_mark(self, world):
        run(
            "CREATE TEMP TABLE leasing_costmark (id bigint, device_id bigint, lease_id bigint)",
            "UPDATE public.inventory_placement SET unit_id = {nursery}",
            "DROP TABLE pg_temp.leasing_costmark",
        )
        assert_followed()


UNCHANGED = [
    "UPDATE inventory_placement SET starts_on = starts_on, unit_id = unit_id",
    "UPDATE leasing_lease SET order_number = '4711'",
    "UPDATE leasing_leaseterm SET source = 'prislisten', price_ore = price_ore",
    "UPDATE inventory_device SET serial_number = 'X' || serial_number",
    "UPDATE inventory_unit SET name = 'Ny', number = '1' || number",
    "UPDATE leasing_settings SET tolerance_ore = 7",
    "DELETE FROM inventory_placement WHERE id < 0",
]


@pytest.mark.parametrize("statement", UNCHANGED)
def test_what_leaves_costs_as_they_are_marks_nothing(world, statement):
    run(statement)
    assert not CostMark.objects.exists()


def test_saving_without_a_change_marks_nothing(world):
    for model in (Placement, Lease, LeaseTerm, Device, Unit, Settings):
        for row in model.objects.all():
            row.save()
    assert not CostMark.objects.exists()


def test_a_new_unit_or_device_marks_nothing(world):
    """Only the cost holder is everybody's: a new unit costs nothing yet."""
    make.unit("1003")
    make.device("PF000004")
    Unit.objects.filter(number="1003").delete()
    assert not CostMark.objects.exists()


def test_a_move_is_marked_once(world):
    Placement.objects.filter(id=ids()["placement"]).update(unit=make.unit("1002"))
    assert CostMark.objects.count() == 1


def test_the_keys_that_replace_goes_by_are_those_of_the_tables():
    """A unique key that is added later must be named, or SQLite's REPLACE gets past the marks."""
    for marked in MARKED:
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, marked.table)
        keys = {tuple(sorted(key["columns"])) for key in found.values() if key["unique"]}
        assert {tuple(sorted(key)) for key in marked.keys} | {("id",)} == keys | {("id",)}
