"""What one has asked for: the list, each of them as it goes, and the file it made."""

from contextlib import suppress

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.web.clock import now, today
from leasing.jobs.presenters import progress_in_words, shown_job
from leasing.jobs.selectors import Progress, file_of, is_at_work, jobs_of, progress_of, uses_worker
from leasing.jobs.services.jobs import do_job
from leasing.models import Job

SHOWN = 100
NEWEST = 3  # among which the one is that one waits for


@require_GET
def job_list(request):
    """Show what the user has asked for."""
    has_worker = uses_worker()
    jobs = [_shown(job, has_worker) for job in jobs_of(request.user)[:SHOWN]]
    return render(request, "leasing/jobs/list.html", {"jobs": jobs})


@require_GET
def job_page(request, pk):
    """Show how far a job is, or what came of it."""
    job = get_object_or_404(jobs_of(request.user), pk=pk)
    shown = _shown(job, uses_worker(), is_alone=True)
    return render(request, "leasing/jobs/job.html", {"shown": shown})


@require_GET
def job_now(request):
    """Say in a line how far that is which the user waits for in another request."""
    job = next(filter(is_at_work, jobs_of(request.user)[:NEWEST]), None)
    text = progress_in_words(progress_of(job)) if job else ""
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_GET
def job_file(request, pk):
    """Hand out the file that a job made."""
    job = get_object_or_404(jobs_of(request.user), pk=pk, state=Job.State.DONE)
    if not (name := job.result.get("file")):
        return redirect("job", pk)
    return StreamingHttpResponse(
        file_of(job, is_made=True),
        content_type=job.result["content_type"],
        headers={"Content-Disposition": content_disposition_header(True, name)},
    )


@require_POST
def job_again(request, pk):
    """Do a job here that nobody is at."""
    job = get_object_or_404(jobs_of(request.user), pk=pk)
    with suppress(Refused):  # its page says why
        do_job(number=job.pk, today=today(), clock=now, is_here=True)
    return redirect("job", pk)


def _shown(job: Job, has_worker: bool, *, is_alone: bool = False):
    # Of one that is done only its own page says what is worked out yet.
    at_work = (job.is_open or is_alone) and is_at_work(job)
    progress = progress_of(job) if at_work else Progress()
    return shown_job(job, is_at_work=at_work, has_worker=has_worker, progress=progress, now=now())
