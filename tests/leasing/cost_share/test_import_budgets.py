"""Files of budgets."""

import pytest
from auditlog.models import LogEntry

from leasing.models import Budget
from tests import builders as make
from tests.files import faults_of, take_in

pytestmark = pytest.mark.django_db

BUDGETS = """
År; Enhedsnr; Beløb
2026; 1001; 25.000,00
2027; 1001; 26000,5
2026; 9000; 0
"""


@pytest.fixture(autouse=True)
def ground():
    make.cost_holder()
    make.unit("1001")


def test_budgets_are_entered_once_however_often_the_file_comes(cast):
    report = take_in("budgets", BUDGETS, actor=cast.finance)
    values = Budget.objects.order_by("year", "unit__number")
    assert report.change_count == 3
    assert list(values.values_list("year", "unit__number", "amount_ore")) == [
        (2026, "1001", 2500000),
        (2026, "9000", 0),
        (2027, "1001", 2600050),
    ]
    assert LogEntry.objects.get_for_objects(values).filter(actor=cast.finance).count() == 3
    assert take_in("budgets", BUDGETS).change_count == 0


def test_a_budget_that_is_there_is_changed():
    take_in("budgets", BUDGETS)
    report = take_in("budgets", "Beløb; ENHEDSNR ; år\n24000; 1001; 2026")
    assert [str(one) for one in report.differences] == ["1001 2026: Beløb 25.000,00 → 24.000,00"]
    assert Budget.objects.count() == 3


def test_every_fault_is_told_and_nothing_is_taken_in():
    faults = faults_of(
        "budgets",
        """
        År; Enhedsnr; Beløb
        2025; 1001; 10
        2026; 7777; 10
        2026; 1001; -1
        2026; 1001; 10
        2028; 1001; -
        2027; 1001; 10,555
        """,
    )
    told = "\n".join(faults)
    for said in (
        "række 2: År",
        "helt tal fra 2026 til 2099",
        "række 3: Enhedsnr 7777 findes ikke",
        "række 4: Beløb kan ikke være under nul",
        "række 5: Budgettet for enhed 1001 i 2026 står også i række 4",
        "række 7: Beløb",
    ):
        assert said in told
    assert "række 6" not in told  # a blank cell leaves what is
    assert not Budget.objects.exists()


def test_a_missing_heading_is_named():
    [fault] = faults_of("budgets", "År; Enhedsnr\n2026; 1001")
    assert "her mangler: Beløb" in fault
