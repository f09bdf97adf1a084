"""What no form offers and somebody sends all the same."""

from datetime import UTC, date, datetime

import pytest

from albertslund_it.common.errors import Refused
from inventory.people.services.people import employee_state
from leasing.models import LossReport
from leasing.movements.services.losses import found_again
from tests import builders as make
from tests.leasing.movements.town import TODAY, School, hand_out, transfer

pytestmark = pytest.mark.django_db
TOO_BIG = "9223372036854775808"


@pytest.fixture
def school(settings):
    settings.TODAY = TODAY
    return School()


def test_nobody_gets_a_second_pc_at_the_expense_of_fælles_it(school):
    own, other = school.stock[:2]
    hand_out(own, unit=school.birke, employee=school.anna)
    with pytest.raises(Refused, match="betaler kun udlån"):
        hand_out(other, unit=school.holder, employee=school.anna)
    hand_out(other, unit=school.birke, used_for="Vogn")
    with pytest.raises(Refused, match="betaler kun udlån"):
        transfer(other, unit=school.holder, employee=school.anna)


def test_a_unit_that_no_database_holds_is_a_fault_in_the_form(school, cast, client_of):
    values = {
        "unit": school.birke.pk,
        "also_employed_at": TOO_BIG,
        "seen": employee_state(school.anna),
    }
    answer = client_of(cast.helpdesk).post(f"/medarbejdere/{school.anna.pk}/ret/", values)

    assert answer.status_code == 422
    assert "Vælg også ansat i fra listen" in answer.content.decode()


def test_a_roll_that_no_database_holds_is_a_fault_in_the_form(school, cast, client_of):
    values = {"number": TOO_BIG, "name": "Rul", "criterion": "8 GB"}
    answer = client_of(cast.helpdesk).post("/udrulning/rul/", values)

    assert answer.status_code == 422


def test_what_is_lost_after_midnight_is_not_found_the_day_before(school):
    # 23.30 in UTC is half past midnight the day after in Denmark.
    report = LossReport.objects.create(
        device=make.lease("PF000009").device,
        kind="lost",
        discovered_at=datetime(2026, 11, 19, 23, 30, tzinfo=UTC),
        encrypted="yes",
        reported_at=datetime(2026, 11, 20, 8, tzinfo=UTC),
    )
    with pytest.raises(Refused, match="20-11-2026"):
        found_again(report_id=report.pk, found_on=date(2026, 11, 19), actor=None, today=TODAY)
