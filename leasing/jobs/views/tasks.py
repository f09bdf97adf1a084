"""What the worker does: `manage.py db_worker` takes these up one at a time."""

from datetime import timedelta

from auditlog.context import set_actor
from django.contrib.auth.models import User
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from albertslund_it.web.clock import now, today, true_now
from leasing.cost_table.moment import bring_up_to_date
from leasing.cost_table.refresh import AT_LEISURE, takes_long
from leasing.jobs.selectors import uses_worker
from leasing.jobs.services.jobs import do_job
from leasing.models import Job

# A worker that is killed leaves its task behind as running, for ever. So each job has a second task
# that looks after it later, and makes its own successor until the job is over.
LOOK_AGAIN = timedelta(seconds=30)


@task()
def work_on(number: int) -> None:
    """Do a job, unless somebody is at it or it is over."""
    _do(number)


@task()
def look_after(number: int) -> None:
    """Take a job up whose worker is gone; look again later while it is not over."""
    if not Job.objects.filter(pk=number, state__in=Job.OPEN).exists():
        return
    _look_later(number)
    _do(number)


@task()
def work_costs_out() -> None:
    """Work out what is marked of the kept costs; what is left is for whoever reads next."""
    bring_up_to_date(effort=AT_LEISURE)


def leave_costs_to_worker() -> bool:
    """Hand the kept costs to the worker where one is on and they take long; tell whether."""
    if not (uses_worker() and takes_long()):
        return False
    waits = DBTaskResult.objects.filter(task_path=work_costs_out.module_path, status="READY")
    if not waits.exists():
        work_costs_out.enqueue()
    return True


def enqueue(number: int) -> None:
    """Hand a job to the worker."""
    work_on.enqueue(number)
    _look_later(number)


def _look_later(number: int) -> None:
    look_after.using(run_after=true_now() + LOOK_AGAIN).enqueue(number)


def _do(number: int) -> None:
    user = User.objects.filter(jobs=number).first()
    with set_actor(user):
        do_job(number=number, today=today(), clock=now)
