"""The settings by task: all of them with what they do now, and a page to change some."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import MANAGE_SETTINGS
from albertslund_it.web.query import page_before
from inventory.history.presenters import history_shown
from inventory.history.selectors import Rows, history_of
from inventory.history.views import shown_history
from leasing.models import FrameworkAgreement, Settings
from leasing.settings.forms import AgreementForm, settings_form
from leasing.settings.presenters import BY_KEY, EXPECTED, TASKS, settings_shown
from leasing.settings.services import save_agreement, save_settings

AGREEMENT = "aftalen"


@permission_required(MANAGE_SETTINGS, raise_exception=True)
def settings_list(request):
    """Show every setting by task, with what it does now, and who changed what."""
    settings = Settings.objects.get(id=1)
    history = history_of(
        Rows(Settings, [1]),
        Rows(FrameworkAgreement, FrameworkAgreement.objects.values_list("pk", flat=True)),
        with_people=False,
        shown=shown_history(request),
    )
    context = {
        "tasks": [(task, settings_shown(task, settings)) for task in TASKS],
        "agreement": FrameworkAgreement.objects.order_by("pk").first(),
        "history": history_shown(history),
    }
    return render(request, "leasing/settings/list.html", context)


@permission_required(MANAGE_SETTINGS, raise_exception=True)
def settings_edit(request, key):
    """Change the settings of a task, and go back to where one came from."""
    if key not in BY_KEY:
        raise Http404
    task, settings = BY_KEY[key], Settings.objects.get(id=1)
    back = page_before(request, reverse("settings"))
    form = settings_form(task)(request.POST or None, instance=settings)
    agreement = _agreement_form(request) if key == AGREEMENT else None
    if request.method == "POST":
        if _saved(request, form, agreement):
            return redirect(back)
        settings = Settings.objects.get(id=1)  # the form has written on the other one
    context = {
        "task": task,
        "form": form,
        "agreement": agreement,
        "back": back,
        "from_setup": back.startswith(reverse("setup")),
        "expected": EXPECTED,
        "shown": settings_shown(task, settings),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "leasing/settings/edit.html", context, status=status)


def _agreement_form(request) -> AgreementForm:
    found = FrameworkAgreement.objects.order_by("pk")[0]
    initial = {"name": found.name, "starts_on": found.starts_on}
    return AgreementForm(request.POST or None, initial=initial, prefix="agreement")


def _saved(request, form, agreement: AgreementForm | None) -> bool:
    """Save what is right in both forms, or nothing, with what is wrong on the first."""
    is_valid = form.is_valid()
    if agreement and not agreement.is_valid():
        is_valid = False
    if not is_valid:
        return False
    try:
        with transaction.atomic():
            differences = save_settings(
                actor=request.user, typed=form.cleaned_data, seen=form.was_seen
            )
            if agreement:
                save_agreement(
                    actor=request.user, typed=agreement.cleaned_data, seen=agreement.was_seen
                )
    except Refused as refused:
        form.add_error(None, refused.reasons)
        return False
    told = f" {'; '.join(differences)}." if differences else ""
    messages.success(request, f"Indstillingerne er gemt.{told}")
    return True
