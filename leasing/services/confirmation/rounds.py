"""Leaders are asked whether their lists fit; they say yes, or "ikke vores" of single devices."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.rows import lock
from inventory.models import Department, Device, Placement, Unit
from inventory.selectors.placements import placements_in_force
from leasing.models import Confirmation, ConfirmationRound, Objection, Settings
from leasing.selectors.confirmation.items import SILENT, Item, items_of, latest_round
from leasing.selectors.quality.costs import quarter_costs
from leasing.services.mail import write_mail


@transaction.atomic
def start_round(*, due_on: date, actor_name: str, today: date, now: datetime) -> ConfirmationRound:
    """Ask every leader, by mail, to look through what they pay for.

    Raises:
        Refused: when the deadline is past, or a round is still open.
    """
    lock(ConfirmationRound)
    if due_on <= today:
        raise Refused("Fristen skal ligge efter i dag, så lederne kan nå at svare.")
    before = latest_round()
    if before and before.due_on >= today:
        raise Refused(
            f"Der er allerede en runde med frist den {before.due_on:%d-%m-%Y}. Vent, til den er "
            "slut, før du spørger igen."
        )
    asked = ConfirmationRound.objects.create(asked_at=now, asked_by=actor_name, due_on=due_on)
    units = Unit.objects.filter(is_cost_holder=False)
    by_department: dict[Department, list[Item]] = {}
    by_unit: dict[Unit, list[Item]] = {}
    for item in items_of(units, today):
        by_department.setdefault(item.unit.department, []).append(item)
        by_unit.setdefault(item.unit, []).append(item)
    for department, items in by_department.items():
        _ask(asked, f"d{department.pk}", department, department.head_mail, items, now)
    for unit, items in by_unit.items():
        if unit.leader_mail != unit.department.head_mail:
            _ask(asked, f"u{unit.pk}", unit, unit.leader_mail, items, now)
    return asked


def _ask(asked, key: str, whom, recipient: str, items: list[Item], now: datetime) -> None:
    write_mail(
        recipients=recipient,
        subject=f"Stemmer listen over jeres leasede udstyr? Svar senest {asked.due_on:%d-%m-%Y}",
        template="confirmation",
        context={
            "round": asked,
            "name": whom.name,
            "items": items,
            "quarter_ore": sum(item.quarter_ore for item in items),
        },
        now=now,
        key=f"confirmation-{asked.pk}-{key}",
    )


@transaction.atomic
def confirm(*, units, device_ids: Collection[int] | None, actor, today: date, now: datetime) -> int:
    """Record that devices are the units' own: those named, or all that are not answered.

    Gives how many were confirmed; the same again is no change.

    Raises:
        Refused: when nobody has asked.
    """
    asked = latest_round()
    if asked is None:
        raise Refused("Økonomi har ikke bedt om en bekræftelse endnu.")
    lock(Confirmation)
    new = [
        Confirmation(
            round=asked,
            device_id=item.device_id,
            unit=item.unit,
            confirmed_at=now,
            confirmed_by=actor,
        )
        for item in items_of(units, today, _devices_at(units))
        if item.answer == SILENT and (device_ids is None or item.device_id in device_ids)
    ]
    Confirmation.objects.bulk_create(new)
    return len(new)


def _devices_at(units):
    return Device.objects.filter(placements__unit__in=units)


@transaction.atomic
def object_to_device(
    *,
    device: Device,
    units,
    note: str,
    since: date | None,
    actor,
    today: date,
    now: datetime,
) -> Objection:
    """Record "ikke vores"; the same again is no change. What was confirmed no longer is.

    Raises:
        Refused: when none of the units holds the device today, or without a note.
    """
    lock(Objection, Confirmation)
    holder = placements_in_force(today).filter(device=device, unit__in=units).first()
    if holder is None:
        raise Refused(f"{device} står ikke hos jer i dag, så der er ikke noget at indvende.")
    if not note.strip():
        raise Refused("Skriv, hvad der er forkert, fx hvem der har udstyret.")
    if since and since > today:
        raise Refused("Datoen for, hvornår det blev forkert, kan ikke ligge efter i dag.")
    came = Placement.objects.filter(device=device, unit=holder.unit).earliest("starts_on").starts_on
    if since and since < came:
        raise Refused(
            f"{device} kom først til {holder.unit.name} den {came:%d-%m-%Y}, så det kan ikke have "
            "været forkert før den dag."
        )
    Confirmation.objects.filter(device=device, unit=holder.unit, round=latest_round()).delete()
    before = Objection.objects.filter(device=device, unit=holder.unit, outcome="").first()
    if before:
        return before
    objection = Objection.objects.create(
        device=device,
        unit=holder.unit,
        since=since,
        note=" ".join(note.split()),
        raised_at=now,
        raised_by=actor,
    )
    write_mail(
        recipients=Settings.objects.get().helpdesk_mail,
        subject=f"»Ikke vores«: {device} hos {holder.unit.name}",
        template="objection",
        context={
            "objection": objection,
            "placed": holder,
            "quarter_ore": quarter_costs([device.pk], today).get(device.pk, 0),
        },
        now=now,
        key=f"objection-{objection.pk}",
    )
    return objection


@transaction.atomic
def settle_objection(
    *, objection_id: int, outcome: str, note: str, actor, today: date, now: datetime
) -> Objection:
    """End an objection: the device has been moved, or it stays, with a reason.

    Raises:
        Refused: when it is ended already, or the device still stands where it stood.
    """
    objection = Objection.objects.select_for_update().get(pk=objection_id)
    if objection.outcome:
        raise Refused(
            f"Indsigelsen er allerede afsluttet som »{objection.get_outcome_display().lower()}«."
        )
    note = " ".join(note.split())
    if outcome == Objection.Outcome.MOVED:
        here = placements_in_force(today).filter(device=objection.device, unit=objection.unit)
        if here.exists():
            raise Refused(
                f"Udstyret står stadig hos {objection.unit.name}. Flyt det først, og afslut "
                "så indsigelsen."
            )
    elif not note:
        raise Refused("Skriv en begrundelse for at afvise. Lederen kan se den.")
    if len(note) > Objection._meta.get_field("outcome_note").max_length:
        raise Refused("Begrundelsen må højst være 300 tegn. Skriv den kortere.")
    objection.outcome, objection.outcome_note = outcome, note
    objection.settled_at, objection.settled_by = now, actor
    objection.save()
    return objection
