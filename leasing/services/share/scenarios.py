"""Scenarios: kept under a name, shared, deleted, and turned into a draft order."""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.rows import lock
from inventory.models import DeviceModel, Unit
from leasing.models import Order, OrderLine, Scenario
from leasing.services.ordering.orders import save_draft
from leasing.services.ordering.wishes import LineWish


@transaction.atomic
def save_scenario(
    *, name: str, bearer: str, assumptions: dict, is_shared: bool, actor, now: datetime
) -> Scenario:
    """Keep a scenario; one's own with the same name and bearer is replaced.

    Raises:
        Refused: without a name, or when nothing is assumed.
    """
    lock(Scenario)
    name = " ".join(name.split())
    if not name:
        raise Refused("Giv scenariet et navn, så du kan finde det igen.")
    if not assumptions:
        raise Refused("Der er intet at gemme: vælg først, hvad der skal være anderledes.")
    found = Scenario.objects.filter(created_by=actor, bearer=bearer, name=name).first()
    if found is None:
        found = Scenario(name=name, bearer=bearer, created_by=actor, created_at=now)
    # Saved one by one, which the history follows: JSON does not fit the bulk writes.
    found.assumptions, found.is_shared = assumptions, is_shared
    found.save()
    return found


@transaction.atomic
def draft_from_scenario(
    *, scenario: Scenario, unit: Unit | None, model: str, count: int, actor, now: datetime
) -> Order:
    """Make a draft order of the pcs that a scenario adds; again, it is the same draft.

    Raises:
        Refused: when it adds none, or the draft has been placed meanwhile.
    """
    if unit is None or count <= 0:
        raise Refused("Scenariet tilføjer ingen pc'er, så der er intet at bestille.")
    line = LineWish(
        model=DeviceModel.objects.get(name=model),
        unit=unit,
        quantity=count,
        reason=OrderLine.Reason.EXTRA,
    )
    return save_draft(
        token=uuid5(NAMESPACE_URL, f"scenario-{scenario.pk}"),
        lines=[line],
        actor=actor,
        now=now,
        note=f"Fra scenariet »{scenario.name}«.",
        scenario=scenario,
    )
