from albertslund_it.web.clock import today
from albertslund_it.web.lists import ListPage
from leasing.municipality_list import DayForm, DifferenceOfDaysTable, HeldTable
from leasing.selectors.share.at_date import rows_on
from leasing.views.share.bearer import chosen_bearer


class DayFilters:
    """The form of a day, in the shape that a list page takes its filters."""

    def __init__(self, request):
        bearers, self.bearer = chosen_bearer(request)
        self.form = DayForm(request.GET, bearers=bearers)
        self.filters = self.form.fields
        self.is_valid = self.form.is_valid()
        asked = self.form.cleaned_data
        self.day = asked.get("dag") or today()
        self.earlier = asked.get("mod")

    @property
    def qs(self):
        """Give the devices; none when a day cannot be read."""
        return rows_on(self.bearer, self.day, self.earlier) if self.is_valid else []


class HeldList(ListPage):
    """What somebody had on a day, and what is different from an earlier one."""

    permission_required = "inventory.view_device"
    template_name = "leasing/share_pages/at_date.html"
    title = "Tilbage i tiden"
    file_name = "udstyr-paa-en-dag"
    per_page = 100

    def make_filters(self):
        self.found = DayFilters(self.request)
        self.table_class = DifferenceOfDaysTable if self.found.earlier else HeldTable
        return self.found

    def extra_context(self):
        return {"found": self.found}
