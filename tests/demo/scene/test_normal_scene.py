"""The demo as a new person meets it: two quarters closed, one to close, something to correct."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import User
from django.db.models import OuterRef, Subquery, Sum

from albertslund_it import roles
from albertslund_it.common.errors import Refused
from albertslund_it.demo import organisation as org
from albertslund_it.demo import users
from albertslund_it.demo.build import CLOSED_BY, FIRST, NORMAL, refuse_other_scene
from inventory.models import Access, Department, Device, Employee, Placement, Unit
from leasing.billing.selectors.verification import breaches
from leasing.billing.services.closing import close_quarter
from leasing.cost_share.selectors.budget import budget_against
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.cost_share.selectors.what_if import scenarios_seen_by
from leasing.models import (
    BillingRun,
    Budget,
    InvoiceLine,
    Kind,
    Lease,
    LeasePrice,
    Settings,
    Voucher,
)
from tests.demo import minutes
from tests.demo.scene import TODAY

# The story is told before a row is written; test_command.py builds it on both, to the last digest.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


def handed_out(day: date) -> Counter:
    """Count the leased pc's that a unit has on a day, by department."""
    newest = Placement.objects.filter(device=OuterRef("pk"), starts_on__lte=day)
    held = (
        Device.objects.filter(
            model__category__is_pc=True, lease__starts_on__lte=day, lease__isnull=False
        )
        .annotate(at=Subquery(newest.order_by("-starts_on").values("unit__department__name")[:1]))
        .exclude(at=None)
    )
    return Counter(held.values_list("at", flat=True))


def test_on_the_day_of_the_minutes_departments_have_what_the_table_says():
    assert handed_out(date(2026, 3, 11)) == minutes.delivered()
    assert handed_out(date(2026, 3, 11)).total() == 514


def test_heads_are_those_of_the_table_but_for_the_vacant_post():
    heads = dict(Department.objects.values_list("name", "head_name"))
    table = {row["department"]: row["head"] for row in minutes.table("departments")}

    assert heads == table | {org.VACANT_DEPARTMENT: ""}


def test_prices_are_those_of_the_table_and_the_made_up_one_says_so():
    prices = {price.model.name: price for price in LeasePrice.objects.select_related("model")}
    for row in minutes.table("lease_models"):
        price = prices.pop(row["model"])
        assert price.price_ore == int(row["four_year_price"].replace(".", ""))
        assert (price.starts_on, price.quarters) == (date(2026, 1, 1), 16)
        assert "11. marts 2026" in price.source

    (screen,) = prices.values()
    assert not screen.model.category.is_pc
    assert "Opdigtet" in screen.source


def test_two_quarters_are_closed_on_days_in_the_past():
    closed = list(BillingRun.objects.values_list("code", "closed_by", "closed_at"))

    assert [(code, by) for code, by, _ in closed] == [("2026Q1", CLOSED_BY), ("2026Q2", CLOSED_BY)]
    assert [at for _, _, at in closed] == [
        datetime(2026, 4, 8, 8, 14, tzinfo=UTC),  # 10:14 in Danish summer time
        datetime(2026, 7, 8, 8, 14, tzinfo=UTC),
    ]


def test_the_first_quarter_bills_every_department_and_the_cost_holder():
    run = BillingRun.objects.get(code="2026Q1")

    assert run.invoices.count() == 10
    assert set(kinds("2026Q1")) == {Kind.CURRENT, Kind.CHARGE}


def kinds(run) -> Counter:
    return Counter(
        InvoiceLine.objects.filter(invoice__run__code=run).values_list("kind", flat=True)
    )


def test_the_second_quarter_shows_every_kind_of_line():
    assert set(kinds("2026Q2")) == set(Kind.values)


def test_the_open_quarter_will_show_corrections_when_it_is_closed():
    close_quarter(
        code="2026Q3", closed_by="test", today=TODAY, now=datetime(2026, 11, 23, 9, tzinfo=UTC)
    )
    found = kinds("2026Q3")

    assert found[Kind.CORRECTION] >= 4
    assert found[Kind.BACKLOG] >= 1
    assert found[Kind.CHARGE] >= 2
    assert not list(breaches())


def test_everything_holds():
    assert not list(breaches())


def test_the_lost_pc_costs_nothing_after_it_was_stopped():
    (lease,) = Lease.objects.exclude(stops_on=None).filter(device__departure=None)

    assert lease.stops_on == date(2026, 5, 20)
    assert not lease.lines.filter(first_day__gte=lease.stops_on).exists()
    assert lease.device.charges.aggregate(ore=Sum("amount_ore"))["ore"] == 613_045


def test_some_leavers_still_have_a_pc():
    newest = Placement.objects.filter(device=OuterRef("pk")).order_by("-starts_on")
    gone = Employee.objects.filter(left_on__isnull=False).values_list("pk", flat=True)

    assert (
        Device.objects.annotate(at=Subquery(newest.values("employee")[:1]))
        .filter(at__in=list(gone))
        .exists()
    )


def test_one_unit_that_pays_cannot_be_posted_to():
    missing = [unit for unit in Unit.objects.all() if unit.missing_coding]

    assert [unit.number for unit in missing] == [org.NEW_UNIT.number]
    assert missing[0].missing_coding == ["artskonto"]
    assert missing[0].placements.count() >= 3


def test_what_is_closed_is_posted():
    posted = Voucher.objects.order_by("posted_on").values_list("run__code", "posted_on")

    assert list(posted) == [("2026Q1", date(2026, 4, 14)), ("2026Q2", date(2026, 7, 14))]


def test_every_role_has_a_login_with_the_printed_password():
    logins = {user.username: user for user in User.objects.prefetch_related("groups")}

    assert set(logins) == {user.username for user in users.USERS}
    assert {g.name for user in logins.values() for g in user.groups.all()} == set(roles.ROLES)
    assert all(check_password(users.PASSWORD, user.password) for user in logins.values())
    assert [name for name, user in logins.items() if user.is_staff] == ["admin"]
    assert not User.objects.filter(is_superuser=True)


def test_the_vacant_post_has_a_substitute_from_the_day_it_became_vacant():
    accesses = Access.objects.filter(department__name=org.VACANT_DEPARTMENT).order_by("starts_on")

    assert list(accesses.values_list("user__username", "starts_on", "ends_before")) == [
        ("leder-kkr", date(2025, 11, 1), date(2026, 9, 1)),
        ("stedfortraeder", date(2026, 9, 1), None),
    ]


def test_pages_are_told_that_the_data_is_made_up():
    assert Settings.objects.get().shows_demo_data


def test_another_scene_is_refused_in_the_same_database():
    with pytest.raises(Refused, match="slet databasen"):
        refuse_other_scene(FIRST, TODAY)
    refuse_other_scene(NORMAL, TODAY)


def test_units_have_budgets_of_which_some_are_passed_and_a_scenario_is_shared(settings):
    settings.TODAY = TODAY
    finance, head = (User.objects.get(username=name) for name in ("okonomi", "leder"))
    budgets = [
        budget_against(payer, TODAY.year, TODAY)
        for payer in payers_seen_by(finance, TODAY)
        if payer.department
    ]
    assert all(one.budget_ore > 0 for one in budgets)
    units = Budget.objects.filter(year=TODAY.year)
    everybody = payers_seen_by(finance, TODAY)[0]
    over = [
        unit
        for unit in units
        if budget_against(everybody.of_unit(unit.unit_id), TODAY.year, TODAY).passes
    ]
    assert 0 < len(over) < len(units)
    [scenario] = scenarios_seen_by(finance)
    assert scenario.created_by == head
