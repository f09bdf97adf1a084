"""What the figures of a reorganisation's preview are made of."""

from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render

from albertslund_it.common.permissions import VIEW_ALL_DEPARTMENTS, VIEW_EMPLOYEE
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.query import one_of
from leasing.models import COST_HOLDER_NAME, Reorganisation
from leasing.reorganisation.presenters import (
    EVERYBODY,
    department_rows,
    in_words,
    key_of,
    total_row,
    unit_rows,
)
from leasing.reorganisation.selectors.lists import going_devices, going_people
from leasing.reorganisation.selectors.money import changes_of, money_of_all, money_of_department
from leasing.reorganisation.selectors.plan import plan_of
from leasing.reorganisation.tables import ChangeTable, StepDeviceTable, StepPersonTable


def _still_to_come(pk: int) -> Reorganisation:
    """Return one that is to come: of another, before and after are no longer to be told apart."""
    return get_object_or_404(Reorganisation, pk=pk, carried_out_at=None, cancelled_at=None)


@permission_required(VIEW_ALL_DEPARTMENTS, raise_exception=True)
def payers(request, pk):
    """Show what every department pays, or by `?afdeling=` what the units of one do."""
    found = _still_to_come(pk)
    plan = plan_of(found)
    keys = {key_of(department): department for department in (*plan.departments, None)}
    key = one_of(request.GET, "afdeling", keys, EVERYBODY)
    if key == EVERYBODY:
        money = money_of_all(plan)
        name, rows, what = "Hele kommunen", department_rows(found, money), "Afdeling"
    else:
        money = money_of_department(plan, keys[key])
        name = plan.department_name(keys[key]) or COST_HOLDER_NAME
        rows, what = unit_rows(found, money, key), "Enhed"
    context = {
        "found": found,
        "money": money,
        "name": name,
        "rows": rows,
        "what": what,
        "total": total_row(name, money, key),
    }
    return render(request, "leasing/reorganisation/payers.html", context)


class ChangeList(ListPage):
    """What a unit pays more or less of."""

    permission_required = VIEW_ALL_DEPARTMENTS
    table_class = ChangeTable
    template_name = "leasing/reorganisation/changes.html"
    file_name = "aendringer"
    per_page = 100

    def get(self, request, pk):
        self.found = _still_to_come(pk)
        plan = plan_of(self.found)
        unit = {str(one): one for one in plan.units}.get(request.GET.get("enhed", ""))
        if unit is None:
            raise Http404
        self.title = f"Det, der ændres for {plan.units[unit]}"
        self.money, self.changes = changes_of(plan, unit)
        return super().get(request)

    def rows(self):
        return self.changes

    def table_options(self):
        return {"money": self.money}

    def extra_context(self):
        paid = unit_rows(self.found, self.money, is_opened=True)
        return {"found": self.found, "money": self.money, "paid": paid}


class _OfStep(ListPage):
    """What goes with a step."""

    template_name = "leasing/reorganisation/step_list.html"
    per_page = 100

    def get(self, request, pk, step):
        self.found = _still_to_come(pk)
        self.plan = plan_of(self.found)
        effects = [one for one in self.plan.effects if one.step.pk == step]
        if not effects:
            raise Http404
        [self.effect] = effects
        return super().get(request)

    def extra_context(self):
        return {"found": self.found, "step": self.effect.step, "text": in_words(self.effect.step)}


class StepDevices(_OfStep):
    """The devices that go with a step, and what each costs in the whole quarter."""

    permission_required = VIEW_ALL_DEPARTMENTS
    table_class = StepDeviceTable
    title = "Udstyr, der følger med"
    file_name = "udstyr"

    def rows(self):
        return going_devices(self.effect.devices, self.plan.day)


class StepPeople(_OfStep):
    """Who goes with a step."""

    permission_required = (VIEW_ALL_DEPARTMENTS, VIEW_EMPLOYEE)
    table_class = StepPersonTable
    title = "Medarbejdere, der følger med"
    file_name = "medarbejdere"

    def rows(self):
        return going_people(self.effect.people)
