"""The list of lines: its filters, its rows and its columns."""

from dataclasses import replace
from datetime import date

from django import forms
from django.urls import reverse
from django_tables2.data import TableData

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import Quarter, quarters_between
from albertslund_it.web.columns import AmountColumn, CodeColumn, Column, DateColumn, NumberColumn
from albertslund_it.web.forms import PlainForm, PlainSelect, grouped_choices
from albertslund_it.web.tables import ListRows, Table
from inventory.models import DeviceModel
from leasing.billing.presenters.runs import label_of_code
from leasing.billing.selectors.window import billing_start, next_window, runs_to_close
from leasing.cost_share.selectors.forecast import last_quarter
from leasing.cost_share.selectors.lines import (
    BILLED,
    NOT_BILLED,
    UP_TO,
    Choice,
    CostLine,
    Lines,
    is_at_hand,
    lines_of,
    units_by_department,
)
from leasing.cost_share.selectors.payers import Payer
from leasing.models import KIND_NAMES, BillingRun, Kind

WITHOUT_DEVICE = "uden"


class LineForm(PlainForm, forms.Form):
    """What the lines can be narrowed to; every choice is within the payer's own."""

    afdeling = forms.ChoiceField(label="Hvem betaler", required=False)
    enhed = forms.ChoiceField(label="Enhed", required=False, widget=PlainSelect)
    fra = forms.ChoiceField(label="Fra kvartal", required=False)
    til = forms.ChoiceField(label="Til kvartal", required=False)
    koersel = forms.ChoiceField(label="Opkrævet i", required=False)
    slags = forms.ChoiceField(label="Slags", required=False)
    model = forms.ChoiceField(label="Model", required=False)
    q = forms.CharField(label="Serienr.", required=False, max_length=40)

    def __init__(self, data, *, payers: list[Payer], payer: Payer, today: date, ahead: bool):
        super().__init__(data)
        self.payer, self.today = payer, today
        self.units, self.coming = units_by_department(payer), next_window(today)
        first = Quarter.of(billing_start())
        self.quarters = list(quarters_between(first, max(first, last_quarter(today))))
        fields = self.fields
        fields["afdeling"].choices = [(b.key, b.name) for b in payers]
        fields["enhed"].choices = [("", "Alle"), *self._units()]
        fields["fra"].choices = [
            ("", "Fra begyndelsen"),
            *((str(q), q.short_label) for q in self.quarters),
        ]
        fields["til"].choices = [
            ("", "Dette kvartal"),
            *((str(q), q.short_label) for q in self.quarters),
        ]
        fields["koersel"].choices = [("", "Alt"), *self._runs(ahead)]
        fields["slags"].choices = [("", "Alle"), *((k.value, KIND_NAMES[k]) for k in Kind)]
        names = DeviceModel.objects.values_list("name", flat=True)
        fields["model"].choices = [
            ("", "Alle"),
            *((name, name) for name in names),
            (WITHOUT_DEVICE, "Uden udstyr"),
        ]
        if len(payers) == 1:
            del fields["afdeling"]
        if len(self.units) == 1:
            fields["enhed"].widget = forms.HiddenInput()

    def _units(self):
        return grouped_choices(
            (self.payer.department_of(unit), unit.id, unit.name) for unit in self.units
        )

    def _runs(self, ahead: bool):
        yield BILLED, "Alle låste kørsler"
        for run in BillingRun.objects.with_spans().order_by("-id"):
            yield run.code, run.label
            if self.data.get("koersel") == f"{UP_TO}{run.code}":
                yield f"{UP_TO}{run.code}", f"Til og med {run.label}"
        yield self.coming.code, f"Næste regning: {self.coming.current.label}"
        for code in runs_to_close(self.today) if ahead else ():
            if code != self.coming.code:
                yield code, f"{label_of_code(code)} (ikke låst)"
        yield NOT_BILLED, "Ikke opkrævet"

    def choice(self) -> Choice:
        """Return what is asked for."""
        asked = self.cleaned_data
        run, model = asked["koersel"], asked["model"]
        # A run's lines reach as far back as it took them; else the quarters to come stay out.
        last = max(Quarter(self.today.year, 4), self.coming.last) if run else Quarter.of(self.today)
        return Choice(
            first=Quarter.parse(asked["fra"]) if asked["fra"] else self.quarters[0],
            last=Quarter.parse(asked["til"]) if asked["til"] else last,
            unit_id=int(asked["enhed"]) if asked.get("enhed") else None,
            model_name="" if model == WITHOUT_DEVICE else model or None,
            kind=asked["slags"],
            run=run,
            search=asked["q"].strip(),
        )


class LineFilters:
    """The form, in the shape that a list page takes its filters."""

    def __init__(self, form: LineForm):
        self.form = form
        self.filters = form.fields

    @property
    def is_at_hand(self) -> bool:
        """Tell whether there is nothing left to work out, or nothing that can be."""
        form = self.form
        return not form.is_valid() or is_at_hand(form.payer, form.choice(), form.today)

    @property
    def qs(self) -> Lines:
        """Return the lines; none when a filter cannot be read."""
        form = self.form
        if not form.is_valid():
            return Lines.empty()
        try:
            return lines_of(form.payer, form.choice(), form.today)
        except Refused:  # closed by somebody a moment ago
            return Lines.empty()


class LineRows(TableData):
    """Pending lines sorted here and billed ones by the database; the pending ones come first."""

    def __len__(self):
        return len(self.data)

    def __getitem__(self, wanted):
        return self.data[wanted]

    def __iter__(self):
        return iter(self.data)

    def order_by(self, aliases):
        keys = []
        for alias in aliases:
            name = alias.lstrip("-")
            column = self.table.columns[name].column
            keys += column.order_expressions(name, descending=alias.startswith("-"))
        if keys:
            pending = ListRows(self.data.all_pending())
            pending.set_table(self.table)
            pending.order_by(aliases)
            self.data.pending = replace(self.data.pending, first=pending.data)
            self.data.all_pending = lambda: pending.data
            self.data.billed = self.data.billed.order_by(*keys, "id")


def _what(line: CostLine) -> str:
    kind = KIND_NAMES[Kind(line.kind)]
    if line.corrects:
        return f"{kind} (retter {line.corrects})"
    return f"{kind}: {line.text}" if line.text else kind


def _billed_by(line: CostLine) -> str:
    """Name the run; a supplementary one by its code."""
    return Quarter.parse(line.run).short_label if "Q" in line.run else line.run or "Ikke endnu"


def _device(line: CostLine) -> str:
    """Return the search that finds the device; its page may be out of the reader's scope by now."""
    return f"{reverse('device-list')}?q={line.serial_number}"


class PeriodColumn(CodeColumn):
    """A quarter by its short name; in Excel by its code, which sorts in time."""

    def text(self, value):
        return Quarter.parse(value).short_label


class WorkedOutColumn(AmountColumn):
    """An amount that opens how it is worked out, in place; without htmx on its own page."""

    def cell(self, record, value) -> str:
        text = super().cell(record, value)
        if not record.lease_id:
            return text
        url = reverse("line-why", args=[record.lease_id, record.unit_id, record.period])
        return (
            f'<a href="{url}" hx-get="{url}" hx-target="next .why" hx-select="#beregning" '
            f'hx-swap="innerHTML" hx-push-url="false">{text}</a><div class="why"></div>'
        )


class LineTable(Table):
    """Lines, with what each of them says."""

    caption = "Linjer"

    @property
    def summary(self) -> str:
        """Say what all the lines add up to, also those on other pages."""
        return f"i alt {format_kroner(self.data.data.total_ore)}"

    empty_title = "Der er ingen linjer"
    empty_help = "De kommer, når en leasing begynder, eller et engangsbeløb er indlæst."

    period = PeriodColumn("Kvartal")
    department = Column("Afdeling", sort_by="department_name")
    unit = Column("Enhed", sort_by="unit_name")
    serial_number = CodeColumn("Serienr.", link=_device)
    model_name = Column("Model")
    kind = Column("Slags", of=_what)
    first_day = DateColumn("Fra")
    last_day = DateColumn("Til")
    days = NumberColumn("Dage")
    run = Column("Opkrævet i", of=_billed_by, orderable=False)
    amount_ore = WorkedOutColumn("Beløb (kr.)", summed=True)


def hidden_columns(payer: Payer) -> list[str]:
    """Name the columns that say the same in every row."""
    hidden = [] if payer.is_everybody else ["department"]
    if payer.unit_ids is not None and len(payer.unit_ids) == 1 and not payer.department:
        hidden.append("unit")
    return hidden
