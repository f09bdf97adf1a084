from albertslund_it.common.permissions import VIEW_BILLINGRUN
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import ListPage
from leasing.fiscal_year.selectors.obligation import remainders
from leasing.fiscal_year.tables import ObligationForm, ObligationTable


class ObligationFilters:
    """The form, in the shape that a list page takes its filters."""

    def __init__(self, form: ObligationForm):
        self.form = form
        self.filters = form.fields

    @property
    def qs(self):
        """Return the leases; none when a filter cannot be read."""
        if not self.form.is_valid():
            return []
        rows = remainders(self.form.cleaned_data["aar"], today())
        return [row for row in rows if self.form.fits(row)]


class ObligationList(ListPage):
    """What is left of each lease, of a year or of all."""

    permission_required = VIEW_BILLINGRUN
    table_class = ObligationTable
    template_name = "leasing/fiscal_year/obligation.html"
    filter_form = ObligationForm
    title = "Restforpligtelse"
    file_name = "restforpligtelse"
    per_page = 100

    def make_filters(self):
        return ObligationFilters(ObligationForm(self.request.GET))
