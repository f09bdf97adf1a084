"""The list of one-off amounts: its filters and its columns."""

import django_filters
from django.db.models import Q
from django.urls import reverse

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import only
from albertslund_it.web.forms.fields import DateField
from albertslund_it.web.lists.columns import (
    AmountColumn,
    CodeColumn,
    Column,
    DateColumn,
    MarkColumn,
)
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import Table
from inventory.models import Department
from leasing.models import COST_HOLDER_NAME, Charge

BILLED, WAITS = "opkraevet", "venter"


class DateFilter(django_filters.DateFilter):
    field_class = DateField


class ChargeFilter(FilterSet):
    """What the one-off amounts can be narrowed to."""

    q = django_filters.CharFilter(label="Søg", method="search")
    afdeling = django_filters.ModelChoiceFilter(
        label="Afdeling",
        field_name="unit__department",
        queryset=Department.objects.all(),
        empty_label="Alle",
    )
    stand = django_filters.ChoiceFilter(
        label="Opkrævet",
        choices=[(BILLED, "Opkrævet"), (WAITS, "Ikke endnu")],
        method="in_state",
        empty_label="Alle",
    )
    fra = DateFilter(label="Fra dato", field_name="charged_on", lookup_expr="gte")
    til = DateFilter(label="Til dato", field_name="charged_on", lookup_expr="lte")

    class Meta:
        model = Charge
        fields: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.hint("Tekst, enhed eller serienr.")

    def search(self, charges, name, value):
        found = charges.filter(
            Q(text__icontains=value)
            | Q(unit__name__icontains=value)
            | Q(unit__number=value)
            | Q(device__serial_number__icontains=value)
        )
        # Searched once, not for the count, the sum and the page each.
        return only(charges, list(found.order_by().values_list("pk", flat=True)))

    def in_state(self, charges, name, value):
        return charges.filter(run_code__isnull=value == WAITS)


def _page(charge) -> str:
    return reverse("charge", args=[charge.pk])


def _device_page(charge) -> str:
    return reverse("device-detail", args=[charge.device_id]) if charge.device_id else ""


def _run_page(charge) -> str:
    return reverse("quarter-detail", args=[charge.run_code]) if charge.run_code else ""


def _state(charge):
    code = charge.run_code
    if not code:
        return ("warn", "Ikke endnu")
    return Quarter.parse(code).short_label if "Q" in code else code


class ChargeTable(Table):
    """One-off amounts, with the run that billed each of them."""

    caption = "Engangsbeløb"
    empty_title = "Der er ingen engangsbeløb endnu"
    empty_help = "Skriv et, eller indlæs dem fra et regneark."

    charged_on = DateColumn("Dato", card="note")
    text = Column("Tekst", link=_page, card="title")
    department = Column(
        "Afdeling",
        of=lambda c: c.unit.department.name if c.unit.department else COST_HOLDER_NAME,
        sort_by="unit__department__name",
    )
    unit = Column("Enhed", of="unit.name", sort_by="unit__name", card="line")
    device = CodeColumn(
        "Udstyr",
        of=lambda c: c.device.serial_number if c.device else "",
        link=_device_page,
        sort_by="device__serial_number",
        card="line",
    )
    run = MarkColumn("Opkrævet i", of=_state, link=_run_page, sort_by="run_code", card="line")
    amount_ore = AmountColumn("Beløb (kr.)", summed=True, card="answer")
    unit_number = CodeColumn("Enhedsnr", of="unit.number", visible=False)  # for an import
