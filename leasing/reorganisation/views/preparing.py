"""The pages on which the organisation's changes are prepared, seen through and agreed to."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import (
    MANAGE_ORGANISATION,
    VIEW_ALL_DEPARTMENTS,
    VIEW_EMPLOYEE,
)
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms.agreement import agreed_by
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.query import numbers_in
from albertslund_it.web.refusals import tell_refusal
from inventory.acts.presenters import words_of
from leasing.models import Reorganisation, ReorganisationStep
from leasing.reorganisation.forms import FORMS, KINDS, ReorganisationForm
from leasing.reorganisation.presenters import (
    EVERYBODY,
    FAULTS,
    NOTES,
    budgets_in_words,
    department_rows,
    done_in_words,
    in_words,
    opened,
    rows_to_agree,
    sentences,
    shown_steps,
    state_of,
    total_row,
    unit_rows,
)
from leasing.reorganisation.selectors.budgets import budget_moves
from leasing.reorganisation.selectors.faults import faults_of, notes_of
from leasing.reorganisation.selectors.lists import choosable, reorganisations
from leasing.reorganisation.selectors.money import money_of
from leasing.reorganisation.selectors.plan import plan_of
from leasing.reorganisation.selectors.undoing import hindrances_of, is_forgotten
from leasing.reorganisation.services.carrying_out import undo_reorganisation
from leasing.reorganisation.services.preparing import (
    add_step,
    agree_to_reorganisation,
    cancel_reorganisation,
    choose_for_split,
    remove_step,
    save_reorganisation,
)
from leasing.reorganisation.tables import ReorganisationFilter, ReorganisationTable


class ReorganisationList(ListPage):
    """Every change of the organisation, to come and done."""

    permission_required = VIEW_ALL_DEPARTMENTS
    table_class = ReorganisationTable
    filter_class = ReorganisationFilter
    template_name = "leasing/reorganisation/list.html"
    title = "Organisationsændringer"
    file_name = "organisationsaendringer"

    def rows(self):
        return reorganisations().order_by("-starts_on", "-pk")


@permission_required(VIEW_ALL_DEPARTMENTS, raise_exception=True)
def reorganisation(request, pk):
    """Show what one does, who pays what before and after, and what stands in the way."""
    return _page(request, get_object_or_404(Reorganisation, pk=pk))


def _page(request, found: Reorganisation, reasons=(), status=200):
    context = {
        "found": found,
        "state": state_of(found),
        "kinds": KINDS,
        "reasons": reasons,
        "may_change": found.is_open and request.user.has_perm(MANAGE_ORGANISATION),
    }
    if found.is_open:
        plan = plan_of(found)
        money, faults, budgets = money_of(plan), faults_of(plan), budget_moves(plan)
        context |= {
            "steps": shown_steps(plan, money),
            "money": money,
            "departments": department_rows(found, money),
            "units": unit_rows(found, money),
            "total": total_row(
                "Hele kommunen",
                money,
                EVERYBODY,
                opened("payers", found, afdeling=EVERYBODY),
            ),
            "faults": sentences(faults, FAULTS),
            "notes": [*sentences(notes_of(plan, today()), NOTES), *budgets_in_words(budgets)],
            "rows": list(rows_to_agree(plan, money, faults, budgets)),
            "is_due": (is_due := found.starts_on <= today()),
            "may_agree": is_due or not found.agreed_at,
        }
    else:
        linked = found.steps.select_related("unit__department", "successor", "department")
        said = done_in_words if found.carried_out_at else in_words
        context["done"] = [(step, said(step)) for step in linked.order_by("position")]
        context["may_undo"] = request.user.has_perm(MANAGE_ORGANISATION)
        context["in_the_way"] = words_of(hindrances_of(found, now()))
        context["too_late"] = is_forgotten(found, now())
    return render(request, "leasing/reorganisation/detail.html", context, status=status)


@permission_required(MANAGE_ORGANISATION, raise_exception=True)
def reorganisation_new(request):
    """Begin a reorganisation."""
    return _saved_or_shown(request, None)


@permission_required(MANAGE_ORGANISATION, raise_exception=True)
def reorganisation_edit(request, pk):
    """Change what a reorganisation is called and from when it holds."""
    return _saved_or_shown(request, get_object_or_404(Reorganisation, pk=pk))


def _saved_or_shown(request, found: Reorganisation | None):
    form, status = ReorganisationForm(request.POST or None, instance=found, today=today()), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                saved = save_reorganisation(
                    reorganisation_id=found.pk if found else None,
                    actor=request.user,
                    now=now(),
                    **form.cleaned_data,
                )
            except Refused as refused:
                form.add_error(None, refused.reasons)
            else:
                return redirect("reorganisation", saved.pk)
    context = {"form": form, "found": found}
    return render(request, "leasing/reorganisation/form.html", context, status=status)


@permission_required(MANAGE_ORGANISATION, raise_exception=True)
def step_new(request, pk):
    """Add a step; `?hvad=` says of which kind."""
    found = get_object_or_404(Reorganisation, pk=pk)
    kind = request.GET.get("hvad", "")
    if not kind:
        return redirect("reorganisation", pk)
    if kind not in FORMS:
        raise Http404(kind[:40])
    form, status = FORMS[kind](request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = add_step(reorganisation_id=pk, facts=form.facts(), now=now())
            except Refused as refused:
                form.add_error(None, refused.reasons)
            else:
                if kind == ReorganisationStep.Kind.SPLIT:
                    return redirect("reorganisation-choose", pk, made.pk)
                return redirect("reorganisation", pk)
    context = {"form": form, "found": found, "label": dict(KINDS)[kind]}
    return render(request, "leasing/reorganisation/step.html", context, status=status)


@permission_required(MANAGE_ORGANISATION, raise_exception=True)
def step_choose(request, pk, step):
    """Choose what goes with a split."""
    linked = ReorganisationStep.objects.select_related(
        "reorganisation", "unit__department", "successor", "department"
    )
    found = get_object_or_404(linked, pk=step, reorganisation__pk=pk, kind="split")
    with_people = request.user.has_perm(VIEW_EMPLOYEE)
    offered = choosable(found, with_people=with_people)
    if request.method == "POST":
        wanted = numbers_in(request.POST.getlist("udstyr"))
        named = numbers_in(request.POST.getlist("medarbejder"))
        try:
            choose_for_split(
                reorganisation_id=pk,
                step_id=step,
                devices=[p.device for p in offered.placements if p.device_id in wanted],
                people=[one for one in offered.people if one.pk in named] if with_people else None,
            )
        except Refused as refused:
            tell_refusal(request, refused)
        return redirect("reorganisation", pk)
    context = {
        "step": found,
        "text": in_words(found),
        "offered": offered,
        "with_people": with_people,
        "chosen": set(found.devices.values_list("pk", flat=True)),
        "named": set(found.people.values_list("pk", flat=True)),
    }
    return render(request, "leasing/reorganisation/choose.html", context)


@require_POST
@permission_required(MANAGE_ORGANISATION, raise_exception=True)
def step_remove(request, pk, step):
    """Take a step away."""
    get_object_or_404(Reorganisation, pk=pk)
    try:
        remove_step(reorganisation_id=pk, step_id=step)
    except Refused as refused:
        tell_refusal(request, refused)
    return redirect("reorganisation", pk)


@require_POST
@permission_required(MANAGE_ORGANISATION, raise_exception=True)
def agree(request, pk):
    """Agree to what a reorganisation does; it is carried out on its day, or now."""
    get_object_or_404(Reorganisation, pk=pk)

    def rows():
        plan = plan_of(Reorganisation.objects.get(pk=pk))
        return rows_to_agree(plan, money_of(plan), faults_of(plan), budget_moves(plan))

    try:
        done = agree_to_reorganisation(
            reorganisation_id=pk,
            actor=request.user,
            today=today(),
            now=now(),
            agree=agreed_by(request.POST, rows),
        )
    except Refused as refused:
        return _page(request, get_object_or_404(Reorganisation, pk=pk), refused.reasons, 422)
    what = (
        "er gennemført."
        if done.carried_out_at
        else f"er godkendt og gennemføres den {done.starts_on:%d-%m-%Y}."
    )
    messages.success(request, f"»{done.title}« {what}")
    return redirect("reorganisation", pk)


@require_POST
@permission_required(MANAGE_ORGANISATION, raise_exception=True)
def cancel(request, pk):
    """Cancel a reorganisation that is still to come."""
    found = get_object_or_404(Reorganisation, pk=pk)
    try:
        cancel_reorganisation(reorganisation_id=pk, today=today(), now=now())
    except Refused as refused:
        tell_refusal(request, refused)
    else:
        messages.success(request, f"»{found.title}« er annulleret. Intet er ændret.")
    return redirect("reorganisation", pk)


@require_POST
@permission_required(MANAGE_ORGANISATION, raise_exception=True)
def undo(request, pk):
    """Put everything back as it was before one was carried out; what stands in the way is shown."""
    found = get_object_or_404(Reorganisation, pk=pk)
    try:
        title = undo_reorganisation(
            reorganisation_id=pk, actor=request.user, today=today(), now=now()
        )
    except Refused as refused:
        return _page(request, found, refused.reasons, 422)
    messages.success(request, f"»{title}« er fortrudt og er en kladde igen. Lederne får en mail.")
    return redirect("reorganisation", pk)
