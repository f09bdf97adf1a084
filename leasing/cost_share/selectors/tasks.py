"""What a person is to decide, or has been answered, of what they pay for."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User

from albertslund_it.common.permissions import OBJECT_TO_DEVICE, WISH_FOR_END
from leasing.confirmation.selectors.items import answered_objections
from leasing.lease_end.selectors.endings import MissingWishes, missing_wishes
from leasing.models import Objection

ANSWERS_READ = 4


@dataclass(frozen=True)
class ShareTasks:
    """The leases that lack a wish, None for who may not have any; the first answers."""

    missing_wishes: MissingWishes | None
    answers: list[Objection]


def share_tasks_of(user: User, today: date) -> ShareTasks:
    """Gather what there is for a person."""
    may_object = user.has_perm(OBJECT_TO_DEVICE)
    return ShareTasks(
        missing_wishes(user, today) if user.has_perm(WISH_FOR_END) else None,
        list(answered_objections(user, today)[:ANSWERS_READ]) if may_object else [],
    )
