"""Undo an act that wrote much: done while one waits, or by the worker."""

from django.urls import reverse

from inventory.models import Act
from leasing.jobs.services.kinds import JobAsked, JobOutcome
from leasing.undo.services import undo_act


def undo(asked: JobAsked) -> JobOutcome:
    """Put everything back as it was before an act."""
    asked.tell("Sætter alt tilbage, som det var")
    act = undo_act(act_id=asked.arguments["act"], actor=asked.user, now=asked.now)
    return JobOutcome(undone_told(act), where_to(act))


def undone_told(act: Act) -> str:
    """Say that an act is undone."""
    return f"{act.title} er fortrudt. Alt står, som det gjorde før."


def where_to(act: Act) -> str:
    """Return where to go on: to the device, where it was done to one."""
    return reverse("device-detail", args=[act.device_id]) if act.device_id else reverse("act-list")
