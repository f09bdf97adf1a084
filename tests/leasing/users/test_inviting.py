"""Somebody is let in by mail, with roles and what they see, and no more than may be given."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail as outbox
from django.test import Client
from django.utils import timezone

from albertslund_it import roles
from inventory.models import Access
from leasing.models import Mail
from leasing.users.selectors.posts import posts
from tests import builders as make
from tests.cast import PASSWORD
from tests.leasing.pages import queries_of

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 5, 1)
LINK = re.compile(r"http://127\.0\.0\.1:8000(/adgangskode/\S+)")


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def client(cast, client_of):
    return client_of(cast.administrator)


@pytest.fixture
def root():
    return User.objects.create_superuser("root", "root@example.dk", PASSWORD)


def role(name):
    return Group.objects.get(name=name).pk


def invite(client, *names, **said):
    form = {
        "first_name": "Gry",
        "last_name": "Holm",
        "mail": "Gry@Example.dk",
        "groups": [role(name) for name in names],
        "starts_on": "01-05-2026",
        **said,
    }
    return client.post("/brugere/ny/", form)


def errors(response):
    assert response.status_code == 422
    return [error for found in response.context["form"].errors.values() for error in found]


def link():
    return LINK.search(outbox.outbox[-1].body)[1]


def choose_password(address, password="en-helt-ny-adgangskode"):
    """Follow the link as a stranger would; give the page, or where it leads on."""
    stranger = Client()
    page = stranger.get(address, follow=True)
    if not page.context["validlink"]:
        return page
    typed = {"new_password1": password, "new_password2": password}
    return stranger.post(page.request["PATH_INFO"], typed)


def test_a_head_chooses_a_password_by_the_mail_and_sees_the_department(client, cast):
    response = invite(client, roles.HEAD, department=cast.department.pk, last_day="30-06-2026")

    gry = User.objects.get(email="gry@example.dk")
    assert response.url == f"/brugere/{gry.pk}/"
    assert gry.accesses.get().ends_before == date(2026, 7, 1)
    assert not gry.has_usable_password()
    sent = outbox.outbox[-1]
    assert sent.to == ["gry@example.dk"]
    assert f"{cast.department} fra 01-05-2026 til og med 30-06-2026" in sent.body
    assert choose_password(link()).url == "/log-ind/"
    client = Client()
    typed = {"username": "gry@example.dk", "password": "en-helt-ny-adgangskode"}
    assert client.post("/log-ind/", typed).url == "/"
    assert client.get(f"/afdelinger/{cast.department.pk}/").status_code == 200


def test_the_link_works_once_and_not_for_ever(client, cast, monkeypatch):
    invite(client, roles.HEAD, department=cast.department.pk)
    address = link()
    later = timezone.now() + timedelta(days=8)

    with monkeypatch.context() as patch:
        patch.setattr(
            "django.contrib.auth.tokens.PasswordResetTokenGenerator._now",
            lambda self: later.replace(tzinfo=None),
        )
        assert not choose_password(address).context["validlink"]
    assert choose_password(address).url == "/log-ind/"
    assert not choose_password(address).context["validlink"]


def test_a_poor_password_is_told_why_in_danish(client, cast):
    invite(client, roles.HEAD, department=cast.department.pk)

    page = choose_password(link(), "12345")

    said = " ".join(e for found in page.context["form"].errors.values() for e in found)
    assert "for kort" in said
    assert not User.objects.get(email="gry@example.dk").has_usable_password()


def test_nobody_reads_the_mail_with_the_link_in_the_system(client, cast, client_of, root):
    invite(client, roles.HEAD, department=cast.department.pk)
    written = Mail.objects.get(key__startswith="invitation-")

    assert client_of(cast.helpdesk).get(f"/mails/{written.pk}/").status_code == 404
    assert "Du har fået adgang" not in client_of(cast.helpdesk).get("/mails/").content.decode()
    for user in (cast.administrator, root):
        page = client_of(user).get(f"/admin/leasing/mail/{written.pk}/change/", follow=True)
        assert "/adgangskode/" not in page.content.decode()


def test_with_the_common_login_the_mail_says_to_sign_in_and_has_no_link(client, cast, settings):
    settings.OIDC_ENABLED = True

    invite(client, roles.HEAD, department=cast.department.pk)

    assert "kommunens konto" in outbox.outbox[-1].body
    assert "/adgangskode/" not in outbox.outbox[-1].body


def test_what_is_wrong_is_said_and_nobody_is_made(client, cast, root):
    before = User.objects.count()

    assert errors(invite(client)) == ["Vælg mindst én rolle."]
    assert "Rollen ser intet" in errors(invite(client, roles.HEAD))[0]
    both = {"department": cast.department.pk, "unit": cast.unit.pk}
    assert "ikke begge" in errors(invite(client, roles.HEAD, **both))[0]
    ended = {"department": cast.department.pk, "last_day": "30-04-2026"}
    assert "før den første" in errors(invite(client, roles.HEAD, **ended))[0]
    assert "allerede den mail" in errors(invite(client, roles.AUDITOR, mail="Root@example.dk"))[0]
    assert "navn@kommune.dk" in errors(invite(client, roles.AUDITOR, mail="gry"))[0]
    assert "calendar" not in str(errors(invite(client, roles.AUDITOR, starts_on="31-02-2026")))
    assert User.objects.count() == before
    assert not outbox.outbox


def test_a_role_that_closes_quarters_is_given_by_a_superuser_alone(client, client_of, root):
    assert errors(invite(client, roles.FINANCE))

    assert invite(client_of(root), roles.FINANCE).status_code == 302

    assert User.objects.get(email="gry@example.dk").groups.get().name == roles.FINANCE


def test_the_leaders_of_the_file_are_invited_at_once_one_user_for_each_person(client, cast):
    lone = {"head_name": "Lone Dam", "head_mail": "lone.dam@example.dk"}
    school, culture = make.department("Skole", **lone), make.department("Kultur", **lone)
    unit = make.unit("1500", "Musikskolen", department=culture)
    unit.leader_name, unit.leader_mail = "Bo Bak", "bo.bak@example.dk"
    unit.save()
    keys = [post.key for post in posts(TODAY) if post.is_to_be_asked]

    client.post("/brugere/ledere/", {"post": keys})

    head = User.objects.get(email="lone.dam@example.dk")
    assert {one.department for one in head.accesses.all()} == {school, culture}
    assert (head.get_full_name(), head.groups.get().name) == ("Lone Dam", roles.HEAD)
    leader = User.objects.get(email="bo.bak@example.dk")
    assert (leader.accesses.get().unit, leader.groups.get().name) == (unit, roles.UNIT_LEADER)
    assert len(outbox.outbox) == 2
    assert not any(post.is_to_be_asked for post in posts(TODAY))
    # Who comes late presses the same button again: nothing is given twice.
    client.post("/brugere/ledere/", {"post": keys})
    assert Access.objects.filter(user=head).count() == 2


def test_a_leader_who_is_closed_or_above_is_left_out_with_the_reason_and_the_rest_invited(
    client, client_of, cast, root
):
    def headed(name, mail):
        return make.department(name, head_name=f"Leder af {name}", head_mail=mail)

    closed = cast.with_access("lukket", roles.HEAD, department=cast.department)
    User.objects.filter(pk=closed.pk).update(email="lukket@example.dk", is_active=False)
    departments = [
        headed("Kultur", "Lukket@example.dk"),
        headed("Skole", "root@example.dk"),
        headed("Borgerservice", cast.finance.email),
        headed("Byrådet", cast.administrator.email),
        headed("Natur", "ny.leder@example.dk"),
    ]
    keys = [f"department-{one.pk}" for one in departments]

    listed = client.get("/brugere/ledere/")
    page = client.post("/brugere/ledere/", {"post": keys}, follow=True)

    asked = re.findall(r'value="(department-\d+)" checked', listed.content.decode())
    assert set(asked) & set(keys) == {keys[-1]}
    assert listed.content.decode().count("Se brugeren") == 4
    given, *left_out = [str(message) for message in page.context["messages"]]
    assert given == "1 leder har fået adgang."
    assert [one.partition(" (")[2].split(")")[0] for one in left_out] == [
        "Kultur",
        "Skole",
        "Borgerservice",
        "Byrådet",
    ]
    for one, reason in zip(left_out, ("lukket", "superbruger", "superbruger", "selv"), strict=True):
        assert reason in one
    assert [sent.to for sent in outbox.outbox] == [["ny.leder@example.dk"]]
    given_to = Access.objects.filter(department__in=departments)
    assert [one.user.email for one in given_to] == ["ny.leder@example.dk"]

    # A superuser gives to everybody but the closed.
    client_of(root).post("/brugere/ledere/", {"post": keys[:-1]})
    assert {one.department for one in given_to.all()} == set(departments[1:])


def test_the_list_of_leaders_asks_as_often_for_thirty_known_leaders_as_for_three(client, cast):
    def known_leader(number):
        user = cast.user(f"leder{number}", roles.HEAD)
        make.department(f"Nr. {number}", head_name="Leder", head_mail=user.email)

    for number in range(3):
        known_leader(number)
    few = queries_of(client, "/brugere/ledere/")
    for number in range(3, 30):
        known_leader(number)

    assert queries_of(client, "/brugere/ledere/") == few


def test_a_department_is_vacant_until_somebody_who_may_decide_has_access(client, cast):
    def vacant():
        return {one.name for one in posts(TODAY) if one.kind == "department" and one.is_vacant}

    away = make.department("Kultur")
    Access.objects.create(user=cast.unit_leader, department=away, starts_on=TODAY)
    assert away.name in vacant()
    page = client.get("/brugere/ledere/").content.decode()
    assert f"/brugere/ny/?afdeling={away.pk}" in page

    invite(client, roles.HEAD, department=away.pk, starts_on="01-05-2026", last_day="31-05-2026")

    assert away.name not in vacant()
    assert away.name in {one.name for one in posts(date(2026, 6, 1)) if one.is_vacant}
