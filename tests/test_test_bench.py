"""The tests' own footing: emptied tables, roles and guards that come back, a browser that sees."""

import ast
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Group

from albertslund_it.roles import FINANCE, ROLES
from albertslund_it.web.database.recorded import Recorder, recording
from inventory.models import Department, Employee
from leasing.guards import missing_guards
from leasing.models import BillingRun, FrameworkAgreement, Settings
from tests import builders
from tests.browser import AXE_COLOURS, AXE_TAGS, asks_colours, assert_accessible, every_look

TESTS = Path(__file__).parent


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

    page.evaluate("document.documentElement.setAttribute('lang', 'da')")
    of_colours = page.evaluate("axe.getRules(['cat.color']).map(one => [one.ruleId, one.tags])")
    assert {rule for rule, tags in of_colours if set(tags) & {*AXE_TAGS}} == {*AXE_COLOURS}
    # What a text means the second time it remembers, and it is what it meant the first.
    read = "new axe.commons.color.Color().parseString('rgba(1, 20, 255, 0.5)').toJSON()"
    meant = {"red": 1, "green": 20, "blue": 255, "alpha": 0.5}
    assert page.evaluate(f"[{read}, {read}]") == [meant, meant]
    seen = {True: set(), False: set()}
    for look in every_look(page):
        assert_accessible(page, look)
        page.evaluate("document.querySelector('label').style.color = '#777'")
        is_asked = asks_colours(page.url, look)
        if is_asked:
            with pytest.raises(AssertionError, match="color-contrast"):
                assert_accessible(page, look)
        else:
            assert_accessible(page, look)
        with pytest.raises(AssertionError, match="color-contrast"):
            assert_accessible(page)
        page.evaluate("document.querySelector('label').style.color = ''")
        seen[is_asked].add(look)
        assert asks_colours(f"{live_server.url}/stil/", look) is not is_asked
    # Wide in one scheme and narrow in the other, here; and on another page the other way round.
    assert seen[True] in ({"1280 px light", "390 px dark"}, {"1280 px dark", "390 px light"})
    assert len(seen[False]) == 2

    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.wait_for_timeout(100)
    assert "Content Security Policy" in page.problems.pop()


def test_what_no_act_sees_is_forbidden_inside_one(db):
    Employee.objects.update(name="Uden for en handling")
    with recording(Recorder()), pytest.raises(AssertionError, match="inside an act"):
        Employee.objects.update(name="Inde i en handling")


def test_no_test_is_named_by_the_moment_it_was_collected():
    """Each worker collects for itself, a second later: a name of that second is in one of them only."""
    moving = re.compile(
        r"time\.time|.*\b(now|today|localdate|uuid4|random|token_(urlsafe|hex|bytes))"
    )
    found = [
        f"{path.relative_to(TESTS)}:{call.lineno}"
        for path in sorted(TESTS.rglob("*.py"))
        for made in ast.walk(ast.parse(path.read_text()))
        if isinstance(made, ast.FunctionDef)
        for decorator in made.decorator_list
        for call in ast.walk(decorator)
        if isinstance(call, ast.Call) and moving.fullmatch(ast.unparse(call.func))
    ]
    assert found == []
