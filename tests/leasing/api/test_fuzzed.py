"""Some requests that schemathesis makes up; `python -m tests.benchmarks.api_fuzz` makes 10,000."""

from datetime import date

import pytest

from tests import builders as make
from tests.leasing.api.asking import Program
from tests.leasing.api.fuzzing import ask
from tests.leasing.closed import close

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_whatever_is_asked_the_answer_is_as_the_document_says(cast, settings):
    settings.TODAY = date(2026, 5, 1)
    make.cost_holder()
    foreign = make.unit("2001", "Fjernskolen", department=make.department("Miljø"))
    for number, unit in enumerate((cast.unit, foreign)):
        person = make.employee(("anbe", "bofr")[number], ("Anna", "Quirinus")[number], unit=unit)
        make.lease(f"PF00000{number}", unit=unit, employee=person)
        make.order_line(unit, person)
    close()
    program = Program(cast.unit_leader)
    only = ("list_devices", "list_shares", "get_orders", "write_placements", "write_orders")
    told = ask(program.secret, 10, foreign=("Fjernskolen", "Quirinus", "PF000001"), only=only)
    assert told.faults == []
    assert told.count >= 40
    assert {200, 422} <= set(told.statuses)
