"""How a job is told of: a mark, a sentence, and what one can do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from leasing.jobs.selectors import Progress
from leasing.models import Job

# So long a worker may be busy with another's before we doubt that there is one.
LONG = timedelta(seconds=30)
NO_RIGHT = "Du har ikke længere ret til det. Intet er gemt."
STOPPED = (
    "Det blev afbrudt {attempts} gange og prøves ikke igen. Intet er gemt. "
    "Bed en administrator om at se i loggen."
)
WORKS_COSTS_OUT = "Regner udgifterne om"
SAVED = "Det er gemt. Udgifterne regnes om nu; dem behøver du ikke vente på."
NOT_TAKEN = (
    "Arbejderen har ikke taget det i en uge, så det er opgivet. Intet er gemt. Bed om det igen."
)
FAILED = "Der skete en fejl hos os. Intet er gemt. Fejlen står i loggen under arbejde nr. {pk}."
MARKS = {
    Job.State.WAITING: ("", "Venter"),
    Job.State.RUNNING: ("", "I gang"),
    Job.State.DONE: ("good", "Færdig"),
    Job.State.REFUSED: ("bad", "Afvist"),
    Job.State.FAILED: ("bad", "Gik galt"),
}


@dataclass(frozen=True)
class ShownJob:
    """A job as it stands; `may_be_done_here` offers to do it without the worker."""

    job: Job
    mark: tuple[str, str]
    told: list[str]
    progress: Progress
    is_moving: bool
    may_be_done_here: bool = False


def shown_job(
    job: Job, *, is_at_work: bool, has_worker: bool, progress: Progress, now: datetime
) -> ShownJob:
    """Return how a job stands, in words."""
    mark, told, may = MARKS[Job.State(job.state)], list(job.result.get("told", [])), False
    if job.is_open and is_at_work:
        mark = MARKS[Job.State.RUNNING]
    elif job.state == Job.State.DONE and is_at_work:
        told.append(SAVED)
    elif job.state == Job.State.RUNNING:
        mark, may = ("warn", "Afbrudt"), True
        told = ["Det blev afbrudt, før det var færdigt. Intet er gemt, og det tages op igen."]
    elif job.is_open and not has_worker:
        may = True
        told = ["Det venter på dig: arbejderen er slået fra, siden du bad om det."]
    elif job.is_open and now - job.asked_at > LONG:
        may = True
        told = ["Ingen har taget det endnu. Arbejderen har travlt eller er stoppet."]
    elif job.is_open:
        told = ["Det begynder om et øjeblik."]
    return ShownJob(
        job=job,
        mark=mark,
        told=told,
        progress=progress,
        is_moving=job.is_open or is_at_work,
        may_be_done_here=may,
    )


def progress_in_words(progress: Progress) -> str:
    """Return how far something is in one line; '' where nothing is told."""
    if progress.percent is None:
        return progress.text
    return f"{progress.text} ({progress.percent} %)"
