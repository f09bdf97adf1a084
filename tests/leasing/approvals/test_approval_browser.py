"""Exceptions and mails in a real browser: the head decides, and axe-core finds nothing."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from leasing.models import Approval, Mail, Order, OrderLine, Status
from tests import builders as make
from tests.browser import (
    assert_accessible,
    assert_accessible_in_every_look,
    assert_no_sideways_scroll,
    every_look,
    log_in,
)

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = date(2026, 5, 1)


@pytest.fixture
def waiting(cast):
    make.cost_holder()
    make.price()
    anna = make.employee("anbe", "Anna Berg", unit=cast.unit)
    make.lease("PF000001", unit=cast.unit, employee=anna)
    line = OrderLine.objects.create(
        order=Order.objects.create(created_at=NOW),
        position=1,
        model=make.model(),
        unit=cast.unit,
        employee=anna,
        reason="extra",
        status=Status.AWAITING,
    )
    return make.approval(anna, line=line)


def check(page, live_server, path):
    page.goto(live_server.url + path)
    for look in every_look(page):
        assert_accessible(page, look)
        assert_no_sideways_scroll(page)


def test_the_head_decides_from_the_front_page(page, live_server, cast, waiting):
    log_in(page, live_server, cast.head)
    page.get_by_role("link", name="1 dispensation venter på dit svar", exact=True).click()
    assert_accessible_in_every_look(page)
    page.get_by_role("button", name="Afvis").click()
    page.locator(".error-summary").wait_for()
    assert "Skriv, hvorfor du afviser" in page.locator(".error-summary").inner_text()
    assert_accessible_in_every_look(page)
    page.get_by_label("Begrundelse").fill("Brug lånepuljen")
    page.get_by_role("button", name="Afvis").click()
    page.get_by_text("Dispensationen er afvist.").wait_for()
    assert_accessible_in_every_look(page)
    assert Approval.objects.get().decision_reason == "Brug lånepuljen"
    page.problems.clear()  # the browser notes the 422


def test_the_pages_are_accessible(page, live_server, cast, waiting):
    Mail.objects.create(
        recipients="a@example.dk",
        subject="Emne",
        text="x",
        html="x",
        written_at=NOW,
        error="Mailserveren svarer ikke (ConnectionRefusedError)",
    )
    log_in(page, live_server, cast.helpdesk)
    for path in (
        "/dispensationer/",
        reverse("approval-detail", args=[waiting.pk]),
        "/dispensationer/ny/",
        f"/dispensationer/ny/?medarbejder={waiting.employee_id}",
        "/mails/",
    ):
        check(page, live_server, path)
    page.goto(f"{live_server.url}/mails/")
    page.get_by_role("button", name="Prøv igen nu").click()
    page.get_by_text("1 sendt. Alle mails er sendt.").wait_for()
