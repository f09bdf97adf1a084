"""What a person says of a file's columns, remembered for the next with the same headings."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from albertslund_it.common.files.headings import ColumnChoice, headings_digest
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor, done_by
from leasing.models import ColumnMap


@transaction.atomic
def remember_columns(
    *, kind: str, headings: Sequence[object], choice: ColumnChoice, actor: Actor, now: datetime
) -> None:
    """Remember how files with these headings are read; what was said before is replaced."""
    lock(ColumnMap)
    ColumnMap.objects.update_or_create(
        kind=kind,
        digest=headings_digest(headings),
        defaults={
            "headings": [str(one).strip()[:100] for one in headings if one is not None],
            "mapped": dict(choice.mapped),
            "values": dict(choice.values),
            "said_at": now,
            "said_by": done_by(actor),
        },
    )


@transaction.atomic
def forget_columns(*, pk: int, kinds: Collection[str]) -> bool:
    """Forget what was said of some headings; tell whether it was there, of one of the kinds."""
    lock(ColumnMap)
    found = ColumnMap.objects.filter(pk=pk, kind__in=kinds).first()
    if found:
        found.delete()
    return bool(found)
