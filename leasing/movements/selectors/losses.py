"""Stolen devices whose 72 hours still run."""

from collections.abc import Iterator
from datetime import datetime

from leasing.domain.tasks import Task
from leasing.models import LossReport
from leasing.models.loss import BREACH_LIMIT


def loss_tasks(now: datetime) -> Iterator[Task]:
    """Yield a task for each stolen device for as long as a breach may still be notified in time."""
    running = LossReport.objects.filter(
        kind=LossReport.Kind.STOLEN, found_on=None, discovered_at__gt=now - BREACH_LIMIT
    ).select_related("device__model")
    for report in running.order_by("discovered_at"):
        hours = int((report.breach_deadline - now).total_seconds() // 3600)
        left = f"{hours} time{'' if hours == 1 else 'r'}" if hours else "under en time"
        yield Task(
            "stolen",
            f"{report.device.model.name} {report.device} er stjålet: {left} tilbage",
            "Vurdér sammen med it-sikkerhed, om bruddet skal anmeldes til Datatilsynet.",
            about=str(report.device_id),
        )
