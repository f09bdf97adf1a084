"""»Til dig«: the lines of a person's list about what they pay for."""

from collections.abc import Iterator
from datetime import date

from albertslund_it.common.quarters import Quarter
from leasing.cost_share.selectors.tasks import ShareTasks
from leasing.domain.tasks import Task


def share_tasks(found: ShareTasks, today: date) -> Iterator[Task]:
    """Yield what is to be decided, then what has been answered."""
    missing, answers = found.missing_wishes, found.answers
    if missing and missing.count:
        yield Task(
            "wishes",
            f"{missing.count} stk. udløber inden seks måneder. Hvad ønsker du?",
            f"Den første slutter den {missing.first_day:%d-%m-%Y}. Frikøb, forlængelse eller "
            "returnering.",
            amount_ore=missing.quarter_ore,
            note=f"i {Quarter.of(today).label}",
        )
    if answers:
        names = ", ".join(objection.device.serial_number for objection in answers[:3])
        more = " …" if len(answers) > 3 else ""
        yield Task("answers", "Svar på »Ikke vores«", f"{names}{more}")
