"""What is asked for once and sent twice is done once, and answered the same."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from albertslund_it.common.errors import Refused
from leasing.models import ApiAnswer, ApiClient

KEPT = timedelta(days=30)
Answer = dict[str, Any]


class KeyUsed(Refused):
    """The key was used for something else."""


def fingerprint_of(*asked: object) -> str:
    """Return what tells one request from another: where it was sent, and what it says."""
    text = json.dumps(asked, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def answered_once(
    *, client: ApiClient, key: str, fingerprint: str, now: datetime, work: Callable[[], Answer]
) -> tuple[Answer, bool]:
    """Do something under a key and keep the answer, or return what it was; tell whether it was.

    Of two at once the second waits for the first. What is refused is not kept: nothing was written.

    Raises:
        KeyUsed: when something else was asked under the key.
        Refused: as the work does.
    """
    ApiAnswer.objects.filter(made_at__lt=now - KEPT).delete()
    empty = ApiAnswer(client=client, key=key, fingerprint=fingerprint, made_at=now)
    # On PostgreSQL it waits here for whoever writes the same key.
    ApiAnswer.objects.bulk_create([empty], ignore_conflicts=True)
    kept = ApiAnswer.objects.select_for_update(of=("self",)).get(client=client, key=key)
    if kept.fingerprint != fingerprint:
        raise KeyUsed("Idempotency-Key er brugt til noget andet. Vælg en ny nøgle.")
    if kept.answer:
        return kept.answer, True
    kept.answer = work()
    kept.save(update_fields=["answer"])
    return kept.answer, False
