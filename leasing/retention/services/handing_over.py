"""That somebody took everything that is held on a person as a file."""

from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.db import transaction

from inventory.models import Employee


@transaction.atomic
def note_handing_over(*, employee: Employee, actor: User) -> None:
    """Note in the person's history who took the file."""
    LogEntry.objects.log_create(
        employee,
        force_log=True,
        action=LogEntry.Action.ACCESS,
        changes={},
        actor=actor,
        actor_email=actor.email,
    )
