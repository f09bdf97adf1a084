"""What the four forms of movements do once they are saved: each calls its service."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from albertslund_it.web.forms.agreement import Check
from albertslund_it.web.people import Actor
from inventory.models import Act
from leasing.models import OrderLine
from leasing.movements.forms import DevicesForm, HandOutForm
from leasing.movements.services import movements
from leasing.movements.services.acts import moved_as
from leasing.movements.services.for_lines import hand_out_for_lines
from leasing.movements.services.moves import Moved


def carry_out(
    kind: Act.Kind, form: DevicesForm, *, agree: Check, actor: Actor, now: datetime
) -> tuple[Moved, Act | None]:
    """Do what a valid form says, as one act that can be undone; return what was moved, and the act.

    Raises:
        Refused: with every reason; nothing is written.
    """
    data = form.cleaned_data
    common = {
        "devices": form.found.devices,
        "starts_on": data["starts_on"],
        "agree": agree,
        "later": data["later"],
        "actor": actor,
    }
    act = moved_as(
        kind, devices=form.found.devices, starts_on=data["starts_on"], actor=actor, now=now
    )
    with act as done:
        moved = CARRIED_OUT[kind](form, common, now)
    return moved, done.act


def _hand_out(form: HandOutForm, common: dict[str, Any], now: datetime) -> Moved:
    data = form.cleaned_data
    if form.lines:
        return hand_out_for_lines(**common, takes_old_back=data["takes_old_back"], now=now)
    line = OrderLine.objects.filter(pk=data["line"]).first() if data["line"] else None
    return movements.hand_out(
        **common,
        unit=data["unit"],
        employee=data["employee"],
        used_for=data["used_for"],
        line=line,
        replaces=data["replaces"],
        takes_old_back=data["takes_old_back"],
        now=now,
    )


def _transfer(form: DevicesForm, common: dict[str, Any], now: datetime) -> Moved:
    data = form.cleaned_data
    return movements.transfer(
        **common,
        unit=data["unit"],
        employee=data["employee"],
        used_for=data["used_for"],
        no_employee=data["no_employee"],
    )


def _take_back(form: DevicesForm, common: dict[str, Any], now: datetime) -> Moved:
    return movements.take_back(**common)


def _lend(form: DevicesForm, common: dict[str, Any], now: datetime) -> Moved:
    data = form.cleaned_data
    return movements.lend(**common, employee=data["employee"], due_on=data["due_on"], now=now)


CARRIED_OUT: dict[Act.Kind, Callable[..., Moved]] = {
    Act.Kind.HAND_OUT: _hand_out,
    Act.Kind.TRANSFER: _transfer,
    Act.Kind.TAKE_BACK: _take_back,
    Act.Kind.LOAN: _lend,
}
