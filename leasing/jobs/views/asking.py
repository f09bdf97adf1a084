"""Ask for something that takes long: by the worker where there is one, else while one waits."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.html import format_html

from albertslund_it.web.clock import now, today
from leasing.jobs.selectors import uses_worker
from leasing.jobs.services.jobs import ask_for, do_job
from leasing.jobs.views.tasks import enqueue
from leasing.models import Job


def ask_or_do(
    request,
    *,
    kind: str,
    title: str,
    arguments: dict[str, Any],
    permissions: Sequence[str],
    data: bytes = b"",
) -> Job:
    """Ask for a job, and do it here where no worker is turned on.

    Raises:
        Refused: what refuses it, where it is done here.
    """
    has_worker = uses_worker()
    job = ask_for(
        user=request.user,
        kind=kind,
        title=title,
        arguments=arguments,
        permissions=permissions,
        now=now(),
        data=data,
        enqueue=enqueue if has_worker else None,
    )
    if has_worker:
        return job
    return do_job(number=job.pk, today=today(), clock=now, is_here=True) or job


def answer_with(request, job: Job):
    """Lead to where a job led; while it is not over, or refused, to its own page."""
    if job.state != Job.State.DONE or not job.result.get("url"):
        return redirect("job", job.pk)
    told = job.result["told"][0]
    if more := job.result["more"]:
        told = format_html('{} <a href="{}">{}</a>', told, more[1], more[0])
    level = messages.SUCCESS if job.result["is_news"] else messages.INFO
    messages.add_message(request, level, told)
    return redirect(job.result["url"])
