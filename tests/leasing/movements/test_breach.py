"""Whether a breach of personal data is notified: waited for until somebody has decided."""

from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from lxml.html import fromstring

from albertslund_it.common.errors import Refused
from leasing.models import LossReport
from leasing.movements.selectors.losses import open_breaches
from leasing.movements.services.losses import decide_breach
from tests import builders as make
from tests.leasing.movements.town import NOW, TODAY
from tests.leasing.pages import read, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def stolen(cast):
    """Return the report of a pc that was stolen four days ago."""
    device = make.lease(unit=cast.unit, employee=make.employee(unit=cast.unit)).device
    at = NOW - timedelta(hours=96)
    return LossReport.objects.create(
        device=device, kind="stolen", discovered_at=at, encrypted="yes", reported_at=at
    )


def url(report):
    return f"/udstyr/{report.device_id}/brud/"


def test_past_the_limit_it_is_red_and_first_until_it_is_decided(stolen, cast, client_of):
    client = client_of(cast.helpdesk)
    assert "Stjålet pc: fristen er overskredet" in text_of(read(client, "/"))
    assert read(client, "/").xpath(f"//a[@href='{url(stolen)}']")
    device = text_of(read(client, f"/udstyr/{stolen.device_id}/"))
    assert "Fristen er overskredet." in device
    assert "Fristen er overskredet." in text_of(read(client, url(stolen)))

    assert client.post(url(stolen), {"breach": "notified"}).status_code == 302

    assert "Stjålet pc" not in text_of(read(client, "/"))
    device = text_of(read(client, f"/udstyr/{stolen.device_id}/"))
    assert "Anmeldt til Datatilsynet. Afgjort" in device
    assert "Ret afgørelsen" in device
    stolen.refresh_from_db()
    assert stolen.breach_decided_by == cast.helpdesk
    assert LogEntry.objects.get_for_object(stolen).filter(changes__has_key="breach").exists()


def test_not_notified_needs_a_reason(stolen, cast, client_of):
    client = client_of(cast.helpdesk)
    refused = client.post(url(stolen), {"breach": "not_needed", "reason": "  "})
    assert refused.status_code == 422
    page = fromstring(refused.content.decode())
    assert "Skriv, hvorfor" in page.get_element_by_id("id_reason_error").text_content()
    assert "frivilligt" not in page.xpath("//form//label[@for='id_reason']")[0].text_content()
    assert list(open_breaches()) == [stolen]

    client.post(url(stolen), {"breach": "not_needed", "reason": "Disken er krypteret"})
    assert not open_breaches()
    assert "Fordi: Disken er krypteret" in text_of(read(client, f"/udstyr/{stolen.device_id}/"))


def test_the_same_again_keeps_who_decided_first(stolen, cast):
    decide = {"report_id": stolen.pk, "breach": "notified", "reason": ""}
    decide_breach(**decide, actor=cast.helpdesk, now=NOW)
    decide_breach(**decide, actor=None, now=NOW + timedelta(hours=1))
    stolen.refresh_from_db()
    assert (stolen.breach_decided_by, stolen.breach_decided_at) == (cast.helpdesk, NOW)


def test_what_is_lost_or_found_again_is_not_decided_about(stolen, cast, client_of):
    LossReport.objects.update(found_on=TODAY)
    assert not open_breaches()
    with pytest.raises(Refused, match="ikke meldt stjålet længere"):
        decide_breach(
            report_id=stolen.pk, breach="notified", reason="", actor=cast.helpdesk, now=NOW
        )
    LossReport.objects.update(found_on=None, kind="lost")
    assert not open_breaches()
    answer = client_of(cast.helpdesk).get(url(stolen), follow=True)
    assert "er ikke meldt stjålet" in answer.content.decode()
