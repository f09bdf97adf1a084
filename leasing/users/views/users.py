"""The pages of users: the list, somebody new, one user, and what they may and see."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import Group, User
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import MANAGE_USERS
from albertslund_it.web.clock import now, today
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.people import name_of
from albertslund_it.web.query import number_in, page_before
from albertslund_it.web.refusals import tell_refusal
from albertslund_it.web.rights import may_set_rights_of, may_take_over
from inventory.history.presenters import history_shown
from inventory.history.selectors import Rows, history_of
from inventory.history.views import shown_history
from inventory.models import Access, Department, Unit
from leasing.mail.presenters import NOT_SENT
from leasing.mail.selectors import sends_mail
from leasing.users.forms import AccessForm, EndForm, InvitationForm, UserForm
from leasing.users.presenters import access_mark, last_day, role_note, roles_shown, state_shown
from leasing.users.selectors.users import user_counts, users_with_access
from leasing.users.services.users import (
    AboutUser,
    change_user,
    close_user,
    end_access,
    give_access,
    invite_again,
    invite_user,
    open_user,
)
from leasing.users.tables import UserFilter, UserTable


class UserList(ListPage):
    """Everybody who may log in, with roles and accesses."""

    permission_required = MANAGE_USERS
    table_class = UserTable
    filter_class = UserFilter
    template_name = "leasing/users/list.html"
    title = "Brugere og adgange"
    file_name = "brugere"

    def rows(self):
        people = users_with_access(today()).filter(api_client=None)  # programs have their own page
        return people.order_by("first_name", "last_name", "pk")

    def extra_context(self):
        return {"counts": user_counts(today()), "signs_on": settings.OIDC_ENABLED}


@permission_required(MANAGE_USERS, raise_exception=True)
def user_new(request):
    """Invite somebody; `?afdeling=` and `?enhed=` say which post it is for."""
    asked = {name: number_in(request.GET.get(name, "")) or 0 for name in ("afdeling", "enhed")}
    department = Department.objects.filter(pk=asked["afdeling"]).first()
    unit = Unit.objects.filter(pk=asked["enhed"]).first()
    post = "department" if department else "unit" if unit else ""
    initial = {
        "department": department,
        "unit": unit,
        "starts_on": today(),
        "groups": list(Group.objects.filter(name=settings.POST_ROLES.get(post, ""))),
    }
    form = InvitationForm(request.POST or None, initial=initial, actor=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            user = invite_user(
                actor=request.user,
                mail=form.cleaned_data["mail"],
                first_name=form.cleaned_data["first_name"],
                last_name=form.cleaned_data["last_name"],
                groups=list(form.cleaned_data["groups"]),
                seen=form.seen,
                now=now(),
            )
        except Refused as refused:
            form.add_error(None, refused.reasons)
        else:
            _tell_of_invitation(request, user)
            return redirect(page_before(request, reverse("user-detail", args=[user.pk])))
    context = {
        "form": form,
        "signs_on": settings.OIDC_ENABLED,
        "back": page_before(request, reverse("user-list")),
    }
    return render(request, "leasing/users/new.html", context, status=_status(request))


def _tell_of_invitation(request, user: User) -> None:
    said = f"{name_of(user)} er inviteret"
    if sends_mail():
        messages.success(request, f"{said}. Mailen er på vej.")
    else:
        messages.warning(request, f"{said}, men mailen står kun i serverens log: {NOT_SENT}.")


@permission_required(MANAGE_USERS, raise_exception=True)
def user_detail(request, pk):
    """Show a user: what they may, what they see from when until when, and what was changed."""
    user, day = get_object_or_404(users_with_access(today()), pk=pk), today()
    return _user_page(request, user, AccessForm(initial={"starts_on": day}))


def _user_page(request, user, form, status=200):
    day = today()
    accesses = user.accesses.select_related("department", "unit").order_by("-starts_on", "-pk")
    may_set = may_set_rights_of(request.user, user)
    history = history_of(
        Rows(User, [user.pk]),
        Rows(Access, [one.pk for one in accesses], deleted=f"{user} → ", is_named=True),
        with_people=True,
        shown=shown_history(request),
    )
    context = {
        "person": user,
        "name": name_of(user),
        "state": state_shown(user, day),
        "roles": roles_shown(user),
        "notes": [(group.name, role_note(group.name)) for group in user.groups.all()],
        "accesses": [
            (one, access_mark(one, day), one.ends_before and last_day(one.ends_before))
            for one in accesses
        ],
        "form": form,
        "may_set": may_set,
        "may_take_over": may_take_over(request.user, user),
        "is_oneself": user == request.user,
        "history": history_shown(history),
        "roles_follow_claim": settings.OIDC_ENABLED and settings.OIDC_ROLE_CLAIM,
    }
    return render(request, "leasing/users/detail.html", context, status=status)


@permission_required(MANAGE_USERS, raise_exception=True)
def user_edit(request, pk):
    """Change what somebody is called, and their roles."""
    user = get_object_or_404(User, pk=pk)
    initial = {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "mail": user.email,
        "groups": list(user.groups.all()),
    }
    form = UserForm(request.POST or None, initial=initial, actor=request.user)
    may_change_roles = may_set_rights_of(request.user, user) and may_take_over(request.user, user)
    if not may_change_roles:
        del form.fields["groups"]
    if not may_take_over(request.user, user):
        del form.fields["mail"]
    if request.method == "POST" and form.is_valid():
        try:
            change_user(
                actor=request.user,
                user=user,
                said=_about(initial, form.cleaned_data),
                seen=_about(initial, form.was_seen),
            )
        except Refused as refused:
            form.add_error(None, refused.reasons)
        else:
            messages.success(request, f"{name_of(user)} er gemt.")
            return redirect("user-detail", pk)
    context = {
        "form": form,
        "person": user,
        "name": name_of(user),
        "may_change_roles": may_change_roles,
        "roles_follow_claim": settings.OIDC_ENABLED and settings.OIDC_ROLE_CLAIM,
    }
    return render(request, "leasing/users/edit.html", context, status=_status(request))


def _about(initial, values) -> AboutUser:
    """Return what a form says of a user; what it has no field for is as it stands."""
    said = {**initial, **values}
    return AboutUser(**{**said, "groups": frozenset(said["groups"] or ())})


@permission_required(MANAGE_USERS, raise_exception=True)
@require_POST
def access_new(request, pk):
    """Let a user see one thing more."""
    user = get_object_or_404(users_with_access(today()), pk=pk)
    form = AccessForm(request.POST)
    if form.is_valid() and (chosen := form.seen):
        try:
            access = give_access(actor=request.user, user=user, seen=chosen)
        except Refused as refused:
            form.add_error(None, refused.reasons)
        else:
            seen = access.department or access.unit
            messages.success(request, f"{name_of(user)} har adgang til {seen}.")
            return redirect("user-detail", pk)
    return _user_page(request, user, form, 422)


@permission_required(MANAGE_USERS, raise_exception=True)
def access_end(request, pk, access):
    """Say until when a user has an access; »nu« ends it today."""
    found = get_object_or_404(
        Access.objects.select_related("user", "department", "unit"), pk=access, user__pk=pk
    )
    last = found.ends_before and last_day(found.ends_before)
    is_now = "nu" in request.POST
    typed = None if is_now else request.POST or None
    form = EndForm(typed, initial={"last_day": last})
    if request.method == "POST" and (is_now or form.is_valid()):
        said = None if is_now else form.cleaned_data["last_day"]
        ends = today() if is_now else said and said + timedelta(days=1)
        try:
            end_access(actor=request.user, access=found, ends_before=ends)
        except Refused as refused:
            tell_refusal(request, refused)
        else:
            messages.success(request, f"Adgangen til {found.department or found.unit} er gemt.")
        return redirect("user-detail", pk)
    context = {
        "form": form,
        "access": found,
        "name": name_of(found.user),
        "seen": found.department or found.unit,
    }
    return render(request, "leasing/users/end.html", context, status=_status(request))


@permission_required(MANAGE_USERS, raise_exception=True)
@require_POST
def user_invite_again(request, pk):
    """Write a user once more how to log in."""
    return _done(request, pk, "{name} har fået en ny mail.", invite_again, now=now())


@permission_required(MANAGE_USERS, raise_exception=True)
@require_POST
def user_close(request, pk):
    """Let a user log in no more."""
    return _done(request, pk, "{name} kan ikke logge ind mere.", close_user)


@permission_required(MANAGE_USERS, raise_exception=True)
@require_POST
def user_open(request, pk):
    """Let a user who was closed log in again."""
    return _done(request, pk, "{name} kan logge ind igen.", open_user)


def _done(request, pk, said, service, **arguments):
    user = get_object_or_404(User, pk=pk)
    try:
        service(actor=request.user, user=user, **arguments)
    except Refused as refused:
        tell_refusal(request, refused)
    else:
        messages.success(request, said.format(name=name_of(user)))
    return redirect("user-detail", pk)


def _status(request) -> int:
    return 422 if request.method == "POST" else 200
