"""Every kind of job: killed at its end and done again it is as if it was done once."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import transaction

from albertslund_it.web.clock import now
from inventory.models import Act, Device, Unit
from leasing.jobs.services import jobs
from leasing.jobs.services.jobs import do_job
from leasing.jobs.services.kinds import KINDS
from leasing.models import ImportBatch, Job, JobPart, Settings
from tests import builders as make
from tests.leasing.closed import TODAY
from tests.leasing.closed import close as close_now
from tests.leasing.imports.test_import_page import agreed_in, confirmation, upload
from tests.leasing.jobs.asking import QUARTER, ask_to_close

pytestmark = pytest.mark.django_db
UNITS = "Afdeling;Enhedsnr;Enhed\nSkoler;1234;Skolen"
FAULTY = "Afdeling;Enhedsnr;Enhed\nSkoler;1234;Skolen\nSkoler;;Uden nummer"
PAGE = "/indlaes/units/"


class Killed(BaseException):
    """What ends a process, which nothing of ours catches."""


@pytest.fixture(autouse=True)
def world(settings, cast, monkeypatch):
    """Let a worker be on, and everything be large."""
    settings.TODAY = TODAY
    make.cost_holder()
    make.lease("PF000001", unit=cast.unit)
    Settings.objects.update(uses_worker=True)
    monkeypatch.setattr("leasing.imports.views.looking.LARGE", 1)
    monkeypatch.setattr("leasing.undo.selectors.acts.MUCH", 0)


@pytest.fixture
def helpdesk(cast, client_of):
    return client_of(cast.helpdesk)


def do(job):
    return do_job(number=job.pk, today=TODAY, clock=now)


def newest():
    return Job.objects.latest("pk")


def looked_at(helpdesk, text):
    """Have a file looked at by the worker; return the page that shows what came of it."""
    answer = upload(helpdesk, text, "units", "enheder.csv")
    assert answer.url == f"/arbejde/{newest().pk}/"
    do(newest())
    return helpdesk.get(newest().result["url"])


def ask_to_look(helpdesk, cast, client_of):
    upload(helpdesk, UNITS, "units", "enheder.csv")


def ask_to_take_in(helpdesk, cast, client_of):
    page = looked_at(helpdesk, UNITS)
    helpdesk.post(PAGE, {"name": "enheder.csv", **confirmation(page)})


def ask_for_faults(helpdesk, cast, client_of):
    page = looked_at(helpdesk, FAULTY)
    token = page.context["step"].token
    helpdesk.post(PAGE, {"name": "enheder.csv", "token": token, "answer": "faults"})


def ask_to_undo_file(helpdesk, cast, client_of):
    ask_to_take_in(helpdesk, cast, client_of)
    do(newest())
    address = f"/indlaes/nr/{ImportBatch.objects.get().pk}/fortryd/"
    helpdesk.post(address, {"agreed": agreed_in(helpdesk.get(address))})


def ask_to_undo(helpdesk, cast, client_of):
    given = {"serienumre": "PF000001", "ram_gb": "16"}
    seen = agreed_in(helpdesk.post("/udstyr/ret/", given))
    helpdesk.post("/udstyr/ret/", given | {"agreed": seen})
    helpdesk.post(f"/fortryd/{Act.objects.get().pk}/nu/")


def ask_for_list(helpdesk, cast, client_of):
    helpdesk.post("/arbejde/liste/", {"liste": "/udstyr/"})


def ask_for_file(path):
    def ask(helpdesk, cast, client_of):
        close_now()
        client_of(cast.finance).post(f"/kvartaler/{QUARTER}/{path}")

    return ask


ASKED = {
    "import": ask_to_take_in,
    "preview": ask_to_look,
    "faults": ask_for_faults,
    "import_undo": ask_to_undo_file,
    "undo": ask_to_undo,
    "list": ask_for_list,
    "quarter_file": ask_for_file("fil/xlsx/"),
    "quarter_archive": ask_for_file("arkiv/"),
    "closing": lambda helpdesk, cast, client_of: ask_to_close(cast.finance),
}


def rows():
    """Return how many rows each table has, but for those of jobs and their tasks."""
    beside = {"leasing.job", "leasing.jobprogress", "django_tasks_database.dbtaskresult"}
    return {
        model._meta.label_lower: model._base_manager.count()
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.label_lower not in beside
    }


def test_every_kind_is_tried():
    assert set(ASKED) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_killed_and_done_again_is_as_done_once(kind, helpdesk, cast, client_of, monkeypatch):
    ASKED[kind](helpdesk, cast, client_of)
    job, before = newest(), rows()
    assert (job.kind, job.state) == (kind, "waiting")
    with transaction.atomic():
        done = do(job)
        once = rows(), done.state, done.result["told"]
        transaction.set_rollback(True)
    assert once[1] == "done"
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "_say_end", killed)
        with pytest.raises(Killed):
            do(job)
    assert rows() == before

    done = do(job)

    assert (rows(), done.state, done.result["told"]) == once
    assert done.attempts == 2
    assert do(job) is None


def killed(*args, **kwargs):
    raise Killed


class TestLargeFile:
    def test_what_was_seen_is_what_is_taken_in(self, helpdesk):
        page = looked_at(helpdesk, UNITS)
        assert page.context["report"]["change_count"] == 2
        assert not Unit.objects.filter(number="1234").exists()
        helpdesk.post(page.request["PATH_INFO"], {"name": "enheder.csv", **confirmation(page)})
        assert newest().kind == "import"
        do(newest())
        assert Unit.objects.get(number="1234").name == "Skolen"
        again = helpdesk.get(page.request["PATH_INFO"])
        assert again.url == PAGE, "it is taken in, and its page offers no more to do it"

    def test_what_another_changed_since_is_seen_anew(self, helpdesk):
        page = looked_at(helpdesk, UNITS)
        make.unit("1234", "Skole", department=make.department("Skoler"))
        Settings.objects.update(uses_worker=False)

        answer = helpdesk.post(PAGE, {"name": "enheder.csv", **confirmation(page)})

        assert Unit.objects.get(number="1234").name == "Skole"
        assert answer.url == newest().result["url"], "looked at anew, by a job of its own"
        page = helpdesk.get(answer.url)
        assert [one["before"] for one in page.context["report"]["differences"]] == ["Skole"]

    def test_without_a_worker_the_page_leads_to_what_there_is_to_see(self, helpdesk):
        Settings.objects.update(uses_worker=False)
        page = upload(helpdesk, UNITS, "units", "enheder.csv", follow=True)
        assert page.context["report"]["change_count"] == 2
        assert page.context["step"].token

    def test_its_faults_are_seen_and_its_good_rows_taken(self, helpdesk):
        Settings.objects.update(uses_worker=False)
        page = upload(helpdesk, FAULTY, "units", "enheder.csv", follow=True)
        assert page.status_code == 422
        assert page.context["fault_count"] == 1
        given = {"name": "enheder.csv", "token": page.context["step"].token, "good_rows": "1"}
        page = helpdesk.post(PAGE, given, follow=True)
        assert page.context["report"]["waiting"]

    def test_it_is_nobody_elses_and_of_no_other_kind(self, helpdesk, cast, client_of):
        looked_at(helpdesk, UNITS)
        pk = newest().pk
        assert client_of(cast.administrator).get(newest().result["url"]).status_code in (403, 404)
        assert helpdesk.get(f"/indlaes/employees/set/{pk}/").status_code == 404
        assert helpdesk.get(f"/arbejde/{pk}/fil/").url == f"/arbejde/{pk}/"

    def test_of_a_file_that_is_gone_it_says_so(self, helpdesk, monkeypatch):
        upload(helpdesk, UNITS, "units", "enheder.csv")
        monkeypatch.setattr("albertslund_it.web.forms.uploads.kept", lambda user, token: None)
        do(newest())
        assert newest().state == "refused"
        assert newest().result["told"] == ["Filen er ikke gemt her længere. Vælg den igen."]


class TestWorkerTurnedOff:
    def test_what_waits_is_done_by_who_asked(self, helpdesk, cast, client_of):
        ask_to_undo(helpdesk, cast, client_of)
        job = newest()
        Settings.objects.update(uses_worker=False)
        page = helpdesk.get(f"/arbejde/{job.pk}/").content.decode()
        assert "Gør det nu, mens jeg venter" in page
        helpdesk.post(f"/arbejde/{job.pk}/igen/")
        assert newest().state == "done"
        assert Device.objects.get().ram_gb is None

    def test_asked_for_again_it_is_that_very_job_done_here(self, helpdesk, cast, client_of):
        ask_to_undo(helpdesk, cast, client_of)
        Settings.objects.update(uses_worker=False)
        helpdesk.post(f"/fortryd/{Act.objects.get().pk}/nu/")
        assert (Job.objects.count(), newest().state) == (1, "done")

    def test_what_nobody_did_for_a_week_is_given_up_with_its_file(self, helpdesk, cast, client_of):
        ask_to_take_in(helpdesk, cast, client_of)
        job, week = newest(), timedelta(days=7)
        jobs.forget_old_jobs(now=job.asked_at + week - timedelta(hours=1))
        assert newest().is_open
        assert JobPart.objects.filter(job=job).exists()
        jobs.forget_old_jobs(now=job.asked_at + week + timedelta(hours=1))
        job.refresh_from_db()
        assert job.state == "failed"
        assert "i en uge" in job.result["told"][0]
        assert not JobPart.objects.filter(job=job).exists()
