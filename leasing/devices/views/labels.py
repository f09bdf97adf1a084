import re

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import render

from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.forms import PlainForm
from leasing.devices.selectors.labels import MOST, PER_SHEET, sheets_of
from leasing.models import Settings

SPLIT = re.compile(r"[\s,;]+")


class LabelForm(PlainForm, forms.Form):
    """Which labels, and where on the first sheet they begin."""

    serienumre = forms.CharField(
        label="Serienumre",
        help_text="Ét på hver linje, eller adskilt af komma.",
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
    )
    plads = forms.IntegerField(
        label="Begynd på plads",
        help_text=f"1–{PER_SHEET}, talt fra venstre mod højre. Brug resten af et ark, der er "
        "taget hul på.",
        min_value=1,
        max_value=PER_SHEET,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            f"Skriv et tal mellem 1 og {PER_SHEET}.",
        ),
    )

    def clean_serienumre(self):
        numbers = [one for one in SPLIT.split(self.cleaned_data["serienumre"].upper()) if one]
        if len(numbers) > MOST:
            raise forms.ValidationError(
                f"Der kan højst udskrives {MOST} etiketter ad gangen. Del dem op."
            )
        return numbers


@permission_required(HANDLE_ORDERS, raise_exception=True)
def labels(request):
    """Show labels with QR codes, ready to print; from nowhere where labels are not used."""
    if not Settings.objects.filter(uses_labels=True).exists():
        raise Http404
    given = "\n".join(request.GET.getlist("serienumre"))
    data = {"serienumre": given, "plads": request.GET.get("plads", "1")}
    form = LabelForm(data if given else None, initial=data)
    sheets = None
    if form.is_bound and form.is_valid():
        wanted = form.cleaned_data
        sheets = sheets_of(wanted["serienumre"], first=wanted["plads"])
    context = {"form": form, "sheets": sheets}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "leasing/devices/labels.html", context, status=status)
