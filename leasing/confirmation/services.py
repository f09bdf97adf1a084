"""Leaders are asked whether their lists fit; they say yes, or "ikke vores" of single devices."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import span_label
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.models import Device, Placement, Unit
from inventory.placements.selectors import placements_in_force
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.confirmation.selectors.asked import Asked, mail_key, people_to_ask
from leasing.confirmation.selectors.items import (
    SILENT,
    ListedDevice,
    agreement_of,
    item_on_list,
    items_of,
    latest_round,
    quarters_asked,
)
from leasing.mail.services import write_mail
from leasing.models import Confirmation, ConfirmationRound, Mail, Objection, Settings

LONGEST_NOTE = 300  # what its column holds


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
    for one in people_to_ask(today, asked):
        _write(asked, one, one.recipients, one.items, today, now)
    return asked


@transaction.atomic
def ask_missing(*, today: date, now: datetime) -> int:
    """Ask those whom the open round has not asked: who came, or got a mail, later.

    Returns how many mails were written.

    Raises:
        Refused: when no round is open.
    """
    asked = _open_round(today)
    count = 0
    for one in people_to_ask(today, asked):
        if one.missing:
            count += _write(asked, one, one.missing, one.items, today, now) is not None
    return count


@transaction.atomic
def remind(*, today: date, now: datetime) -> int:
    """Remind those who have not answered all of it; once a day, however often it is asked for.

    Returns how many mails were written.

    Raises:
        Refused: when no round is open.
    """
    asked = _open_round(today)
    count = 0
    for one in people_to_ask(today, asked):
        if one.silent:
            mail = _write(asked, one, one.recipients, one.silent, today, now, reminds=True)
            count += mail is not None
    return count


@transaction.atomic
def extend_round(*, due_on: date, today: date) -> ConfirmationRound:
    """Move the deadline to a later day; a round that is over is open again.

    Raises:
        Refused: when nobody has asked, or the day is no later than it was.
    """
    lock(ConfirmationRound)
    asked = latest_round()
    if asked is None:
        raise Refused("Lederne er ikke spurgt endnu, så der er ingen frist at forlænge.")
    if due_on <= max(asked.due_on, today):
        raise Refused(
            f"Den nye frist skal ligge efter den {max(asked.due_on, today):%d-%m-%Y}. "
            "En frist kan ikke blive kortere, for den er skrevet til lederne."
        )
    asked.due_on = due_on
    asked.save(update_fields=["due_on"])
    return asked


def _open_round(today: date) -> ConfirmationRound:
    lock(ConfirmationRound)
    asked = latest_round()
    if asked is None:
        raise Refused("Lederne er ikke spurgt endnu.")
    if asked.due_on < today:
        raise Refused(
            f"Fristen var den {asked.due_on:%d-%m-%Y}. Forlæng den, før du spørger eller rykker."
        )
    return asked


def _write(
    asked: ConfirmationRound,
    one: Asked,
    recipients: list[str],
    items: list[ListedDevice],
    today: date,
    now: datetime,
    *,
    reminds: bool = False,
) -> Mail | None:
    """Write the question about a list, or the reminder of it; None where nobody can be asked."""
    key = f"{mail_key(asked)}-{one.key}"
    if reminds:
        key += f"-rykker-{today}"
    elif earlier := Mail.objects.filter(Q(key=key) | Q(key__startswith=f"{key}-igen-")).count():
        key += f"-igen-{earlier}"
    start = "Husk at svare" if reminds else "Stemmer listen over jeres leasede udstyr? Svar"
    return write_mail(
        recipients=recipients,
        subject=f"{start} senest {asked.due_on:%d-%m-%Y}: {one.name}",
        template="confirmation",
        context={
            "round": asked,
            "name": one.name,
            "items": items,
            "quarters": span_label(quarters_asked(today)).lower(),
            "reminds": reminds,
            "amount_ore": sum(item.amount_ore for item in items),
        },
        now=now,
        key=key,
    )


@transaction.atomic
def confirm(
    *,
    units: QuerySet[Unit],
    device_ids: Collection[int] | None,
    actor: Actor,
    today: date,
    now: datetime,
    seen: str | None = None,
) -> int:
    """Record that devices are the units' own: those named, or all that are not answered.

    `seen` is the digest of the list that the person looked through, if they saw one. The same again
    is no change.

    Returns how many were confirmed.

    Raises:
        Refused: when nobody has asked, or the list is another one by now.
    """
    asked = latest_round()
    if asked is None:
        raise Refused("Økonomi har ikke bedt om en bekræftelse endnu.")
    lock(Confirmation)
    items = items_of(units, today, had_there=True)
    if seen is not None and seen != agreement_of(items):
        raise Refused("Listen er ændret, siden du så den. Se den igen, og svar.")
    new = [
        Confirmation(
            round=asked,
            device_id=item.device_id,
            unit=item.unit,
            confirmed_at=now,
            confirmed_by=actor,
        )
        for item in items
        if item.answer == SILENT and (device_ids is None or item.device_id in device_ids)
    ]
    Confirmation.objects.bulk_create(new)
    return len(new)


@transaction.atomic
def object_to_device(
    *,
    device: Device,
    units: QuerySet[Unit],
    note: str,
    since: date | None,
    actor: Actor,
    today: date,
    now: datetime,
) -> Objection:
    """Record "ikke vores"; the same again is no change. What was confirmed no longer is.

    Raises:
        Refused: when none of the units holds the device today or will be billed for it, or
            without a note.
    """
    lock(Objection, Confirmation)
    placed = _placement_at(device, units, today)
    if placed is None or placed.unit is None:
        raise Refused(
            f"{device} står ikke hos jer, og I skal ikke betale for det, så der er ikke noget at "
            "indvende."
        )
    unit = placed.unit
    _refuse_objection(device, unit, note, since, today)
    Confirmation.objects.filter(device=device, unit=unit, round=latest_round()).delete()
    if before := Objection.objects.filter(device=device, unit=unit, outcome="").first():
        return before
    objection = Objection.objects.create(
        device=device,
        unit=unit,
        since=since,
        note=" ".join(note.split()),
        raised_at=now,
        raised_by=actor,
    )
    write_mail(
        recipients=Settings.objects.get().helpdesk_mail,
        subject=f"»Ikke vores«: {device} hos {unit.name}",
        template="objection",
        context={
            "objection": objection,
            "placed": placed,
            "quarter_ore": quarter_costs([device.pk], today).get(device.pk, 0),
        },
        now=now,
        key=f"objection-{objection.pk}",
    )
    return objection


def _placement_at(device: Device, units: QuerySet[Unit], today: date) -> Placement | None:
    """Return the placement by which one of the units has the device, or will be billed for it."""
    here = placements_in_force(today).filter(device=device, unit__in=units).first()
    if here is None and (left := item_on_list(device, units, today)):
        return Placement.objects.filter(device=device, unit=left.unit).latest("starts_on")
    return here


def _refuse_objection(
    device: Device, unit: Unit, note: str, since: date | None, today: date
) -> None:
    if not note.strip():
        raise Refused("Skriv, hvad der er forkert, fx hvem der har udstyret.")
    if since and since > today:
        raise Refused("Datoen for, hvornår det blev forkert, kan ikke ligge efter i dag.")
    came = Placement.objects.filter(device=device, unit=unit).earliest("starts_on").starts_on
    if since and since < came:
        raise Refused(
            f"{device} kom først til {unit.name} den {came:%d-%m-%Y}, så det kan ikke have "
            "været forkert før den dag."
        )


@transaction.atomic
def settle_objection(
    *, objection_id: int, outcome: str, note: str, actor: Actor, today: date, now: datetime
) -> Objection:
    """End an objection: the device has been moved, or it stays, with a reason.

    Raises:
        Refused: when it is ended already, the outcome is none, or the device still stands where
            it stood.
    """
    objection = Objection.objects.select_for_update().get(pk=objection_id)
    if objection.outcome:
        raise Refused(
            f"Indsigelsen er allerede afsluttet som »{objection.get_outcome_display().lower()}«."
        )
    if outcome not in Objection.Outcome.values:
        raise Refused("Vælg, om udstyret er flyttet, eller om du afviser indsigelsen.")
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
    if len(note) > LONGEST_NOTE:
        raise Refused(f"Begrundelsen må højst være {LONGEST_NOTE} tegn. Skriv den kortere.")
    objection.outcome, objection.outcome_note = outcome, note
    objection.settled_at, objection.settled_by = now, actor
    objection.save()
    return objection
