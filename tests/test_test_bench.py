"""The tests' own footing: emptied tables, roles and guards that come back, a browser that sees."""

import pytest
from django.contrib.auth.models import Group

from albertslund_it.roles import FINANCE, ROLES
from inventory.models import Department
from leasing.guards import missing_guards
from leasing.models import BillingRun, FrameworkAgreement, Settings
from tests import builders
from tests.browser import assert_accessible


def sealed_run():
    run = BillingRun.objects.create(
        code="2026Q1",
        quarter="2026Q1",
        closed_at="2026-04-01T08:00:00Z",
        closed_by="oda",
        line_count=0,
        total_ore=0,
    )
    BillingRun.objects.filter(id=run.id).update(digest="0" * 64)


@pytest.mark.parametrize("attempt", [1, 2])
def test_a_transactional_test_finds_empty_tables_and_all_that_is_there_from_the_start(
    transactional_db, attempt
):
    assert not BillingRun.objects.exists()
    assert not Department.objects.exists()
    assert missing_guards() == []
    assert Settings.objects.count() == FrameworkAgreement.objects.count() == 1
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
    finance = Group.objects.get(name=FINANCE)
    assert finance.permissions.filter(codename="close_quarter").exists()
    sealed_run()
    builders.department()


def test_the_cast_has_its_rights(cast):
    people = cast.by_role()

    assert people[FINANCE].has_perm("leasing.close_quarter")
    assert not people[""].has_perm("inventory.view_device")
    assert cast.head.accesses.get().department == cast.unit.department


def test_a_lease_is_made_with_all_it_needs(db):
    first = builders.lease(unit=builders.unit())
    builders.lease("PF000002")

    assert first.terms.get().price_ore == 559066
    assert first.device.placements.get().unit.number == "1001"


def test_the_browser_sees_faults_of_accessibility_and_of_policy(page, live_server):
    page.goto(f"{live_server.url}/admin/login/")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    with pytest.raises(AssertionError, match="html-has-lang"):
        assert_accessible(page)

    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.wait_for_timeout(100)
    assert "Content Security Policy" in page.problems.pop()
