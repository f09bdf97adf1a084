"""What the rules find, written down once a day."""

from datetime import date, datetime

from django.db import transaction

from albertslund_it.web.database.rows import lock
from leasing.data_quality.selectors.counted import register_now
from leasing.data_quality.selectors.findings import all_findings
from leasing.models import FindingCount


def count_findings(*, today: date, now: datetime | None = None) -> int:
    """Write what each rule finds today, over what was written of the day; return how many faults.

    What is accepted is no fault meanwhile, here as on the page. Counted at `now`, it is shown until
    something is written.
    """
    # Before it is counted: what is written meanwhile may not be in it.
    register_at = register_now() if now else ""
    found = all_findings(today)
    with transaction.atomic():
        lock(FindingCount)
        FindingCount.objects.filter(day=today).delete()
        FindingCount.objects.bulk_create(
            FindingCount(
                rule=one.rule.key,
                day=today,
                count=one.count,
                quarter_ore=one.quarter_ore,
                accepted=one.accepted_count,
                counted_at=now,
                register_at=register_at,
            )
            for one in found
        )
    return sum(one.count for one in found)
