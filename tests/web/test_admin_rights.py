"""What an administrator may not do: become, or take over, somebody who can do more."""

import pytest
from django.contrib.auth.models import Group, User

from albertslund_it import roles
from inventory.models import Access
from tests.cast import PASSWORD
from tests.web.test_admin import errors, filled_in, url

pytestmark = pytest.mark.django_db
NEW = "en-helt-anden-adgangskode"


@pytest.fixture
def client(cast, client_of):
    return client_of(cast.administrator)


@pytest.fixture
def root():
    return User.objects.create_superuser("root", "root@example.dk", PASSWORD)


def group(name):
    return str(Group.objects.get(name=name).pk)


def set_password(client, user):
    form = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    return client.post(f"/admin/auth/user/{user.pk}/password/", form)


def posted(client, user, **changes):
    """Send the user's form with some of it changed; what the form lacks is forged."""
    page = client.get(url(user))
    form = filled_in(client, url(user)) if b"<form id" in page.content else {}
    inline = {f"accesses-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}
    return client.post(url(user), {**inline, **form, **changes})


def test_a_superuser_is_not_the_administrators_to_change(client, root):
    assert client.get(url(root)).status_code == 200  # to be read
    changes = {"username": "mig", "email": "asta@example.dk", "is_active": ""}
    assert posted(client, root, **changes).status_code == 403
    assert client.get(f"/admin/auth/user/{root.pk}/password/").status_code == 403
    assert set_password(client, root).status_code == 403
    assert client.post(url(root, "delete"), {"post": "yes"}).status_code == 403
    several = {"action": "delete_selected", "_selected_action": [root.pk], "post": "yes"}
    client.post("/admin/auth/user/", several, follow=True)
    root.refresh_from_db()
    assert root.check_password(PASSWORD)
    assert (root.username, root.email, root.is_active) == ("root", "root@example.dk", True)


def test_a_superuser_is_not_deleted_among_others(client, root, cast):
    several = {
        "action": "delete_selected",
        "_selected_action": [root.pk, cast.nobody.pk],
        "post": "yes",
    }
    client.post("/admin/auth/user/", several, follow=True)
    assert User.objects.filter(pk__in=[root.pk, cast.nobody.pk]).count() == 2


def test_nobody_gives_themselves_a_role(client, cast):
    me = cast.administrator
    before = set(me.groups.all())
    others = [group(name) for name in roles.ROLES]
    posted(client, me, groups=others, is_superuser="on", user_permissions=["1", "2"])
    me.refresh_from_db()
    assert set(me.groups.all()) == before
    assert not me.is_superuser
    assert not me.user_permissions.exists()
    # The rest of one's own is one's own.
    assert posted(client, me, first_name="Astrid").status_code == 302
    me.refresh_from_db()
    assert (me.first_name, me.is_staff, me.is_active) == ("Astrid", True, True)
    assert client.post(url(me, "delete"), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("whose", ["administrator", "root"])
def test_nobody_gives_themselves_or_a_superuser_access(client, cast, root, whose):
    user = root if whose == "root" else cast.administrator
    inline = {
        "accesses-TOTAL_FORMS": "1",
        "accesses-INITIAL_FORMS": "0",
        "accesses-0-department": str(cast.department.pk),
        "accesses-0-starts_on": "01-09-2026",
    }
    posted(client, user, **inline)
    form = {"user": user.pk, "department": cast.department.pk, "starts_on": "01-09-2026"}
    client.post("/admin/inventory/access/add/", form)
    assert not Access.objects.exists()
    mine = Access.objects.create(user=user, department=cast.department, starts_on="2026-01-01")
    assert client.post(url(mine), {**form, "user": cast.nobody.pk}).status_code == 403
    assert client.post(url(mine, "delete"), {"post": "yes"}).status_code == 403
    several = {"action": "delete_selected", "_selected_action": [mine.pk], "post": "yes"}
    client.post(url(Access, "changelist"), several)
    assert Access.objects.get() == mine


def test_an_access_is_not_moved_to_oneself(client, cast):
    theirs = Access.objects.create(
        user=cast.nobody, department=cast.department, starts_on="2026-01-01"
    )
    form = filled_in(client, url(theirs), user=str(cast.administrator.pk))
    client.post(url(theirs), form)
    theirs.refresh_from_db()
    assert theirs.user == cast.nobody
    assert client.post(url(theirs), {**form, "user": cast.auditor.pk}).status_code == 302


def test_roles_that_close_are_a_superusers_to_give(client, cast, client_of, root):
    refused = posted(client, cast.nobody, groups=[group(roles.FINANCE)])
    assert errors(refused)
    assert not cast.nobody.groups.exists()
    assert roles.FINANCE not in client.get(url(cast.nobody)).content.decode()
    given = [group(roles.HELPDESK), group(roles.AUDITOR)]
    assert posted(client, cast.nobody, groups=given).status_code == 302
    assert cast.nobody.groups.count() == 2
    above = client_of(root)
    assert posted(above, cast.nobody, groups=[group(roles.FINANCE)]).status_code == 302
    assert cast.nobody.groups.get().name == roles.FINANCE


def test_a_group_that_may_close_is_reserved_whatever_it_is_called(client, cast):
    odd = Group.objects.create(name="Kassen")
    odd.permissions.set(Group.objects.get(name=roles.FINANCE).permissions.all())
    posted(client, cast.nobody, groups=[str(odd.pk)])
    assert not cast.nobody.groups.exists()


def test_who_closes_is_not_taken_over(client, cast):
    oda = cast.finance
    assert set_password(client, oda).status_code == 403
    assert client.get(f"/admin/auth/user/{oda.pk}/password/").status_code == 403
    posted(client, oda, username="mig", email="asta@example.dk", groups=[], is_staff="on")
    oda.refresh_from_db()
    assert oda.check_password(PASSWORD)
    assert (oda.username, oda.email) == ("oda", "oda@example.dk")
    assert oda.groups.get().name == roles.FINANCE
    assert client.post(url(oda, "delete"), {"post": "yes"}).status_code == 403
    page = client.get(url(oda)).content.decode()
    assert "md5$" not in page
    # Who leaves is closed at once, by whoever is there.
    form = filled_in(client, url(oda), last_name="Olsen")
    form.pop("is_active")
    assert client.post(url(oda), form).status_code == 302
    oda.refresh_from_db()
    assert (oda.is_active, oda.last_name) == (False, "Olsen")


def test_a_right_given_to_one_person_counts_like_a_role(client, cast):
    close = Group.objects.get(name=roles.FINANCE).permissions.get(codename="close_quarter")
    cast.nobody.user_permissions.add(close)
    assert set_password(client, cast.nobody).status_code == 403


def test_all_others_are_still_the_administrators(client, cast):
    assert set_password(client, cast.nobody).status_code == 302
    cast.nobody.refresh_from_db()
    assert cast.nobody.check_password(NEW)
    assert client.post(url(cast.nobody, "delete"), {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=cast.nobody.pk).exists()


def test_a_superuser_changes_everybody(client_of, cast, root):
    client = client_of(root)
    assert set_password(client, cast.finance).status_code == 302
    other = User.objects.create_superuser("root2", "root2@example.dk", PASSWORD)
    assert posted(client, other, first_name="Rolf").status_code == 302
    assert posted(client, root, first_name="Rut").status_code == 302


def test_the_administrator_has_no_right_to_groups_and_what_they_may():
    codes = Group.objects.get(name=roles.ADMINISTRATOR).permissions.filter(
        content_type__app_label="auth"
    )
    assert set(codes.values_list("codename", flat=True)) == {
        "add_user",
        "change_user",
        "delete_user",
        "view_user",
        "view_group",
    }


def test_the_last_administrator_stays_in_the_admin_too(client_of, root):
    above = client_of(root)

    posted(above, root, is_active="", first_name="Ro")
    assert above.post(url(root, "delete"), {"post": "yes"}).status_code == 403

    root.refresh_from_db()
    assert (root.is_active, root.is_staff, root.first_name) == (True, True, "Ro")
