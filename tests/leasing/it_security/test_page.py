"""The description for IT security says what holds of this installation today."""

from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from albertslund_it import roles
from leasing.calendar_feed.services import make_feed
from leasing.it_security.presenters import flows_of, record_of, threats_of
from leasing.it_security.selectors import running
from leasing.models import Settings
from leasing.retention.presenters.held import MATTERS
from tests.browser import assert_accessible, assert_no_sideways_scroll, every_look, log_in
from tests.leasing.pages import queries_of, read, text_of

pytestmark = pytest.mark.django_db
WHERE = "/it-sikkerhed/"


def test_it_is_found_from_the_foot_of_the_page_by_those_who_may_and_no_others(cast, client_of):
    link = f"//footer//a[@href='{WHERE}']"
    for user in (cast.administrator, cast.auditor):
        assert read(client_of(user), "/hjaelp/").xpath(link)
    for user in (cast.finance, cast.helpdesk, cast.head, cast.nobody):
        assert not read(client_of(user), "/hjaelp/").xpath(link)
        assert client_of(user).get(WHERE).status_code == 403


def test_the_periods_are_those_of_the_settings_and_each_matter_is_there(cast, client_of):
    Settings.objects.update(retention_years=7)
    text = text_of(read(client_of(cast.auditor), WHERE))
    assert "Til 7 år efter" in text
    for matter in MATTERS:
        assert matter.title in text


def test_the_roles_are_those_of_today_with_who_has_them(cast, client_of):
    cast.head.is_active = False
    cast.head.save()
    Group.objects.create(name="Praktikant")
    tree = read(client_of(cast.administrator), WHERE)
    rows = {
        row.xpath("string(th)").strip(): [cell.text_content().split() for cell in row.xpath("td")]
        for row in tree.xpath("//section[@aria-labelledby='roller']//tbody/tr")
    }
    assert set(rows) == {*roles.ROLES, "Praktikant"}
    assert rows[roles.ADMINISTRATOR][0] == ["1"]
    assert rows[roles.HEAD][0] == ["0"]
    assert rows["Praktikant"][2] == ["Intet"]


def test_it_does_not_promise_what_this_installation_does_not_do(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = settings.SESSION_COOKIE_SECURE = False
    settings.OIDC_ENABLED, settings.AXES_FAILURE_LIMIT = False, 6
    said = {f"{flow.origin} {flow.to}": flow.shield for flow in flows_of(running())}
    assert said["Browser Systemet"].startswith("IKKE krypteret")
    assert said["Systemet Mailserver"].startswith("IKKE krypteret")
    assert "Systemet Kommunens login" not in said
    assert "6 forkerte adgangskoder" in " ".join(threats_of(running())[0].met_by)

    settings.EMAIL_USE_TLS = settings.SESSION_COOKIE_SECURE = settings.OIDC_ENABLED = True
    said = {f"{flow.origin} {flow.to}": flow.shield for flow in flows_of(running())}
    assert "IKKE" not in " ".join(said.values())
    assert "Systemet Kommunens login" in said
    assert "mailserver" in dict(record_of(running()))["Modtagere"]


def test_it_tells_of_what_is_turned_on(settings, cast):
    bare = running()
    settings.OIDC_ENABLED, settings.OIDC_ROLES = True, {"penge": roles.FINANCE}
    settings.METRICS_TOKEN = "x" * 20
    Settings.objects.update(mails_digests=False)
    make_feed(user=cast.head, now=timezone.now())
    full = running()
    told = [{flow.to for flow in flows_of(run)} for run in (bare, full)]
    assert told[1] - told[0] == {"Kommunens login", "Brugeres kalendere", "Overvågning"}
    words = [
        " ".join(one for threat in threats_of(run) for one in threat.met_by) for run in (bare, full)
    ]
    assert "superbruger eller af kommunens login" in words[1]
    assert "superbruger eller af" not in words[0]
    assert "Kontrolsummen mailes" in words[0]
    assert "Kontrolsummen mailes" not in words[1]
    assert dict(record_of(bare))["Lande uden for EU"].startswith("Ingen.")
    assert "kommunens aftaler" in dict(record_of(full))["Lande uden for EU"]


def test_it_costs_no_more_with_more_users(cast, client_of):
    client = client_of(cast.administrator)
    before = queries_of(client, WHERE)
    for number in range(5):
        cast.with_access(
            f"leder{number}", roles.HEAD, department=cast.department, starts_on=date(2026, 1, 1)
        )
    assert queries_of(client, WHERE) == before < 30


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_axe_finds_nothing_on_it(page, live_server, cast):
    log_in(page, live_server, cast.auditor)
    page.goto(live_server.url + WHERE)
    for look in every_look(page):
        assert_accessible(page, look)
        assert_no_sideways_scroll(page)
