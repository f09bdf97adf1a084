"""Kom i gang: from an empty installation to the first closed quarter, one step open at a time."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import MANAGE_SETTINGS, MANAGE_USERS
from albertslund_it.web.clock import now, today
from albertslund_it.web.query import one_of
from albertslund_it.web.refusals import tell_refusal
from leasing.mail.presenters import NOT_SENT
from leasing.mail.selectors import sends_mail
from leasing.models import Mail
from leasing.setup.presenters import SetupStep, checks_of_bill, steps_of
from leasing.setup.selectors.facts import first_bill, setup_facts
from leasing.setup.selectors.standing import may_set_up
from leasing.setup.services import send_trial_mail

LAST = "kvartal"


def setup(request):
    """Show the steps and what proves each; open the one asked for, or the first not done."""
    if not may_set_up(request.user):
        raise PermissionDenied
    day = today()
    facts = setup_facts(day)
    steps = steps_of(facts)
    keys = [step.key for step in steps]
    left = [step for step in steps if not step.is_done]
    # First what the user can do something about; else what waits for somebody else.
    mine = [step for step in left if _allowed(request.user, step)]
    opened = one_of(request.GET, "trin", keys, next((one.key for one in mine or left), ""))
    if opened == LAST and not facts.is_set_up:
        bill = checks_of_bill(first_bill(facts.quarter, day))
        steps[-1] = replace(steps[-1], checks=[*steps[-1].checks, *bill])
    titles: dict[str, str] = {}  # of files, by the first step that takes them in
    for step in steps:
        if step.kind and _allowed(request.user, step):
            titles.setdefault(step.kind, step.title)
    context = {
        "steps": [
            (number, step, _allowed(request.user, step))
            for number, step in enumerate(steps, start=1)
        ],
        "opened": opened,
        "done": len(steps) - len(left),
        "count": len(steps),
        "left": len(left),
        "examples": [
            (title, reverse("import-example", args=[kind])) for kind, title in titles.items()
        ],
        "here": request.path,
        "may_invite": request.user.has_perm(MANAGE_USERS),
        "is_set_up": facts.is_set_up,
    }
    return render(request, "leasing/setup/setup.html", context)


def _allowed(user, step: SetupStep):
    """Return the actions of a step that a user may take."""
    return [one for one in step.actions if user.has_perms(one.permissions)]


@permission_required(MANAGE_SETTINGS, raise_exception=True)
@require_POST
def setup_trial(request):
    """Send oneself a mail, and say what became of it."""
    try:
        pk = send_trial_mail(actor=request.user, now=now()).pk
    except Refused as refused:
        tell_refusal(request, refused)
        return redirect(f"{reverse('setup')}?trin=mail")
    mail = Mail.objects.get(pk=pk)
    if mail.sent_at and not sends_mail():
        messages.warning(
            request,
            f"Prøvemailen står kun i serverens log: {NOT_SENT}.",
        )
    elif mail.sent_at:
        messages.success(request, f"Prøvemailen er sendt til {mail.recipients}. Se, om den kom.")
    elif mail.error:
        messages.error(request, f"Prøvemailen kunne ikke sendes. {mail.error}")
    else:
        messages.warning(request, "Prøvemailen venter: mailserveren svarede ikke for lidt siden.")
    return redirect(f"{reverse('setup')}?trin=mail")
