"""A worker that is killed: nothing is lost, and nothing billed twice."""

import os
import subprocess
import sys
import time

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from leasing.jobs.presenters import shown_job
from leasing.jobs.selectors import Progress, is_at_work
from leasing.models import BillingRun, CostMark, InvoiceLine, Job
from tests import builders as make
from tests.leasing.closed import TODAY
from tests.leasing.jobs.asking import ask_to_close

pytestmark = pytest.mark.django_db(transaction=True)


def address():
    """Return the address of the database that the test is on, for another process."""
    own = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{own['NAME']}"
    return f"postgresql://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"


def worker(*arguments):
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", *arguments],
        cwd=django_settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": address(), "TODAY": f"{TODAY}", "DEBUG": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def kill_at(point):
    """Let a worker work to a point, and kill it there."""
    process = worker("-m", "tests.leasing.jobs.stopping_worker", point)
    try:
        assert any(line == "HERE\n" for line in process.stdout)
        yield
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        wait_until_the_server_knows()


def wait_until_the_server_knows():
    """Wait while PostgreSQL still holds what a killed process had: it learns of it by a closed socket."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    until = time.monotonic() + 30
    while connection.vendor == "postgresql" and time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) {others}")
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.02)


def work():
    """Let a worker do all there is, what is to be looked after later too."""
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
    process = worker("manage.py", "db_worker", "--batch", "--no-startup-delay", "--no-reload")
    process.communicate(timeout=120)
    assert process.returncode == 0


@pytest.fixture
def job(cast, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    make.lease("PF000001", unit=cast.unit)
    return ask_to_close(cast.finance)


def told(job):
    shown = shown_job(
        job,
        is_at_work=is_at_work(job),
        has_worker=True,
        progress=Progress(),
        now=timezone.now(),
    )
    return shown.mark[1]


@pytest.mark.parametrize(("point", "runs_then"), [("end", 0), ("saved", 1)])
def test_killed_in_the_middle_it_is_taken_up_again_and_billed_once(job, point, runs_then):
    for _ in kill_at(point):
        assert is_at_work(job) == (point == "end")
    job.refresh_from_db()
    assert (BillingRun.objects.count(), is_at_work(job)) == (runs_then, False)
    assert told(job) == ("Færdig" if runs_then else "Afbrudt")

    work()

    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.DONE, 1 if runs_then else 2)
    assert (BillingRun.objects.count(), InvoiceLine.objects.count()) == (1, 1)
    if point == "end":
        assert not CostMark.objects.exists(), "its costs are worked out with it"
