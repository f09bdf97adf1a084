"""What the board of ends is narrowed to, and what is typed in of ends."""

from django import forms

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.forms.fields import PlainForm, PlainSelect
from inventory.organisation.presenters import unit_choices
from leasing.domain.lease_end import NOTICE_MONTHS
from leasing.lease_end.presenters import EVERY_QUARTER, FATE_NAMES
from leasing.lease_end.selectors.board import NO_WISH, BoardChoice, EndBoard
from leasing.models import EndChoice


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
    enhed = forms.ChoiceField(label="Enhed", required=False, widget=PlainSelect)
    underaftale = forms.ChoiceField(label="Underaftale", required=False)

    def __init__(
        self, data, *, departments, units, agreements, quarters: list[Quarter], with_people: bool
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
            department_id=_id(asked["afdeling"]),
            unit_id=_id(asked["enhed"]),
            search=asked["q"],
            with_people=self.with_people,
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
