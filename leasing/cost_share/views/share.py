from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from albertslund_it.common.permissions import VIEW_DEVICE, VIEW_EMPLOYEE
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import today
from albertslund_it.web.drawings.charts import (
    HATCHED,
    OPEN,
    OUTLINED,
    SOLID,
    Chart,
    Series,
    bar_chart,
)
from leasing.cost_share.presenters.bridge import sentence_of
from leasing.cost_share.presenters.share import kind_rows, label_of
from leasing.cost_share.presenters.words import SHADE_NAMES
from leasing.cost_share.selectors.forecast import BILLED, CONTRACTED
from leasing.cost_share.selectors.minute import Minute, minute_of
from leasing.cost_share.selectors.payers import OWN_UNITS, Payer
from leasing.cost_share.selectors.people import people_of
from leasing.cost_share.selectors.share import quarters_to_choose
from leasing.cost_share.tables.lines import lines_url
from leasing.cost_share.views.payer import chosen_payer
from leasing.cost_share.views.task_links import linked, tasks_of
from leasing.cost_table.moment import one_moment
from leasing.domain.renewal import ASSUMED, PLANNED

PEOPLE_A_PAGE = 100
# Told apart by pattern as well as by colour.
STYLES = {BILLED: SOLID, CONTRACTED: HATCHED, PLANNED: OPEN, ASSUMED: OUTLINED}


@permission_required(VIEW_DEVICE, raise_exception=True)
@one_moment()
def share(request):
    """Show what a department, or a leader's units, pay and for what."""
    payers, payer = chosen_payer(request)
    quarters, quarter = chosen_quarter(request)
    context = {
        "payers": payers,
        "payer": payer,
        "quarters": quarters,
        "quarter": quarter,
        "lines_url": lines_url(afdeling=payer.key),
        "tasks": linked(tasks_of(request.user, today())),
        "shows_people": payer.has_leader and request.user.has_perm(VIEW_EMPLOYEE),
        **_figures(minute_of(payer, quarter, today()), payer),
    }
    return render(request, "leasing/cost_share/share.html", context)


def _figures(minute: Minute, payer: Payer) -> dict:
    """Return the figures of the page, with what they open."""
    found = minute.share
    return {
        "minute": minute,
        "why": sentence_of(minute.why, payer) if minute.why else "",
        "share": found,
        "chart": shades_chart(minute),
        "payer_rows": [
            (row, lines_url(**asked), urlencode(asked))
            for row in found.by_payer
            for asked in [query_of_row(payer, str(row.key))]
        ],
        "models": [row for row in found.by_model if row.amount_ore or row.items],
        "kinds": kind_rows(found.by_kind),
        "has_invoices": any(bill.invoice for bill in found.bills),
        "devices_url": devices_url(payer) if found.held.day == today() else "",
    }


@permission_required((VIEW_DEVICE, VIEW_EMPLOYEE), raise_exception=True)
def share_people(request):
    """Show who has what a department, or a leader's units, pay for."""
    payers, payer = chosen_payer(request)
    if not payer.has_leader:
        raise Http404
    quarters, quarter = chosen_quarter(request)
    context = {
        "payer": payer,
        "payers": [one for one in payers if one.has_leader],
        "quarters": quarters,
        "quarter": quarter,
        "lines_url": lines_url(afdeling=payer.key, fra=quarter, til=quarter),
    }
    found = people_of(payer, quarter, today())
    context |= {
        "people": Paginator([(label_of(one), one) for one in found], PEOPLE_A_PAGE).get_page(
            request.GET.get("side")
        ),
        "items": sum(person.items for person in found),
        "total_ore": sum(person.amount_ore for person in found),
    }
    return render(request, "leasing/cost_share/people.html", context)


def chosen_quarter(request) -> tuple[list[Quarter], Quarter]:
    """Return the quarters there are to choose, and the one that the address asks for."""
    quarters = quarters_to_choose(today())
    wanted = request.GET.get("kvartal") or str(Quarter.of(today()))
    for quarter in quarters:
        if str(quarter) == wanted:
            return quarters, quarter
    raise Http404


def query_of_row(payer: Payer, key: str) -> dict[str, str]:
    """Say what addresses call one row of who pays: a department of everybody's, else a unit."""
    if payer.is_everybody:
        return {"afdeling": key}
    return {"afdeling": payer.key, "enhed": key}


def devices_url(payer: Payer) -> str:
    """Return the list of the leased pcs that a payer has today; '' where no filter says it."""
    query = {"state": "leaset-pc"}
    if payer.is_stock:
        return ""
    if payer.key == OWN_UNITS:
        if payer.unit_ids is None or len(payer.unit_ids) != 1:
            return ""
        query["unit"] = str(next(iter(payer.unit_ids)))
    elif payer.department:
        query["department"] = str(payer.department.pk)
    return f"{reverse('device-list')}?{urlencode(query)}"


def shades_chart(
    minute: Minute, ident: str = "kvartaler", *, until: Quarter | None = None
) -> Chart:
    """Draw the quarters by shade, told apart by pattern as well as by colour.

    `until` draws the last two years up to a quarter, as many as there is room for in half a page.
    """
    quarters = minute.quarters
    if until:
        quarters = [one for one in quarters if one.quarter <= until][-8:]
    return bar_chart(
        ident=ident,
        title=f"Udgift pr. kvartal, {minute.share.payer.name}",
        labels=[one.quarter.short_label for one in quarters],
        series=[
            Series(SHADE_NAMES[shade], style, [one.amounts.get(shade, 0) for one in quarters])
            for shade, style in STYLES.items()
            if shade == BILLED or any(one.amounts.get(shade) for one in quarters)
        ],
    )
