"""Draft orders for what replaces some devices."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.rows import lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from leasing.models import Order, OrderLine
from leasing.orders.services.orders import save_draft
from leasing.orders.services.wishes import LineWish
from leasing.replacing.selectors.orders import PlannedLine, PlannedOrder, order_plan


@transaction.atomic
def draft_replacements(
    *,
    device_ids: Collection[int],
    models: Mapping[int, int],
    note: str,
    actor: User,
    today: date,
    now: datetime,
    agree: Check = nothing_to_see,
) -> list[Order]:
    """Make a draft of each unit's orders, as `order_plan` returns them.

    What an open order replaces already gets no second one.

    Raises:
        Refused: when nothing is left to order.
    """
    lock(Order, OrderLine)
    found = order_plan(device_ids, models, today)
    if not found.orders:
        raise Refused("Der er intet at bestille. Vælg en model til det, der skal erstattes.")
    agree()
    return [_draft(order, note, actor, now) for order in found.orders]


def _draft(order: PlannedOrder, note: str, actor: User, now: datetime) -> Order:
    return save_draft(
        token=uuid4(),
        lines=[_wish(order, line) for line in order.lines],
        actor=actor,
        now=now,
        requester_name=actor.get_full_name()[:100],
        requester_mail=actor.email,
        note=note,
    )


def _wish(order: PlannedOrder, line: PlannedLine) -> LineWish:
    return LineWish(
        model=line.offer.model,
        unit=order.unit,
        employee=line.employee,
        used_for=line.used_for,
        reason=OrderLine.Reason.REPLACEMENT,
        replaces=line.device,
    )
