from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from albertslund_it.common.permissions import VIEW_DEVICE, VIEW_EMPLOYEE
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import today
from albertslund_it.web.drawings.lines import Burn, LineChart
from leasing.cost_share.presenters.bridge import ChangeWords, change_words
from leasing.cost_share.presenters.drawings import share_chart, trend_chart, year_burn
from leasing.cost_share.presenters.share import kind_rows, label_of, price_sentence
from leasing.cost_share.selectors.minute import Minute, minute_of
from leasing.cost_share.selectors.payers import OWN_UNITS, Payer
from leasing.cost_share.selectors.people import people_of
from leasing.cost_share.selectors.share import quarters_to_choose
from leasing.cost_share.selectors.trend import trend_of
from leasing.cost_share.tables.lines import lines_url
from leasing.cost_share.views.payer import chosen_payer
from leasing.cost_share.views.task_links import decisions_of
from leasing.cost_table.moment import one_moment

ROWS_A_PAGE = 100


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
        "share_address": f"{reverse('share')}?afdeling={payer.key}",
        "decisions": decisions_of(request.user, today()),
        "shows_people": payer.has_leader and request.user.has_perm(VIEW_EMPLOYEE),
        **_figures(minute_of(payer, quarter, today()), payer),
    }
    return render(request, "leasing/cost_share/share.html", context)


class Lead(NamedTuple):
    """A payer's minute as its first screen shows it: in words, and the year as a drawing."""

    minute: Minute
    words: ChangeWords | None
    burn: Burn


def lead_of(minute: Minute, day: date, ident: str = "aaret") -> Lead:
    """Return the first screen of a minute; `ident` is unique on the page."""
    words = change_words(minute.why, minute.share.payer) if minute.why else None
    return Lead(minute, words, year_burn(minute, day, ident))


def _figures(minute: Minute, payer: Payer) -> dict:
    """Return the figures of the page, with what they open."""
    found = minute.share
    return {
        **lead_of(minute, today())._asdict(),
        "share": found,
        "chart": share_chart(minute),
        "trend": None if payer.is_everybody or payer.is_stock else _trend(payer),
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


def _trend(payer: Payer) -> tuple[LineChart | None, str, bool]:
    """Return the drawing of what a pc costs, a sentence, and whether some are alike."""
    points = trend_of(payer, today())
    return (
        trend_chart(points, payer.name),
        price_sentence(points[-1]) if points else "",
        any(one.alike for one in points),
    )


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
    # By what they have, not by person: what nobody has may be thousands.
    rows = [(person, one) for person in found for one in person.possessions]
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("side"))
    context |= {
        "page": page,
        "people": [
            (label_of(person), person, [one for _, one in here])
            for person, here in groupby(page, key=itemgetter(0))
        ],
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
