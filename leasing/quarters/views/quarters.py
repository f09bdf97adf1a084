import re
from operator import attrgetter
from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import (
    CLOSE_QUARTER,
    IMPORT_INVENTORY,
    RECONCILE,
    VIEW_BILLINGRUN,
)
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import now, today
from albertslund_it.web.people import actor_name
from albertslund_it.web.query import one_of
from albertslund_it.web.refusals import tell_refusal
from leasing.billing.presenters.changes import WHY_LAPSED, changes_in_words
from leasing.billing.presenters.runs import label_of_code, label_of_preview
from leasing.billing.selectors.outstanding import outstanding
from leasing.billing.selectors.preparedness import needs_two_people, preparedness_of
from leasing.billing.selectors.preview import preview_run
from leasing.billing.services.preparation import ProposalChanged, prepare_quarter, remember_proposal
from leasing.billing.views import is_computed_now
from leasing.cost_share.selectors.pending_lines import BILLED, NOT_BILLED
from leasing.cost_table.moment import one_moment
from leasing.jobs.selectors import made_as_job
from leasing.jobs.views.asking import answer_with, ask_or_do
from leasing.models import BillingRun, Preparation
from leasing.quarters.forms import VoucherForm
from leasing.quarters.presenters.labels import named_kinds, run_lines_url
from leasing.quarters.presenters.points import shown_points
from leasing.quarters.presenters.proof import shown_proof
from leasing.quarters.presenters.steps import do_first, steps_of_run, steps_to_close
from leasing.quarters.presenters.table import shown_table
from leasing.quarters.selectors.coding import uncoded_units
from leasing.quarters.selectors.fiscal_years import covering_run, fiscal_years
from leasing.quarters.selectors.progress import last_opus_file, supplier_progress
from leasing.quarters.selectors.proof import proof_of
from leasing.quarters.selectors.readiness import readiness_of
from leasing.quarters.selectors.run_table import table_of_preview, table_of_run
from leasing.rebilling.selectors.booking import BookingMethod
from leasing.rebilling.selectors.postings import postings_of
from leasing.rebilling.selectors.run import rebilling_of
from leasing.rebilling.selectors.vouchers import corrections_of

CODE = re.compile(r"20[0-9]{2}(Q[1-4]|S[0-9]{0,3})")


class Measure(NamedTuple):
    """What the quarters' columns of the overview may show: of a standing, and its lines."""

    name: str
    amount: str
    run: str


MEASURES = {
    "mangler": Measure("Ikke opkrævet", "pending_ore", NOT_BILLED),
    "opkraevet": Measure("Opkrævet", "billed_ore", BILLED),
    "udgift": Measure("Udgift", "cost_ore", ""),
}


@permission_required(VIEW_BILLINGRUN, raise_exception=True)
def quarter_list(request):
    """Show where every quarter stands, and what is not billed."""
    whole = outstanding(today())
    years = fiscal_years(today(), whole)
    by_name = {str(year.year): year for year in years}
    year = by_name[one_of(request.GET, "aar", by_name, str(years[0].year))]
    measure = one_of(request.GET, "tal", MEASURES, "mangler")
    shows, shown = MEASURES[measure], whole.of_year(year.year)
    codes = [str(q.quarter) for q in shown.quarters]

    def amounts(standings):
        return list(zip(codes, map(attrgetter(shows.amount), standings), strict=True))

    context = {
        "years": years,
        "year": year,
        "measures": MEASURES,
        "measure": measure,
        "whole": whole,
        "shown": shown,
        "measure_name": shows.name,
        "narrowed": f"&koersel={shows.run}" if shows.run else "",
        "rows": [(row, amounts(row.cells)) for row in shown.rows],
        "sums": amounts(q.total for q in shown.quarters),
    }
    return render(request, "leasing/quarters/list.html", context)


@permission_required(VIEW_BILLINGRUN, raise_exception=True)
def quarter_detail(request, code):
    """Show a quarter, or a supplementary run, from open to posted."""
    if not CODE.fullmatch(code.upper()):
        return unknown(request, code)
    if code != code.upper():
        return HttpResponsePermanentRedirect(reverse("quarter-detail", args=[code.upper()]))
    if run := BillingRun.objects.filter(code=code).first():
        return closed_page(request, run, VoucherForm(initial={"posted_on": today()}))
    try:
        return open_page(request, code)
    except Refused as refused:
        if "Q" in code and (run := covering_run(Quarter.parse(code))):
            context = {"quarter": Quarter.parse(code), "run": run}
            return render(request, "leasing/quarters/covered.html", context)
        context = {"label": label_of_code(code), "reasons": refused.reasons}
        return render(request, "leasing/quarters/waits.html", context)


def unknown(request, code: str):
    """Say that there is no such quarter."""
    return render(request, "leasing/quarters/unknown.html", {"code": code}, status=404)


def open_page(request, code: str):
    """Show what closing would bill, and what to look at first."""
    with one_moment():
        preview = preview_run(code, today())
        code = preview.window.code
        supplier = supplier_progress(quarter_of_code(code))
        standing = preparedness_of(preview.proposal, request.user.pk)
        table = table_of_preview(preview)
        readiness = readiness_of(preview, today())
    if request.user.has_perm(CLOSE_QUARTER):
        remember_proposal(proposal=preview.proposal, now=now())
    context = {
        "code": code,
        "preview": preview,
        "standing": standing,
        "why_lapsed": WHY_LAPSED[standing.lapse],
        "changes": changes_in_words(standing.changes),
        "table": table,
        "shown_table": shown_table(table, code, is_closed=False),
        "kinds": named_kinds(table.kinds),
        "label": label_of_preview(preview),
        "readiness": readiness,
        "points": shown_points(readiness.points, code),
        "steps": steps_to_close(readiness, supplier),
        "first": do_first(
            readiness,
            supplier,
            may_code=request.user.has_perm(IMPORT_INVENTORY),
            may_decide=request.user.has_perm(RECONCILE),
        ),
        "lines_url": run_lines_url(code),
    }
    return render(request, "leasing/quarters/open.html", context)


def quarter_of_code(code: str) -> Quarter:
    """Return the quarter of a run; of a supplementary one the last of its year."""
    return Quarter.parse(code) if "Q" in code else Quarter(int(code[:4]), 4)


def closed_page(request, run: BillingRun, form: VoucherForm, status: int = 200):
    """Show a closed run: its proof, its invoices, its files and its voucher."""
    with one_moment():
        context = context_of_run(request, run)
    context |= {"form": form}
    return render(request, "leasing/quarters/closed.html", context, status=status)


def context_of_run(request, run: BillingRun) -> dict[str, object]:
    """Return what the page of a closed run shows of it."""
    voucher = getattr(run, "voucher", None)
    supplier = supplier_progress(run.last_quarter)
    table = table_of_run(run)
    opus_file = last_opus_file(run)
    context: dict[str, object] = {
        "run": run,
        "code": run.code,
        "opus_file": opus_file,
        "steps": steps_of_run(run, opus_file, voucher, supplier),
        "shown_table": shown_table(table, run.code, is_closed=True),
        "table": table,
        "kinds": named_kinds(table.kinds),
        "exports": run.exports.all(),
        "voucher": voucher,
        "voucher_corrections": corrections_of(voucher) if voucher else [],
        "prepared": Preparation.objects.filter(code=run.code).first(),
        "lines_url": run_lines_url(run.code),
        "opus_files": opus_files(),
        "as_jobs": made_as_job(run.line_count),
    }
    if is_computed_now(request):
        rebilling = rebilling_of(run)
        proof = proof_of(run, postings_of(rebilling), rebilling.cost_holder.amount_ore)
        context |= {
            "shown": shown_proof(proof),
            "proof_at": now(),
            "uncoded": rebilling.uncoded,
            "uncoded_units": uncoded_units(rebilling),
            "settings_faults": rebilling.settings_faults,
        }
    return context


def opus_files() -> list[tuple[str, str]]:
    """Return (kind, label) of the Opus files: one, or two that may not be mixed."""
    if not BookingMethod.now().splits:
        return [("csv", "Hent Opus-filen")]
    return [("csvo", "Hent Opus-filen: omkostningssteder"), ("csvp", "Hent Opus-filen: PSP")]


@permission_required(CLOSE_QUARTER, raise_exception=True)
def quarter_close(request, code):
    """Ask once more, with the amounts and what cannot be undone; then close."""
    if not CODE.fullmatch(code):
        return unknown(request, code)
    try:
        if request.method == "POST":
            return close_now(request, code)
        return closing_page(request, code)
    except Refused as refused:
        for reason in [*refused.reasons, *who_was_first(code)]:
            messages.error(request, reason)
        return redirect("quarter-detail", code)


def close_now(request, code: str):
    """Close a run as the user saw it; show what has changed where it is another one by now."""
    try:
        job = ask_or_do(
            request,
            kind="closing",
            title=f"Låsning: {label_of_code(code)}",
            arguments={
                "code": code,
                "seen": digest_seen(request),
                "back": reverse("quarter-detail", args=[code]),
            },
            permissions=[CLOSE_QUARTER],
        )
    except ProposalChanged as changed:
        return closing_page(request, code, changed)
    return answer_with(request, job)


def closing_page(request, code: str, changed: ProposalChanged | None = None):
    """Show what would be closed; `changed` says what differs from what the person agreed to."""
    with one_moment():
        preview = preview_run(code, today())
        standing = preparedness_of(preview.proposal, request.user.pk)
        readiness = readiness_of(preview, today())
    remember_proposal(proposal=preview.proposal, now=now())
    context = {
        "code": code,
        "label": label_of_preview(preview),
        "preview": preview,
        "readiness": readiness,
        "points": shown_points(readiness.blocking, code),
        "standing": standing,
        "closer": actor_name(request),
        "changed": changed,
        "changes": changes_in_words(changed.changes) if changed else [],
        "lines_url": run_lines_url(code),
    }
    status = 409 if changed else 200
    return render(request, "leasing/quarters/close.html", context, status=status)


def digest_seen(request) -> str:
    """Return the digest that the person agreed to; nobody closes what they did not see."""
    seen = request.POST.get("seen_digest", "")
    if not re.fullmatch(r"[0-9a-f]{64}", seen):
        raise Refused("Vi kunne ikke se, hvilket forslag du godkendte. Se det igen.")
    return seen


@require_POST
@permission_required(CLOSE_QUARTER, raise_exception=True)
def quarter_prepare(request, code):
    """Record that the user has looked the proposal through."""
    if not CODE.fullmatch(code):
        return unknown(request, code)
    try:
        made = prepare_quarter(
            code=code, account=request.user, seen=digest_seen(request), today=today(), now=now()
        )
    except Refused as refused:
        tell_refusal(request, refused)
    else:
        it = "det" if "Q" in made.code else "den"
        follows = "en anden låse" if needs_two_people() else f"{it} låses"
        messages.success(
            request, f"{label_of_code(made.code)} er forberedt af dig. Nu kan {follows}."
        )
    return redirect("quarter-detail", code)


def who_was_first(code: str) -> list[str]:
    """Return who closed a quarter, where somebody has."""
    run = BillingRun.objects.filter(code=code).first()
    return [f"{run.closed_by} var først. Se opgørelserne her."] if run else []
