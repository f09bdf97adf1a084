"""axe-core finds nothing on the pages of what takes long and of webhooks, however it stands."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leasing.jobs.presenters import FAILED, NO_RIGHT
from leasing.jobs.selectors import Progress
from leasing.models import Job, Settings, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from tests.browser import NARROW, WIDE, assert_accessible, assert_no_sideways_scroll, be_logged_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
STATES = Job.State
FILE = {"file": "udstyr.xlsx", "content_type": "application/octet-stream"}


def job(user, title, state, asked_at, told=(), **result):
    return Job.objects.create(
        kind="list",
        title=title,
        asked_by=user,
        asked_at=asked_at,
        key=title,
        state=state,
        attempts=1 if state == STATES.RUNNING else 0,
        ended_at=None if state in Job.OPEN else asked_at + timedelta(minutes=2),
        result={"told": list(told), "url": "", "more": [], **result},
    )


def jobs_of_each_kind(user):
    """Return the addresses of jobs however they may stand, with what each page is to say."""
    now = timezone.now()
    old = now - timedelta(minutes=5)
    leads = {"url": "/udstyr/", "more": ["Se eller fortryd indlæsning nr. 7", "/indlaes/nr/"]}
    rows = {
        "Det begynder om et øjeblik.": job(user, "Fortryd", STATES.WAITING, now),
        "Ingen har taget det endnu.": job(user, "Indlæsning", STATES.WAITING, old),
        "Skriver rækkerne": job(user, "Excel: Udstyr", STATES.RUNNING, now),
        "Afbrudt": job(user, "Kontrol: Udstyr (udstyr.xlsx)", STATES.RUNNING, old),
        "Hent filen": job(user, "Excel: Medarbejdere", STATES.DONE, old, ["Klar."], **FILE),
        "Se resultatet": job(user, "Låsning", STATES.DONE, old, ["Låst."], **leads),
        NO_RIGHT: job(user, "Arkiv", STATES.REFUSED, old, [NO_RIGHT]),
        "Gik galt": job(user, "Regneark", STATES.FAILED, old, [FAILED.format(pk=1)]),
    }
    return {f"/arbejde/{one.pk}/": said for said, one in rows.items()} | {"/arbejde/": "I gang"}


def webhooks_of_each_kind():
    """Return the addresses of webhooks that are received, fail and are off, with what they say."""
    now = timezone.now()

    def webhook(name, **fields):
        address = f"https://{name.lower()}.example.dk/modtag/fra/albertslund/kommune/leasing"
        return WebhookEndpoint.objects.create(
            name=name, address=address, events=["quarter.locked"], created_at=now, **fields
        )

    def message(endpoint, state, attempts, **tried):
        delivery = WebhookDelivery.objects.create(
            endpoint=endpoint,
            event="quarter.locked",
            payload={},
            written_at=now,
            state=state,
            attempts=attempts,
            next_at=now + timedelta(minutes=5),
        )
        for _ in range(attempts):
            WebhookAttempt.objects.create(delivery=delivery, made_at=now, **tried)

    states = WebhookDelivery.State
    good, bad = webhook("Økonomi"), webhook("Servicedesk")
    off = webhook("Gammelt", is_on=False, off_because="Ingen besked er modtaget i tre dage.")
    message(good, states.DELIVERED, 1, status=204)
    message(good, states.WAITING, 0)
    message(bad, states.WAITING, 2, status=503, response="<h1>Service Unavailable</h1>" * 5)
    message(off, states.GIVEN_UP, 2, error="Der kom intet svar inden for ti sekunder.")
    return {
        "/webhooks/": "Svarer ikke",
        f"/webhooks/{good.pk}/": "Modtaget",
        f"/webhooks/{bad.pk}/": "Svarer ikke",
        f"/webhooks/{off.pk}/": "Ikke modtaget",
        "/webhooks/ny/": "Adresse",
    }


def test_jobs_and_webhooks_however_they_stand(page, live_server, cast, settings, monkeypatch):
    Settings.objects.update(uses_worker=True, uses_webhooks=True)
    told = jobs_of_each_kind(cast.administrator) | webhooks_of_each_kind()
    view = "leasing.jobs.views.jobs"
    monkeypatch.setattr(f"{view}.is_at_work", lambda one: one.title == "Excel: Udstyr")
    monkeypatch.setattr(f"{view}.progress_of", lambda one: Progress("Skriver rækkerne", 42))
    be_logged_in(page, live_server, cast.administrator)
    for path, said in told.items():
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.set_viewport_size(WIDE)
        page.goto(f"{live_server.url}{path}")
        assert said in page.inner_text("main"), path
        assert_accessible(page, "wide, light")
        page.set_viewport_size(NARROW)
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        assert_accessible(page, "narrow, dark")
        assert_no_sideways_scroll(page)
