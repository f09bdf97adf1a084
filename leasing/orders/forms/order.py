"""The order form: an order's own fields, and a form for each line."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from django import forms

from albertslund_it.common.serial_numbers import doubt
from albertslund_it.web.forms.choosers import PersonInput, WritableSelect
from albertslund_it.web.forms.fields import DateField, PlainForm, PlainSelect
from albertslund_it.web.query import number_in
from inventory.imports.selectors import devices_by_serial_number
from inventory.models import Device, DeviceModel, Employee, Unit
from inventory.organisation.presenters import unit_choices
from leasing.domain.mail_reading import DEVICE, MODEL, MOST_CHARACTERS, PERSON, UNIT
from leasing.models import LeasePrice, OrderLine
from leasing.orders.presenters.mail_reading import Key
from leasing.orders.selectors.line_facts import HeldDevice, LineFacts, facts_of_line
from leasing.orders.selectors.people import people_matching
from leasing.orders.selectors.shelf import Shelved
from leasing.orders.selectors.told_lines import ToldLine
from leasing.orders.services.orders import WHY_NO_END, WHY_NOT_ASKED
from leasing.orders.services.wishes import (
    LineWish,
    faults_by_field,
    why_no_replacement,
    why_not_both,
)

INDEX = re.compile(r"linje-([0-9]{1,3})-")
MOST = 50
NEW, NOTHING = "ny", "-"  # something new from ATEA; no device is replaced
STOCK_AND_NEW = (
    "Du har både valgt noget fra lageret og skrevet, hvorfor det ikke kan bruges. Vælg at bestille "
    "en ny, eller slet begrundelsen."
)
WHY_NO_REASON = "Skriv, hvorfor lederen skal give lov til en pc mere."
WHY_UNDECIDED = "{} har allerede en pc. Vælg, hvad der skal ske med den."
ONE_DAY = timedelta(days=1)


class OrderForm(PlainForm, forms.Form):
    """Who asks, and what is said once for all lines."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    requester_mail = forms.EmailField(
        label="Bestillerens mail",
        required=False,
        # While it shows, nothing is typed: then the style sheet offers no sending.
        widget=forms.EmailInput(attrs={"placeholder": "fx navn@albertslund.dk"}),
        error_messages={"invalid": "Skriv en mailadresse, fx navn@albertslund.dk."},
    )
    requester_name = forms.CharField(label="Bestilt af", max_length=100, required=False)
    wanted_on = DateField(label="Ønskes senest", required=False)
    reference = forms.CharField(label="Henvisning til mailen", max_length=200, required=False)
    note = forms.CharField(
        label="Bemærkning",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    mail = forms.CharField(
        label="Mailens tekst",
        max_length=MOST_CHARACTERS,
        required=False,
        widget=forms.Textarea,
        error_messages={
            "max_length": "Mailens tekst må højst være 20.000 tegn. Slet det nederste af den."
        },
    )
    is_read = forms.CharField(max_length=1, required=False, widget=forms.HiddenInput)
    reply = forms.CharField(
        label="Svar", max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 10})
    )
    # Of the reply as the page wrote it: another text is somebody's own, and is left alone.
    reply_mark = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)
    sends_reply = forms.BooleanField(label="Send svaret, når jeg gemmer", required=False)


class CancelForm(PlainForm, forms.Form):
    """Why a line is cancelled."""

    reason = forms.CharField(
        label="Hvorfor annulleres den?",
        max_length=300,
        error_messages={
            "required": "Skriv, hvorfor linjen annulleres. Bestilleren får det at vide."
        },
    )


@dataclass(frozen=True)
class Choices:
    """What every line chooses from, read once for the page."""

    models: list[tuple[int | str, str]]
    units: list[tuple[str, str | list[tuple[int, str]]]]
    model_rows: dict[int, DeviceModel]

    @classmethod
    def read(cls) -> "Choices":
        models = {model.pk: model for model in DeviceModel.objects.select_related("category")}
        priced = set(LeasePrice.objects.values_list("model", flat=True).distinct())
        return cls(
            [("", "Vælg model"), *[(pk, models[pk].name) for pk in models if pk in priced]],
            [("", "Medarbejderens enhed"), *unit_choices(Unit.objects.in_use())],
            models,
        )

    def models_with(self, chosen: int) -> list[tuple[int | str, str]]:
        """Return the models that can be leased, and the one that is chosen already or asked for."""
        other = self.model_rows.get(chosen)
        if other is None or any(pk == chosen for pk, _ in self.models):
            return self.models
        return [*self.models, (chosen, f"{other.name} (ingen pris)")]


class OrderLineForm(PlainForm, forms.Form):
    """One line; the person is found by initials or name, the rest folds away."""

    who = forms.CharField(label="Til", max_length=130, required=False, widget=PersonInput)
    employee = forms.IntegerField(required=False, widget=forms.HiddenInput)
    model = forms.ChoiceField(
        label="Model", widget=PlainSelect, error_messages={"required": "Vælg en model."}
    )
    reason = forms.ChoiceField(
        label="Årsag",
        required=False,
        choices=[("", "Vælges automatisk"), *OrderLine.Reason.choices],
        widget=PlainSelect,
    )
    unit = forms.ChoiceField(label="Betales af", required=False, widget=WritableSelect)
    quantity = forms.IntegerField(
        label="Antal",
        initial=1,
        min_value=1,
        max_value=500,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": "Skriv antallet med cifre.",
            "min_value": "Antal skal være 1–500.",
            "max_value": "Antal skal være 1–500.",
        },
    )
    used_for = forms.CharField(label="Bruges til", max_length=100, required=False)
    replaces = forms.CharField(label="Erstatter (serienummer)", max_length=40, required=False)
    # What the page itself chose to be replaced: what a person says wins over it.
    suggested = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    stock = forms.CharField(max_length=12, required=False)
    suggested_stock = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput)
    past_stock_because = forms.CharField(
        label="Hvorfor ikke fra lageret?", max_length=200, required=False
    )
    exception_reason = forms.CharField(
        label="Hvorfor skal lederen sige ja?", max_length=300, required=False
    )
    exception_until = DateField(label="Til og med", required=False)

    def __init__(self, *args, choices: Choices, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.choices, self.today = choices, today
        self.offer("model", choices.models_with(self._number("model")))
        self.offer("unit", choices.units)
        self.person: Employee | None = None
        self.device: Device | None = None
        self.is_let_go = False  # what the page suggested to be replaced
        self.taken: Collection[int] = ()  # what other lines take from the shelf
        self.fields["who"].widget.attrs["data-also"] = f"id_{self.prefix}-employee"
        self.fields["used_for"].widget.attrs["placeholder"] = "fx Klassesæt 7.B"

    @property
    def number(self) -> int:
        return int((self.prefix or "").removeprefix("linje-"))

    @property
    def count(self) -> int:
        """Return how many are asked for, as far as that can be read."""
        typed = str(self["quantity"].value() or "").strip()
        return int(typed) if typed.isdecimal() and 0 < len(typed) < 4 else 1

    @property
    def takes(self) -> int:
        """Return the id of what is chosen from the shelf, which is only ever one; 0 for nothing."""
        return self._number("stock") if self.count == 1 else 0

    def clean(self):
        data = super().clean()
        self.person = self._find_person(data)
        self._find_devices(data)
        if not self.person and not data.get("unit") and not self.errors.get("who"):
            self.add_error("who", "Skriv initialer eller navn, eller vælg en enhed under »Mere«.")
        if self.device:
            self._settle_replaced(data, self.device)
        if self.count > 1 and data.get("stock") == data.get("suggested_stock"):
            data["stock"] = ""  # the page chose it while only one was asked for
        if data.get("past_stock_because") and (data.get("stock") or "").isdecimal():
            if data["stock"] == data.get("suggested_stock"):
                data["stock"] = NEW
            else:
                self.add_error("past_stock_because", STOCK_AND_NEW)
        return data

    def _settle_replaced(self, data, replaced: Device) -> None:
        """Let go of what the page suggested if something else is said; ask if both are."""
        reason = data.get("reason") or OrderLine.Reason.REPLACEMENT
        model = self.choices.model_rows.get(int(data.get("model") or 0))
        faults = {}
        if data.get("exception_reason"):
            faults["exception_reason"] = why_not_both(replaced)
        elif reason != OrderLine.Reason.REPLACEMENT:
            chosen = OrderLine.Reason(reason).label
            faults["reason"] = (
                f"Årsagen er »{chosen}«, men linjen erstatter {replaced}. Ret den ene af dem."
            )
        elif model and not model.may_replace(replaced.model):
            faults["replaces"] = why_no_replacement(model, replaced)
        if faults and data["replaces"] == data.get("suggested"):
            self.device, self.is_let_go = None, True
            return
        for name, fault in faults.items():
            self.add_error(name, fault)

    def _find_person(self, data) -> Employee | None:
        """Return the one who was chosen; else the one whom the words match, if just one."""
        typed, chosen = (data.get("who") or "").strip(), data.get("employee")
        people = Employee.objects.select_related("unit__department")
        if chosen and 0 < chosen < 2**31:
            person = people.filter(pk=chosen).first()
            if person and typed == str(person):
                return person
        if not typed:
            return None
        found = people_matching(typed, self.today)
        exact = [p for p in found if typed.casefold() in (p.initials.casefold(), str(p).casefold())]
        if len(exact or found) == 1:
            return people.get(pk=(exact or found)[0].pk)
        if found:
            names = ", ".join(str(person) for person in found[:4])
            self.add_error("who", f"Flere passer: {names}. Skriv initialerne.")
        else:
            self.add_error(
                "who", f"Ingen medarbejder passer til »{typed}«. Ret det, eller vælg en enhed."
            )
        return None

    def _find_devices(self, data) -> None:
        number = (data.get("replaces") or "").strip().upper()
        if number and number != NOTHING:
            self.device = devices_by_serial_number([number]).get(number)
            if self.device is None:
                self.add_error(
                    "replaces", f"Serienummer »{number}« findes ikke. {doubt(number) or 'Ret det'}."
                )

    def facts(self) -> LineFacts:
        """Return what to know about the line as it stands, faults at its fields or not."""
        unit, model = self._number("unit"), self._number("model")
        return facts_of_line(
            employee=self.person,
            unit=Unit.objects.filter(pk=unit).first() if unit else None,
            model=self.choices.model_rows.get(model),
            today=self.today,
            taken=self.taken,
        )

    def _number(self, name: str) -> int:
        """Return the id that is chosen, refused or not; 0 if none is."""
        chosen = number_in(str(self[name].value() or "")) or 0
        return chosen if chosen < 2**31 else 0

    def wish(self) -> LineWish:
        """Return the line as the service takes it; the form must be valid."""
        data = self.cleaned_data
        stock, until = data["stock"], data["exception_until"]
        if data["unit"] or not self.person:  # without either, the line is not valid
            unit = Unit.objects.get(pk=data["unit"])
        else:
            unit = self.person.unit
        return LineWish(
            model=self.choices.model_rows[int(data["model"])],
            unit=unit,
            quantity=data["quantity"] or 1,
            employee=self.person,
            used_for=data["used_for"],
            reason=data["reason"],
            replaces=self.device,
            stock_device=Device.objects.select_related("model__category").filter(pk=stock).first()
            if stock.isdecimal()
            else None,
            past_stock_because=data["past_stock_because"],
            exception_reason=data["exception_reason"],
            exception_ends_before=until and until + ONE_DAY,
        )

    def check_wish(self, wanted_on: date | None, taken: Collection[int] = ()) -> bool:
        """Say at the fields what prevents the order; return True if nothing does."""
        wish = self.wish().settled
        faults = list(faults_by_field(wish, self.today, wanted_on, taken))
        if wish.asks_exception and not wish.replaces:
            if not self.facts().breaks_rule:
                faults.append(
                    ("exception_reason", WHY_NOT_ASKED.format(self.person or wish.unit.name))
                )
            elif wish.exception_ends_before is None:
                faults.append(("exception_until", WHY_NO_END))
        elif not wish.replaces and self.facts().breaks_rule:
            asks = self.cleaned_data["replaces"] == NOTHING
            faults.append(
                ("exception_reason", WHY_NO_REASON)
                if asks
                else ("replaces", WHY_UNDECIDED.format(self.person))
            )
        for name, fault in faults:
            if not self.errors.get(name):
                self.add_error(name, fault)
        return not self.errors


@dataclass(frozen=True)
class ShownLine:
    """A line as the page shows it: its fields, and what there is to know."""

    form: OrderLineForm
    facts: LineFacts
    device: Device | None = None  # what is to be replaced
    numbers: Mapping[Key, int] = field(default_factory=dict)

    @property
    def marks(self) -> dict[str, int | None]:
        """Return the numbers of the mail's marks that the fields agree with."""
        facts = self.facts
        held = [one.device for one in facts.held if one.device.serial_number == self.replaced]
        device = held[0] if held else self.device
        stand_for = {
            "who": (PERSON, facts.employee),
            "unit": (UNIT, facts.unit),
            "model": (MODEL, facts.model),
            "replaces": (DEVICE, device),
        }
        return {
            name: self.numbers.get((kind, thing.pk)) if thing else None
            for name, (kind, thing) in stand_for.items()
        }

    @property
    def told(self) -> ToldLine:
        """Return the line as its price and the reply tell it."""
        facts = self.facts
        stock = self.stock_told
        held = [one for one in facts.held if one.device.serial_number == self.replaced]
        model = stock.device.model if stock else facts.model
        return ToldLine(
            model=model.name if model else "",
            quantity=self.form.count,
            employee=facts.employee,
            unit=facts.unit,
            quarter_ore=stock.quarter_ore if stock else facts.quarter_ore,
            replaces="" if self.replaced == NOTHING else self.replaced,
            saved_ore=held[0].saved_ore if held else 0,
            replaced_is_lost=bool(held and held[0].loss),
            stock=str(stock.device) if stock else "",
            asks_head=facts.breaks_rule and self.picked == NOTHING,
            breaks_rule=facts.breaks_rule and not self.picked,
            is_open=bool(facts.shelf) and not self.chosen_stock,
        )

    @property
    def stock_told(self) -> Shelved | None:
        """Return what is chosen from the shelf; a line of several takes nothing from it."""
        if self.form.count > 1:
            return None
        stock = [one for one in self.facts.shelf if str(one.device.pk) == self.chosen_stock]
        return stock[0] if stock else None

    @property
    def shelf_shown(self) -> list[tuple[Shelved, int]]:
        """Return the best, or the chosen one, of each model on the shelf, and how many more."""
        shown: list[tuple[Shelved, int]] = []
        for model in dict.fromkeys(one.device.model_id for one in self.facts.shelf):
            alike = [one for one in self.facts.shelf if one.device.model_id == model]
            first = self.stock_told if self.stock_told in alike else alike[0]
            shown.append((first, len(alike) - 1))
        return shown

    @property
    def must_choose_stock(self) -> bool:
        """Return whether the shelf is still to be said something about."""
        return self.stock_told is None or bool(self.form["past_stock_because"].errors)

    @property
    def ways_out(self) -> list[tuple[HeldDevice, int | None]]:
        """Return what could be replaced, and what a quarter then costs more than today."""
        new = self.told.quarter_ore
        return [
            (held, None if new is None else new - held.saved_ore) for held in self.facts.replaceable
        ]

    @property
    def picked(self) -> str:
        """Return which of the ways out of the rule is picked; '' while none is."""
        return self._chosen or self.suggested or (NOTHING if self._asks else "")

    @property
    def replaced(self) -> str:
        """Return the serial number chosen to be replaced; until one is, the suggested one."""
        return self._chosen or self.suggested or NOTHING

    @property
    def suggested(self) -> str:
        """Return the only pc that could be replaced, if nothing else is said."""
        theirs, said = self.facts.replaceable, self.form["reason"].value()
        is_open = said in (None, "", OrderLine.Reason.REPLACEMENT)
        is_free = is_open and not self._asks and not self._chosen
        if is_free and self.facts.breaks_rule and len(theirs) == 1:
            return theirs[0].device.serial_number
        return ""

    @property
    def other_choice(self) -> str:
        """Return what is chosen to be replaced although the page does not offer it."""
        offered = [NOTHING, *(held.device.serial_number for held in self.facts.replaceable)]
        return self._chosen if self._chosen not in (*offered, "") else ""

    @property
    def _chosen(self) -> str:
        """Return what a person has chosen, or '' if it is the page's own suggestion."""
        chosen = self.form["replaces"].value() or ""
        return "" if chosen == (self.form["suggested"].value() or "") else chosen

    @property
    def chosen_stock(self) -> str:
        """Return what is chosen from the shelf; the suggested one, until something is."""
        return self._picked_stock or self.suggested_stock or (NEW if self._passes_shelf else "")

    @property
    def suggested_stock(self) -> str:
        """Return a device of the same model on the shelf, if nothing else is said."""
        is_free = self.facts.shelf and not self._picked_stock and not self._passes_shelf
        if is_free and self.form.count == 1 and self.facts.shelf[0].is_same_model:
            return str(self.facts.shelf[0].device.pk)
        return ""

    @property
    def _picked_stock(self) -> str:
        picked = self.form["stock"].value() or ""
        if picked == (self.form["suggested_stock"].value() or ""):
            return ""
        return picked if picked in (NEW, *(str(one.device.pk) for one in self.facts.shelf)) else ""

    @property
    def _passes_shelf(self) -> bool:
        return bool(self.form["past_stock_because"].value())

    @property
    def _asks(self) -> bool:
        return bool(self.form["exception_reason"].value())


def bound_lines(data, choices: Choices, today: date) -> list[OrderLineForm]:
    """Return a form for each line that was sent, empty ones left out unless there is no other."""
    numbers = sorted({int(found[1]) for key in data if (found := INDEX.match(key))})[:MOST]
    forms_ = [line_form(number, choices, today, data=data) for number in numbers]
    filled = [form for form in forms_ if _is_filled(form, data)]
    return filled or forms_[:1] or [line_form(0, choices, today, data=data)]


def shown_lines(pairs: Sequence[tuple[OrderLineForm, OrderLineForm]]) -> list[ShownLine]:
    """Return lines as the page shows them, each by what was read of it and its form.

    What one line takes from the shelf, no other is offered.
    """
    lines: list[ShownLine] = []
    for number, (read, form) in enumerate(pairs):
        others = [*pairs[:number], *pairs[number + 1 :]]
        told = [line.stock_told for line in lines]
        read.taken = {one.takes for one, _ in others} | {one.device.pk for one in told if one}
        lines.append(ShownLine(form, read.facts(), read.device))
    return lines


def _is_filled(form: OrderLineForm, data) -> bool:
    names = ("who", "model", "unit", "used_for", "replaces")
    return any(data.get(form.add_prefix(name), "").strip() for name in names)


def line_form(number: int, choices: Choices, today: date, data=None, initial=None) -> OrderLineForm:
    """Make the form of one line."""
    return OrderLineForm(
        data, prefix=f"linje-{number}", initial=initial, choices=choices, today=today
    )


def new_token() -> UUID:
    """Make what tells a form sent twice from another order."""
    return uuid4()
