"""What a plan for a lot asks for, and which models replace which."""

import re
from datetime import date, timedelta

from django import forms

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.forms.fields import DateField, PlainForm, dress
from leasing.domain.swap_plan import whole_weeks
from leasing.models import SubAgreement
from leasing.replacing.selectors.lots import LotQuestion
from leasing.replacing.selectors.orders import OldModel

PCS, ALL = "pc", "alt"
MOST = 500  # swaps a week
LONGEST = timedelta(days=2 * 366)
LONGEST_TEXT = 100
SPAN = re.compile(r"([0-9]{1,2})(?:\s*[-–]\s*([0-9]{1,2}))?")
COUNT_FAULT = f"Skriv, hvor mange I kan udskifte om ugen: et helt tal fra 1 til {MOST}."
WEEKS_FAULT = "Skriv ugerne som tal, fx 29-31, 52."


class WeeksField(forms.Field):
    """Numbers of weeks as people write them: 29-31, 52."""

    def to_python(self, value) -> frozenset[int]:
        text = (value or "").strip()
        if len(text) > LONGEST_TEXT:
            raise forms.ValidationError(f"Det er for langt. {WEEKS_FAULT}")
        found: set[int] = set()
        for part in filter(None, (one.strip() for one in re.split(r"[,;]", text))):
            match = SPAN.fullmatch(part)
            if not match:
                raise forms.ValidationError(f"»{part[:20]}« er ikke en uge. {WEEKS_FAULT}")
            first, last = int(match[1]), int(match[2] or match[1])
            if not 1 <= first <= last <= 53:
                raise forms.ValidationError(
                    f"»{part[:20]}« er ikke uger i et år. Skriv den første uge først, fra 1 til 53."
                )
            found.update(range(first, last + 1))
        return frozenset(found)


class LotForm(PlainForm, forms.Form):
    """Which leases, between which days, and how many a week."""

    kvartal = forms.ChoiceField(label="Udløber i")
    underaftale = forms.ModelChoiceField(
        label="Underaftale",
        queryset=SubAgreement.objects.order_by("number"),
        required=False,
        empty_label="Alle",
    )
    udstyr = forms.ChoiceField(label="Udstyr", choices=[(PCS, "Kun pc'er"), (ALL, "Alt udstyr")])
    fra = DateField(label="Første dag")
    til = DateField(label="Sidste dag")
    antal = forms.IntegerField(
        label="Udskiftninger om ugen",
        min_value=1,
        max_value=MOST,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), COUNT_FAULT
        ),
    )
    uden = WeeksField(
        label="Uger uden udskiftning",
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "fx 29-31, 52", "autocomplete": "off"}),
    )
    besluttet = forms.BooleanField(
        label="Udelad det, der skal frikøbes eller returneres, medmindre en bestilling erstatter "
        "det",
        required=False,
    )

    def __init__(self, *args, quarters: list[tuple[Quarter, int]], **kwargs):
        super().__init__(*args, **kwargs)
        self.offer("kvartal", [(str(one), f"{one.label} ({count})") for one, count in quarters])

    def clean(self):
        values = super().clean()
        first, last = values.get("fra"), values.get("til")
        if first and last and last < first:
            self.add_error("til", "Den sidste dag kan ikke ligge før den første.")
        elif first and last and last - first > LONGEST:
            self.add_error("til", "En plan er på højst to år. Vælg en tidligere sidste dag.")
        elif first and last and not whole_weeks(first, last, values.get("uden", ())):
            self.add_error(
                "til",
                "Der er ingen hel uge fra mandag til fredag mellem de to dage, der kan bruges. "
                "Giv planen flere dage.",
            )
        return values

    def question(self) -> LotQuestion:
        """Return what is asked for."""
        asked = self.cleaned_data
        return LotQuestion(
            quarter=Quarter.parse(asked["kvartal"]),
            sub_agreement=asked["underaftale"],
            only_pcs=asked["udstyr"] == PCS,
            first=asked["fra"],
            last=asked["til"],
            a_week=asked["antal"],
            left_out=asked["uden"],
            skips_final=asked["besluttet"],
        )


def first_days(quarter: Quarter, today: date) -> dict[str, object]:
    """Return what the form of a quarter begins with: the half year before its leases end."""
    first = max(quarter.next(-1).starts_on, today)
    return {
        "kvartal": str(quarter),
        "udstyr": PCS,
        "fra": first,
        "til": max(quarter.last_day, first),
        "antal": 20,
    }


class ModelForm(PlainForm, forms.Form):
    """Which model stands in for each that is replaced: a field by the old one's id."""

    def __init__(self, data, *, models: list[OldModel], words):
        """Offer each its models; `words` says an offer, or that none is ordered."""
        super().__init__(data)
        for one in models:
            field = forms.ChoiceField(
                label=f"{one.model.name} ({one.count})",
                choices=[("0", words(None)), *((str(o.model.pk), words(o)) for o in one.offers)],
                initial=str(one.chosen.model.pk) if one.chosen else "0",
                required=False,
            )
            dress(field)
            self.fields[field_of(one.model.pk)] = field


def field_of(model_id: int) -> str:
    """Return the name of the field that says what replaces a model."""
    return f"model-{model_id}"
