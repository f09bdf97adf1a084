"""Who is let in: by a token that is known, not revoked, not old, and sent as it should be."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from albertslund_it import roles
from leasing.api.selectors.clients import digest_of
from leasing.models import ApiClient, ApiToken, Settings
from tests import builders as make
from tests.leasing.api.asking import ROOT, Program, problem_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 1)


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY
    Settings.objects.update(uses_api=True)


def ask(token, scheme="Bearer"):
    return Client().get(f"{ROOT}devices", headers={"Authorization": f"{scheme} {token}"})


def test_a_token_lets_in_until_the_day_it_ends(cast, settings):
    program = Program(cast.helpdesk, ends_before=date(2026, 5, 3))
    settings.TODAY = date(2026, 5, 2)
    assert program.get("devices").status_code == 200
    settings.TODAY = date(2026, 5, 3)
    problem_of(program.get("devices"), 401)


def test_wrong_old_revoked_and_foreign_looking_tokens_are_told_the_same(cast):
    program = Program(cast.helpdesk)
    make.api_token(program.client, "pcl_gammel", ends_before=TODAY)
    make.api_token(program.client, "pcl_trukket", revoked_at=datetime(2026, 4, 1, tzinfo=UTC))
    told = set()
    digest = digest_of(program.secret)
    for wrong in ("pcl_gammel", "pcl_trukket", "x", digest, program.secret[:-1], "æ", "x" * 5000):
        response = ask(wrong)
        told.add(problem_of(response, 401)["detail"])
        assert response["WWW-Authenticate"].startswith("Bearer ")
    problem_of(ask(program.secret, "Basic"), 401)
    problem_of(ask("", ""), 401)
    problem_of(Client().get(f"{ROOT}devices?token={program.secret}"), 401)
    assert len(told) == 1


def test_a_closed_account_and_a_module_turned_off_let_nobody_in(cast):
    program = Program(cast.helpdesk)
    Settings.objects.update(uses_api=False)
    problem_of(program.get("devices"), 404)
    problem_of(program.http.get(f"{ROOT}openapi.json"), 404)
    Settings.objects.update(uses_api=True)
    cast.helpdesk.is_active = False
    cast.helpdesk.save()
    problem_of(program.get("devices"), 401)


def test_a_scope_that_was_not_given_is_refused_though_the_role_may(cast):
    program = Program(cast.helpdesk, scopes=["units"])
    assert program.get("units").status_code == 200
    problem_of(program.get("devices"), 403)
    problem_of(
        program.post(
            "placements",
            {"action": "take_back", "serial_numbers": ["A"], "starts_on": "2026-05-01"},
        ),
        403,
    )


def test_use_is_noted_once_a_minute(cast, monkeypatch):
    program = Program(cast.helpdesk)
    moments = iter([0, 30, 61])
    start = datetime(2026, 5, 1, 12, tzinfo=UTC)
    noted = []
    for seconds in moments:
        moment = start + timedelta(seconds=seconds)
        monkeypatch.setattr("leasing.api.views.access.now", lambda moment=moment: moment)
        program.get("units")
        noted.append((ApiToken.objects.get().last_used_at - start).seconds)
    assert noted == [0, 0, 61]


def test_who_guesses_waits_and_the_known_token_still_lets_in(cast):
    program = Program(cast.helpdesk)
    statuses = [ask(f"gæt{n}").status_code for n in range(12)]
    assert (statuses[0], statuses[-1]) == (401, 429)
    assert problem_of(ask("gæt"), 429)["detail"]
    assert program.get("units").status_code == 200


def make_client(client, **typed):
    role = Group.objects.get(name=typed.pop("role", roles.AUDITOR))
    typed = {"name": "Power BI", "role": role.pk, "reads": ["shares", "runs"], **typed}
    return client.post(reverse("api-client-new"), typed)


def test_an_administrator_makes_a_client_and_its_token_is_shown_once(cast, client_of):
    client = client_of(cast.administrator)
    made = make_client(client)
    found = ApiClient.objects.get()
    assert made.url == reverse("api-client", args=[found.pk])
    assert (found.user.has_usable_password(), found.user.email) == (False, "")
    page = client.post(made.url, {"last_day": "31-12-2026"})
    secret = page.context["secret"]
    assert (secret[:4], secret in page.content.decode()) == ("pcl_", True)
    again = client.get(made.url).content.decode()
    assert secret not in again
    assert ApiToken.objects.get().secret_digest == digest_of(secret)
    assert not any(secret[10:] in str(row) for row in ApiToken.objects.values())
    assert ask(secret).status_code == 403  # not among its scopes
    shares = Client().get(f"{ROOT}shares", headers={"Authorization": f"Bearer {secret}"})
    assert shares.status_code == 200
    assert client.get(reverse("api-clients")).status_code == 200
    token = ApiToken.objects.get()
    client.post(reverse("api-token-revoke", args=[found.pk, token.pk]))
    problem_of(ask(secret), 401)
    history = client.get(made.url).content.decode()
    assert "Asta" in history
    assert token.secret_digest not in history


def test_nobody_gives_a_client_more_than_they_may(cast, client_of):
    client = client_of(cast.administrator)
    for role in (roles.FINANCE, roles.ADMINISTRATOR):
        assert make_client(client, role=role).status_code == 422
    lone = make_client(client, role=roles.HEAD)
    assert lone.status_code == 422
    assert not ApiClient.objects.exists()
    assert make_client(client, role=roles.HEAD, department=cast.department.pk).status_code == 302
    assert make_client(client).status_code == 422, "a name twice"
    reserved = make.api_client(cast.finance, ["units"], name="Økonomi")
    page = client.post(reverse("api-client", args=[reserved.pk]), {"last_day": "31-12-2026"})
    assert (page.status_code, page.context["secret"]) == (422, "")
    url = reverse("api-client-edit", args=[reserved.pk])
    assert client.post(url, {"name": "Økonomi", "reads": ["devices"]}).status_code == 422


@pytest.mark.parametrize("last", ["30-04-2026", "01-06-2028", "hver dag", ""])
def test_a_token_ends_within_two_years(cast, client_of, last):
    client = client_of(cast.administrator)
    url = make_client(client).url
    assert client.post(url, {"last_day": last}).status_code == 422
    assert not ApiToken.objects.exists()


def test_a_client_is_no_colleague(cast, client_of):
    client = client_of(cast.administrator)
    client.get(make_client(client).url)
    assert "Power BI" not in client.get(reverse("user-list")).content.decode()
    user = ApiClient.objects.get().user
    assert (user.has_usable_password(), user.email) == (False, "")


def test_the_pages_are_gone_where_the_module_is_off(cast, client_of):
    Settings.objects.update(uses_api=False)
    client = client_of(cast.administrator)
    for name in ("api-clients", "api-client-new", "api-docs"):
        assert client.get(reverse(name)).status_code == 404


def test_the_document_and_its_page_have_every_address_and_no_outside_asset(cast, client_of):
    program = Program(cast.helpdesk)
    document = program.http.get(f"{ROOT}openapi.json")
    again = program.http.get(f"{ROOT}openapi.json", headers={"If-None-Match": document["ETag"]})
    assert (document.status_code, again.status_code) == (200, 304)
    page = client_of(cast.administrator).get(reverse("api-docs")).content.decode()
    for path in document.json()["paths"]:
        assert path in page, path
    assert "<script>" not in page
    assert "style=" not in page
    problem_of(Client().get(f"{ROOT}openapi.json"), 401)
