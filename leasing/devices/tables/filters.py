from datetime import date

import django_filters
from django import forms
from django.db.models import Exists, OuterRef

from albertslund_it.web.clock import today
from albertslund_it.web.database.rows import only
from albertslund_it.web.forms.fields import PlainSelect
from albertslund_it.web.lists.filters import FilterSet
from inventory.devices.selectors import devices_matching
from inventory.models import Category, Device, DeviceModel
from inventory.organisation.presenters import unit_choices
from inventory.organisation.selectors.organisation import departments_open_to
from inventory.organisation.selectors.scope import sees_all, units_seen_by
from inventory.placements.selectors import placements_in_force
from leasing.data_quality.presenters.words import WORDS
from leasing.data_quality.selectors.findings import open_ids
from leasing.data_quality.selectors.rule import Of, SetRule, ids_by, pks
from leasing.data_quality.selectors.rules import RULES
from leasing.data_quality.selectors.sets import in_stock
from leasing.devices.selectors.device_list import leased_pcs
from leasing.domain.lease_end import NOTICE_MONTHS
from leasing.lease_end.selectors.endings import ending_without_choice
from leasing.leases.selectors.running import running_on
from leasing.models import SubAgreement
from leasing.orders.selectors.shelf import spoken_for

PLACED, STOCK, PC, UNLEASED, LEASED_PC = "enhed", "lager", "pc", "uden-leasing", "leaset-pc"
GONE, ALL = "ude", "alle"
REGISTER = [(GONE, "Ude af registeret"), (ALL, "Alle")]
STATES = [
    (PLACED, "Hos en enhed"),
    (STOCK, "På lager"),
    (PC, "Pc'er"),
    (LEASED_PC, "Leasede pc'er"),
    (UNLEASED, "Uden leasing"),
]
_in_stock = ids_by(in_stock)


def _free(on: date) -> list[int]:
    """Find what is in stock and nobody waits for."""
    there = _in_stock(on)
    return list(set(there) - spoken_for(there, on))


# What the front page, the data quality and a quarter's readiness count.
WAITS = {
    rule.key: rule
    for rule in (
        SetRule("shelf", Of.LEASED, _in_stock),
        SetRule("free", Of.LEASED, _free),
        *(rule for rule in RULES if rule.of in {Of.LEASED, Of.DEVICES}),
        SetRule("ending", Of.DEVICES, lambda on: pks(ending_without_choice(on))),  # all of them run
    )
}
WAITS_WORDS = {
    "shelf": "Leaset udstyr på lager",
    "free": "Ledigt på lager",
    **{key: words.title for key, words in WORDS.items()},
    "ending": f"Udløber inden {NOTICE_MONTHS} måneder uden valg",
}


class DeviceFilter(FilterSet):
    """What the list of devices can be narrowed to; every choice is within the user's scope."""

    q = django_filters.CharFilter(label="Søg", method="search")
    department = django_filters.ModelChoiceFilter(
        label="Afdeling",
        queryset=lambda request: departments_open_to(request.user, today()),
        method="in_department",
        empty_label="Alle",
    )
    unit = django_filters.ChoiceFilter(
        label="Enhed", method="in_unit", empty_label="Alle", widget=PlainSelect
    )
    model = django_filters.ModelChoiceFilter(
        label="Model", queryset=DeviceModel.objects.all(), empty_label="Alle"
    )
    category = django_filters.ModelChoiceFilter(
        label="Kategori",
        field_name="model__category",
        queryset=Category.objects.all(),
        empty_label="Alle",
    )
    state = django_filters.ChoiceFilter(
        label="Status", choices=STATES, method="in_state", empty_label="Alle"
    )
    register = django_filters.ChoiceFilter(
        label="Register", choices=REGISTER, method="in_part", empty_label="I registeret"
    )

    waits = django_filters.ChoiceFilter(
        label="Venter",
        choices=[(key, WAITS_WORDS[key]) for key in WAITS],
        method="in_waits",
        empty_label="Alle",
    )

    underaftale = django_filters.ModelChoiceFilter(
        label="Underaftale",
        field_name="lease__sub_agreement",
        queryset=lambda request: (
            SubAgreement.objects.order_by("number")
            if sees_all(request.user)
            else SubAgreement.objects.none()
        ),
        empty_label="Alle",
    )

    class Meta:
        model = Device
        fields: list[str] = []

    def __init__(self, *args, request, people: bool, **kwargs):
        super().__init__(*args, request=request, **kwargs)
        self.people = people
        if not sees_all(request.user):  # nothing to choose, so nothing to show; asked for, refused
            self.filters["underaftale"].extra["widget"] = forms.HiddenInput
            self.filters["register"].extra["widget"] = forms.HiddenInput
        units = units_seen_by(request.user, today())
        self.filters["unit"].extra["choices"] = unit_choices(units)
        if not sees_all(request.user):
            self.filters["state"].extra["choices"] = [
                s for s in STATES if s[0] in {PC, LEASED_PC, UNLEASED}
            ]
        self.filters["waits"].extra["choices"] = [
            (rule.key, WAITS_WORDS[rule.key])
            for rule in WAITS.values()
            if not rule.needs or request.user.has_perm(rule.needs)
        ]
        self.hint("Serienr., initialer, navn, enhed" if people else "Serienr. eller enhed")

    def filter_queryset(self, queryset):
        data = self.form.cleaned_data
        # What waits says itself what it counts; who does not see the stock sees nothing that left.
        if not (data.get("register") or data.get("waits")) and sees_all(self.request.user):
            queryset = queryset.in_register(today())
        return super().filter_queryset(queryset)

    def in_part(self, devices, name, part):
        return devices.out_of_register(today()) if part == GONE else devices

    def search(self, devices, name, value):
        return devices_matching(devices, value, today(), with_people=self.people)

    def in_department(self, devices, name, department):
        return devices.filter(pk__in=self._placed(unit__department=department))

    def in_unit(self, devices, name, unit):
        return devices.filter(pk__in=self._placed(unit=unit))

    def in_state(self, devices, name, state):
        if state == UNLEASED:
            return devices.filter(lease=None)
        if state == PC:
            return devices.filter(model__category__is_pc=True)
        if state == LEASED_PC:
            return leased_pcs(devices, today())
        at_a_unit = placements_in_force(today()).filter(unit__isnull=False, device=OuterRef("pk"))
        placed = Exists(at_a_unit)
        if state == PLACED:
            return devices.filter(placed)
        return devices.filter(~placed)

    def in_waits(self, devices, name, key):
        rule = WAITS[key]
        found = open_ids(rule, today())
        if rule.of is Of.DEVICES:
            return only(devices, found)
        return only(devices, self._running(only(Device.objects.all(), found)))

    def _running(self, devices):
        """Return the ids of those whose lease runs."""
        leased = devices.filter(pk__in=running_on(today()).values("device"))
        return list(leased.order_by().values_list("pk", flat=True))

    def _placed(self, **conditions):
        placed = placements_in_force(today()).filter(**conditions)
        return placed.order_by().values("device")
