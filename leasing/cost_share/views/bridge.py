from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from albertslund_it.common.permissions import VIEW_DEVICE
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import today
from albertslund_it.web.drawings.steps import step_bars
from leasing.cost_share.presenters.bridge import change_words, step_row
from leasing.cost_share.selectors.bridge import bridge_between
from leasing.cost_share.selectors.bridge_rows import rows_of, units_of
from leasing.cost_share.selectors.bridge_steps import Bridge
from leasing.cost_share.selectors.payers import Payer
from leasing.cost_share.selectors.share import quarters_to_choose
from leasing.cost_share.views.payer import chosen_payer
from leasing.cost_table.moment import one_moment

ITEMS_A_PAGE = 100


@permission_required(VIEW_DEVICE, raise_exception=True)
def bridge(request):
    """Show why a quarter costs something else than another, step by step."""
    payers, whole = chosen_payer(request)
    quarters = quarters_to_choose(today())
    before, after = chosen_pair(request, quarters)
    units = units_of(whole)
    unit, payer = chosen_unit(request, whole, units)
    asked = {"afdeling": whole.key, "fra": before, "til": after}
    if unit:
        asked["enhed"] = unit.pk
    with one_moment():
        found = bridge_between(payer, before, after)
        opened = chosen_step(request, found) if "trin" in request.GET else {}
    changes = [step.amount_ore for step in found.steps]
    bars = step_bars(found.before_ore, changes, found.after_ore)
    context = {
        "payers": payers,
        "payer": whole,
        "units": units,
        "unit": unit,
        "quarters": quarters,
        "before": before,
        "after": after,
        "step": None,
        "found": found,
        "words": change_words(found, payer),
        "bars": bars,
        "steps": [
            (step_row(step), address(asked | {"trin": step.key}), bar)
            for step, bar in zip(found.steps, bars.steps, strict=True)
        ],
        "address": address(asked),
    }
    return render(request, "leasing/cost_share/bridge.html", context | opened)


def address(asked: dict) -> str:
    """Return the page with what is asked for."""
    return f"{reverse('bridge')}?{urlencode(asked)}"


def chosen_pair(request, quarters: list[Quarter]) -> tuple[Quarter, Quarter]:
    """Return the two quarters of the address: else today's and the one before it."""
    now = Quarter.of(today())
    by_code = {str(quarter): quarter for quarter in quarters}
    before = by_code.get(str(now.next(-1)), now)
    try:
        return (
            by_code[request.GET.get("fra") or str(before)],
            by_code[request.GET.get("til") or str(now)],
        )
    except KeyError:
        raise Http404 from None


def chosen_unit(request, whole: Payer, units):
    """Return the unit of the address with the payer narrowed to it; None for all of them."""
    wanted = request.GET.get("enhed", "")
    if not wanted:
        return None, whole
    unit = next((unit for unit in units if str(unit.pk) == wanted), None)
    if unit is None:
        raise Http404
    return unit, whole.of_unit(unit.pk)


def chosen_step(request, found: Bridge) -> dict:
    """Return the devices of the step that the address opens."""
    step = found.step(request.GET["trin"])
    if step is None:
        return {"is_gone": True}
    page = Paginator(step.items, ITEMS_A_PAGE).get_page(request.GET.get("side"))
    rows = rows_of(page, request.user, today())
    return {"step": step_row(step), "page": page, "rows": rows}
