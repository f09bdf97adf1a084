"""A movement kept as one act, so that whoever made it can undo it in one."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import date, datetime

from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.people import Actor
from inventory.acts.services.recording import Recording, recorded_as
from inventory.models import Act, Device

NAMED = 3


def moved_as(
    kind: Act.Kind,
    *,
    devices: Collection[Device],
    starts_on: date,
    actor: Actor,
    now: datetime,
) -> AbstractContextManager[Recording]:
    """Keep what a movement of some devices writes as one act."""
    names = [str(device) for device in devices]
    told = ", ".join(names) if len(names) <= NAMED else f"{len(names)} stk. udstyr"
    title = f"{kind.label} af {told} fra {starts_on:%d-%m-%Y}"
    return recorded_as(
        kind,
        title=title,
        permission=HANDLE_ORDERS,
        actor=actor,
        now=now,
        device=next(iter(devices)) if len(devices) == 1 else None,
    )
