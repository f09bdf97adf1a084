"""What is kept as a quarter is one: no page that reads it can stumble over another text."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from leasing.models import BillingRun, DifferenceOutcome, LessorList

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 1, 8, tzinfo=UTC)
RUN = {"closed_at": AT, "closed_by": "oda", "line_count": 0, "total_ore": 0}
NONE = ["", "2026", "2026Q5", "2026Q0", "2026q1", "Q12026", "1999Q4", "2201Q1", "20a6Q1", "x'><br"]


def rows(quarter):
    yield BillingRun, {"code": quarter, "quarter": quarter, **RUN}
    yield (
        DifferenceOutcome,
        {"quarter": quarter, "pile": "missing", "amount_ore": 1}
        | {
            "outcome": "waits",
            "decided_at": AT,
            "decided_by": "oda",
        },
    )
    yield LessorList, {"quarter": quarter, "rows": [], "sent_at": AT}


@pytest.mark.parametrize("quarter", NONE)
def test_what_is_no_quarter_is_not_kept(quarter):
    for model, row in rows(quarter):
        with pytest.raises(IntegrityError, match="of_a_quarter"), transaction.atomic():
            model.objects.create(**row)


@pytest.mark.parametrize("quarter", ["2000Q1", "2026Q4", "2200Q4"])
def test_each_quarter_is_kept(quarter):
    for model, row in rows(quarter):
        model.objects.create(**row)
