"""What came with a delivery: serial numbers as they are scanned, or a count, by model."""

from django import forms

from albertslund_it.common.serial_numbers import serial_numbers_in
from albertslund_it.web.forms.fields import DateField, PlainForm, dress
from inventory.models import DeviceModel
from leasing.models import SubAgreement
from leasing.orders.selectors.reception import ModelToReceive
from leasing.orders.selectors.scans import Scan
from leasing.orders.services.reception import MOST

MOST_SCANNED = 10_000


class ReceptionForm(PlainForm, forms.Form):
    """What came: a field of serial numbers, or a count, for each model of the order."""

    sub_agreement = forms.CharField(
        label="Underaftale",
        max_length=SubAgreement._meta.get_field("number").max_length,
        help_text="Står på leasinggivers følgeseddel. En ny oprettes.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "underaftaler"}),
        error_messages={"required": "Skriv underaftalen."},
    )
    starts_on = DateField(
        label="Leasingstart",
        help_text="Prislistens pris den dag gælder.",
        error_messages={"required": "Skriv, hvornår leasingen starter."},
    )

    def __init__(self, groups: list[ModelToReceive], *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.groups = groups
        for group in groups:
            name = self.name_of(group.model)
            self.fields[name] = _count_field(group) if group.is_counted else _scan_field(group)
            dress(self.fields[name])
        # The first that something is missing of takes what the scanner sends at once.
        if groups and not self.is_bound:
            self.fields[self.name_of(groups[0].model)].widget.attrs["autofocus"] = True

    @staticmethod
    def name_of(model: DeviceModel) -> str:
        return f"model-{model.pk}"

    def model_fields(self):
        """Return the fields of what came, for the page."""
        return [(group, self[self.name_of(group.model)]) for group in self.groups]

    def terms(self):
        """Return the fields of the lease."""
        return [self["sub_agreement"], self["starts_on"]]

    def clean(self):
        cleaned = super().clean()
        for group in self.groups:
            name = self.name_of(group.model)
            if group.is_counted or name not in cleaned:
                continue
            found, bad = serial_numbers_in(cleaned[name])
            if bad:
                more = f" og {len(bad) - 3} mere" if len(bad) > 3 else ""
                shown = ", ".join(f"»{word}«" for word in bad[:3])
                self.add_error(name, f"{shown}{more} er ikke et serienummer. Ret, eller slet det.")
            if len(found) > MOST_SCANNED:
                self.add_error(
                    name, f"Højst {MOST_SCANNED // 1000}.000 serienumre ad gangen. Del dem op."
                )
            cleaned[name] = found
        return cleaned

    def scans(self) -> list[Scan]:
        """Return what came, as the service takes it."""
        scans = []
        for group in self.groups:
            came = self.cleaned_data[self.name_of(group.model)]
            if came and group.is_counted:
                first = self.data.get(f"nr-{group.model.pk}", "")
                seen = int(first) if first.isdecimal() and len(first) <= 6 else None
                scans.append(Scan(group.model.pk, count=came, first=seen))
            elif came:
                scans.append(Scan(group.model.pk, serial_numbers=tuple(came)))
        return scans


def _scan_field(group: ModelToReceive) -> forms.CharField:
    rows = min(8, max(4, group.missing + 1))
    attributes = {
        "rows": rows,
        "class": "form-control code",
        "autocomplete": "off",
        "autocapitalize": "characters",
        "spellcheck": "false",
        "data-scan": group.missing,
    }
    return forms.CharField(
        label=group.model.name,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs=attributes),
        help_text=f"{_missing(group)} Ét serienummer pr. linje, eller adskilt af komma, semikolon "
        "eller mellemrum.",
    )


def _count_field(group: ModelToReceive) -> forms.IntegerField:
    return forms.IntegerField(
        label=f"{group.model.name}, antal",
        required=False,
        min_value=0,
        max_value=MOST,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=f"{_missing(group)} Har ingen serienumre, men får inventarnumre til etiketter.",
        error_messages={
            "invalid": "Skriv antallet som et helt tal.",
            "min_value": "Antallet kan ikke være under nul.",
            "max_value": f"Højst {MOST} ad gangen.",
        },
    )


def _missing(group: ModelToReceive) -> str:
    return f"Mangler {group.missing}." if group.missing else "Alt er kommet."
