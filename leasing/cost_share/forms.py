"""What the pages of a share are asked for, and what is typed in on them."""

from datetime import date

from django import forms

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter, quarters_between
from albertslund_it.web.forms.choosers import WritableSelect
from albertslund_it.web.forms.fields import (
    DateField,
    KronerField,
    PlainForm,
    PlainSelect,
    dress,
    grouped_choices,
)
from inventory.models import DeviceModel
from leasing.billing.presenters.runs import label_of_code
from leasing.billing.selectors.window import next_window, runs_to_close
from leasing.cost_share.presenters.words import SHADE_NAMES
from leasing.cost_share.selectors.coming import ComingSpan
from leasing.cost_share.selectors.forecast import last_quarter
from leasing.cost_share.selectors.lines import Lines, lines_of, units_by_department
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_share.selectors.pending_lines import (
    AT_END,
    BILLED,
    NOT_BILLED,
    OF_LEASES,
    UP_TO,
    Choice,
)
from leasing.cost_share.selectors.what_if import models_to_choose, units_to_choose
from leasing.cost_table.facts import billing_start
from leasing.domain.assumptions import Assumptions
from leasing.domain.renewal import ASSUMED, PLANNED
from leasing.models import KIND_NAMES, BillingRun, Kind

WITHOUT_DEVICE = "uden"

NEVER = "ingen"
AFTERWARDS = [
    ("", "Leases igen med det samme"),
    ("4", "Forlænges først 1 år"),
    ("8", "Forlænges først 2 år"),
    (NEVER, "Bliver ikke erstattet"),
]
ROWS = (1, 2, 3)
MOST = 500
PERCENT_ERRORS = dict.fromkeys(
    ("invalid", "min_value", "max_value", "max_decimal_places"),
    f"Skriv en ændring fra -90 til {MOST} procent med højst to decimaler, fx 15 eller -2,5.",
)
COUNT_ERRORS = dict.fromkeys(
    ("invalid", "min_value", "max_value"), f"Skriv et helt antal fra -{MOST} til {MOST}."
)


def _plain_choice(label: str, widget=PlainSelect) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, widget=widget)


class LineForm(PlainForm, forms.Form):
    """What the lines can be narrowed to; every choice is within the payer's own."""

    afdeling = _plain_choice("Hvem betaler")
    enhed = _plain_choice("Enhed", WritableSelect)
    fra = _plain_choice("Fra kvartal")
    til = _plain_choice("Til kvartal")
    koersel = _plain_choice("Opkrævet i")
    slags = _plain_choice("Slags")
    model = _plain_choice("Model")
    paa = _plain_choice("Udstyr")
    q = forms.CharField(label="Serienr.", required=False, max_length=40)

    def __init__(self, data, *, payers: list[Payer], payer: Payer, today: date, ahead: bool):
        super().__init__(data)
        self.payer, self.today = payer, today
        self.units, self.coming = units_by_department(payer), next_window(today)
        first = Quarter.of(billing_start())
        self.quarters = list(quarters_between(first, max(first, last_quarter(today))))
        quarters = [(str(q), q.short_label) for q in self.quarters]
        models = [(name, name) for name in DeviceModel.objects.values_list("name", flat=True)]
        self.offer("afdeling", [(b.key, b.name) for b in payers])
        self.offer("enhed", [("", "Alle"), *self._units()])
        self.offer("fra", [("", "Fra begyndelsen"), *quarters])
        self.offer("til", [("", "Dette kvartal"), *quarters])
        self.offer("koersel", [("", "Alt"), *self._runs(ahead)])
        self.offer("slags", [("", "Alle"), *self._kinds()])
        self.offer("model", [("", "Alle"), *models, (WITHOUT_DEVICE, "Uden udstyr")])
        self.offer("paa", [("", "Alt"), (AT_END, "Leaset på kvartalets sidste dag")])
        if len(payers) == 1:
            del self.fields["afdeling"]
        if len(self.units) == 1:
            self.fields["enhed"].widget = forms.HiddenInput()

    def _units(self):
        return grouped_choices(
            (self.payer.department_of(unit), unit.id, unit.name) for unit in self.units
        )

    def _kinds(self):
        yield from ((kind.value, KIND_NAMES[kind]) for kind in Kind)
        yield OF_LEASES, "Leasing, uden engangsbeløb"

    def _runs(self, ahead: bool):
        yield BILLED, "Alle låste kørsler"
        for run in BillingRun.objects.with_spans().order_by("-id"):
            yield run.code, run.label
            if self.data.get("koersel") == f"{UP_TO}{run.code}":
                yield f"{UP_TO}{run.code}", f"Til og med {run.label}"
        yield self.coming.code, f"Næste regning: {label_of_code(self.coming.code)}"
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
            kind="" if asked["slags"] == OF_LEASES else asked["slags"],
            of_leases=asked["slags"] == OF_LEASES,
            run=run,
            search=asked["q"].strip(),
            held_at_end=asked["paa"] == AT_END,
        )


class LineFilters:
    """The form, in the shape that a list page takes its filters."""

    def __init__(self, form: LineForm):
        self.form = form
        self.filters = form.fields

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


class ComingForm(PlainForm, forms.Form):
    """Which of a forecast's amounts is opened; without a wish, all that is assumed."""

    fra = forms.ChoiceField(required=False)
    til = forms.ChoiceField(required=False)
    slags = forms.ChoiceField(
        choices=[(key, SHADE_NAMES[key]) for key in (PLANNED, ASSUMED)], required=False
    )
    model = forms.CharField(required=False, max_length=100)

    def __init__(self, data, *, quarters: list[Quarter]):
        super().__init__(data)
        self.quarters = quarters
        for name in ("fra", "til"):
            self.offer(name, [(str(q), q.label) for q in quarters])

    @property
    def span(self) -> ComingSpan:
        """Return what is asked for."""
        asked = self.cleaned_data
        first, last = (
            Quarter.parse(asked[name]) if asked[name] else other
            for name, other in (("fra", self.quarters[0]), ("til", self.quarters[-1]))
        )
        return ComingSpan(first, last, asked["slags"] or ASSUMED, asked["model"] or None)


class DayForm(PlainForm, forms.Form):
    """Which day, and beside which other one."""

    dag = DateField(label="Dag", required=False)
    mod = DateField(label="Sammenlign med", required=False)

    def days(self, today: date) -> tuple[date, date | None]:
        """Return the day (the later of two) and the earlier one, if any."""
        day, other = self.cleaned_data["dag"] or today, self.cleaned_data["mod"]
        return (max(day, other), min(day, other)) if other else (day, None)


class SpanForm(PlainForm, forms.Form):
    """From which day to which."""

    fra = DateField(label="Fra og med", required=False)
    til = DateField(label="Til og med", required=False)

    def __init__(self, data, *, today: date):
        super().__init__(data)
        self.today = today

    def clean(self):
        asked = super().clean()
        first = asked.get("fra") or Quarter.of(self.today).starts_on
        last = asked.get("til") or max(first, self.today)
        if not self.errors and last < first:
            self.add_error("til", "Vælg en dag, der ikke ligger før »fra og med«.")
        self.span = first, last
        return asked


class WhatIfForm(PlainForm, forms.Form):
    """What is to be otherwise; what is left empty stays as it is.

    `til_<model's id>` is the model that another is leased again as; each of ROWS is a unit with
    more or fewer pcs of a model.
    """

    pris = forms.DecimalField(
        label="Prisændring i procent",
        required=False,
        min_value=-90,
        max_value=MOST,
        decimal_places=2,
        localize=True,
        help_text="Fx 15 for 15 % dyrere. Gælder det, der leases fra datoen.",
        error_messages=PERCENT_ERRORS,
    )
    pris_fra = DateField(label="Prisen gælder fra", required=False)
    efter = forms.ChoiceField(label="Det, der udløber", choices=AFTERWARDS, required=False)
    antal_fra = DateField(label="Antallet gælder fra", required=False)

    def __init__(self, data, *, payer: Payer, today: date):
        super().__init__(data)
        self.begins = Quarter.of(today).next().starts_on
        for name in ("pris_fra", "antal_fra"):
            self.fields[name].initial = self.begins
        self.models = models_to_choose()
        self.units = units_to_choose(payer)
        models = [("", "Vælg"), *((model.name, model.name) for model in self.models)]
        units = [("", "Vælg"), *((str(unit.pk), unit.name) for unit in self.units)]
        for model in self.models:
            self.fields[f"til_{model.pk}"] = _choice(model.name, [("", "Samme model"), *models[1:]])
        for row in ROWS:
            count = f"Flere eller færre, linje {row}"
            self.fields[f"antal_{row}"] = forms.IntegerField(
                label=count,
                required=False,
                min_value=-MOST,
                max_value=MOST,
                error_messages=COUNT_ERRORS,
            )
            self.fields[f"model_{row}"] = _choice(f"Model, linje {row}", models)
            self.fields[f"enhed_{row}"] = _choice(f"Enhed, linje {row}", units, WritableSelect)
        for field in self.fields.values():
            dress(field)

    @property
    def mix(self) -> list:
        """Return the fields of what each model is leased again as."""
        return [self[f"til_{model.pk}"] for model in self.models]

    @property
    def rows(self) -> list[tuple]:
        """Return the fields of each line of more or fewer."""
        return [(self[f"antal_{n}"], self[f"model_{n}"], self[f"enhed_{n}"]) for n in ROWS]

    def clean(self):
        """Ask for what belongs together; a day that is not said is the next quarter's first."""
        found = super().clean()
        for name in ("pris_fra", "antal_fra"):
            if name not in self.errors:
                found[name] = found.get(name) or self.begins
        for one, others in [(f"antal_{n}", (f"model_{n}", f"enhed_{n}")) for n in ROWS]:
            for other in others:
                if found.get(one) and not found.get(other) and other not in self.errors:
                    missing, label = (str(self.fields[name].label).lower() for name in (other, one))
                    self.add_error(other, f"Udfyld »{missing}«, når »{label}« er udfyldt.")
        return found

    def is_asked(self) -> bool:
        """Return whether the data has any of the fields at all."""
        return any(name in self.data for name in self.fields)

    def kept(self) -> dict[str, str]:
        """Return what is filled in, as text by field name."""
        kept = {name: value for name in self.fields if (value := self.data.get(name, "").strip())}
        if "pris" in kept:
            kept.setdefault("pris_fra", f"{self.begins:%d-%m-%Y}")
        if any(f"antal_{n}" in kept for n in ROWS):
            kept.setdefault("antal_fra", f"{self.begins:%d-%m-%Y}")
        return kept

    @property
    def has_mix(self) -> bool:
        """Return whether a model is leased again as another one."""
        return any(self.data.get(field.html_name) for field in self.mix)

    @property
    def has_rows(self) -> bool:
        """Return whether anything is said of more or fewer."""
        return any(self.data.get(field.html_name) for row in self.rows for field in row)

    def added(self) -> dict[tuple[int, str], int]:
        """Return how many more (or fewer) there are to be, by unit id and model name."""
        more: dict[tuple[int, str], int] = {}
        for n in ROWS:
            count = self.cleaned_data[f"antal_{n}"]
            if count:
                key = (int(self.cleaned_data[f"enhed_{n}"]), self.cleaned_data[f"model_{n}"])
                more[key] = more.get(key, 0) + count
        return more

    def assumptions(self) -> Assumptions:
        """Return what is filled in as assumptions."""
        asked = self.cleaned_data
        change = int((asked["pris"] or 0) * 100)
        extended = int(asked["efter"]) if asked["efter"].isdecimal() else 0
        return Assumptions(
            models={m.name: to for m in self.models if (to := asked[f"til_{m.pk}"])},
            price_change=change,
            price_change_from=asked["pris_fra"] if change else None,
            more=self.added(),
            more_from=asked["antal_fra"],
            extended_quarters=extended,
            renews=asked["efter"] != NEVER,
        )


def _choice(label: str, choices, widget=PlainSelect) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=widget)


class SeenField(forms.CharField):
    """What the person saw in the field beside it, as øre; empty for no budget."""

    widget = forms.HiddenInput

    def to_python(self, value):
        text = super().to_python(value)
        if text and text.isascii() and text.isdecimal() and len(text) < 15:
            return int(text)
        return None


class BudgetForm(PlainForm, forms.Form):
    """A year's budgets of some units, and what they were when the page was opened."""

    def __init__(self, units, budgets, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.units, self.budgets = units, budgets
        # Shown where there is something to be sure of.
        self.fields["is_sure"] = forms.BooleanField(required=False)
        for unit in units:
            stands = budgets.get(unit.id)
            amount = KronerField(label=unit.name, required=False, initial=stands)
            amount.widget.attrs["class"] = "form-control text-end"
            self.fields[f"unit_{unit.id}"] = amount
            self.fields[f"seen_{unit.id}"] = SeenField(required=False, initial=stands)

    @property
    def rows(self):
        return [(unit, self[f"unit_{unit.id}"], self[f"seen_{unit.id}"]) for unit in self.units]

    def read(self, name: str) -> dict[int, int | None]:
        """Return the values of all units' fields of a name, by unit id."""
        return {unit.id: self.cleaned_data[f"{name}_{unit.id}"] for unit in self.units}
