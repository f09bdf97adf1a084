"""Mails as a budget is used up: one for each mark, once, with the figures of the pages."""

from datetime import UTC, date, datetime

import pytest

from albertslund_it.roles import HEAD
from leasing.cost_share.selectors.budget_use import budget_uses
from leasing.models import Budget, Mail
from leasing.notices.services.notices import write_notices
from tests import builders as make

NOW = datetime(2026, 10, 1, 6, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def school(db):
    make.cost_holder()
    make.price()
    school = make.department("Dagtilbud & Skole")
    make.lease(unit=make.unit("1001", department=school), starts_on=date(2026, 1, 1))
    return school


def budget(school, ore, year=2026):
    return Budget.objects.create(unit=school.units.get(), year=year, amount_ore=ore)


def told(day):
    write_notices(today=day, now=NOW)
    return list(Mail.objects.filter(key__startswith="budget-").order_by("pk"))


def test_a_quarter_that_runs_counts_by_its_days(school):
    budget(school, 1_000_00)
    [use] = budget_uses(date(2026, 7, 1))
    # F(1 July) = ⌊559066·2/16⌋ = 69883; the third quarter is 104824 − 69883 = 34941, one day of 92.
    assert use.used_ore == 69_883 + 34_941 // 92
    assert use.per_cent == 70
    assert use.passed == 0


def test_a_head_is_told_at_each_mark_and_never_twice(school, cast):
    hanne = cast.with_access("hanne", HEAD, department=school)
    # The whole year is 139766; 80 % of 140.000 is reached in the fourth quarter.
    budget(school, 1_300_00)
    assert told(date(2026, 9, 1)) == []
    [first] = told(date(2026, 10, 1))
    assert first.subject == "80 % af pc-budgettet for 2026 er brugt: Dagtilbud & Skole"
    assert first.recipients == hanne.email
    assert told(date(2026, 10, 2)) == [first]
    [_, second] = told(date(2026, 12, 31))
    assert second.subject.startswith("Hele pc-budgettet for 2026 er brugt")
    assert "97,66\xa0kr. over budgettet" in second.text
    assert f"/egenbetaling/?afdeling={school.pk}" in second.text
    assert f"/egenbetaling/?afdeling={school.pk}" in second.html
    # A larger budget, of which less is used, does not make it be told again.
    Budget.objects.update(amount_ore=1_600_00)
    assert len(told(date(2026, 12, 31))) == 2


def test_of_two_marks_at_once_the_higher_is_told_alone(school, cast):
    cast.with_access("hanne", HEAD, department=school)
    budget(school, 500_00)
    [mail] = told(date(2026, 10, 1))
    assert mail.key == f"budget-2026-{school.pk}-100"
    Budget.objects.update(amount_ore=1_300_00)
    assert told(date(2026, 10, 2)) == [mail]


def test_without_a_budget_nobody_is_told_and_another_year_is_another_budget(school, cast):
    cast.with_access("hanne", HEAD, department=school)
    budget(school, 100_00, year=2027)
    assert told(date(2026, 12, 1)) == []
    assert [mail.key for mail in told(date(2027, 2, 1))] == [f"budget-2027-{school.pk}-100"]
