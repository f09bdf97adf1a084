"""What can be done with a device from its own page, and what is special about it now."""

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_EMPLOYEE
from inventory.models import Device, ExpectedReturn
from leasing.models import LossReport
from leasing.movements.selectors.states import DeviceState, states_of


def device_actions(device: Device, user, on: date) -> dict:
    """Return the page's buttons (label, address), its marks (style, words), and an open loss."""
    state = states_of([device.pk])[device.pk]
    return {
        "actions": list(_actions(state, on)) if user.has_perm(HANDLE_ORDERS) else [],
        "marks": list(_marks(state, on, with_people=user.has_perm(VIEW_EMPLOYEE))),
        "loss": state.loss,
        "handles": user.has_perm(HANDLE_ORDERS),
    }


def _actions(state: DeviceState, on: date):
    def to(name: str, **given) -> str:
        query = {"serienumre": state.device.serial_number, **given}
        return f"{reverse(name)}?{urlencode(query)}"

    own = [state.device.pk]
    if state.loss:
        return
    if state.is_in_stock(on):
        if state.set_aside:  # the form knows from the order who is to have it
            yield "Udlever", to("hand-out", linje=state.set_aside.line_id)
        else:
            yield "Udlever", to("hand-out")
            yield "Udlån", to("lend")
    else:
        yield "Flyt", to("transfer")
        yield "Tag tilbage", to("take-back")
    yield "Ombyt", reverse("swap", args=own)
    yield "Meld tab", reverse("loss", args=own)


def _marks(state: DeviceState, on: date, *, with_people: bool):
    if state.loss:
        kind = state.loss.get_kind_display().lower()
        yield "bad", f"Meldt {kind} {state.loss.discovered_at:%d-%m-%Y}"
        if state.loss.kind == LossReport.Kind.STOLEN and not state.loss.police_number:
            yield "warn", "Politiets nummer mangler"
        return
    placement = state.on(on)
    if placement is not None and placement.unit is not None:
        for expected in _expected(state, placement):
            style = "bad" if expected.due_on < on else "warn"
            due = f"afleveres senest {expected.due_on:%d-%m-%Y}"
            if expected.why == ExpectedReturn.Why.LOAN:
                whom = f" til {placement.employee.name}" if with_people else ""
                yield style, f"Udlånt{whom}, {due}"
            else:
                yield style, f"Skal {due}"
    if state.set_aside:
        yield "", f"Sat til side til bestilling {state.set_aside.line.order.number}"


def _expected(state: DeviceState, placement):
    """Return what is expected back of who has the device now."""
    expected = ExpectedReturn.objects.filter(device=state.device, employee=placement.employee)
    if placement.employee is None:
        expected = expected.filter(unit=placement.unit)
    return expected.order_by("due_on")
