"""Sign-on with the municipality's accounts, against a real provider on this machine."""

from urllib.parse import urlsplit

import pytest
import requests
from auditlog.models import LogEntry
from axes.models import AccessAttempt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from albertslund_it import roles
from albertslund_it.common.errors import Refused
from albertslund_it.sign_on.accounts import SILENT
from albertslund_it.sign_on.views import LOST, WHY
from albertslund_it.web.login import MOST_FROM_AN_ADDRESS
from inventory.models import Account
from inventory.people.services.accounts import bind_account
from leasing.models import Mail, Settings
from tests.web.signing_on import assert_refused, sign_on, who

pytestmark = pytest.mark.django_db


def test_an_account_is_recognised_by_its_mail_whatever_the_case(client, provider):
    user = User.objects.create_user("anbe", "Anna.Berg@Example.dk")

    response = sign_on(client, after="/udstyr/")

    assert who(client) == user
    assert response["Location"] == "/udstyr/"
    assert User.objects.count() == 1


def test_somebody_new_becomes_a_user_without_any_right(client, provider):
    provider.account |= {"roles": [roles.FINANCE]}  # no claim is named in the settings

    sign_on(client)

    user = who(client)
    assert (user.username, user.first_name) == ("anna.berg@example.dk", "Anna")
    assert not user.has_usable_password()
    assert not user.is_staff
    assert user.get_all_permissions() == set()


def test_roles_follow_the_claim_where_one_is_named(client, provider, settings):
    settings.OIDC_ROLE_CLAIM = "roles"
    user = User.objects.create_user("anbe", "anna.berg@example.dk", is_staff=True)
    other = Group.objects.create(name="Madklub")
    user.groups.set([other, Group.objects.get(name=roles.ADMINISTRATOR)])
    # In the token, as Entra ID does it, and spelled otherwise.
    provider.token = {"roles": ["ledelse og Revision", "It-helpdesk", "Noget helt andet"]}

    sign_on(client)

    names = set(user.groups.values_list("name", flat=True))
    assert names == {"Madklub", roles.AUDITOR, roles.HELPDESK}
    assert not who(client).is_staff

    provider.token = {"roles": roles.ADMINISTRATOR}
    sign_on(client)
    assert who(client).is_staff


@pytest.mark.parametrize(
    "overruled",
    [
        {"nonce": "en anden"},
        {"aud": "et-andet-system"},
        {"iss": "https://login.example.com"},
        {"sub": "b2"},
    ],
)
def test_a_token_that_is_not_for_us_now_is_refused(client, provider, overruled):
    User.objects.create_user("anbe", "anna.berg@example.dk")
    provider.token = overruled
    assert_refused(client, sign_on(client))


def test_a_token_signed_by_somebody_else_is_refused(client, provider):
    provider.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert_refused(client, sign_on(client))


@pytest.mark.parametrize("account", [{"email": ""}, {"email_verified": False}])
def test_a_mail_that_nobody_vouches_for_is_refused(client, provider, account):
    User.objects.create_user("uden-mail", "")
    provider.userinfo = account
    assert_refused(client, sign_on(client))


@pytest.mark.parametrize("mail", [["anna.berg@example.dk"], 7, {"a": "b"}])
def test_a_mail_that_is_no_text_is_refused(client, provider, mail):
    provider.userinfo = {"email": mail}
    assert_refused(client, sign_on(client))


@pytest.mark.parametrize("name", [None, 7, ""])
def test_a_new_account_may_be_without_a_name(client, provider, name):
    provider.account |= {"given_name": name, "family_name": None}
    sign_on(client)
    assert who(client).first_name == str(name or "")


@pytest.mark.parametrize(
    "claimed", [[None, 7, {"a": 1}, [], "It-helpdesk"], ["It-helpdesk"], 7, {"It-helpdesk": 1}]
)
def test_a_role_is_a_text(client, provider, settings, claimed):
    settings.OIDC_ROLE_CLAIM = "roles"
    provider.token = {"roles": claimed}
    sign_on(client)
    names = set(who(client).groups.values_list("name", flat=True))
    assert names == ({roles.HELPDESK} if isinstance(claimed, list) else set())


def test_who_is_closed_is_logged_out_at_once(client, provider):
    sign_on(client)
    assert "/log-ind/" not in client.get("/").get("Location", "")
    User.objects.update(is_active=False)

    response = client.get("/")

    assert (response.status_code, response["Location"]) == (302, "/log-ind/?next=/")


def test_two_users_with_the_mail_are_refused(client, provider):
    User.objects.create_user("anbe", "anna.berg@example.dk")
    User.objects.create_user("anbe2", "ANNA.BERG@example.dk")
    assert_refused(client, sign_on(client))


def test_a_new_mail_never_takes_over_somebody_elses_name(client, provider):
    User.objects.create_user("anna.berg@example.dk", "nogen@example.dk")
    assert_refused(client, sign_on(client))


def test_a_closed_user_stays_out(client, provider):
    User.objects.create_user("anbe", "anna.berg@example.dk", is_active=False)
    assert_refused(client, sign_on(client))


def test_a_code_works_once_and_only_in_the_browser_that_asked(client, provider):
    away = client.get(reverse("oidc_authentication_init"))
    back = requests.get(away["Location"], allow_redirects=False, timeout=10).headers["Location"]
    callback = f"/konto/retur/?{urlsplit(back).query}"

    stranger = type(client)()
    stranger.get(callback)
    assert who(stranger) is None

    client.get(callback)
    assert who(client)
    client.logout()
    client.get(reverse("oidc_authentication_init"))
    assert_refused(client, client.get(callback), LOST)


def test_a_provider_that_does_not_answer_is_said_so(client, provider):
    away = client.get(reverse("oidc_authentication_init"))
    back = requests.get(away["Location"], allow_redirects=False, timeout=10).headers["Location"]
    provider.stop()
    assert_refused(client, client.get(f"/konto/retur/?{urlsplit(back).query}"), WHY[SILENT])


def test_failed_sign_ons_lock_nobody_out(client, provider, settings):
    settings.AXES_FAILURE_LIMIT = 2
    provider.token = {"aud": "et-andet-system"}
    for _ in range(3):
        sign_on(client)
    provider.token = {}

    sign_on(client)

    assert who(client)


def log_in(client, username="bo", password="en-lang-adgangskode"):
    return client.post("/log-ind/", {"username": username, "password": password})


def test_while_the_provider_is_down_nobody_is_locked_out(client, provider, settings):
    User.objects.create_user("bo", "bo@example.dk", "en-lang-adgangskode")
    settings.OIDC_OP_TOKEN_ENDPOINT = "http://127.0.0.1:9/"
    for _ in range(MOST_FROM_AN_ADDRESS + 1):
        response = sign_on(client)
        assert response.status_code == 302
    assert_refused(client, response, WHY[SILENT])
    assert not AccessAttempt.objects.exists()

    log_in(client)

    assert who(client).username == "bo"


def test_a_failed_sign_on_is_said_so_where_passwords_are_locked(client, provider):
    for number in range(MOST_FROM_AN_ADDRESS):
        response = log_in(client, f"bruger{number}")
    assert response.status_code == 429
    provider.token = {"aud": "et-andet-system"}

    assert_refused(client, sign_on(client))
    assert log_in(client).status_code == 429


def test_a_password_still_works_and_the_page_offers_both(client, provider):
    User.objects.create_user("anbe", "anna.berg@example.dk", "en-lang-adgangskode")
    page = client.get("/log-ind/", {"next": "/udstyr/"}).content.decode()
    assert page.count("Log ind med kommunens konto") == 1
    assert 'href="/konto/log-ind/?next=/udstyr/"' in page

    client.post("/log-ind/?code=x&state=y", {"username": "anbe", "password": "en-lang-adgangskode"})

    assert who(client).username == "anbe"


def test_without_a_provider_the_page_offers_a_password_only(client):
    assert "kommunens konto" not in client.get("/log-ind/").content.decode()
    assert client.get("/konto/log-ind/").status_code in {302, 404}


# --- an account is its issuer and its subject; a mail counts at the first sign-on alone


@pytest.fixture
def anna(provider):
    """Return a user who has signed on once."""
    user = User.objects.create_user("anbe", "anna.berg@example.dk")
    sign_on(Client())
    return user


def assert_taken(client, response):
    assert response.status_code == 403
    assert who(client) is None
    page = response.content.decode()
    assert "Kontoen hører ikke til brugeren" in page
    assert "it-helpdesk@albertslund.dk" in page


def test_the_first_sign_on_binds_the_account(provider, anna):
    account = Account.objects.get()
    assert (account.user, account.issuer, account.subject) == (anna, provider.url, "a1")
    [entry] = LogEntry.objects.get_for_object(account)
    assert entry.actor == anna


def test_who_changes_name_and_mail_stays_the_same_user(client, provider, anna):
    provider.account |= {"email": "anna.skov@example.dk", "family_name": "Skov"}

    sign_on(client)

    assert who(client) == anna
    anna.refresh_from_db()
    assert (anna.username, anna.email, anna.last_name) == ("anbe", "anna.skov@example.dk", "Skov")
    assert User.objects.count() == 1


def test_a_bound_account_needs_no_mail(client, provider, anna):
    provider.account |= {"email": ""}
    sign_on(client)
    assert who(client) == anna
    anna.refresh_from_db()
    assert anna.email == "anna.berg@example.dk"


@pytest.mark.parametrize("moved", [False, True])
def test_a_mail_used_again_by_another_is_refused_and_reported(
    client, provider, cast, caplog, moved
):
    provider.account |= {"family_name": "Berg"}
    sign_on(Client())
    anna = User.objects.get(username="anna.berg@example.dk")
    if moved:  # the first one has another mail by now, and still the name of the old one
        provider.account |= {"email": "anna.skov@example.dk"}
        sign_on(Client())
        provider.account |= {"email": "Anna.Berg@example.dk"}
    Settings.objects.update(security_mail="sikkerhed@example.dk")
    boss = cast.administrator
    provider.account |= {"sub": "b2"}

    response = sign_on(client)

    assert_taken(client, response)
    assert User.objects.filter(is_staff=False).count() == 1
    mail = Mail.objects.get()
    assert set(mail.recipients.split(",")) == {"sikkerhed@example.dk", boss.email}
    account = Account.objects.get(user=anna)
    for said in ("anna.berg@example.dk", "b2", f"/admin/inventory/account/{account.pk}/"):
        assert said.lower() in mail.text.lower()
    assert "refused: the mail belongs to user" in caplog.text
    sign_on(client)
    assert Mail.objects.count() == 1, "the same is told once a day"
    provider.account |= {"sub": "a1"}
    sign_on(client)
    assert who(client) == anna


def test_the_same_subject_of_another_provider_is_another_account(client, provider, anna):
    Account.objects.update(issuer="https://login.example.com")
    assert_taken(client, sign_on(client))


def test_what_the_account_says_of_its_issuer_does_not_count(client, provider, anna):
    provider.userinfo = {"iss": "https://login.example.com"}
    sign_on(client)
    assert who(client) == anna


def test_a_closed_user_is_not_bound(client, provider):
    User.objects.create_user("anbe", "anna.berg@example.dk", is_active=False)
    assert_refused(client, sign_on(client))
    assert not Account.objects.exists()


def test_somebody_new_is_bound_too(client, provider):
    sign_on(client)
    assert Account.objects.get().user == who(client)


def test_an_administrator_sees_and_releases_a_binding(client, provider, anna, cast, client_of):
    account = Account.objects.get()
    desk = client_of(cast.administrator)
    assert "anbe" in desk.get("/admin/inventory/account/").content.decode()
    page = desk.get(f"/admin/inventory/account/{account.pk}/change/")
    assert provider.url in page.content.decode()
    assert desk.get("/admin/inventory/account/add/").status_code == 403
    assert (
        desk.post(f"/admin/inventory/account/{account.pk}/delete/", {"post": "yes"}).status_code
        == 302
    )
    assert not Account.objects.exists()
    released = LogEntry.objects.filter(object_pk=str(account.pk), action=LogEntry.Action.DELETE)
    assert released.get().actor == cast.administrator
    provider.account |= {"sub": "b2"}
    sign_on(client)
    assert who(client) == anna
    assert Account.objects.get().subject == "b2"


@pytest.mark.parametrize("who_it_is", ["superuser", "finance", "who may close"])
def test_a_binding_of_somebody_above_is_a_superusers_to_release(
    provider, anna, cast, client_of, who_it_is
):
    if who_it_is == "superuser":
        User.objects.filter(pk=anna.pk).update(is_superuser=True)
    elif who_it_is == "finance":
        anna.groups.add(Group.objects.get(name=roles.FINANCE))
    else:
        anna.user_permissions.add(Permission.objects.get(codename="close_quarter"))
    account, desk = Account.objects.get(), client_of(cast.administrator)
    several = {"action": "delete_selected", "_selected_action": [account.pk], "post": "yes"}

    desk.post("/admin/inventory/account/", several)
    refused = desk.post(f"/admin/inventory/account/{account.pk}/delete/", {"post": "yes"})

    assert refused.status_code == 403
    assert Account.objects.exists()
    root = client_of(User.objects.create_superuser("root", "root@example.dk"))
    root.post(f"/admin/inventory/account/{account.pk}/delete/", {"post": "yes"})
    assert not Account.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_accounts_at_once_are_never_one_user(provider):
    """The database holds it: one account a user, one user an account."""
    user = User.objects.create_user("anbe", "anna.berg@example.dk")
    other = User.objects.create_user("bo", "bo@example.dk")
    now = timezone.now()
    bind_account(user=user, issuer="https://a", subject="1", now=now)
    for fields in ({"user": user, "subject": "2"}, {"user": other, "subject": "1"}):
        with pytest.raises(Refused):
            bind_account(**{"issuer": "https://a", "now": now, **fields})
    assert Account.objects.count() == 1
