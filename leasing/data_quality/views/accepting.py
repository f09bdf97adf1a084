"""The pages on which faults are accepted until a day, and a rule is given to somebody."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import format_kroner
from albertslund_it.common.permissions import ACCEPT_FINDINGS
from albertslund_it.web.clock import today
from albertslund_it.web.forms.agreement import agreed_by, status_of
from albertslund_it.web.query import page_before
from leasing.data_quality.forms import ACCEPTED, AcceptForm, OwnerForm
from leasing.data_quality.presenters.findings import finding_url
from leasing.data_quality.presenters.words import WORDS
from leasing.data_quality.selectors.fault_rows import Fault, faults_for
from leasing.data_quality.selectors.findings import finding_for
from leasing.data_quality.selectors.rule import Rule
from leasing.data_quality.selectors.trend import owners
from leasing.data_quality.services.accepting import (
    accept_findings,
    set_owner,
    take_back_acceptances,
)
from leasing.data_quality.views.findings import rule_named

MOST = 2_000


@permission_required(ACCEPT_FINDINGS, raise_exception=True)
def accept(request, key):
    """Let the chosen faults of a rule stand until a day."""
    user, day, rule = request.user, today(), rule_named(key, request.user)
    chosen, back = _chosen(request, rule), page_before(request, finding_url(rule))
    if not chosen or len(chosen) > MOST:
        messages.error(
            request, f"Sæt kryds ved de fejl, der må stå; højst {MOST} ad gangen. Intet er gemt."
        )
        return redirect(back)
    is_typed = "until" in request.POST  # else it comes from the list, with rows only
    form = AcceptForm(request.POST if is_typed else None)
    told = [(row.name, format_kroner(row.quarter_ore)) for row in chosen]
    status = 200
    if is_typed:
        status = 422
        if form.is_valid():
            try:
                accept_findings(
                    rule=rule,
                    ids=[row.id for row in chosen],
                    found=lambda: finding_for(rule, user, day)[0],
                    actor=user,
                    today=day,
                    agree=agreed_by(request.POST, lambda: told),
                    **form.cleaned_data,
                )
            except Refused as refused:
                status = status_of(form, refused)
            else:
                until = form.cleaned_data["until"]
                messages.success(request, f"{len(chosen)} stk. må stå til og med {until:%d-%m-%Y}.")
                return redirect(back)
    context = {
        "form": form,
        "rule": rule,
        "words": WORDS[rule.key],
        "rows": chosen,
        "ids": ",".join(str(row.id) for row in chosen),
        "told": told,
        "quarter_ore": sum(row.quarter_ore for row in chosen),
        "back": back,
    }
    return render(request, "leasing/data_quality/accept.html", context, status=status)


def _chosen(request, rule: Rule) -> list[Fault]:
    """Return the rows that were ticked, of those that the user sees; by number or by id."""
    asked = request.POST if request.method == "POST" else request.GET
    ids = {part for text in asked.getlist("fejl") for part in text.split(",")}
    names = {part for text in asked.getlist("serienumre") for part in text.split(",")}
    found = faults_for(rule, request.user, today())
    return [
        row for row in (*found.open, *found.accepted) if str(row.id) in ids or row.name in names
    ]


@permission_required(ACCEPT_FINDINGS, raise_exception=True)
@require_POST
def show_again(request, key):
    """Show faults again that were accepted."""
    rule = rule_named(key, request.user)
    ids = [row.id for row in _chosen(request, rule) if row.until]
    count = take_back_acceptances(rule=rule, ids=ids, actor=request.user) if ids else 0
    if count:
        messages.success(request, f"{count} stk. står på listen igen.")
    else:
        messages.error(request, "Sæt kryds ved noget, der er godtaget. Intet er ændret.")
    return redirect(page_before(request, f"{finding_url(rule)}?vis={ACCEPTED}"))


@permission_required(ACCEPT_FINDINGS, raise_exception=True)
def rule_owner(request, key):
    """Return who sees to what a rule finds."""
    rule = rule_named(key, request.user)
    known = owners().get(rule.key)
    users = User.objects.filter(is_active=True).order_by("first_name", "last_name", "username")
    initial = {
        "role": known.role if known else WORDS[rule.key].role,
        "user": known.user if known else None,
    }
    form = OwnerForm(request.POST or None, initial=initial, users=users)
    if request.method == "POST" and form.is_valid():
        set_owner(rule=rule, actor=request.user, **form.cleaned_data)
        messages.success(request, "Gemt. Det står ved reglen, hvem der ser til den.")
        return redirect(finding_url(rule))
    context = {
        "form": form,
        "rule": rule,
        "words": WORDS[rule.key],
        "back": finding_url(rule),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "leasing/data_quality/owner.html", context, status=status)
