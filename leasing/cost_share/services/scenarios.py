"""Scenarios: kept under a name, shared, deleted, and turned into a draft order."""

from collections.abc import Mapping
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.rows import lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from inventory.models import DeviceModel, Unit
from leasing.leases.selectors.prices import why_no_price
from leasing.models import Order, OrderLine, Scenario
from leasing.orders.services.orders import save_draft
from leasing.orders.services.wishes import LineWish

NAME_LENGTH = 100


@transaction.atomic
def save_scenario(
    *,
    name: str,
    payer: str,
    assumptions: dict[str, str],
    is_shared: bool,
    actor: Actor,
    now: datetime,
) -> Scenario:
    """Keep a scenario; one's own with the same name and payer is replaced.

    Raises:
        Refused: without a name, or when nothing is assumed.
    """
    lock(Scenario)
    name = " ".join(name.split())
    if not name:
        raise Refused("Giv scenariet et navn, så du kan finde det igen.")
    if len(name) > NAME_LENGTH:
        raise Refused(f"Navnet må højst være {NAME_LENGTH} tegn. Skriv det kortere.")
    if not assumptions:
        raise Refused("Der er intet at gemme: vælg først, hvad der skal være anderledes.")
    found = Scenario.objects.filter(created_by=actor, bearer=payer, name=name).first()
    if found is None:
        found = Scenario(name=name, bearer=payer, created_by=actor, created_at=now)
    # Saved one by one, which the history follows: JSON does not fit the bulk writes.
    found.assumptions, found.is_shared = assumptions, is_shared
    found.save()
    return found


@transaction.atomic
def delete_scenario(*, scenario: Scenario) -> None:
    """Delete a scenario; an order that was made from it stays."""
    lock(Scenario)
    scenario.delete()


@transaction.atomic
def draft_from_scenario(
    *,
    scenario: Scenario,
    added: Mapping[tuple[int, str], int],
    actor: User,
    now: datetime,
    agree: Check = nothing_to_see,
) -> Order:
    """Make a draft order of the pcs that a scenario adds; again, it is the same draft.

    `added` has the number by (unit id, model name); what there is to be fewer of is not ordered.

    Raises:
        Refused: when it adds none, or one that has no price yet, or the draft has been placed.
    """
    wanted = {key: count for key, count in added.items() if count > 0}
    if not wanted:
        raise Refused("Scenariet tilføjer ingen pc'er, så der er intet at bestille.")
    agree()
    units = Unit.objects.in_bulk({unit for unit, _ in wanted})
    models = {one.name: one for one in DeviceModel.objects.filter(name__in={m for _, m in wanted})}
    today = timezone.localtime(now).date()
    missing = (why_no_price(models[name], today) for _, name in wanted)
    if reasons := [reason for reason in dict.fromkeys(missing) if reason]:
        raise Refused(*reasons)
    return save_draft(
        token=uuid5(NAMESPACE_URL, f"scenario-{scenario.pk}"),
        lines=[
            LineWish(
                model=models[model],
                unit=units[unit],
                quantity=count,
                reason=OrderLine.Reason.EXTRA,
            )
            for (unit, model), count in wanted.items()
        ],
        actor=actor,
        now=now,
        requester_name=actor.get_full_name()[:100],
        requester_mail=actor.email,
        # Its name is for those who see the scenario; the order links to it for them.
        note="Lavet ud fra et scenarie.",
        scenario=scenario,
    )
