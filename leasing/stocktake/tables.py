"""The lists of stocktakes: the stocktakes, the devices of one, and what was found besides."""

from collections.abc import Callable, Iterator

import django_filters
from django.contrib.auth.models import User
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join

from albertslund_it.web.clock import today
from albertslund_it.web.database.rows import among
from albertslund_it.web.lists.columns import (
    AmountColumn,
    CodeColumn,
    Column,
    DateColumn,
    MarkColumn,
    NumberColumn,
)
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import QuerySetRows, Table
from albertslund_it.web.people import name_of
from inventory.models import Unit
from inventory.organisation.selectors.scope import reads_names
from leasing.models import CountedDevice, Stocktake, StocktakeFind
from leasing.stocktake.presenters import (
    MARKS,
    NextStep,
    actions_of,
    actions_of_find,
    find_mark,
    follows_in_words,
    mark_of,
    mark_of_stocktake,
    state_of,
)
from leasing.stocktake.selectors.faults import open_faults
from leasing.stocktake.selectors.rows import CountedRow, counted_rows, find_rows

CHUNK = 500  # rows read at a time for a download
Answer = CountedDevice.Answer
SILENT, FAULTY, SAID = "intet", "fejl", "svaret"
# Several answers at once, as the stocktake's page counts them.
ANSWERED, WRONG = "besvaret", "forkert"


class StocktakeTable(Table):
    """The stocktakes, the latest first."""

    caption = "Optællinger"
    empty_title = "Der er ikke talt op endnu"
    empty_help = "It-helpdesk begynder en optælling og vælger, hvilke enheder den gælder."

    name = Column("Optælling", link=lambda one: reverse("stocktake", args=[one.pk]), card="title")
    state = MarkColumn(
        "Status", of=lambda one: mark_of_stocktake(one, today()), sort_by="closed_at", card="answer"
    )
    due_on = DateColumn("Svar senest", card="note")
    devices = NumberColumn(
        "Stk.",
        of="counted",
        link=lambda one: reverse("stocktake-devices", args=[one.pk]),
        sort_by="counted",
        card="line",
    )
    answered = NumberColumn(
        "Svaret",
        of="answered",
        link=lambda one: f"{reverse('stocktake-devices', args=[one.pk])}?svar={ANSWERED}",
        sort_by="answered",
        card="line",
    )
    started_at = DateColumn("Begyndt", of=lambda one: timezone.localtime(one.started_at).date())


class _Rows(QuerySetRows):
    """The rows of a queryset as a user reads them: a page's ids, then what is known of those."""

    def __init__(self, data, reader: User):
        super().__init__(data)
        self.reader = reader

    def __iter__(self) -> Iterator:
        ids = list(self.ids())
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            found = self.rows_of(chunk)
            yield from (found[pk] for pk in chunk if pk in found)


class CountedRows(_Rows):
    """The devices of a stocktake."""

    def rows_of(self, ids: list[int]) -> dict:
        return counted_rows(ids, today(), self.reader)


class FindRows(_Rows):
    """What was found besides."""

    def rows_of(self, ids: list[int]) -> dict:
        return find_rows(ids, today(), self.reader)


class ActionColumn(Column):
    """What can be done about a row, each with its page; in a file, words."""

    def __init__(self, actions: Callable, words: Callable, name: Callable):
        super().__init__("Hvad nu", of=words, orderable=False, card="note")
        self.actions, self.name_of = actions, name

    def cell(self, record, value):
        found: list[NextStep] = self.actions(record)
        name = self.name_of(record)
        return format_html_join(
            " · ",
            '<a class="nowrap" href="{}">{}<span class="visually-hidden"> {}</span></a>',
            ((one.url, one.label, name) for one in found),
        )


class CountedFilter(FilterSet):
    """What the devices of a stocktake can be narrowed to."""

    q = django_filters.CharFilter(label="Søg", method="search", max_length=100)
    svar = django_filters.ChoiceFilter(
        label="Svar",
        choices=[
            *((key or SILENT, words) for key, (_, words) in MARKS.items()),
            (ANSWERED, "Besvaret"),
            (WRONG, "Har den ikke, eller forkert enhed"),
        ],
        method="with_answer",
        empty_label="Alle",
    )
    vis = django_filters.ChoiceFilter(
        label="Vis",
        choices=[(FAULTY, "Skal rettes"), (SAID, "Skal rettes, og er svaret")],
        method="in_view",
        empty_label="Alt",
    )
    enhed = django_filters.ModelChoiceFilter(
        label="Enhed", field_name="unit", queryset=Unit.objects.none(), empty_label="Alle"
    )

    class Meta:
        model = CountedDevice
        fields: list[str] = []

    def __init__(self, *args, units=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.names = reads_names(self.request.user)
        self.hint("Serienr., model eller medarbejder" if self.names else "Serienr. eller model")
        self.form.fields["enhed"].queryset = units
        self.form.fields["enhed"].label_from_instance = lambda unit: unit.name

    def search(self, rows, name, value):
        found = Q(serial_number__icontains=value) | Q(device__serial_number__icontains=value)
        found |= Q(device__model__name__icontains=value)
        if self.names:
            found |= Q(employee__name__icontains=value) | Q(employee__initials__iexact=value)
        return rows.filter(found)

    def with_answer(self, rows, name, value):
        if value == ANSWERED:
            return rows.exclude(answer="")
        if value == WRONG:
            return rows.filter(answer__in=[Answer.NO, Answer.WRONG_UNIT])
        return rows.filter(answer="" if value == SILENT else value)

    def in_view(self, rows, name, value):
        asked = rows.exclude(answer="") if value == SAID else rows
        return rows.filter(pk__in=among(open_faults(asked, today()), int))


def _device_page(row: CountedRow) -> str:
    return reverse("device-detail", args=[row.counted.device_id]) if row.is_known else ""


class CountedTable(Table):
    """The devices of a stocktake, with what was answered and what follows of it."""

    caption = "Udstyr i optællingen"
    empty_title = "Der er ikke noget udstyr i optællingen"

    serial_number = CodeColumn(
        "Serienr.",
        of="counted.serial_number",
        link=_device_page,
        sort_by="serial_number",
        card="title",
    )
    answer = MarkColumn("Svar", of=mark_of, sort_by="answer", card="line")
    follows = ActionColumn(actions_of, follows_in_words, lambda row: row.counted.serial_number)
    model = Column(
        "Model", of="counted.device.model.name", sort_by="device__model__name", card="line"
    )
    unit = Column("Enhed", of="counted.unit.name", sort_by="unit__name", card="line")
    department = Column(
        "Afdeling",
        of=lambda row: row.counted.unit.department.name if row.counted.unit.department else "",
        visible=False,
    )
    person = Column(
        "Medarbejder",
        of=lambda row: row.counted.employee.name if row.counted.employee else "",
        sort_by="employee__name",
        card="line",
    )
    note = Column("Bemærkning", of="counted.note", orderable=False, card="line")
    found_at = Column(
        "Scannet hos",
        of=lambda row: row.found_at.name if row.found_at else "",
        orderable=False,
    )
    place = Column("Lokale", of="counted.place", orderable=False, visible=False)
    quarter_ore = AmountColumn("Pr. kvartal (kr.)", orderable=False, card="answer")
    state = Column("Status", of=lambda row: state_of(row, today()), orderable=False)
    answered_at = DateColumn(
        "Svaret",
        of=lambda row: (
            timezone.localtime(row.counted.answered_at).date() if row.counted.answered_at else None
        ),
        sort_by="answered_at",
        visible=False,
    )
    how = Column(
        "Hvordan",
        of=lambda row: row.counted.get_how_display(),
        orderable=False,
        visible=False,
    )
    answered_by = Column("Af", of=lambda row: name_of(row.counted.answered_by), visible=False)


class FindTable(Table):
    """What was scanned where the stocktake does not count it."""

    caption = "Scannet, men hører ikke til der"
    empty_title = "Alt, der er scannet, hører til der"
    empty_help = "Her kommer det, registeret ikke kender, og det, der hører til et andet sted."

    serial_number = CodeColumn(
        "Scannet nummer",
        of="find.serial_number",
        link=lambda row: (
            reverse("device-detail", args=[row.find.device_id]) if row.is_known else ""
        ),
        sort_by="serial_number",
        card="title",
    )
    state = MarkColumn("Status", of=find_mark, orderable=False, card="line")
    follows = ActionColumn(
        actions_of_find,
        lambda row: ", ".join(one.label for one in actions_of_find(row)),
        lambda row: row.find.serial_number,
    )
    model = Column(
        "Model",
        of=lambda row: row.find.device.model.name if row.is_known else "",
        orderable=False,
        card="line",
    )
    unit = Column("Scannet hos", of="find.unit.name", sort_by="unit__name", card="line")
    place = Column("Lokale", of="find.place", orderable=False)
    quarter_ore = AmountColumn("Pr. kvartal (kr.)", orderable=False, card="answer")
    found_at = DateColumn("Scannet", of=lambda row: timezone.localtime(row.find.found_at).date())
    found_by = Column("Af", of=lambda row: name_of(row.find.found_by), visible=False)


class FindFilter(FilterSet):
    """What the finds can be narrowed to."""

    q = django_filters.CharFilter(
        label="Søg", field_name="serial_number", lookup_expr="icontains", max_length=100
    )
    kendt = django_filters.ChoiceFilter(
        label="Vis",
        choices=[("nej", "Kendes ikke"), ("ja", "Hører til et andet sted")],
        method="known",
        empty_label="Alt",
    )

    class Meta:
        model = StocktakeFind
        fields: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.hint("Serienummer")

    def known(self, finds, name, value):
        return finds.filter(device__isnull=value == "nej")


class StocktakeFilter(FilterSet):
    """Whether a stocktake runs."""

    stand = django_filters.ChoiceFilter(
        label="Status",
        choices=[("aaben", "Ikke lukket"), ("lukket", "Lukket")],
        method="in_state",
        empty_label="Alle",
    )

    class Meta:
        model = Stocktake
        fields: list[str] = []

    def in_state(self, stocktakes, name, value):
        return stocktakes.filter(closed_at__isnull=value == "aaben")
