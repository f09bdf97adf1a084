"""Jobs asked for in tests, as a page asks."""

from django.utils import timezone

from albertslund_it.common.permissions import CLOSE_QUARTER
from leasing.billing.selectors.preview import preview_run
from leasing.jobs.services.jobs import ask_for
from leasing.jobs.views.tasks import enqueue
from tests.leasing.closed import TODAY

QUARTER = "2026Q1"


def ask_to_close(user, *, seen=None, with_worker=True):
    """Ask for the first quarter to be closed as its proposal stands."""
    return ask_for(
        user=user,
        kind="closing",
        title="Låsning: 1. kvartal 2026",
        arguments={
            "code": QUARTER,
            "seen": seen or preview_run(QUARTER, TODAY).proposal.digest,
            "back": "/kvartaler/2026Q1/",
        },
        permissions=[CLOSE_QUARTER],
        now=timezone.now(),
        enqueue=enqueue if with_worker else None,
    )
