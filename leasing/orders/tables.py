"""The list of orders, line by line: its table and its filters."""

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from django_tables2.data import TableData

from albertslund_it.web.clock import today
from albertslund_it.web.forms.fields import PlainSelect
from albertslund_it.web.lists.columns import (
    AmountColumn,
    CodeColumn,
    Column,
    DateColumn,
    MarkColumn,
    NumberColumn,
)
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import Table
from inventory.models import DeviceModel
from inventory.organisation.presenters import unit_choices
from inventory.organisation.selectors.organisation import departments_open_to
from inventory.organisation.selectors.scope import units_seen_by
from leasing.models import OrderLine
from leasing.models.order import OPEN, PHASES
from leasing.orders.presenters.queues import CHOICES, PREFIX, next_act
from leasing.orders.selectors.order_list import (
    OrderRow,
    lines_matching,
    order_rows,
    ordered_line_ids,
)
from leasing.orders.selectors.queue_costs import quarter_ore_of
from leasing.orders.selectors.queues import Queue, lines_in

CHUNK = 500  # rows read at a time for a download; well under SQLite's limit on parameters
OPEN_LINES = "i-gang"
PHASE_STYLES = {"Klar": "good", "Afventer": "warn"}


class OrderRows(TableData):
    """The lines of a queryset, perhaps of one queue: a page's ids first, then the rows of those."""

    def __init__(self, lines: QuerySet[OrderLine], queue: Queue | None):
        super().__init__(lines.order_by())
        self.alias = "-number"
        self.queue = queue

    def __len__(self) -> int:
        if not hasattr(self, "_length"):
            self._length = self.data.count()
        return self._length

    def order_by(self, aliases):
        self.alias = aliases[0] if aliases else "-number"

    def __getitem__(self, wanted: slice):
        return order_rows(list(self._ids()[wanted.start : wanted.stop]), today())

    def __iter__(self):
        ids = list(self._ids()[0:])
        for start in range(0, len(ids), CHUNK):
            yield from order_rows(ids[start : start + CHUNK], today())

    def sum_of(self, bound) -> int:
        return quarter_ore_of(self.data, self.queue, today()) if self.queue else 0

    def _ids(self):
        return ordered_line_ids(self.data, self.alias)


def acts_on_line(row: OrderRow) -> list[tuple[str, str]]:
    """Return what is done next with a line, if anything is."""
    act = next_act(
        line=row.id,
        order=row.order_id,
        status=row.stage,
        is_ready=bool(row.ready),
        bought_as=row.supplier_order_number,
    )
    return [act] if act[0] else []


def _order_page(row: OrderRow) -> str:
    return reverse("order-detail", args=[row.order_id])


class OrderTable(Table):
    """Every order line that the user may see."""

    caption = "Bestillinger"
    empty_title = "Der er ingen bestillinger endnu"
    empty_help = "Tryk »Ny bestilling«, når en medarbejder eller en enhed skal have noget."

    number = CodeColumn("Nr.", link=_order_page, card="line")
    wanted_on = DateColumn("Ønskes")
    person = Column("Til", card="title")
    unit = Column("Enhed", card="line")
    model = CodeColumn("Model", card="line")
    quantity = NumberColumn("Antal")
    reason = Column("Årsag", visible=False)
    phase = MarkColumn(
        "Status", of=lambda row: (PHASE_STYLES.get(row.phase, ""), row.phase), card="answer"
    )
    status = Column("Hvor langt")
    supplier_order_number = CodeColumn("ATEA-nr.", visible=False)
    days = NumberColumn("Dage")
    ready_ore = AmountColumn("Kr. pr. kvartal", summed=True, orderable=False, card="line")
    coming_ore = AmountColumn("Kr. pr. kvartal", summed=True, orderable=False, card="line")
    origin = Column("Kom som", orderable=False, visible=False)


def _statuses() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Return what is open, the queues, and the four statuses with those that each is made of."""
    of_phases = [
        (phase, [(phase, f"{phase}: alle"), *((one.value, one.label) for one in statuses)])
        for phase, statuses in PHASES.items()
    ]
    return [(OPEN_LINES, "I gang"), ("Næste skridt", CHOICES), *of_phases]


def queue_of(status: str) -> Queue | None:
    """Return the queue that a status of the filter names, if it names one."""
    return next((queue for queue in Queue if status == f"{PREFIX}{queue}"), None)


class OrderFilter(FilterSet):
    """What the list of orders can be narrowed to; every choice is within the user's scope."""

    q = django_filters.CharFilter(label="Søg", method="search", max_length=100)
    status = django_filters.ChoiceFilter(
        label="Status",
        choices=_statuses(),
        method="in_status",
        empty_label="Alle",
        widget=PlainSelect,
    )
    department = django_filters.ModelChoiceFilter(
        label="Afdeling",
        field_name="unit__department",
        queryset=lambda request: departments_open_to(request.user, today()),
        empty_label="Alle",
    )
    unit = django_filters.ChoiceFilter(label="Enhed", empty_label="Alle", widget=PlainSelect)
    model = django_filters.ModelChoiceFilter(
        label="Model", queryset=DeviceModel.objects.all(), empty_label="Alle"
    )

    class Meta:
        model = OrderLine
        fields: list[str] = []

    def __init__(self, *args, request, people: bool, **kwargs):
        super().__init__(*args, request=request, **kwargs)
        self.people = people
        units = units_seen_by(request.user, today())
        self.filters["unit"].extra["choices"] = unit_choices(units)
        self.hint("Nr., navn, initialer, enhed" if people else "Nr. eller enhed")

    def search(self, lines, name, value):
        return lines_matching(lines, value, with_people=self.people)

    def in_status(self, lines, name, status):
        if queue := queue_of(status):
            return lines_in(queue, lines)
        if status == OPEN_LINES:
            return lines.filter(status__in=OPEN)
        return lines.filter(status__in=PHASES.get(status, [status]))
