"""What a sign-on gives: roles by a claim, and departments and units by a claim or the register."""

from datetime import date

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from albertslund_it import roles
from inventory.models import Access
from inventory.organisation.selectors.scope import departments_seen_by, units_seen_by
from leasing.users.services.sign_on import end_what_is_led_no_more
from tests import builders as make
from tests.test_settings import started
from tests.web.signing_on import sign_on, who

# Tokens are judged before a database is asked; test_oidc.py signs on, and makes users, on both.
pytestmark = [pytest.mark.django_db, pytest.mark.once]
TODAY = date(2026, 5, 4)
GUID = "3f2b8c1e-0000-4000-8000-5a5a5a5a5a5a"


@pytest.fixture
def day(settings):
    settings.TODAY = TODAY


def names(user):
    return set(user.groups.values_list("name", flat=True))


def test_nobody_closes_quarters_by_a_claim_unless_it_is_decided(client, provider, settings):
    settings.OIDC_ROLE_CLAIM = "roles"
    provider.token = {"roles": [roles.FINANCE, roles.HELPDESK]}
    sign_on(client)
    assert names(who(client)) == {roles.HELPDESK}

    settings.OIDC_ROLES = roles.claimed(f"{GUID}={roles.FINANCE}")
    provider.token = {"roles": [GUID.upper(), roles.ADMINISTRATOR]}
    sign_on(client)
    assert names(who(client)) == {roles.FINANCE, roles.HELPDESK}, "the others are no longer its"


def test_a_role_that_the_claim_does_not_govern_stays(client, provider, settings):
    settings.OIDC_ROLE_CLAIM = "roles"
    user = User.objects.create_user("anbe", "anna.berg@example.dk", is_superuser=False)
    user.groups.add(Group.objects.get(name=roles.FINANCE), Group.objects.get(name=roles.HEAD))
    sign_on(client)
    assert names(user) == {roles.FINANCE}
    assert not who(client).is_superuser


def test_groups_that_were_left_out_for_their_number_give_nothing(
    client, provider, settings, caplog
):
    settings.OIDC_ROLE_CLAIM = "groups"
    provider.token = {"_claim_names": {"groups": "src1"}}
    sign_on(client)
    assert names(who(client)) == set()
    assert "too many groups" in caplog.text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (" A = Leder ; b=it-helpdesk;", {"a": roles.HEAD, "b": roles.HELPDESK}),
        ("x=y=Økonomi", {"x=y": roles.FINANCE}),
        ("", {name.casefold(): name for name in roles.ROLES if name != roles.FINANCE}),
    ],
)
def test_which_value_gives_which_role_is_read_from_the_environment(text, wanted):
    assert roles.claimed(text) == wanted


@pytest.mark.once  # asked of a process with settings of its own
def test_a_role_that_there_is_not_stops_the_start():
    said = started("1", OIDC_ROLES="abc=Superbruger")
    assert said.returncode == 1
    assert (
        "OIDC_ROLES: »abc=Superbruger« er ikke værdi=rolle. Rollerne er It-helpdesk" in said.stderr
    )


def test_the_register_says_by_mail_who_leads_what(client, provider, settings, day):
    settings.OIDC_LEADERS_FROM_REGISTER = True
    department = make.department(head_mail="Anna.Berg@example.dk")
    school = make.unit("1001", "Skolen", leader_mail="anna.berg@example.dk")
    make.unit("1002", "Nabo", department=department, leader_mail="bo@example.dk")

    sign_on(client)
    sign_on(client)

    user = who(client)
    assert names(user) == {roles.HEAD, roles.UNIT_LEADER}
    assert set(departments_seen_by(user, TODAY)) == {department}
    assert school in units_seen_by(user, TODAY)
    assert Access.objects.count() == 2


def test_who_leads_no_more_sees_it_no_more_but_keeps_what_was_given_by_hand(
    client, provider, settings, day
):
    settings.OIDC_LEADERS_FROM_REGISTER = True
    department, other = make.department(head_mail="anna.berg@example.dk"), make.department("Andet")
    sign_on(client)
    user = who(client)
    Access.objects.create(user=user, department=other, starts_on=TODAY)
    department.head_mail = "bo@example.dk"
    department.save()
    settings.TODAY = date(2026, 5, 5)

    sign_on(client)

    assert set(departments_seen_by(user, settings.TODAY)) == {other}
    assert set(departments_seen_by(user, TODAY)) == {department, other}, "what was, was"


def test_who_does_not_sign_on_again_loses_what_the_register_gave_too(
    client, provider, settings, day
):
    settings.OIDC_LEADERS_FROM_REGISTER = True
    department = make.department(head_mail="anna.berg@example.dk")
    sign_on(client)
    assert end_what_is_led_no_more(today=date(2026, 5, 5)) == 0
    department.head_mail = ""
    department.save()
    assert end_what_is_led_no_more(today=date(2026, 5, 5)) == 1
    assert not departments_seen_by(who(client), date(2026, 5, 5)).exists()


def test_without_the_setting_the_register_gives_nothing(client, provider):
    make.department(head_mail="anna.berg@example.dk")
    sign_on(client)
    assert not Access.objects.exists()


@pytest.mark.parametrize(
    ("role", "seen"), [(roles.HEAD, {"d", "u"}), (roles.UNIT_LEADER, {"u"}), ("Andet", set())]
)
def test_a_claim_says_what_those_with_a_leaders_role_lead(
    client, provider, settings, day, role, seen
):
    settings.OIDC_ROLE_CLAIM, settings.OIDC_UNIT_CLAIM = "roles", "department"
    department = make.department("Skoler")
    unit = make.unit("1001", "Skolen", department=make.department("Andre"))
    provider.userinfo = {"department": ["skoler", "1001", "findes ikke", 7, None]}
    provider.token = {"roles": role}

    sign_on(client)

    found = {one.department or one.unit for one in Access.objects.all()}
    assert found == {{"d": department, "u": unit}[one] for one in seen}
    provider.userinfo = {}
    sign_on(Client())
    assert not Access.objects.exists()
