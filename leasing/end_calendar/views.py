from django.contrib.auth.decorators import permission_required
from django.shortcuts import render

from albertslund_it.common.permissions import VIEW_DEVICE
from albertslund_it.web.clock import today
from albertslund_it.web.drawings.flows import Bars, lying_bars
from leasing.cost_share.views.payer import chosen_payer
from leasing.end_calendar.presenters import added_up, calendar_rows
from leasing.end_calendar.selectors import QuarterEnds, end_calendar
from leasing.lease_end.presenters import board_url

# So many quarters stand in one drawing, which is then whole on a sheet of paper.
IN_ONE = 10
BARS = ("Falder væk", "Leases igen til dagens pris")


@permission_required(VIEW_DEVICE, raise_exception=True)
def calendar(request):
    """Show what ends in the coming five years, by quarter: what falls away, what comes instead."""
    payers, payer = chosen_payer(request)
    found = end_calendar(payer, today())
    context = {
        "payers": payers,
        "payer": payer,
        "board": board_url(),
        "rows": calendar_rows(found, payer),
        "sum": added_up(found),
        "charts": charts([one for one in found if one.count], payer.name),
    }
    return render(request, "leasing/end_calendar/calendar.html", context)


def charts(ends: list[QuarterEnds], name: str) -> list[Bars]:
    """Draw the quarters in which anything ends: few to a drawing, and all to one scale."""
    amounts = [ore for one in ends for ore in (one.falls_away.quarter_ore, one.renewal_ore)]
    drawings = -(-len(ends) // IN_ONE)
    size = -(-len(ends) // max(1, drawings))
    return [
        lying_bars(
            ident=f"udloeb-{at}",
            title=f"Udløb, {name}: pr. kvartal i kroner",
            names=BARS,
            rows=[
                (
                    f"{one.quarter.label}, {one.count} stk.",
                    one.falls_away.quarter_ore,
                    one.renewal_ore,
                )
                for one in ends[at : at + size]
            ],
            longest=max(amounts),
        )
        for at in range(0, len(ends), max(1, size))
    ]
