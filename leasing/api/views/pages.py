"""The administrator's pages of clients and tokens, and the page of what can be asked for."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import MANAGE_API
from albertslund_it.web.clock import now, today
from albertslund_it.web.rights import may_take_over
from inventory.history.presenters import history_shown
from inventory.history.selectors import Rows, history_of
from inventory.history.views import shown_history
from leasing.api.forms import ClientForm, NewClientForm, TokenForm
from leasing.api.presenters.clients import client_mark, last_day, scopes_shown, token_mark
from leasing.api.presenters.document import operations_shown
from leasing.api.selectors.clients import clients, last_end
from leasing.api.services.clients import change_client, give_token, make_client, revoke_token
from leasing.api.views.api import api
from leasing.models import ApiClient, ApiToken, Settings
from leasing.users.services.users import WhatToSee

manages = permission_required(MANAGE_API, raise_exception=True)


@manages
def client_list(request):
    """Show every program that may ask."""
    day = today()
    found = clients(day)
    rows = [(one, client_mark(last_end(one), one.user.is_active, day)) for one in found]
    return render(request, "leasing/api/list.html", {"rows": rows})


@manages
def client_new(request):
    """Make a client."""
    form = NewClientForm(request.POST or None, actor=request.user)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        seen = None
        if said["department"] or said["unit"]:
            seen = WhatToSee(said["department"], said["unit"], today())
        try:
            client = make_client(
                actor=request.user,
                name=said["name"],
                role=said["role"],
                seen=seen,
                scopes=form.scopes,
                now=now(),
            )
        except Refused as refused:
            form.add_error(None, refused.reasons)
        else:
            messages.success(request, f"{client} er oprettet. Lav en nøgle til den.")
            return redirect("api-client", client.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "leasing/api/new.html", {"form": form}, status=status)


@manages
def client_detail(request, pk):
    """Show a client, and make a token: its secret stands on the page this once."""
    client = get_object_or_404(clients(today()), pk=pk)
    form = TokenForm(request.POST or None, initial={"last_day": TokenForm.usual(today())})
    secret, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                secret = give_token(
                    actor=request.user,
                    client=client,
                    ends_before=form.ends_before,
                    today=today(),
                    now=now(),
                )
            except Refused as refused:
                form.add_error(None, refused.reasons)
            else:
                status = 200
    history = history_of(
        Rows(ApiClient, [pk]),
        Rows(ApiToken, list(client.tokens.values_list("pk", flat=True)), is_named=True),
        Rows(User, [client.user_id]),
        with_people=True,
        shown=shown_history(request),
    )
    context = {
        "client": client,
        "roles": ", ".join(group.name for group in client.user.groups.all()),
        "scopes": scopes_shown(client),
        "tokens": [
            (one, token_mark(one, today()), last_day(one.ends_before))
            for one in client.tokens.all()
        ],
        "form": form,
        "secret": secret,
        "site": Settings.objects.get(id=1).site_address.rstrip("/"),
        "may_take_over": may_take_over(request.user, client.user),
        "history": history_shown(history),
    }
    return render(request, "leasing/api/detail.html", context, status=status)


@manages
def client_edit(request, pk):
    """Change what a client is called, and what it may be asked for."""
    client = get_object_or_404(ApiClient, pk=pk)
    initial = {"name": client.name, "reads": client.scopes, "writes": client.scopes}
    form = ClientForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_client(
                actor=request.user,
                client=client,
                name=form.cleaned_data["name"],
                scopes=form.scopes,
            )
        except Refused as refused:
            form.add_error(None, refused.reasons)
        else:
            messages.success(request, "Klienten er gemt. Det gælder fra nu af.")
            return redirect("api-client", pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "leasing/api/edit.html", {"form": form, "client": client}, status=status)


@manages
@require_POST
def token_revoke(request, pk, token):
    """Let a token let nobody in any more."""
    found = get_object_or_404(ApiToken, pk=token, client__pk=pk)
    revoke_token(token_id=found.pk, now=now())
    messages.success(request, f"Nøglen {found} virker ikke længere.")
    return redirect("api-client", pk)


@require_safe
@manages
def docs(request):
    """Show what can be asked for, as the document has it."""
    context = {
        "groups": operations_shown(api.get_openapi_schema()),
        "site": Settings.objects.get(id=1).site_address.rstrip("/"),
    }
    return render(request, "leasing/api/docs.html", context)
