"""A stocktake: begun after one has seen what it does, followed, reminded of, and closed."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import format_kroner
from albertslund_it.common.permissions import COUNT_DEVICES, HANDLE_ORDERS, VIEW_DEVICE
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms.agreement import agreed_by, status_of
from albertslund_it.web.query import numbers_in
from albertslund_it.web.refusals import tell_refusal
from leasing.cost_table.moment import one_moment
from leasing.models import Stocktake
from leasing.stocktake.forms import PCS, ExtendForm, StartForm
from leasing.stocktake.presenters import mark_of_stocktake, told, told_of_closing
from leasing.stocktake.selectors.faults import open_faults, open_finds
from leasing.stocktake.selectors.plan import plan_of
from leasing.stocktake.selectors.progress import (
    can_be_reminded,
    finds_seen_by,
    is_over,
    progress_of,
    rows_seen_by,
    stocktakes_seen_by,
    total_of,
)
from leasing.stocktake.selectors.rows import cost_of_faults
from leasing.stocktake.selectors.scans import devices_known_to
from leasing.stocktake.services.stocktakes import (
    close_stocktake,
    extend_stocktake,
    remind,
    start_stocktake,
)


@permission_required(VIEW_DEVICE, raise_exception=True)
def stocktake_detail(request, stocktake):
    """Show how far a stocktake is, unit by unit, and what it has found."""
    with one_moment():
        found = get_object_or_404(stocktakes_seen_by(request.user, today()), pk=stocktake)
        return _detail(request, found)


def _detail(request, found: Stocktake, extend: ExtendForm | None = None, status: int = 200):
    user, day = request.user, today()
    rows = rows_seen_by(user, day).filter(stocktake=found)
    finds = finds_seen_by(user, day).filter(stocktake=found)
    progress = progress_of(rows, day)
    total = total_of(progress)
    # Of the silent only how many: after the last day they may be all there are.
    faults = open_faults(rows.exclude(answer=""), day).values()
    strays = open_finds(finds, day).values()
    # What devices cost that a reader does not see is not theirs to read.
    known = devices_known_to(user, {*faults, *strays}, day)
    may_run = user.has_perm(HANDLE_ORDERS) and not found.closed_at
    context = {
        "stocktake": found,
        "mark": mark_of_stocktake(found, day),
        "progress": progress,
        "total": total,
        "faults": len(faults),
        "mended": max(total.wrong + total.broken - len(faults), 0),
        "fault_ore": cost_of_faults(known.intersection(faults), day),
        "finds": finds.count(),
        "strays": len(strays),
        "stray_ore": cost_of_faults(known.intersection(strays), day),
        "is_over": is_over(found, day),
        "may_count": user.has_perm(COUNT_DEVICES) and not is_over(found, day),
        "may_run": may_run,
        "may_remind": may_run
        and not (found.reminded_at or is_over(found, day))
        and can_be_reminded(found, day),
        "extend": extend or ExtendForm(),
    }
    return render(request, "leasing/stocktake/detail.html", context, status=status)


@permission_required(HANDLE_ORDERS, raise_exception=True)
def stocktake_new(request):
    """Begin a stocktake; `?enhed=` and `?afdeling=` fill in what is counted."""
    given = request.GET
    initial = {
        "units": sorted(numbers_in(given.getlist("enhed"))),
        "departments": sorted(numbers_in(given.getlist("afdeling"))),
    }
    form, status, plan = StartForm(request.POST or None, initial=initial), 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            wanted = {"is_pcs_only": data["what"] == PCS}

            def plan_now():
                return plan_of(form.unit_ids, on=today(), **wanted)

            try:
                made = start_stocktake(
                    name=data["name"],
                    due_on=data["due_on"],
                    unit_ids=form.unit_ids,
                    actor=request.user,
                    today=today(),
                    now=now(),
                    agree=agreed_by(request.POST, lambda: told(plan_now())),
                    **wanted,
                )
            except Refused as refused:
                status, plan = status_of(form, refused), plan_now()
            else:
                messages.success(request, "Optællingen er begyndt, og alle er spurgt.")
                return redirect("stocktake", made.pk)
    context = {"form": form, "plan": plan, "told": list(told(plan)) if plan else []}
    return render(request, "leasing/stocktake/new.html", context, status=status)


@require_POST
@permission_required(HANDLE_ORDERS, raise_exception=True)
def stocktake_remind(request, stocktake):
    """Remind those who have not answered."""
    found = get_object_or_404(Stocktake, pk=stocktake)
    try:
        mails = remind(stocktake_id=found.pk, actor=request.user, today=today(), now=now())
    except Refused as refused:
        tell_refusal(request, refused)
    else:
        count = len(mails)
        messages.success(request, f"{count} medarbejder{'e' if count != 1 else ''} er rykket.")
    return redirect("stocktake", found.pk)


@require_POST
@permission_required(HANDLE_ORDERS, raise_exception=True)
def stocktake_extend(request, stocktake):
    """Give more time."""
    found = get_object_or_404(Stocktake, pk=stocktake)
    form, status = ExtendForm(request.POST), 422
    if form.is_valid():
        try:
            done = extend_stocktake(
                stocktake_id=found.pk, actor=request.user, today=today(), **form.cleaned_data
            )
        except Refused as refused:
            status = status_of(form, refused)
        else:
            messages.success(request, f"Der kan nu svares til og med den {done.due_on:%d-%m-%Y}.")
            return redirect("stocktake", found.pk)
    return _detail(request, found, form, status)


@permission_required(HANDLE_ORDERS, raise_exception=True)
def stocktake_close(request, stocktake):
    """Say what closing does, then close or withdraw."""
    found = get_object_or_404(Stocktake, pk=stocktake)

    def rows():
        counted = found.devices.all()
        total = total_of(progress_of(counted, today()))
        faults = _faults_when_closed(found)
        amount = format_kroner(cost_of_faults(faults, today()))
        return told_of_closing(total, len(faults), amount)

    reasons: tuple[str, ...] = ()
    if request.method == "POST":
        is_withdrawn = request.POST.get("hvordan") == "traek"
        try:
            close_stocktake(
                stocktake_id=found.pk,
                is_withdrawn=is_withdrawn,
                actor=request.user,
                today=today(),
                now=now(),
                agree=agreed_by(request.POST, rows),
            )
        except Refused as refused:
            reasons = tuple(refused.reasons)
        else:
            words = "trukket tilbage" if is_withdrawn else "lukket"
            messages.success(request, f"Optællingen er {words}. Linkene virker ikke længere.")
            return redirect("stocktake", found.pk)
    context = {"stocktake": found, "rows": rows(), "reasons": reasons}
    status = 422 if reasons else 200
    return render(request, "leasing/stocktake/close.html", context, status=status)


def _faults_when_closed(found: Stocktake) -> set[int]:
    """Return the devices that are faults once a stocktake is closed, silence among them."""
    faults = open_faults(found.devices.all(), today(), is_over=True)
    return {*faults.values(), *open_finds(found.finds.all(), today()).values()}
