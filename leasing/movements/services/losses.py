"""Lost and stolen devices: reported, told to IT security, and found again."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from inventory.models import Device, DeviceModel
from leasing.billing.services.locks import PRICED
from leasing.mail.services import write_mail
from leasing.models import LossReport, Order, OrderLine, Settings
from leasing.movements.presenters import where
from leasing.movements.selectors.states import device_state
from leasing.movements.services.moves import why_gone
from leasing.orders.services.orders import LineWish, place_order

Kind, Breach = LossReport.Kind, LossReport.Breach


@dataclass(frozen=True, slots=True)
class LossFacts:
    """What is known of a loss; `encrypted` is yes, no or unknown."""

    kind: str
    discovered_at: datetime
    encrypted: str
    police_number: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class WantedReplacement:
    """What its holder is to have instead: a model (id) that is ordered, or a device of the stock.

    `token` is the order's, so that a double click orders one.
    """

    token: UUID
    model_id: int | None = None
    stock_device_id: int | None = None
    past_stock_because: str = ""


@transaction.atomic
def report_loss(
    *,
    device: Device,
    facts: LossFacts,
    actor: Actor,
    today: date,
    now: datetime,
    replacement: WantedReplacement | None = None,
    agree: Check = nothing_to_see,
) -> tuple[LossReport, Order | None]:
    """Report a device lost or stolen, and order another one; the same again changes nothing.

    Where it is placed and what it costs stay as they are until the lease is settled. Of a stolen
    one IT security is told at once, with the 72 hours of a breach of personal data.

    Raises:
        Refused: with every reason; nothing is written.
    """
    lock(Order)  # first, as by all who order or hand out: nobody waits crosswise
    lock(*PRICED)
    Device.objects.select_for_update().get(pk=device.pk)
    device = Device.objects.select_related("model", "departure").get(pk=device.pk)
    if departure := getattr(device, "departure", None):
        raise Refused(f"{device} {why_gone(departure)}.")
    if facts.discovered_at > now:
        raise Refused("Tidspunktet, hvor det blev opdaget, kan ikke ligge ude i fremtiden.")
    report = device.losses.open().first()
    if report is None:
        agree()
        report = _reported(device, facts, actor, today, now)
    elif _facts_of(report) != facts:
        raise Refused(
            f"{device} er allerede meldt {report.get_kind_display().lower()} den "
            f"{report.reported_at:%d-%m-%Y}. Meld den fundet, hvis den skal meldes på ny."
        )
    return report, _ordered(device, replacement, actor, today, now) if replacement else None


def _reported(
    device: Device, facts: LossFacts, actor: Actor, today: date, now: datetime
) -> LossReport:
    report = LossReport(
        device=device,
        kind=facts.kind,
        discovered_at=facts.discovered_at,
        encrypted=facts.encrypted,
        police_number=facts.police_number,
        note=facts.note,
        reported_at=now,
        reported_by=actor,
    )
    changes = Changes((LossReport,))
    changes.create(report)
    changes.save(actor)
    if facts.kind == Kind.STOLEN:
        _tell_security(report, today, now)
    return report


def _ordered(
    device: Device, replacement: WantedReplacement, actor: Actor, today: date, now: datetime
) -> Order:
    if order := Order.objects.filter(token=replacement.token).first():
        return order  # a double click
    placement = device_state(device.pk).on(today)
    if placement is None or placement.unit is None:
        raise Refused(f"{device} er på it-lager, så der er ingen at bestille en anden til.")
    devices = Device.objects.select_related("model__category")
    stock = devices.filter(pk__in=_some(replacement.stock_device_id)).first()
    models = DeviceModel.objects.select_related("category")
    model = stock.model if stock else models.filter(pk__in=_some(replacement.model_id)).first()
    if model is None:
        raise Refused("Den anden i stedet findes ikke længere. Vælg den igen.")
    employee = placement.employee
    unit = employee.unit if employee and placement.unit.is_cost_holder else placement.unit
    wish = LineWish(
        model=model,
        unit=unit,
        employee=employee,
        used_for=placement.used_for,
        reason=OrderLine.Reason.REPLACEMENT,
        replaces=device,
        stock_device=stock,
        past_stock_because=replacement.past_stock_because,
    )
    return place_order(token=replacement.token, lines=[wish], actor=actor, today=today, now=now)


def _some(pk: int | None) -> list[int]:
    return [] if pk is None else [pk]


@transaction.atomic
def found_again(*, report_id: int, found_on: date, actor: Actor, today: date) -> bool:
    """Note that a lost device is found, from when on it is as if it had not been; False if it is.

    Raises:
        Refused: when the day is ahead, or before the loss.
    """
    report = LossReport.objects.select_for_update(of=("self",)).get(pk=report_id)
    if report.found_on:
        return False
    if found_on > today:
        raise Refused("Den dag, udstyret blev fundet, kan ikke ligge ude i fremtiden.")
    if found_on < report.discovered_on:
        raise Refused(
            f"Tabet blev opdaget den {report.discovered_on:%d-%m-%Y}. Udstyret kan ikke være "
            "fundet før."
        )
    changes = Changes((LossReport,))
    changes.update(report, str(report), found_on=found_on)
    changes.save(actor)
    return True


@transaction.atomic
def decide_breach(
    *, report_id: int, breach: str, reason: str, actor: Actor, now: datetime
) -> LossReport:
    """Note whether the breach of personal data is notified, by whom and when, or why it is not.

    Decided the same way again, nothing changes; another decision takes its place in the history.

    Raises:
        Refused: when the device is found again, was not stolen, or there is no reason not to.
    """
    report = LossReport.objects.select_for_update(of=("self",)).get(pk=report_id)
    if report.kind != Kind.STOLEN or report.found_on:
        raise Refused("Udstyret er ikke meldt stjålet længere, så der er ikke noget at afgøre.")
    reason = reason.strip() if breach == Breach.NOT_NEEDED else ""
    if breach == Breach.NOT_NEEDED and not reason:
        raise Refused("Skriv, hvorfor bruddet ikke skal anmeldes.")
    if (report.breach, report.breach_reason) != (breach, reason):
        changes = Changes((LossReport,))
        changes.update(
            report,
            str(report),
            breach=breach,
            breach_reason=reason,
            breach_decided_at=now,
            breach_decided_by=actor,
        )
        changes.save(actor)
    return report


def _facts_of(report: LossReport) -> LossFacts:
    return LossFacts(
        report.kind,
        report.discovered_at,
        report.encrypted,
        report.police_number,
        report.note,
    )


def _tell_security(report: LossReport, today: date, now: datetime) -> None:
    state = device_state(report.device_id)
    write_mail(
        recipients=Settings.objects.values_list("security_mail", flat=True).get(id=1),
        subject=f"Stjålet udstyr: {state.device.model.name} {state.device}",
        template="stolen",
        context={"report": report, "device": state.device, "where": where(state.on(today))},
        now=now,
        key=f"loss-{report.pk}",
    )
