"""The lists of buyouts: what can be bought, who said yes, and what the lessor offers."""

from collections.abc import Iterator

import django_filters
from django.db.models import Q
from django.urls import reverse

from albertslund_it.web.clock import today
from albertslund_it.web.database.rows import among
from albertslund_it.web.lists.columns import (
    AmountColumn,
    CodeColumn,
    Column,
    DateColumn,
    MarkColumn,
)
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import QuerySetRows, Table
from inventory.models import Department, DeviceModel
from inventory.placements.selectors import placements_in_force
from leasing.buyout.presenters import (
    WORDS_OF_ASKED,
    fate_shown,
    mark_of_asked,
    what_is_offered,
    why_not_asked,
)
from leasing.buyout.selectors.candidates import leases_asked, leases_near, leases_offered
from leasing.buyout.selectors.rows import BuyoutRow, Question, buyout_rows
from leasing.models import BuyoutOffer, EndChoice, EndDecision, Lease, SubAgreement

CHUNK = 500  # rows read at a time for a download
NEAR, OFFERED = "", "tilbud"
DECIDED, UNDECIDED = "ja", "nej"


class BuyoutRows(QuerySetRows):
    """The leases of a queryset: a page's ids first, then the rows of those."""

    def rows_of(self, ids: list[int]) -> dict[int, BuyoutRow]:
        return {row.lease_id: row for row in buyout_rows(ids, today())}

    def __iter__(self) -> Iterator[BuyoutRow]:
        ids = list(self.ids())
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            found = self.rows_of(chunk)
            yield from (found[pk] for pk in chunk if pk in found)


class BuyoutFilter(FilterSet):
    """What the list of buyouts can be narrowed to."""

    q = django_filters.CharFilter(label="Søg", method="search", max_length=100)
    vis = django_filters.ChoiceFilter(
        label="Vis",
        choices=[(OFFERED, "Alt med tilbud")],
        method="in_view",
        empty_label="Udløber snart, eller er i gang",
    )
    svar = django_filters.ChoiceFilter(
        label="Spørgsmål",
        choices=[(one.value, WORDS_OF_ASKED[one]) for one in Question],
        method="in_state",
        empty_label="Alle",
    )
    valg = django_filters.ChoiceFilter(
        label="Frikøb besluttet",
        choices=[(DECIDED, "Ja"), (UNDECIDED, "Nej")],
        method="in_decision",
        empty_label="Alle",
    )
    model = django_filters.ModelChoiceFilter(
        label="Model",
        field_name="device__model",
        queryset=DeviceModel.objects.all(),
        empty_label="Alle",
    )
    afdeling = django_filters.ModelChoiceFilter(
        label="Afdeling",
        queryset=Department.objects.all(),
        method="in_department",
        empty_label="Alle",
    )
    underaftale = django_filters.ModelChoiceFilter(
        label="Underaftale",
        field_name="sub_agreement",
        queryset=SubAgreement.objects.all(),
        empty_label="Alle",
    )

    class Meta:
        model = Lease
        fields: list[str] = []

    def __init__(self, *args, people: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = people
        self.hint("Serienr., model eller medarbejder" if people else "Serienr. eller model")

    def filter_queryset(self, queryset):
        """Begin with what is near, unless all with an offer is asked for."""
        if not self.form.cleaned_data.get("vis"):
            queryset = leases_near(queryset, today())
        return super().filter_queryset(queryset)

    def search(self, leases, name, value):
        found = Q(device__serial_number__icontains=value) | Q(device__model__name__icontains=value)
        if self.people:
            placed = placements_in_force(today()).filter(
                Q(employee__name__icontains=value) | Q(employee__initials__iexact=value)
            )
            found |= Q(device__in=placed.order_by().values("device"))
        return leases.filter(found)

    def in_view(self, leases, name, value):
        return leases_offered(leases, today())

    def in_state(self, leases, name, value):
        asked = leases_asked(today())
        if value == Question.NOT_ASKED:
            return leases.exclude(pk__in=among(set().union(*asked.values()), int))
        return leases.filter(pk__in=among(asked[Question(value)], int))

    def in_decision(self, leases, name, value):
        bought = EndDecision.objects.filter(choice=EndChoice.BUYOUT).values("term__lease")
        return leases.filter(pk__in=bought) if value == DECIDED else leases.exclude(pk__in=bought)

    def in_department(self, leases, name, value):
        placed = placements_in_force(today()).filter(unit__department=value)
        return leases.filter(device__in=placed.order_by().values("device"))


def _device_page(row: BuyoutRow) -> str:
    return reverse("device-detail", args=[row.device_id])


def _person_page(row: BuyoutRow) -> str:
    return reverse("employee-detail", args=[row.employee.pk]) if row.employee else ""


class BuyoutTable(Table):
    """Devices that may be bought, with where each stands."""

    caption = "Udstyr, der kan frikøbes"
    empty_title = "Der er intet at frikøbe nu"
    empty_help = "Her kommer det udstyr, hvis leasing udløber inden for seks måneder."

    serial_number = CodeColumn(
        "Serienr.", link=_device_page, sort_by="device__serial_number", card="title"
    )
    model_name = CodeColumn("Model", sort_by="device__model__name", card="line")
    asked = MarkColumn("Spørgsmål", of=mark_of_asked, orderable=False, card="line")
    person = Column(
        "Medarbejder",
        of=lambda row: row.employee.name if row.employee else "",
        link=_person_page,
        orderable=False,
        card="line",
    )
    offer_ore = AmountColumn(
        "Frikøbspris (kr.)",
        of=lambda row: row.offer.price_ore if row.offer else None,
        card="answer",
    )
    offered_until = DateColumn(
        "Tilbud til",
        of=lambda row: row.offer.valid_until if row.offer else None,
        orderable=False,
        visible=False,
    )
    last_buyout_day = DateColumn("Vælges senest", orderable=False)
    last_day = DateColumn("Sidste dag", sort_by="kept_cost__ends_before", card="note")
    fate = MarkColumn("Ved udløb", of=lambda row: fate_shown(row, today()), orderable=False)
    wish = Column(
        "Ønske", of=lambda row: row.wish.get_wish_display() if row.wish else "", orderable=False
    )
    unit = Column(
        "Enhed",
        of=lambda row: row.placement.unit.name if row.placement and row.placement.unit else "",
        sort_by="kept_cost__unit__name",
        visible=False,
    )
    answer_by = DateColumn(
        "Svar senest",
        of=lambda row: row.invitation.valid_until if row.asked == Question.WAITS else None,
        visible=False,
    )
    obstacle = Column("Kan ikke spørges, fordi", of=why_not_asked, visible=False)
    sub_agreement = CodeColumn("Underaftale", visible=False)


class YesFilter(FilterSet):
    """What the list of those who said yes can be narrowed to: what the lessor asks about."""

    underaftale = django_filters.ModelChoiceFilter(
        label="Underaftale",
        field_name="sub_agreement",
        queryset=SubAgreement.objects.all(),
        empty_label="Alle",
    )
    valg = django_filters.ChoiceFilter(
        label="Frikøb besluttet",
        choices=[(DECIDED, "Ja"), (UNDECIDED, "Nej")],
        method="in_decision",
        empty_label="Alle",
    )

    class Meta:
        model = Lease
        fields: list[str] = []

    in_decision = BuyoutFilter.in_decision


class YesTable(Table):
    """Who said yes: what the lessor needs to invoice them, and nothing more."""

    caption = "Medarbejdere, der har sagt ja til frikøb"
    empty_title = "Ingen har sagt ja endnu"
    empty_help = "Her kommer de medarbejdere, der svarer ja på mailen."

    serial_number = CodeColumn(
        "Serienummer", link=_device_page, sort_by="device__serial_number", card="title"
    )
    model_name = CodeColumn("Model", sort_by="device__model__name", card="line")
    sub_agreement = CodeColumn("Underaftale", sort_by="sub_agreement__number")
    price_ore = AmountColumn(
        "Frikøbspris (kr.)",
        of=lambda row: row.invitation.price_ore if row.invitation else None,
        orderable=False,
        card="answer",
    )
    employee = Column("Medarbejder", of="employee.name", orderable=False, card="line")
    mail = Column("Arbejdsmail", of="employee.mail", orderable=False, card="line")


def _offer_page(offer: BuyoutOffer) -> str:
    return reverse("buyout-offer", args=[offer.pk])


class OfferFilter(FilterSet):
    """What the lessor's offers can be narrowed to."""

    q = django_filters.CharFilter(label="Søg", method="search", max_length=100)
    gaelder = django_filters.ChoiceFilter(
        label="Gælder",
        choices=[("nu", "Gælder nu"), ("udloebet", "Er udløbet")],
        method="in_force",
        empty_label="Alle",
    )

    class Meta:
        model = BuyoutOffer
        fields: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.hint("Serienr. eller model")

    def search(self, offers, name, value):
        return offers.filter(
            Q(device__serial_number__icontains=value)
            | Q(device__model__name__icontains=value)
            | Q(model__name__icontains=value)
        )

    def in_force(self, offers, name, value):
        holds = Q(valid_until__gte=today())
        return offers.filter(holds if value == "nu" else ~holds)


class OfferTable(Table):
    """The lessor's offers; the file can be taken in again."""

    caption = "Leasinggivers tilbud"
    empty_title = "Der er ingen tilbud endnu"
    empty_help = "Skriv et, eller indlæs leasinggivers liste fra et regneark."

    what = Column(
        "Tilbud på",
        of=what_is_offered,
        sort_by=("device__serial_number", "model__name"),
        exclude_from_export=True,
        card="title",
    )
    price_ore = AmountColumn("Frikøbspris (kr.)", card="answer")
    extension_ore = AmountColumn("Forlængelse pr. kvartal (kr.)")
    valid_until = DateColumn("Gælder til", card="note")
    # What an import of the file needs.
    serial_number = CodeColumn(
        "Serienummer",
        of=lambda one: one.device.serial_number if one.device else "",
        visible=False,
    )
    model = Column("Model", of=lambda one: one.model.name if one.model else "", visible=False)

    def __init__(self, data, *, may_change: bool, **kwargs):
        super().__init__(data, **kwargs)
        self.columns["what"].column.link_to = _offer_page if may_change else None
