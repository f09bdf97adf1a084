"""A machine's clock that is set back, by an hour or a year: nothing is done twice, nothing lost."""

import time
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from albertslund_it.common.errors import Refused
from inventory.models import Employee
from leasing.billing.selectors.verification import breaches
from leasing.billing.services.closing import close_quarter
from leasing.models import BillingRun, InvoiceLine, Order
from tests import builders as make
from tests.leasing.api.asking import Program

pytestmark = pytest.mark.django_db
BACK = [timedelta(hours=1), timedelta(days=365)]


@pytest.fixture(params=BACK, ids=["an hour", "a year"])
def set_back(request, monkeypatch):
    """Return a function that sets the clock of the machine back."""
    real_now, real_time = timezone.now, time.time

    def go_back():
        monkeypatch.setattr(timezone, "now", lambda: real_now() - request.param)
        monkeypatch.setattr(time, "time", lambda: real_time() - request.param.total_seconds())

    return go_back


def close(code):
    return close_quarter(code=code, closed_by="Oda", today=timezone.localdate(), now=timezone.now())


def test_what_was_billed_is_not_billed_again_and_what_comes_after_is_billed_once(set_back, cast):
    make.cost_holder()
    make.lease(unit=cast.unit)
    for code in ("2026Q1", "2026Q2"):
        close(code)
    before = list(InvoiceLine.objects.order_by("pk").values())

    set_back()
    with pytest.raises(Refused):
        close("2026Q2")
    if timezone.localdate() >= date(2026, 7, 1):
        close("2026Q3")
    else:
        with pytest.raises(Refused, match="er ikke begyndt"):
            close("2026Q3")
        assert BillingRun.objects.count() == 2

    lines = InvoiceLine.objects.order_by("pk")
    assert list(lines.exclude(invoice__run__code="2026Q3").values()) == before
    assert list(breaches()) == []


def test_what_a_program_sends_again_under_its_key_is_done_once(set_back, cast):
    make.employee("anbe", unit=cast.unit)
    make.priced("T14")
    program = Program(cast.helpdesk)
    wish = {"lines": [{"model": "T14", "initials": "anbe"}]}
    first = program.post("orders", wish, key="bestilling-0001")
    assert first.status_code == 200, first.content

    set_back()
    again = program.post("orders", wish, key="bestilling-0001")
    assert (again["Idempotency-Replayed"], again.json()) == ("true", first.json())
    assert Order.objects.count() == 1


def test_who_is_logged_in_stays_so_and_for_no_longer_than_a_login_lasts(
    set_back, cast, client_of, settings
):
    set_back()
    client = client_of(cast.helpdesk)
    assert client.get("/udstyr/").status_code == 200
    left = client.get("/log-ind/tid/").json()["left"]
    assert 0 < left <= settings.SESSION_COOKIE_AGE


def test_nobody_is_forgotten_before_their_time(set_back):
    day = timezone.localdate()
    make.employee("anbe", "Anna Berg", left_on=day - timedelta(days=200))
    set_back()
    call_command("anonymise")
    assert Employee.objects.get().name == "Anna Berg"
