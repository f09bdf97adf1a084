"""What a user may and sees is changed by another administrator, and told in the history."""

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group, User
from django.utils import timezone

from albertslund_it import roles
from albertslund_it.common.errors import Refused
from inventory.models import Access
from leasing.users.services import users
from leasing.users.services.users import (
    AboutUser,
    WhatToSee,
    change_user,
    close_user,
    end_access,
    give_access,
    invite_again,
    invite_leaders,
    invite_user,
    open_user,
)
from tests import builders as make
from tests.cast import PASSWORD
from tests.leasing.billing.test_closing_together import at_the_same_moment
from tests.leasing.pages import queries_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 1)


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def client(cast, client_of):
    return client_of(cast.administrator)


@pytest.fixture
def root():
    return User.objects.create_superuser("root", "root@example.dk", PASSWORD)


def group(name):
    return Group.objects.get(name=name)


def said(response):
    return [str(message) for message in response.context["messages"]]


def seen_by(form):
    """Return what a form's page holds hidden of what it shows."""
    return {field.html_initial_name: field.value() for field in form}


def edit(client, user, *names, **changes):
    shown = client.get(f"/brugere/{user.pk}/ret/").context["form"]
    form = {
        **seen_by(shown),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "mail": user.email,
        "groups": [group(name).pk for name in names],
        **changes,
    }
    return client.post(f"/brugere/{user.pk}/ret/", form)


def test_a_change_of_roles_and_accesses_stands_in_the_history_with_who_made_it(client, cast):
    nanna = cast.nobody
    edit(client, nanna, roles.HEAD, first_name="Nanna")
    form = {"department": cast.department.pk, "starts_on": "01-06-2026", "last_day": "30-06-2026"}
    client.post(f"/brugere/{nanna.pk}/adgang/", form)

    page = client.get(f"/brugere/{nanna.pk}/").content.decode()

    assert roles.HEAD in page[page.index("Historik") :]
    assert "01-06-2026" in page[page.index("Historik") :]
    assert set(LogEntry.objects.values_list("actor__username", flat=True)) >= {"asta"}
    assert "md5$" not in page


def test_an_access_ends_on_its_last_day_or_now_and_one_that_never_began_is_gone(client, cast):
    head, access = cast.head, cast.head.accesses.get()
    page = f"/brugere/{head.pk}/adgang/{access.pk}/"

    client.post(page, {"last_day": "30-06-2026"})
    access.refresh_from_db()
    assert access.ends_before == date(2026, 7, 1)
    client.post(page, {"nu": "1", "last_day": "99-99-9999"})
    access.refresh_from_db()
    assert access.ends_before == TODAY
    coming = Access.objects.create(
        user=head, department=make.department("Kultur"), starts_on=date(2026, 8, 1)
    )
    client.post(f"/brugere/{head.pk}/adgang/{coming.pk}/", {"nu": "1"})
    assert not Access.objects.filter(pk=coming.pk).exists()
    assert client.post(page, {"last_day": "snart"}).status_code == 422


def test_the_same_access_is_not_given_twice_at_a_time(client, cast):
    head = cast.head
    form = {"department": cast.department.pk, "starts_on": "01-06-2026"}

    refused = client.post(f"/brugere/{head.pk}/adgang/", form)

    assert refused.status_code == 422
    assert "allerede adgang" in str(refused.context["form"].errors)
    Access.objects.update(ends_before=date(2026, 6, 1))
    assert client.post(f"/brugere/{head.pk}/adgang/", form).status_code == 302
    assert head.accesses.count() == 2


def test_nobody_changes_their_own_roles_or_accesses(client, cast):
    me = cast.administrator
    edit(client, me, *roles.ROLES, first_name="Astrid")
    form = {"department": cast.department.pk, "starts_on": "01-06-2026"}
    client.post(f"/brugere/{me.pk}/adgang/", form)
    client.post(f"/brugere/{me.pk}/luk/")

    me.refresh_from_db()
    assert (me.first_name, me.groups.get().name, me.is_active) == (
        "Astrid",
        roles.ADMINISTRATOR,
        True,
    )
    assert not me.accesses.exists()


def test_who_closes_quarters_is_a_superusers_to_change_but_anybodys_to_close(client, cast):
    oda = cast.finance
    edit(client, oda, roles.HELPDESK, mail="asta@example.dk")
    client.post(f"/brugere/{oda.pk}/invitation/")
    oda.refresh_from_db()
    assert (oda.email, oda.groups.get().name) == ("oda@example.dk", roles.FINANCE)

    client.post(f"/brugere/{oda.pk}/luk/")
    client.post(f"/brugere/{oda.pk}/aabn/")

    oda.refresh_from_db()
    assert not oda.is_active


def test_a_superuser_is_not_an_administrators_to_close(client, root):
    response = client.post(f"/brugere/{root.pk}/luk/", follow=True)

    root.refresh_from_db()
    assert root.is_active
    assert "superbruger" in said(response)[0]


def test_a_superuser_is_not_an_administrators_to_rename(client, client_of, cast, root):
    page, typed = f"/brugere/{root.pk}/ret/", {"first_name": "Narret", "last_name": "Nar"}

    refused = client.post(page, typed)

    assert refused.status_code == 422
    assert "er superbruger" in refused.content.decode()
    root.refresh_from_db()
    assert root.get_full_name() == ""
    assert "Ret navn og roller" not in client.get(f"/brugere/{root.pk}/").content.decode()
    oneself = client.get(f"/brugere/{cast.administrator.pk}/").content.decode()
    assert "Ret navn og roller" in oneself
    edit(client_of(root), root, roles.ADMINISTRATOR, first_name="Rod")
    root.refresh_from_db()
    assert root.first_name == "Rod"


def test_a_user_and_an_access_are_judged_as_they_stand_and_not_as_they_were_read(cast):
    """Another window was first: made the user a superuser, closed them, deleted the access."""
    asta, head, day = cast.administrator, cast.head, date(2026, 6, 1)
    access = Access.objects.select_related("user").get(user=head)
    seen = WhatToSee(make.department("Kultur"), None, day)
    User.objects.filter(pk=head.pk).update(is_superuser=True)

    for act in (
        lambda: give_access(actor=asta, user=head, seen=seen),
        lambda: end_access(actor=asta, access=access, ends_before=day),
        lambda: close_user(actor=asta, user=head),
        lambda: open_user(actor=asta, user=head),
        lambda: invite_again(actor=asta, user=head, now=timezone.now()),
    ):
        head.is_superuser = access.user.is_superuser = False  # as it was read
        with pytest.raises(Refused, match="superbruger"):
            act()

    User.objects.filter(pk=head.pk).update(is_superuser=False, is_active=False)
    head.is_active = True
    with pytest.raises(Refused, match="lukket"):
        invite_again(actor=asta, user=head, now=timezone.now())
    Access.objects.all().delete()
    with pytest.raises(Refused, match="slettet"):
        end_access(actor=asta, access=access, ends_before=day)
    gone = User.objects.create(username="gone")
    User.objects.filter(pk=gone.pk).delete()
    with pytest.raises(Refused, match="slettet"):
        give_access(actor=asta, user=gone, seen=seen)
    assert not Access.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_inviting_leaders_and_somebody_at_once_wait_for_each_other(cast, monkeypatch):
    """Both take the same tables in the same order, so the database ends neither of them."""
    asta, now = cast.administrator, timezone.now()
    known = make.department("Kultur", head_name="Lone Dam", head_mail=cast.helpdesk.email)
    new = make.department("Skole", head_name="Bo Bak", head_mail="bo.bak@example.dk")

    # Where the first lock is not the same one, both get this far and then want the other's.
    met, give = threading.Barrier(2), users._give

    def give_once_both_are_here(*arguments):
        with suppress(threading.BrokenBarrierError):
            met.wait(0.5)
        return give(*arguments)

    monkeypatch.setattr(users, "_give", give_once_both_are_here)

    def inviting_leaders():
        keys = [f"department-{one.pk}" for one in (known, new)]
        return len(invite_leaders(actor=asta, keys=keys, today=TODAY, now=now).users)

    def inviting():
        return invite_user(
            actor=asta,
            mail="ny@example.dk",
            first_name="Ny",
            last_name="",
            groups=[group(roles.HEAD)],
            seen=WhatToSee(cast.department, None, TODAY),
            now=now,
        ).email

    found = at_the_same_moment(inviting_leaders, inviting)

    assert found == [2, "ny@example.dk"]
    assert Access.objects.filter(starts_on=TODAY).count() == 3


def test_the_last_administrator_stays(cast, client_of, root):
    asta = cast.administrator
    User.objects.filter(pk=root.pk).update(is_superuser=False)
    root.refresh_from_db()
    root.groups.set([group(roles.ADMINISTRATOR)])
    client = client_of(root)

    assert edit(client, asta, roles.AUDITOR).status_code == 302  # there are two
    asta.refresh_from_db()
    assert not asta.is_staff
    # One was closed meanwhile in another window: the rule holds in the services themselves.
    asta.groups.set([group(roles.ADMINISTRATOR)])
    User.objects.filter(pk=root.pk).update(is_active=False)
    roles_now = frozenset(asta.groups.all())
    seen = AboutUser(asta.first_name, asta.last_name, asta.email, roles_now)
    for change in (
        lambda: close_user(actor=root, user=asta),
        lambda: change_user(
            actor=root, user=asta, said=replace(seen, groups=frozenset()), seen=seen
        ),
    ):
        with pytest.raises(Exception, match="sidste administrator"):
            change()
    asta.refresh_from_db()
    assert (asta.is_active, asta.groups.get().name) == (True, roles.ADMINISTRATOR)


def test_the_list_finds_those_whose_access_ends_soon_and_those_who_see_nothing(client, cast):
    cast.head.accesses.update(ends_before=date(2026, 5, 20))
    cast.by_role()

    def listed(state):
        rows = client.get(f"/brugere/?stand={state}").context["table"].records()
        return {user.username for user in rows}

    assert listed("ophoerer") == {"lone"}
    assert listed("intet") == {"nanna"}
    # Nobody has logged in yet: neither who loses the access soon nor who has none.
    assert {"ejnar", "hjalte", "lone", "nanna"} <= listed("inviteret")
    assert f"{len(listed('inviteret'))} har ikke" in client.get("/brugere/").content.decode()
    User.objects.filter(username="hjalte").update(is_active=False)
    assert listed("lukket") == {"hjalte"}
    assert "1 mister en adgang" in client.get("/brugere/").content.decode()


def test_the_list_asks_as_often_for_thirty_users_as_for_three(client, cast):
    assert cast.head
    few = queries_of(client, "/brugere/")
    for number in range(30):
        cast.with_access(f"leder{number}", roles.HEAD, department=cast.department)

    assert queries_of(client, "/brugere/") == few


def test_a_role_and_a_mail_that_another_changed_meanwhile_stay(client, cast):
    user, page = cast.helpdesk, f"/brugere/{cast.helpdesk.pk}/ret/"
    shown = seen_by(client.get(page).context["form"])
    form = {name.removeprefix("initial-"): value for name, value in shown.items()} | shown
    user.groups.set([group(roles.AUDITOR)])
    User.objects.filter(pk=user.pk).update(email="ny@example.dk")

    assert client.post(page, {**form, "first_name": "Hjalmar"}).status_code == 302
    refused = client.post(page, {**form, "mail": "tredje@example.dk"})

    assert "Mail: en anden har imens rettet det" in refused.content.decode()
    user.refresh_from_db()
    assert (user.first_name, user.email) == ("Hjalmar", "ny@example.dk")
    assert user.groups.get().name == roles.AUDITOR
