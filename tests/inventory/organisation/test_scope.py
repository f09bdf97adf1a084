"""Whose units and devices a user sees: dated access, department or unit, or everything."""

from datetime import date

import pytest

from albertslund_it import roles
from inventory.organisation.selectors.organisation import department_rows, departments_open_to
from inventory.organisation.selectors.scope import (
    departments_seen_by,
    devices_seen_by,
    units_seen_by,
)
from tests import builders as make

pytestmark = pytest.mark.django_db

TODAY = date(2026, 9, 14)


@pytest.fixture
def places(cast):
    """Return the cast's own unit, its neighbour in the department, a foreign one, and stock."""
    units = {
        "own": cast.unit,
        "neighbour": make.unit("1002", "Nabo", department=cast.department),
        "foreign": make.unit("2001", "Fremmed", department=make.department("Miljø & Teknik")),
    }
    devices = {name: make.device(f"PF-{name.upper()}") for name in (*units, "stock")}
    for name, unit in units.items():
        make.placement(devices[name], date(2026, 1, 1), unit)
    units["holder"] = make.cost_holder()
    return units, devices


def test_a_head_sees_the_departments_units_and_devices_and_nothing_else(cast, places):
    units, devices = places

    assert set(departments_seen_by(cast.head, TODAY)) == {cast.department}
    assert set(units_seen_by(cast.head, TODAY)) == {units["own"], units["neighbour"]}
    assert set(devices_seen_by(cast.head, TODAY)) == {devices["own"], devices["neighbour"]}


def test_a_unit_leader_sees_the_unit_alone_and_its_department_only_by_name(cast, places):
    units, devices = places

    assert not departments_seen_by(cast.unit_leader, TODAY).exists()
    assert set(units_seen_by(cast.unit_leader, TODAY)) == {units["own"]}
    assert set(devices_seen_by(cast.unit_leader, TODAY)) == {devices["own"]}
    assert set(departments_open_to(cast.unit_leader, TODAY)) == {cast.department}
    (row,) = department_rows(cast.unit_leader, TODAY)
    assert [unit.name for unit in row.units] == [units["own"].name]
    assert row.devices == 1


@pytest.mark.parametrize("role", ["helpdesk", "finance", "auditor", "administrator"])
def test_finance_helpdesk_and_auditors_see_everything_stock_too(cast, places, role):
    units, devices = places
    user = getattr(cast, role)

    assert set(units_seen_by(user, TODAY)) == set(units.values())
    assert set(devices_seen_by(user, TODAY)) == set(devices.values())


def test_a_user_without_access_sees_nothing(cast, places):
    assert not units_seen_by(cast.nobody, TODAY).exists()
    assert not devices_seen_by(cast.nobody, TODAY).exists()
    assert department_rows(cast.nobody, TODAY) == []


@pytest.mark.parametrize(
    ("day", "sees"),
    [
        (date(2026, 8, 31), False),
        (date(2026, 9, 1), True),
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),
    ],
)
def test_access_holds_from_its_first_day_until_the_day_it_ends(cast, day, sees):
    substitute = cast.with_access(
        "vibeke",
        roles.HEAD,
        department=cast.unit.department,
        starts_on=date(2026, 9, 1),
        ends_before=date(2026, 10, 1),
    )

    assert units_seen_by(substitute, day).exists() is sees


def test_a_device_is_seen_where_it_is_that_day(cast, places):
    units, devices = places
    make.placement(devices["own"], date(2026, 10, 1), units["foreign"])

    assert devices["own"] in devices_seen_by(cast.head, TODAY)
    assert devices["own"] not in devices_seen_by(cast.head, date(2026, 10, 1))
