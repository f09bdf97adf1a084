from dataclasses import replace
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from albertslund_it.common.permissions import VIEW_DEVICE
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.lists.tables import SlicedRows
from albertslund_it.web.query import one_of
from leasing.cost_share.forms import DayForm
from leasing.cost_share.presenters.words import DIFFERENCE_NAMES, NOW, THEN
from leasing.cost_share.selectors.at_date import DIFFERENCES, HeldRows, day_of
from leasing.cost_share.selectors.bridge_rows import units_of
from leasing.cost_share.selectors.share import quarters_to_choose
from leasing.cost_share.tables.municipality import DayDifferenceTable, HeldTable
from leasing.cost_share.views.bridge import chosen_unit
from leasing.cost_share.views.payer import chosen_payer
from leasing.cost_table.facts import billing_start


class HeldList(ListPage):
    """What somebody had on a day, and what is different from an earlier one."""

    permission_required = VIEW_DEVICE
    template_name = "leasing/cost_share/at_date.html"
    tables = (HeldTable, DayDifferenceTable)
    title = "Pr. dato"
    address_names = ("afdeling", "enhed", "hvad", "efter", *DayForm.base_fields)
    file_name = "pr-dato"
    per_page = 100

    def get(self, request):
        payers, whole = chosen_payer(request)
        # A unit that has left is another's today, and so is what it had.
        units = [u for u in units_of(whole) if whole.unit_ids is None or u.pk in whole.unit_ids]
        unit, self.payer = chosen_unit(request, whole, units)
        self.asked = {"afdeling": whole.key} | ({"enhed": unit.pk} if unit else {})
        form = DayForm(request.GET)
        self.context = {"payers": payers, "payer": whole, "units": units, "unit": unit}
        self.context["form"] = form
        if not form.is_valid():
            return render(request, self.template_name, self.context, status=422)
        self.days = form.days(today())
        self.kind = request.GET.get("hvad", "")
        if self.kind and self.kind not in DIFFERENCES:
            raise Http404
        self.table_class = DayDifferenceTable if self.days[1] else HeldTable
        asked = one_of(request.GET, "efter", (THEN, NOW), NOW)
        self.as_then = self.payer.is_everybody and asked == THEN
        self.is_file = request.GET.get("hent") == "xlsx"
        return super().get(request)

    def rows(self):
        self.found = day_of(self.payer, *self.days, as_then=self.as_then)
        # Everybody's devices are for the file; the page has the departments, which open theirs.
        if self.payer.unit_ids is None and not self.is_file:
            return []
        return HeldRows(self.payer, *self.days, self.kind, self.found)

    def table_data(self, filtered):
        return SlicedRows(filtered) if filtered else []

    def extra_context(self):
        found, day = self.found, self.days[0]
        dates = {"dag": f"{day:%d-%m-%Y}"}
        if self.days[1]:
            dates["mod"] = f"{self.days[1]:%d-%m-%Y}"
        at, quarter = reverse("share-at"), Quarter.of(day)
        is_everybody = self.context["payer"].is_everybody
        return self.context | {
            "found": found,
            "groups": [
                (one, f"{at}?{urlencode(self._group(one.key) | dates)}") for one in found.groups
            ],
            "group_heading": "Afdeling" if is_everybody else "Enhed",
            "kinds": [
                (
                    replace(one, label=DIFFERENCE_NAMES[one.key]),
                    f"{at}?{urlencode(self.asked | dates | {'hvad': one.key})}",
                )
                for one in found.kinds
            ],
            "kind": DIFFERENCE_NAMES.get(self.kind, ""),
            "as_then": self.as_then,
            "other_url": f"{at}?{urlencode(self.asked | dates | {'efter': self.other})}",
            "is_listed": self.payer.unit_ids is not None,
            "all_url": f"{at}?{urlencode(self.asked | dates)}",
            "quarter": quarter,
            "has_share": quarter in quarters_to_choose(today()),
            "billing_start": billing_start(),
        }

    @property
    def other(self) -> str:
        """Return what asks for the departments by the other day."""
        return NOW if self.as_then else THEN

    def _group(self, key: str) -> dict:
        """Ask for a department of everybody's, else for a unit."""
        if self.context["payer"].is_everybody:
            return {"afdeling": key}
        return {"afdeling": self.context["payer"].key, "enhed": key}
