from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_EMPLOYEE, VIEW_ORDER
from albertslund_it.web.clock import today
from albertslund_it.web.lists.columns import ActsColumn
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.lists.picking import BulkAction, Picking
from albertslund_it.web.lists.presets import Preset
from leasing.orders.selectors.order_list import phase_counts
from leasing.orders.selectors.queues import Queue
from leasing.orders.selectors.received import waiting_mail_count
from leasing.orders.selectors.scope import lines_seen_by
from leasing.orders.tables import (
    OPEN_LINES,
    OrderFilter,
    OrderRows,
    OrderTable,
    acts_on_line,
    queue_of,
)

NOTHING_OPEN = ("Alt er udleveret", "Ingen bestilling er i gang.")
EMPTY = {
    "Afventer": ("Intet afventer", "Alt er bestilt, klar eller afsluttet."),
    "Bestilt": ("Intet er på vej", "Det, der er godkendt, bestilles under »Indkøb«."),
    "Klar": ("Intet venter på udlevering", "Det, der er modtaget, er udleveret."),
}


class OrderList(ListPage):
    """Every order line that the user may see."""

    permission_required = VIEW_ORDER
    table_class = OrderTable
    filter_class = OrderFilter
    template_name = "leasing/orders/order_list.html"
    title = "Bestillinger"
    file_name = "bestillinger"

    def presets(self):
        counts = phase_counts(self.rows())
        whole = sum(counts.values())
        is_open = whole - counts["Afsluttet"]
        # Of a list that never held anything the table says how one begins.
        done = NOTHING_OPEN if whole else ("", "")
        return [
            Preset("I gang", f"status={OPEN_LINES}", count=is_open, empty=done),
            *(
                Preset(phase, f"status={phase}", count=count, empty=EMPTY.get(phase, ("", "")))
                for phase, count in counts.items()
            ),
            Preset("Alle", count=whole),
        ]

    def picking(self):
        if not self.request.user.has_perm(HANDLE_ORDERS):
            return None
        return Picking(
            "serienumre",
            value=lambda row: ",".join(row.ready),
            called=lambda row: row.number,
            ore=lambda row: row.ready_ore,
            actions=(BulkAction("Udlever", "hand-out"),),
        )

    def acts(self):
        if not self.request.user.has_perm(HANDLE_ORDERS):
            return None
        return ActsColumn(acts_on_line, lambda row: row.number)

    def rows(self):
        return lines_seen_by(self.request.user, today())

    def filter_options(self):
        return {"people": self.request.user.has_perm(VIEW_EMPLOYEE)}

    def table_data(self, filtered):
        return OrderRows(filtered, self.queue())

    def queue(self):
        """Return the queue that the list is narrowed to, if it is."""
        return queue_of(self.request.GET.get("status", ""))

    def extra_context(self):
        handles = self.request.user.has_perm(HANDLE_ORDERS)
        return {"waiting_mails": waiting_mail_count() if handles else 0}

    def table_options(self):
        queue = self.queue()
        unasked = {"ready_ore", "coming_ore"}
        if queue:
            unasked.remove("ready_ore" if queue is Queue.READY else "coming_ore")
        people = [] if self.request.user.has_perm(VIEW_EMPLOYEE) else ["person"]
        return {"exclude": [*people, *unasked]}
