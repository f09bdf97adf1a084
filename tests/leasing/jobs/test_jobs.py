"""What takes long: asked for once, done by a worker or while one waits, saved whole or not."""

import io
import zipfile
from contextlib import nullcontext
from datetime import timedelta

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from albertslund_it import kept_costs
from inventory.models import Unit
from leasing.jobs.selectors import WorkerStanding, worker_standing
from leasing.jobs.services import jobs
from leasing.jobs.services.jobs import ask_for, do_job, forget_old_jobs
from leasing.jobs.services.kinds import KINDS, JobKind, JobOutcome, MadeFile
from leasing.jobs.views.tasks import look_after, work_costs_out, work_on
from leasing.models import BillingRun, Cost, CostMark, Job, JobPart, RebillingExport, Settings
from tests import builders as make
from tests.leasing.closed import TODAY
from tests.leasing.closed import close as close_now
from tests.leasing.imports.test_import_page import confirmation, upload
from tests.leasing.jobs.asking import QUARTER, ask_to_close
from tests.leasing.pages import read, text_of

pytestmark = pytest.mark.django_db
UNITS = "Afdeling;Enhedsnr;Enhed\nSkoler;1234;Skolen"


@pytest.fixture(autouse=True)
def day(settings):
    settings.TODAY = TODAY


@pytest.fixture
def worker():
    Settings.objects.update(uses_worker=True)


@pytest.fixture
def lease(cast):
    make.cost_holder()
    return make.lease("PF000001", unit=cast.unit)


def close(client):
    """Close the quarter as its page shows it."""
    address = f"/kvartaler/{QUARTER}/laas/"
    [seen] = read(client, address).xpath("//input[@name='seen_digest']/@value")
    return client.post(address, {"seen_digest": seen})


def markup(client, address):
    return client.get(address).content.decode()


def only_job():
    return Job.objects.get()


def do(job, **options):
    return do_job(number=job.pk, today=TODAY, clock=timezone.now, **options)


def a_kind(monkeypatch, does):
    """Let jobs of the kind 'trial' do what a test says."""
    monkeypatch.setitem(KINDS, "trial", JobKind("tests.leasing.jobs.test_jobs.trial"))
    monkeypatch.setitem(globals(), "trial", does)


def ask(user, data=b"", **arguments):
    return ask_for(
        user=user,
        kind="trial",
        title="Prøve",
        arguments=arguments,
        permissions=[],
        now=timezone.now(),
        data=data,
    )


class TestClosing:
    def test_by_the_worker_it_is_asked_for_followed_and_found_again(
        self, worker, lease, cast, client_of
    ):
        client = client_of(cast.finance)
        answer = close(client)
        job = only_job()
        assert answer.url == f"/arbejde/{job.pk}/"
        assert not BillingRun.objects.exists()
        assert "Det begynder om et øjeblik." in text_of(read(client, answer.url))
        page = markup(client, answer.url)
        assert "Se, hvor langt det er nu" in page  # without JavaScript

        work_on.call(job.pk)

        assert BillingRun.objects.get().closed_by == cast.finance.get_full_name()
        page = markup(client, answer.url)
        assert "1. kvartal 2026 er godkendt og låst." in page
        assert f'href="/kvartaler/{QUARTER}/"' in page
        assert "hx-trigger" not in page.split('id="arbejde"')[1].split(">")[0]
        assert "Færdig" in text_of(read(client, "/arbejde/"))

    def test_without_a_worker_the_page_leads_on_as_ever(self, lease, cast, client_of):
        client = client_of(cast.finance)
        answer = close(client)
        assert answer.url == f"/kvartaler/{QUARTER}/"
        assert (only_job().state, DBTaskResult.objects.count()) == ("done", 0)

    def test_what_changed_meanwhile_is_refused_in_words_and_nothing_is_saved(
        self, worker, lease, cast, client_of
    ):
        client = client_of(cast.finance)
        close(client)
        make.lease("PF000002", unit=cast.unit)

        work_on.call(only_job().pk)

        assert not BillingRun.objects.exists()
        page = markup(client, f"/arbejde/{only_job().pk}/")
        assert "Afvist" in page
        assert "Intet er låst" in page or only_job().result["told"][0] in page
        assert f'href="/kvartaler/{QUARTER}/"' in page

    def test_a_second_click_is_the_same_job(self, worker, lease, cast):
        first, second = ask_to_close(cast.finance), ask_to_close(cast.finance)
        assert (first, DBTaskResult.objects.count()) == (second, 2)
        do(first)
        assert do(first) is None
        assert BillingRun.objects.count() == 1

    def test_who_may_no_longer_close_does_not_though_they_might_when_they_asked(self, lease, cast):
        job = ask_to_close(cast.finance)
        cast.finance.groups.clear()
        do(job)
        assert (only_job().state, BillingRun.objects.count()) == ("refused", 0)
        assert "ikke længere ret" in only_job().result["told"][0]

    def test_who_may_not_cannot_ask(self, lease, cast):
        with pytest.raises(PermissionDenied):
            ask_to_close(cast.auditor)
        assert not Job.objects.exists()


class TestImport:
    def agree(self, client):
        make.cost_holder()
        page = upload(client, UNITS, "units", "enheder.csv")
        return client.post("/indlaes/units/", {"name": "enheder.csv", **confirmation(page)})

    def test_by_the_worker_it_is_the_file_that_was_seen(self, worker, cast, client_of):
        client = client_of(cast.helpdesk)
        answer = self.agree(client)
        assert answer.url == f"/arbejde/{only_job().pk}/"
        assert not Unit.objects.filter(number="1234").exists()

        work_on.call(only_job().pk)

        assert Unit.objects.get(number="1234").name == "Skolen"
        assert not JobPart.objects.exists()  # the batch keeps the file
        assert "enheder.csv er indlæst." in text_of(read(client, answer.url))

    def test_what_another_took_in_meanwhile_is_refused(self, worker, cast, client_of):
        client = client_of(cast.helpdesk)
        self.agree(client)
        make.unit("1234", "Skole", department=make.department("Skoler"))

        work_on.call(only_job().pk)

        assert only_job().state == "refused"
        assert Unit.objects.get(number="1234").name == "Skole"
        assert "siden du så" in " ".join(only_job().result["told"])


class TestOneAttemptSaves:
    def test_an_attempt_that_was_overtaken_saves_nothing(self, monkeypatch, cast):
        def overtaken(asked):
            make.department("Halvt")
            jobs._taken_up(only_job().pk, timezone.now())
            return JobOutcome("Gjort")

        a_kind(monkeypatch, overtaken)
        # What the other one began is undone with it here; there they are two connections.
        assert do(ask(cast.helpdesk)) is None
        assert not Unit.objects.filter(department__name="Halvt").exists()
        assert only_job().is_open

    def test_what_fails_says_so_and_nothing_of_why(self, monkeypatch, cast, client_of):
        def fails(asked):
            make.department("Halvt")
            raise ZeroDivisionError("Anna Berg")

        a_kind(monkeypatch, fails)
        do(ask(cast.helpdesk))
        assert only_job().state == "failed"
        text = text_of(read(client_of(cast.helpdesk), f"/arbejde/{only_job().pk}/"))
        assert "Der skete en fejl hos os. Intet er gemt." in text
        assert "Anna Berg" not in text
        assert not Unit.objects.filter(department__name="Halvt").exists()

    def test_what_stops_its_worker_each_time_is_given_up(self, monkeypatch, cast):
        a_kind(monkeypatch, lambda asked: JobOutcome("Gjort"))
        job = ask(cast.helpdesk)
        for _ in range(3):
            jobs._taken_up(job.pk, timezone.now())
        do(job)
        assert only_job().state == "failed"
        assert "afbrudt 3 gange" in only_job().result["told"][0]


class TestWhoLooksAfterIt:
    def test_a_task_takes_up_what_was_left_and_ends_with_it(self, monkeypatch, cast):
        a_kind(monkeypatch, lambda asked: JobOutcome("Gjort"))
        job = ask(cast.helpdesk)
        jobs._taken_up(job.pk, timezone.now())  # and its worker is gone

        look_after.call(job.pk)
        assert (only_job().state, only_job().attempts) == ("done", 2)
        assert DBTaskResult.objects.count() == 1  # looks once more, and finds it over
        look_after.call(job.pk)
        assert DBTaskResult.objects.count() == 1

    def test_the_page_offers_to_do_here_what_no_worker_takes(
        self, worker, monkeypatch, cast, client_of
    ):
        a_kind(monkeypatch, lambda asked: JobOutcome("Gjort"))
        job = ask(cast.helpdesk)
        client = client_of(cast.helpdesk)
        assert "mens jeg venter" not in markup(client, f"/arbejde/{job.pk}/")
        Job.objects.update(asked_at=timezone.now() - timedelta(days=400))
        assert "mens jeg venter" in markup(client, f"/arbejde/{job.pk}/")

        client.post(f"/arbejde/{job.pk}/igen/")
        assert only_job().state == "done"

    def test_the_standing_is_told_to_who_looks_after_the_system(self, worker, cast, monkeypatch):
        a_kind(monkeypatch, lambda asked: JobOutcome("Gjort"))
        job = ask(cast.helpdesk)
        assert worker_standing() == WorkerStanding(True, 1, job.asked_at, 0, 0)


class TestFiles:
    def test_a_file_is_made_in_stretches_and_fetched_by_who_asked(
        self, monkeypatch, cast, client_of, tmp_path
    ):
        content = bytes(range(256)) * 10_000
        path = tmp_path / "made"
        path.write_bytes(content)
        made = MadeFile("liste.xlsx", "application/x-made", path.open("rb"))
        a_kind(monkeypatch, lambda asked: JobOutcome("Lavet", file=made))
        job = ask(cast.helpdesk, data=b"x")
        do(job)
        assert list(JobPart.objects.values_list("is_made", flat=True)) == [True] * 3

        answer = client_of(cast.helpdesk).get(f"/arbejde/{job.pk}/fil/")
        assert b"".join(answer.streaming_content) == content
        assert "liste.xlsx" in answer["Content-Disposition"]
        for path in ("", "fil/"):
            assert client_of(cast.head).get(f"/arbejde/{job.pk}/{path}").status_code == 404
        assert client_of(cast.head).post(f"/arbejde/{job.pk}/igen/").status_code == 404

    def test_jobs_are_kept_for_a_week(self, monkeypatch, cast):
        a_kind(monkeypatch, lambda asked: JobOutcome("Gjort"))
        do(ask(cast.helpdesk))
        do(ask(cast.helpdesk, one="more"))
        Job.objects.filter(pk=only_pk()).update(ended_at=timezone.now() - timedelta(days=8))
        assert forget_old_jobs(now=timezone.now()) == 1
        assert Job.objects.count() == 1


def only_pk():
    return Job.objects.order_by("pk").first().pk


def test_the_list_asks_no_more_for_many(
    monkeypatch, cast, client_of, django_assert_max_num_queries
):
    a_kind(monkeypatch, lambda asked: JobOutcome("Gjort"))
    client = client_of(cast.helpdesk)
    for number in range(12):
        do(ask(cast.helpdesk, number=number))
    with django_assert_max_num_queries(16):
        read(client, "/arbejde/")


class TestExports:
    def long_list(self, client, monkeypatch, address):
        """Open a list as if it were long."""
        monkeypatch.setattr("django.core.paginator.Paginator.count", 20_001)
        links = [link for _, _, link, _ in read(client, address).iterlinks()]
        return next(link for link in links if link.startswith("/arbejde/liste/"))

    def test_a_long_list_is_made_by_the_worker_as_it_is_filtered(
        self, worker, lease, cast, client_of, monkeypatch
    ):
        make.lease("PF000002", unit=cast.unit)
        client = client_of(cast.helpdesk)
        with monkeypatch.context() as patch:
            link = self.long_list(client, patch, "/udstyr/?q=PF000002")
        assert link.startswith("/arbejde/liste/?liste=/udstyr/%3Fq%3DPF000002")
        [typed] = read(client, link).xpath("//input[@name='liste']/@value")
        answer = client.post("/arbejde/liste/", {"liste": typed})
        work_on.call(only_job().pk)

        assert "er klar som Excel" in only_job().result["told"][0]
        content = b"".join(client.get(f"{answer.url}fil/").streaming_content)
        rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.values)
        assert [row[0] for row in rows if str(row[0]).startswith("PF")] == ["PF000002"]

    def test_a_long_list_is_made_while_one_waits_where_there_is_no_worker(
        self, lease, cast, client_of, monkeypatch
    ):
        client = client_of(cast.helpdesk)
        with monkeypatch.context() as patch:
            link = self.long_list(client, patch, "/udstyr/")
        assert link.startswith("/arbejde/liste/")
        assert read(client, link).xpath("//form[@data-progress='/arbejde/nu/']")
        answer = client.post("/arbejde/liste/", {"liste": "/udstyr/"})
        assert b"".join(client.get(f"{answer.url}fil/").streaming_content)

    def test_a_list_that_no_sheet_has_room_for_is_refused_in_words(
        self, worker, lease, cast, client_of, monkeypatch
    ):
        make.lease("PF000002", unit=cast.unit)
        monkeypatch.setattr("albertslund_it.web.lists.pages.ListPage.most_in_file", 1)
        client = client_of(cast.helpdesk)
        told = "Et regneark har plads til 1.048.576 rækker, og listen har 2."
        assert told in text_of(read(client, "/udstyr/?hent=xlsx"))

        client.post("/arbejde/liste/", {"liste": "/udstyr/"})
        work_on.call(only_job().pk)
        assert told in only_job().result["told"][0]

    def test_who_may_no_longer_open_the_list_gets_no_file(self, worker, cast, client_of):
        client_of(cast.helpdesk).post("/arbejde/liste/", {"liste": "/bestillinger/"})
        cast.helpdesk.groups.clear()
        work_on.call(only_job().pk)
        assert (only_job().state, JobPart.objects.count()) == ("refused", 0)

    @pytest.mark.parametrize("address", ["", "https://x.dk/", "//x.dk/", "/", "/kvartaler/", "/x/"])
    def test_what_is_no_list_has_none(self, address, cast, client_of):
        answer = client_of(cast.administrator).post("/arbejde/liste/", {"liste": address})
        assert answer.status_code == 404

    @pytest.mark.parametrize(
        ("path", "name"),
        [("fil/xlsx/", "viderefakturering-2026Q1.xlsx"), ("arkiv/", "arkiv-2026Q1.zip")],
    )
    def test_a_quarters_large_files_are_made_by_the_worker(
        self, path, name, worker, lease, cast, client_of, monkeypatch
    ):
        close_now()
        client = client_of(cast.finance)
        answer = client.post(f"/kvartaler/{QUARTER}/{path}")
        work_on.call(only_job().pk)
        file = client.get(f"{answer.url}fil/")
        assert name in file["Content-Disposition"]
        with zipfile.ZipFile(io.BytesIO(b"".join(file.streaming_content))) as whole:
            assert whole.testzip() is None
        assert RebillingExport.objects.count() == (1 if "fil" in path else 0)

    @pytest.mark.parametrize("path", ["fil/xlsx/", "arkiv/"])
    def test_a_quarters_long_files_are_jobs_where_there_is_no_worker_too(
        self, path, lease, cast, client_of, monkeypatch
    ):
        close_now()
        client = client_of(cast.finance)
        quarter = f"/kvartaler/{QUARTER}/"
        assert not read(client, quarter).xpath("//form[@data-progress]")
        monkeypatch.setattr("leasing.jobs.selectors.LONG", 0)
        [form] = read(client, quarter).xpath(f"//form[@data-progress][@action='{quarter}{path}']")
        assert form.xpath(".//button[@data-busy]")
        answer = client.post(quarter + path)
        assert only_job().state == "done"
        assert answer.url == f"/arbejde/{only_job().pk}/"
        assert b"".join(client.get(f"{answer.url}fil/").streaming_content)

    def test_each_tells_how_many_of_its_lines_are_written(self, lease, cast, monkeypatch):
        run, told = close_now(), []
        monkeypatch.setattr(
            "leasing.jobs.services.jobs.at_work",
            lambda number: nullcontext(lambda *how_far: told.append(how_far)),
        )
        for kind in ("quarter_file", "quarter_archive"):
            do(
                ask_for(
                    user=cast.finance,
                    kind=kind,
                    title="Prøve",
                    arguments={"code": run.code},
                    permissions=[],
                    now=timezone.now(),
                )
            )
        assert told == [
            ("Skriver regnearket", 0, run.line_count),
            ("Skriver arkivet", 0, run.line_count),
        ]


class TestKeptCosts:
    """What is marked is worked out by the worker where it is on and there is much."""

    @pytest.mark.parametrize(
        ("most", "is_on", "is_left"), [(0, True, 1), (0, False, 0), (1, True, 0)]
    )
    def test_much_is_left_to_the_worker(self, most, is_on, is_left, lease, monkeypatch):
        Settings.objects.update(uses_worker=is_on)
        monkeypatch.setattr("leasing.cost_table.refresh.MARKS", most)
        kept_costs.bring_up_to_date()
        kept_costs.bring_up_to_date()
        assert DBTaskResult.objects.count() == is_left, "and handed over once"
        monkeypatch.undo()
        work_costs_out.call()
        assert not CostMark.objects.exists()
        assert Cost.objects.exists()
