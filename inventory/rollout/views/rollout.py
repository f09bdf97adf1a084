"""The rollout: how far it is, and the list of old machines."""

from datetime import date

from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, render

from albertslund_it.common.permissions import MANAGE_ROLLOUT, VIEW_ROLL
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.query import number_in
from inventory.models import Roll
from inventory.rollout.forms import AsOfForm
from inventory.rollout.selectors import lots, machines, rollout
from inventory.rollout.tables import OLD, MachineFilter, MachineTable, links_to_devices


def shown_day(request) -> tuple[AsOfForm, date]:
    """Return the form, and the day it says; today where it says none that can be read."""
    form = AsOfForm({"pr": request.GET.get("pr") or f"{today():%d-%m-%Y}"})
    return form, form.cleaned_data["pr"] if form.is_valid() else today()


def chosen_lot(request) -> Roll | None:
    """Return the roll of leases that the address names; None for the old machines.

    Raises:
        Http404: when it names none that is there.
    """
    asked = request.GET.get("rul", "")
    return get_object_or_404(lots(), pk=number_in(asked) or 0) if asked else None


@permission_required(VIEW_ROLL, raise_exception=True)
def rollout_page(request):
    """Show rolls, plan, progress and both status tables."""
    lot = chosen_lot(request)
    form, day = shown_day(request)
    shown = rollout(request.user, on=day, today=today(), lot=lot)
    of = f"roll={lot.pk}" if lot else f"lot={OLD}"
    context = {
        "form": form,
        "day": day,
        "lot": lot,
        "lots": lots(),
        "shown": shown,
        "as_of": f"{of}&pr={day:%d-%m-%Y}",
        "manages": request.user.has_perm(MANAGE_ROLLOUT),
    }
    return render(
        request, "inventory/rollout/rollout.html", context, status=200 if form.is_valid() else 422
    )


class MachineList(ListPage):
    """The old machines, as they stood on a day."""

    permission_required = VIEW_ROLL
    table_class = MachineTable
    filter_class = MachineFilter
    template_name = "inventory/rollout/machines.html"
    title = "Gamle maskiner"
    file_name = "gamle-maskiner"

    def rows(self):
        _, day = shown_day(self.request)
        return machines(self.request.user, on=day, today=today())

    def table_options(self):
        user = self.request.user
        return {"opens": user.has_perm(MANAGE_ROLLOUT), "links": links_to_devices(user)}

    def extra_context(self):
        _, day = shown_day(self.request)
        return {"day": day, "is_today": day == today()}
