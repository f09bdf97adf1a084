from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import EXPORT_REBILLING
from albertslund_it.web.people import actor_name
from leasing.models import BillingRun, Voucher
from leasing.quarters.forms import VoucherCorrectionForm, VoucherForm
from leasing.quarters.views.quarters import closed_page, unknown
from leasing.rebilling.selectors.postings import postings_of
from leasing.rebilling.selectors.run import rebilling_of
from leasing.rebilling.selectors.vouchers import doubts_about
from leasing.rebilling.services import check_voucher, correct_voucher, record_voucher


@require_POST
@permission_required(EXPORT_REBILLING, raise_exception=True)
def quarter_voucher(request, code):
    """Ask once more with all that is frozen; then record the voucher that a run was posted with."""
    run = BillingRun.objects.filter(code=code).first()
    if run is None:
        return unknown(request, code)
    form = VoucherForm(request.POST)
    if form.is_valid():
        try:
            seen = request.POST.get("seen_export", "")
            if not seen.isdecimal() or "change" in request.POST:
                export = check_voucher(run=run, **form.cleaned_data)
                if "change" not in request.POST:
                    return confirm_page(request, run, form, export)
                return closed_page(request, run, form)
            voucher = record_voucher(
                run=run,
                actor_name=actor_name(request),
                seen_export=int(seen[:18]),
                **form.cleaned_data,
            )
        except Refused as refused:
            form.add_error(None, refused.reasons)
        else:
            messages.success(request, f"{run.label} er bogført med bilag {voucher.number}.")
            return redirect("quarter-detail", run.code)
    return closed_page(request, run, form, status=422)


def confirm_page(request, run: BillingRun, form: VoucherForm, export):
    """Show the number, the date and the coding that will be frozen."""
    number = form.cleaned_data["number"]
    others = Voucher.objects.filter(number=number).select_related("run").order_by("run")
    context = {
        "run": run,
        "form": form,
        "number": number,
        "posted_on": form.cleaned_data["posted_on"],
        "export": export,
        "postings": postings_of(rebilling_of(run, export.coding)),
        "doubts": doubts_about(number, [voucher.run.code for voucher in others]),
    }
    return render(request, "leasing/quarters/voucher_confirm.html", context)


@permission_required(EXPORT_REBILLING, raise_exception=True)
def voucher_correct(request, code):
    """Correct a voucher that was entered wrongly, and say why."""
    run = get_object_or_404(BillingRun, code=code)
    voucher = Voucher.objects.filter(run=run).first()
    if voucher is None:
        messages.error(request, f"{run.label} er ikke bogført endnu, så der er intet at rette.")
        return redirect("quarter-detail", code)
    initial = {
        "number": voucher.number,
        "posted_on": voucher.posted_on,
        "seen_number": voucher.number,
        "seen_posted_on": voucher.posted_on,
    }
    form = VoucherCorrectionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        seen = values.pop("seen_number"), values.pop("seen_posted_on")
        try:
            correct_voucher(run=run, seen=seen, actor=request.user, **values)
        except Refused as refused:
            form.add_error(None, refused.reasons)
        else:
            messages.success(request, f"Bilaget for {run.label} er rettet til {values['number']}.")
            return redirect("quarter-detail", code)
    status = 422 if request.method == "POST" else 200
    context = {"run": run, "voucher": voucher, "form": form}
    return render(request, "leasing/quarters/voucher_correct.html", context, status=status)
