"""Notices tell of each thing once in its week or month, and of what is new at once."""

from datetime import UTC, date, datetime

import pytest

from inventory.models import ExpectedReturn
from inventory.placements.services.placements import place
from leasing.models import Mail, Settings
from leasing.notices.services.notices import write_notices
from tests import builders as make
from tests.leasing.closed import close

TODAY = date(2026, 11, 29)
NOW = datetime(2026, 11, 29, 7, tzinfo=UTC)


@pytest.fixture
def holder(db):
    """Let nothing but what a test makes be due: all quarters that have ended are closed."""
    holder = make.cost_holder()
    Settings.objects.update(helpdesk_mail="it@example.dk")
    return holder


def notify(today=TODAY):
    """Write what is due; return the texts of the new mails."""
    known = set(Mail.objects.values_list("pk", flat=True))
    write_notices(today=today, now=datetime(today.year, today.month, today.day, 7, tzinfo=UTC))
    return [mail.subject + "\n" + mail.text for mail in Mail.objects.exclude(pk__in=known)]


class TestOverdueReturns:
    @pytest.fixture
    def three(self, holder):
        school = make.unit("1010", "Ærtebjerg Skole")
        devices = []
        for n in (1, 2, 3):
            person = make.employee(f"p{n}", f"Person {n}", unit=school)
            device = make.lease(f"PF00000{n}", unit=school, employee=person).device
            ExpectedReturn.objects.create(
                device=device,
                employee=person,
                unit=school,
                why="loan",
                due_on=date(2026, 11, 20 + n),
                created_at=NOW,
            )
            devices.append(device)
        close("2026Q3", today=TODAY)
        return devices

    @pytest.mark.parametrize("handed_in", [0, 1, 2])
    def test_handing_one_in_makes_nobody_hear_of_the_others(self, three, handed_in):
        [first] = notify()
        assert "3 stk. skulle have været afleveret" in first
        place(device=three[handed_in], starts_on=TODAY, unit=None, employee=None, actor=None)
        assert notify() == []

    def test_one_more_is_told_of_alone(self, three):
        notify()
        ExpectedReturn.objects.filter(device=three[2]).update(due_on=date(2026, 11, 1))
        [told] = notify()
        assert "PF000003" in told
        assert "PF000001" not in told


def test_a_quarter_more_that_is_not_billed_is_told_of_in_the_same_month(holder):
    Settings.objects.update(finance_mail="oekonomi@example.dk")
    make.lease("PF000001", starts_on=date(2026, 1, 1))
    [first] = notify(date(2026, 6, 30))
    assert first.startswith("1. kvartal 2026 er ikke opkrævet")
    [second] = notify(date(2026, 7, 1))
    assert second.startswith("1.–2. kvartal 2026 er ikke opkrævet")
    assert notify(date(2026, 7, 2)) == []
