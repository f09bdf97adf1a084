from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import ADD_SCENARIO, HANDLE_ORDERS, VIEW_DEVICE, WISH_FOR_END
from albertslund_it.web.agreement import agreed_by
from albertslund_it.web.clock import now, today
from albertslund_it.web.flows import Bars, lying_bars
from albertslund_it.web.forms import DateField, PlainForm, PlainSelect, dress
from albertslund_it.web.query import number_in
from leasing.billing.views import is_computed_now
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_share.selectors.what_if import (
    WhatIf,
    compare,
    models_to_choose,
    payer_of,
    scenarios_seen_by,
    units_to_choose,
)
from leasing.cost_share.services.scenarios import draft_from_scenario, save_scenario
from leasing.cost_share.views.payer import chosen_payer
from leasing.domain.assumptions import Assumptions

ORDERS = (WISH_FOR_END, HANDLE_ORDERS)
NEVER = "ingen"
AFTERWARDS = [
    ("", "Leases igen med det samme"),
    ("4", "Forlænges først 1 år"),
    ("8", "Forlænges først 2 år"),
    (NEVER, "Bliver ikke erstattet"),
]
ROWS = (1, 2, 3)
MOST = 500
PERCENT_ERRORS = dict.fromkeys(
    ("invalid", "min_value", "max_value", "max_decimal_places"),
    f"Skriv en ændring fra -90 til {MOST} procent med højst to decimaler, fx 15 eller -2,5.",
)
COUNT_ERRORS = dict.fromkeys(
    ("invalid", "min_value", "max_value"), f"Skriv et helt antal fra -{MOST} til {MOST}."
)


class WhatIfForm(PlainForm, forms.Form):
    """What is to be otherwise; what is left empty stays as it is.

    `til_<model's id>` is the model that another is leased again as; each of ROWS is a unit with
    more or fewer pcs of a model.
    """

    pris = forms.DecimalField(
        label="Prisændring i procent",
        required=False,
        min_value=-90,
        max_value=MOST,
        decimal_places=2,
        localize=True,
        help_text="Fx 15 for 15 % dyrere. Gælder det, der leases fra datoen.",
        error_messages=PERCENT_ERRORS,
    )
    pris_fra = DateField(label="Prisen gælder fra", required=False)
    efter = forms.ChoiceField(label="Det, der udløber", choices=AFTERWARDS, required=False)
    antal_fra = DateField(label="Antallet gælder fra", required=False)

    def __init__(self, data, *, payer: Payer):
        super().__init__(data)
        self.models = models_to_choose()
        self.units = units_to_choose(payer)
        models = [("", "Vælg"), *((model.name, model.name) for model in self.models)]
        units = [("", "Vælg"), *((str(unit.pk), unit.name) for unit in self.units)]
        for model in self.models:
            self.fields[f"til_{model.pk}"] = _choice(model.name, [("", "Samme model"), *models[1:]])
        for row in ROWS:
            count = f"Flere eller færre, linje {row}"
            self.fields[f"antal_{row}"] = forms.IntegerField(
                label=count,
                required=False,
                min_value=-MOST,
                max_value=MOST,
                error_messages=COUNT_ERRORS,
            )
            self.fields[f"model_{row}"] = _choice(f"Model, linje {row}", models)
            self.fields[f"enhed_{row}"] = _choice(f"Enhed, linje {row}", units)
        for field in self.fields.values():
            dress(field)

    @property
    def mix(self) -> list:
        """Return the fields of what each model is leased again as."""
        return [self[f"til_{model.pk}"] for model in self.models]

    @property
    def rows(self) -> list[tuple]:
        """Return the fields of each line of more or fewer."""
        return [(self[f"antal_{n}"], self[f"model_{n}"], self[f"enhed_{n}"]) for n in ROWS]

    def clean(self):
        """Ask for what belongs together."""
        found = super().clean()
        pairs = [("pris", ("pris_fra",))]
        pairs += [(f"antal_{n}", (f"model_{n}", f"enhed_{n}", "antal_fra")) for n in ROWS]
        for one, others in pairs:
            for other in others:
                if found.get(one) and not found.get(other) and other not in self.errors:
                    missing, label = (self.fields[name].label.lower() for name in (other, one))
                    self.add_error(other, f"Udfyld »{missing}«, når »{label}« er udfyldt.")
        return found

    def is_asked(self) -> bool:
        """Tell whether the data has any of the fields at all."""
        return any(name in self.data for name in self.fields)

    def kept(self) -> dict[str, str]:
        """Return what is filled in, as text by field name."""
        return {name: value for name in self.fields if (value := self.data.get(name, "").strip())}

    def added(self) -> dict[tuple[int, str], int]:
        """Return how many more (or fewer) there are to be, by unit id and model name."""
        more: dict[tuple[int, str], int] = {}
        for n in ROWS:
            count = self.cleaned_data[f"antal_{n}"]
            if count:
                key = (int(self.cleaned_data[f"enhed_{n}"]), self.cleaned_data[f"model_{n}"])
                more[key] = more.get(key, 0) + count
        return more

    def assumptions(self) -> Assumptions:
        """Return what is filled in as assumptions."""
        asked = self.cleaned_data
        change = int((asked["pris"] or 0) * 100)
        extended = int(asked["efter"]) if asked["efter"].isdecimal() else 0
        return Assumptions(
            models={m.name: to for m in self.models if (to := asked[f"til_{m.pk}"])},
            price_change=change,
            price_change_from=asked["pris_fra"] if change else None,
            more=self.added(),
            more_from=asked["antal_fra"],
            extended_quarters=extended,
            renews=asked["efter"] != NEVER,
        )


def _choice(label: str, choices) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=PlainSelect)


def asked_for(request):
    """Return (payers, payer, scenario, form) of the address; a scenario brings its own payer."""
    query = request.GET
    scenario = None
    if "scenarie" in query:
        seen = scenarios_seen_by(request.user).select_related("created_by")
        scenario = get_object_or_404(seen, pk=number_in(query["scenarie"]) or 0)
        payer = payer_of(scenario, today())
        if payer is None:
            raise Http404
        payers = [payer]
    else:
        payers, payer = chosen_payer(request)
    form = WhatIfForm(query, payer=payer)
    if not form.is_asked():
        form = WhatIfForm(scenario.assumptions if scenario else None, payer=payer)
    return payers, payer, scenario, form


@permission_required(VIEW_DEVICE, raise_exception=True)
def what_if(request):
    """Show what the years to come would cost if something were otherwise."""
    payers, payer, scenario, form = asked_for(request)
    return page(request, payers, payer, scenario, form)


def page(request, payers, payer, scenario, form, status=200, name="", reasons=()):
    """Show the form, what it comes to, and the scenarios there are."""
    context = {
        "payers": payers,
        "payer": payer,
        "scenario": scenario,
        "form": form,
        "scenarios": scenarios_seen_by(request.user).select_related("created_by")[:50],
        "query": urlencode({"afdeling": payer.key, **(form.kept() if form.is_bound else {})}),
        "may_order": any(request.user.has_perm(one) for one in ORDERS),
        "name": name or (scenario.name if scenario else ""),
        "reasons": reasons,
        "ordered": ordered_by(form),
    }
    if form.is_bound and form.is_valid():
        asked = (payer, today(), form.assumptions())
        if compare.is_at_hand(*asked) or is_computed_now(request):
            found = compare(*asked)
            context |= {"found": found, "chart": drawing(found)}
        else:
            context["later"] = f"?{request.GET.urlencode()}&vis=beregning"
    elif form.is_bound:
        status = 422
    return render(request, "leasing/cost_share/what_if.html", context, status=status)


def ordered_by(form: WhatIfForm) -> list[tuple[str, str]]:
    """Say what a draft order of the scenario would ask for, for whoever makes it."""
    added = form.added() if form.is_bound and form.is_valid() else {}
    names = {unit.pk: unit.name for unit in form.units}
    return [
        (f"{model} til {names.get(unit, unit)}", f"{count} stk.")
        for (unit, model), count in added.items()
        if count > 0
    ]


def drawing(found: WhatIf) -> Bars:
    """Draw each year as it would be, and as it is in the forecast."""
    return lying_bars(
        ident="virkning-aar",
        title="Udgift pr. budgetår",
        names=("Hvis", "Prognose"),
        rows=[(str(year), one.changed_ore, one.base_ore) for year, one in found.by_year],
    )


@require_POST
@permission_required(ADD_SCENARIO, raise_exception=True)
def scenario_save(request):
    """Keep what the address assumes under a name."""
    payers, payer, scenario, form = asked_for(request)
    name = request.POST.get("name", "").replace("\x00", "")
    reasons = []
    if form.is_bound and form.is_valid():
        try:
            saved = save_scenario(
                name=name,
                payer=payer.key,
                assumptions=form.kept(),
                is_shared="shared" in request.POST,
                actor=request.user,
                now=now(),
            )
        except Refused as refused:
            reasons = refused.reasons
        else:
            messages.success(request, f"Scenariet »{saved.name}« er gemt.")
            return redirect(f"{reverse('what-if')}?scenarie={saved.pk}")
    else:
        reasons = ["Der er intet at gemme: vælg først, hvad der skal være anderledes."]
    return page(request, payers, payer, scenario, form, 422, name, reasons)


@require_POST
@permission_required(ADD_SCENARIO, raise_exception=True)
def scenario_delete(request, pk):
    """Delete one's own scenario."""
    scenario = get_object_or_404(scenarios_seen_by(request.user), pk=pk)
    if scenario.created_by != request.user:
        raise PermissionDenied
    scenario.delete()
    messages.success(request, f"Scenariet »{scenario.name}« er slettet.")
    return redirect("what-if")


@require_POST
@permission_required(VIEW_DEVICE, raise_exception=True)
def scenario_order(request, pk):
    """Turn the pcs that a scenario adds into a draft order for the helpdesk."""
    if not any(request.user.has_perm(one) for one in ORDERS):
        raise PermissionDenied
    scenario = get_object_or_404(scenarios_seen_by(request.user), pk=pk)
    payer = payer_of(scenario, today())
    if payer is None:
        raise Http404
    form = WhatIfForm(scenario.assumptions, payer=payer)
    try:
        order = draft_from_scenario(
            scenario=scenario,
            added=form.added() if form.is_valid() else {},
            agree=agreed_by(request.POST, lambda: ordered_by(form)),
            actor=request.user,
            now=now(),
        )
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
    else:
        messages.success(
            request, f"Kladden {order.number} er lavet. It-helpdesk gør den færdig og bestiller."
        )
    return redirect(f"{reverse('what-if')}?scenarie={scenario.pk}")
