from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms.agreement import FIELD, NotAsShown, refuse_unless_seen
from albertslund_it.web.query import page_before, returning_to
from inventory.models import Employee
from inventory.organisation.selectors.scope import employees_seen_by
from leasing.people.forms.employee import MergeWithForm
from leasing.people.presenters.employees import follows, likeness, rows_of_merging, side_by_side
from leasing.people.selectors.merging import doubles_with_people, merging_of, said_to_be_two
from leasing.people.services.merging import merge_people, say_two_people
from leasing.people.views.permissions import editor_required


def _person(request, pk) -> Employee:
    seen = employees_seen_by(request.user, today()).select_related("unit__department")
    return get_object_or_404(seen, pk=pk)


@editor_required
def double_list(request):
    """List those who may be one person and have not been said to be two."""
    found = doubles_with_people(today(), employees_seen_by(request.user, today()))
    rows = [(one, likeness(one)) for one in found]
    return render(request, "leasing/people/doubles.html", {"rows": rows})


@editor_required
def merge_with(request, pk):
    """Ask whom somebody is to be merged with."""
    employee, back = _person(request, pk), page_before(request, "")
    form = MergeWithForm(request.GET if "med" in request.GET else None, today=today())
    if form.is_bound and form.is_valid():
        both = _kept_first(employee, form.cleaned_data["med"])
        return redirect(returning_to(reverse("employee-merge", args=both), back))
    context = {"employee": employee, "form": form, "back": back}
    return render(
        request,
        "leasing/people/merge_with.html",
        context,
        status=422 if form.is_bound else 200,
    )


def _kept_first(one: Employee, other: Employee) -> tuple[int, int]:
    """Return both ids, the one who has initials first."""
    is_turned = one.is_coming and not other.is_coming
    return (other.pk, one.pk) if is_turned else (one.pk, other.pk)


@editor_required
def employee_merge(request, pk, other):
    """Show two rows beside each other and what follows; merge them when that has been seen."""
    kept, gone = _person(request, pk), _person(request, other)
    reasons: list[str] = []
    back, own = page_before(request, ""), reverse("employee-detail", args=[pk])
    if request.method == "POST":
        agreed = request.POST.get(FIELD, "")
        try:
            merged = merge_people(
                kept_id=pk,
                gone_id=other,
                actor=request.user,
                today=today(),
                agree=lambda merging: refuse_unless_seen(agreed, rows_of_merging(merging)),
            )
        except Refused as refused:
            is_new = isinstance(refused, NotAsShown) and refused.is_unseen
            reasons = [] if is_new else [*refused.reasons]
        else:
            _tell(request, merged, gone)
            return redirect(back or own)
    context = {
        "kept": kept,
        "gone": gone,
        "back": back,
        "cancel": back or own,
        "turned": returning_to(reverse("employee-merge", args=[other, pk]), back),
        "reasons": reasons,
        "may_turn": gone.is_coming == kept.is_coming,
        "said_to_be_two": said_to_be_two(pk, other),
    }
    try:
        merging = merging_of(kept, gone, today())
    except Refused as refused:
        context["reasons"] = reasons or refused.reasons
    else:
        context |= {
            "merging": merging,
            "sides": list(side_by_side(merging)),
            "follows": list(follows(merging)),
            "told": list(rows_of_merging(merging)),
        }
    status = 422 if reasons else 200
    return render(request, "leasing/people/merge.html", context, status=status)


def _tell(request, merged, gone: Employee) -> None:
    person = merged.employee
    messages.success(
        request,
        f"{gone.short_name} er samlet med {person.short_name}: alt, der var knyttet til "
        f"{gone.short_name}, står nu hos {person.short_name}.",
    )
    if merged.breaks_rule:
        messages.warning(
            request,
            f"{person.name} har nu mere end én pc. Det står i datakvalitet, indtil den ene er "
            "taget tilbage, eller lederen giver dispensation.",
        )


@editor_required
@require_POST
def employee_two_people(request, pk, other):
    """Remember that two who look alike are two people."""
    one, another = _person(request, pk), _person(request, other)
    try:
        say_two_people(one_id=pk, other_id=other, actor=request.user, now=now())
    except Refused as refused:
        messages.error(request, " ".join(refused.reasons))
    else:
        messages.success(
            request, f"{one} og {another} er to personer. Der bliver ikke spurgt om dem igen."
        )
    return redirect(page_before(request, reverse("employee-doubles")))
