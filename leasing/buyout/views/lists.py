"""The lists: what can be bought, who said yes, and the lessor's offers."""

from albertslund_it.common.permissions import (
    DECIDE_LEASE_END,
    HANDLE_ORDERS,
    VIEW_ALL_DEPARTMENTS,
    VIEW_DEVICE,
    VIEW_EMPLOYEE,
)
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.lists.picking import BulkAction, Picking
from leasing.buyout.selectors.candidates import leases_seen_by, said_yes
from leasing.buyout.tables import (
    BuyoutFilter,
    BuyoutRows,
    BuyoutTable,
    OfferFilter,
    OfferTable,
    YesFilter,
    YesTable,
)
from leasing.cost_table.moment import one_moment
from leasing.models import BuyoutOffer

# An answer is a person's own: heads of units do without.
SEES = (VIEW_DEVICE, VIEW_ALL_DEPARTMENTS)


class BuyoutList(ListPage):
    """Devices that may be bought."""

    permission_required = SEES
    table_class = BuyoutTable
    filter_class = BuyoutFilter
    template_name = "leasing/buyout/list.html"
    title = "Frikøb"
    file_name = "frikoeb"
    per_page = 100

    def get(self, request, *args, **kwargs):
        with one_moment():  # when a lease ends is read of kept costs
            return super().get(request, *args, **kwargs)

    def rows(self):
        return leases_seen_by(self.request.user, today()).order_by(
            "kept_cost__ends_before", "device__serial_number"
        )

    def filter_options(self):
        return {"people": self.request.user.has_perm(VIEW_EMPLOYEE)}

    def table_data(self, filtered):
        return BuyoutRows(filtered)

    def table_options(self):
        user = self.request.user
        return {"exclude": [] if user.has_perm(VIEW_EMPLOYEE) else ["person"]}

    def picking(self):
        user = self.request.user
        if not user.has_perm(HANDLE_ORDERS):
            return None
        actions = [BulkAction("Spørg medarbejderen", "buyout-ask", is_primary=True)]
        if user.has_perm(DECIDE_LEASE_END):
            actions.append(BulkAction("Beslut frikøb", "buyout-decide"))
        actions += [
            BulkAction("Overdraget", "buyout-hand-over"),
            BulkAction("Træk spørgsmålet tilbage", "buyout-withdraw"),
        ]
        return Picking(
            "leasing",
            value=lambda row: row.lease_id,
            called=lambda row: row.serial_number,
            actions=tuple(actions),
        )


class YesList(ListPage):
    """Who said yes, for the lessor."""

    permission_required = (HANDLE_ORDERS, VIEW_EMPLOYEE)
    table_class = YesTable
    filter_class = YesFilter
    template_name = "leasing/buyout/yes.html"
    title = "Har sagt ja til frikøb"
    file_name = "frikoeb-ja"

    def rows(self):
        seen = leases_seen_by(self.request.user, today())
        return said_yes(seen, today()).order_by("sub_agreement__number", "device__serial_number")

    def table_data(self, filtered):
        return BuyoutRows(filtered)


class OfferList(ListPage):
    """What the lessor offers."""

    permission_required = SEES
    table_class = OfferTable
    filter_class = OfferFilter
    template_name = "leasing/buyout/offers.html"
    title = "Leasinggivers tilbud om frikøb"
    file_name = "tilbud-om-frikoeb"

    def rows(self):
        return BuyoutOffer.objects.select_related("device__model", "model")

    def table_options(self):
        return {"may_change": self.request.user.has_perm(HANDLE_ORDERS)}
