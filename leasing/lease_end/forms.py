"""What the board of ends is narrowed to, and what is typed in of ends."""

from collections import Counter
from collections.abc import Mapping, Sequence

from django import forms

from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import Quarter
from albertslund_it.common.sentences import full_stop
from albertslund_it.web.forms.choosers import WritableSelect
from albertslund_it.web.forms.fields import KronerField, PlainForm, dress
from inventory.organisation.presenters import unit_choices
from leasing.domain.lease_end import NOTICE_MONTHS
from leasing.lease_end.presenters import EVERY_QUARTER, FATE_NAMES, IN_STOCK
from leasing.lease_end.selectors.board import NO_WISH, BoardChoice, EndBoard
from leasing.lease_end.selectors.term_ends import TermEnd
from leasing.lease_end.services.decisions import LONGEST_REASON, WantedEnd
from leasing.models import COST_HOLDER_NAME, EndChoice, SubAgreement

TAKEN_BACK = "none"
MOST_ORE = 10**12  # ten milliards of kroner: more is a slip, and a database's limit is near


class BoardForm(PlainForm, forms.Form):
    """What the board can be narrowed to; every choice is within what the user may see."""

    q = forms.CharField(label="Søg", required=False, max_length=100)
    kvartal = forms.ChoiceField(label="Udløb", required=False)
    valg = forms.ChoiceField(
        label="Beslutning", required=False, choices=[("", "Alle"), *FATE_NAMES.items()]
    )
    oenske = forms.ChoiceField(
        label="Ønske",
        required=False,
        choices=[("", "Alle"), (NO_WISH, "Intet ønske"), *EndChoice.choices],
    )
    afdeling = forms.ChoiceField(label="Afdeling", required=False)
    enhed = forms.ChoiceField(label="Enhed", required=False, widget=WritableSelect)
    underaftale = forms.ChoiceField(label="Underaftale", required=False)

    def __init__(
        self,
        data,
        *,
        departments,
        units,
        agreements,
        quarters: list[Quarter],
        with_people: bool,
        with_stock: bool,
    ):
        super().__init__(data)
        self.with_people = with_people
        asked = _quarter_or_none(str(self.data.get("kvartal", "")))
        shown = sorted({*quarters, *([asked] if asked else [])})
        self.offer(
            "kvartal",
            [
                ("", f"Inden {NOTICE_MONTHS} måneder eller overskredet"),
                (EVERY_QUARTER, "Alle kvartaler"),
                *((str(quarter), quarter.label) for quarter in shown),
            ],
        )
        self.offer("enhed", [("", "Alle"), *unit_choices(units)])
        for name, rows in (("afdeling", departments), ("underaftale", agreements)):
            found = [(str(one.pk), str(one)) for one in rows]
            if with_stock and name == "afdeling":
                found.append((IN_STOCK, COST_HOLDER_NAME))
            self.offer(name, [("", "Alle"), *found])
            if len(found) < 2:  # nothing to choose, so nothing to show; asked for, still known
                self.fields[name].widget = forms.HiddenInput()
        field = self.fields["q"]
        hint = "Serienr., initialer, navn, enhed" if with_people else "Serienr. eller enhed"
        field.widget.attrs.update(type="search", autocomplete="off", placeholder=hint)

    def choice(self) -> BoardChoice:
        """Return what is asked for."""
        asked = self.cleaned_data
        quarter = asked["kvartal"]
        return BoardChoice(
            quarter=None if quarter in {"", EVERY_QUARTER} else Quarter.parse(quarter),
            any_quarter=quarter == EVERY_QUARTER,
            fate=asked["valg"],
            wish=asked["oenske"],
            agreement_id=_id(asked["underaftale"]),
            department_id=_id(asked["afdeling"]) if asked["afdeling"] != IN_STOCK else None,
            in_stock=asked["afdeling"] == IN_STOCK,
            unit_id=_id(asked["enhed"]),
            search=asked["q"],
            with_people=self.with_people,
        )


class WishForm(PlainForm, forms.Form):
    """What a leader wishes for the devices that are ticked."""

    wish = forms.ChoiceField(
        label="Ønske",
        choices=[("", "Vælg et ønske"), *EndChoice.choices],
        error_messages={"required": "Vælg, om I ønsker frikøb, forlængelse eller returnering."},
    )
    note = forms.CharField(
        label="Bemærkning",
        required=False,
        max_length=300,
        help_text="Fx hvem der vil frikøbe, eller hvor længe I vil forlænge.",
        error_messages={"max_length": "Bemærkningen må højst være 300 tegn."},
    )


def _span(amounts: set[int]) -> str:
    low, high = format_kroner(min(amounts)), format_kroner(max(amounts))
    return low if low == high else f"{low} – {high}"


class DecideForm(PlainForm, forms.Form):
    """What is decided about some ends; an extension has a price for each model among them."""

    choice = forms.ChoiceField(
        label="Valg",
        choices=[
            ("", "Vælg, hvad der skal ske"),
            *EndChoice.choices,
            (TAKEN_BACK, "Tag beslutningen tilbage"),
        ],
        error_messages={"required": "Vælg frikøb, forlængelse eller returnering."},
    )
    quarters = forms.ChoiceField(
        label="Forlænges i",
        required=False,
        choices=[
            ("", "Vælg"),
            ("1", "1 kvartal"),
            *((str(n), f"{n} kvartaler") for n in (2, 3, 4)),
        ],
    )
    reason = forms.CharField(
        label="Begrundelse",
        required=False,
        max_length=LONGEST_REASON,
        help_text="Står i historikken sammen med dit navn.",
    )
    skips = forms.BooleanField(label="Gem for de andre, og lad dem stå", required=False)
    is_sure = forms.BooleanField(required=False)

    def __init__(self, data=None, *, ends: Sequence[TermEnd], offered: Mapping[int, int], **kwargs):
        super().__init__(data, **kwargs)
        self.ends, self.offered = ends, offered  # a quarter of an extension, by device
        errors = self.fields["quarters"].error_messages
        errors["invalid_choice"] = "En forlængelse er på 1–4 kvartaler."
        counts = Counter((end.model_name, end.model_id) for end in ends)
        self.models = [pk for (_, pk), _ in sorted(counts.items())]
        for (name, pk), count in sorted(counts.items()):
            field = KronerField(
                label=f"Forlængelsens pris: {name} ({count} stk.)",
                required=False,
                help_text=f"Pr. stk. for hele forlængelsen, uden moms. {self._estimate(pk)}",
            )
            dress(field)
            self.fields[f"price_{pk}"] = field

    def _estimate(self, model_id: int) -> str:
        """Say what a quarter would cost: as is offered, else at the instalments of now."""
        ends = [end for end in self.ends if end.model_id == model_id]
        offered = {self.offered[end.device_id] for end in ends if end.device_id in self.offered}
        others = {end.quarter_ore for end in ends if end.device_id not in self.offered}
        parts = [f"Tilbudt: {_span(offered)} pr. kvartal."] if offered else []
        if others:
            lead = "Et skøn for de andre" if offered else "Et skøn"
            parts.append(f"{lead}, samme ydelse som nu: {_span(others)} pr. kvartal.")
        return " ".join(parts)

    @property
    def prices(self):
        return [self[f"price_{pk}"] for pk in self.models]

    def clean(self):
        """Ask for what an extension needs."""
        found = super().clean()
        if found.get("choice") != EndChoice.EXTENSION:
            return found
        if not found.get("quarters") and "quarters" not in self.errors:
            self.add_error("quarters", "Vælg, om den forlænges i 1, 2, 3 eller 4 kvartaler.")
        for pk in self.models:
            name = f"price_{pk}"
            if name not in self.errors and not 0 < (found.get(name) or 0) < MOST_ORE:
                self.add_error(
                    name, "Skriv prisen for hele forlængelsen i kroner, over nul, fx 1.200,00."
                )
        return found

    def wanted(self) -> WantedEnd:
        """Return what is to be decided; prices by term."""
        asked = self.cleaned_data
        is_extension = asked["choice"] == EndChoice.EXTENSION
        return WantedEnd(
            "" if asked["choice"] == TAKEN_BACK else asked["choice"],
            asked["reason"],
            int(asked["quarters"]) if is_extension else 0,
            {end.term_id: asked[f"price_{end.model_id}"] for end in self.ends}
            if is_extension
            else {},
        )


class BoardFilters:
    """The form, in the shape that a list page takes its filters."""

    def __init__(self, form: BoardForm, board_of):
        self.form = form
        self.filters = form.fields
        self.board_of = board_of

    @property
    def qs(self) -> EndBoard:
        """Return the board; nothing is on it when a filter cannot be read."""
        if not self.form.is_valid():
            return self.board_of(BoardChoice()).empty()
        return self.board_of(self.form.choice())


def _quarter_or_none(code: str) -> Quarter | None:
    try:
        return Quarter.parse(code)
    except ValueError:
        return None


def _id(text: str) -> int | None:
    return int(text) if text else None


class LessorListForm(PlainForm, forms.Form):
    """Which quarter's list, and of which sub-agreement."""

    kvartal = forms.CharField(label="Udløb i kvartal", max_length=20, help_text="Fx 2029Q4.")
    underaftale = forms.ModelChoiceField(
        label="Underaftale",
        required=False,
        queryset=SubAgreement.objects.order_by("number"),
        empty_label="Alle",
    )

    def clean_kvartal(self):
        """Refuse what is no quarter."""
        try:
            return str(Quarter.parse(self.cleaned_data["kvartal"]))
        except ValueError as error:
            raise forms.ValidationError(full_stop(str(error))) from error

    def quarter(self) -> Quarter:
        """Return the quarter."""
        return Quarter.parse(self.cleaned_data["kvartal"])
