import csv
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Self

from django import forms
from django.http import HttpRequest, QueryDict

from albertslund_it.common.files.cells import without_control
from albertslund_it.common.quarters import Quarter, quarters_between
from albertslund_it.web.clock import today
from albertslund_it.web.forms.fields import PlainForm, PlainSelect, dress
from albertslund_it.web.query import page_before
from inventory.imports.importers.reading import Importer
from leasing.cost_table.facts import billing_start

LONGEST_CELL = 200


class UploadForm(PlainForm, forms.Form):
    """The file to take in."""

    file = forms.FileField(
        label="Fil",
        allow_empty_file=True,  # the reader says it better
        help_text="Excel (.xlsx) eller CSV, højst 20 MB. Det første synlige ark læses.",
        error_messages={"required": "Vælg den fil, du vil indlæse."},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )


class RowForm(PlainForm, forms.Form):
    """One row of a kind of file, typed; a field for each of its columns."""

    def __init__(self, importer: Importer, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.importer = importer
        for column in importer.columns:
            field = forms.CharField(
                label=column.name,
                required=column.required and not column.may_be_blank,
                max_length=LONGEST_CELL,
                help_text=column.help,
            )
            dress(field)
            self.fields[column.name] = field

    def as_file(self) -> BytesIO:
        """Return the row as a file of its kind."""
        said = {name: cell for name, cell in self.cleaned_data.items() if cell}
        text = StringIO()
        csv.writer(text, delimiter=";").writerows([said, said.values()])
        return BytesIO(text.getvalue().encode())


def upload_form(importer: Importer, *data) -> UploadForm:
    """Return the form of a kind of file, which says what it may be."""
    form = UploadForm(*data)
    if importer.read_document:
        field = form.fields["file"]
        field.help_text = f"{field.help_text} Eller en elektronisk faktura (.xml)."
        field.widget.attrs["accept"] += ",.xml"
    return form


class QuarterForm(PlainForm, forms.Form):
    """The quarter that a document is for which does not say it; nothing is guessed."""

    quarter = forms.ChoiceField(
        label="Kvartal",
        widget=PlainSelect,
        error_messages={"required": "Vælg det kvartal, fakturaen er for."},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        last = Quarter.of(today()).next()
        quarters = reversed(list(quarters_between(Quarter.of(billing_start()), last)))
        choices = [(str(quarter), quarter.label) for quarter in quarters]
        self.offer("quarter", [("", "Vælg kvartal"), *choices])


@dataclass(frozen=True)
class Step:
    """A file on its way from one page to the next, and what was chosen for it."""

    token: str
    name: str
    sheet: str = ""
    good_rows: bool = False
    dates_hold: bool = False  # those for the whole file, as the page of its columns asked
    quarter: Quarter | None = None
    back: str = ""  # the page that it was begun from

    @classmethod
    def posted(cls, request: HttpRequest) -> Self:
        """Read it of what a page sent; a quarter is chosen on its own page."""
        sent = request.POST
        return cls(
            token=sent.get("token", ""),
            name=sent.get("name", "")[:200] or "Filen",
            sheet=sent.get("sheet", "")[:100],
            good_rows=sent.get("good_rows") == "1",
            dates_hold=sent.get("dates_hold") == "1",
            back=page_before(request, ""),
        )


def columns_sent(sent: QueryDict, places: dict[int, str], fields: set[str]) -> dict[str, str]:
    """Return the field of each heading's key, as it was chosen; '' for what is not to be read."""
    found = {}
    for place, key in places.items():
        if key and (name := sent.get(f"col-{place}")) is not None:
            found[key] = name if name in fields else ""
    return found


def values_sent(sent: QueryDict, fields: set[str]) -> dict[str, str]:
    """Return what is to stand in the whole file, by field."""
    texts = {name: without_control(sent.get(f"value-{name}", "")) for name in fields}
    values = {name: text.strip()[:200] for name, text in texts.items()}
    return {name: value for name, value in values.items() if value}
