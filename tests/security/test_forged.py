"""What a stranger sends in somebody's name: forms from elsewhere, ids of others, links, ways out."""

import re
from datetime import timedelta
from urllib.parse import quote, urlencode, urlsplit

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group, User
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from albertslund_it import roles
from inventory.models import Access, Device, Employee, Unit
from leasing.buyout.selectors.links import SALT as BUYOUT
from leasing.models import Approval, BillingRun, CountedDevice, Order
from leasing.stocktake.selectors.links import SALT as STOCKTAKE
from tests.cast import PASSWORD
from tests.web.test_every_url import LEADERS, NAMED, OURS, PROGRAMS, TABLE, address, town  # noqa: F401

pytestmark = pytest.mark.django_db

# What must not change by anything that is refused.
WATCHED = (Access, Approval, BillingRun, CountedDevice, Device, Employee, Order, Unit, User)


def all_that_stands():
    return [list(model._base_manager.order_by("pk").values_list()) for model in WATCHED]


def outside(where):
    """Return whether an address leads to another site, as browsers read it."""
    parts = urlsplit(re.sub(r"[\t\r\n]", "", where.strip()).replace("\\", "/"))
    return bool(parts.scheme or parts.netloc)


def test_no_form_is_taken_from_another_site(town, cast):  # noqa: F811
    """The check stands before all views, so one address in twelve is enough."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.helpdesk)
    before = all_that_stands()
    for route in OURS[::12]:
        response = client.post(address(route, town), HTTP_ORIGIN="https://ond.example.com")
        assert response.status_code == 403, route
        assert "Der er ikke gemt noget" in response.content.decode(), route
    assert all_that_stands() == before


def test_the_open_pages_take_no_form_from_another_site_either(cast):
    client = Client(enforce_csrf_checks=True)
    for where in ("/log-ind/", "/log-ud/", "/frikoeb/svar/x/", "/optaelling/svar/x/"):
        assert client.post(where, {"username": "x"}).status_code == 403, where


def test_no_view_is_free_of_the_check_but_those_that_no_cookie_opens():
    """A view that takes posts without the token of our pages is named in FREE, with why."""
    free = {route for route, view in views(get_resolver()) if getattr(view, "csrf_exempt", False)}
    assert not {route for route in free if not route.startswith(FREE)}
    assert any(route.startswith(PROGRAMS) for route in free)


# By a token in a header and no login (tests/leasing/api says so of each), or from the provider by
# its own signature.
FREE = (PROGRAMS, "konto/log-ud/")


def views(resolver, before=""):
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from views(one, route)
        else:
            yield route, one.callback


FOREIGN_WORDS = ("Åhaven", "Miljø &amp; Teknik", "Miljø & Teknik", "Bo Fremmed", "PF000002")


@pytest.mark.parametrize("role", sorted(LEADERS))
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_anothers_is_not_there_and_is_not_named(town, cast, client_of, role, method):  # noqa: F811
    client, named, wrong = client_of(cast.by_role()[role]), 0, []
    before = all_that_stands()
    for route in OURS:
        may = TABLE[route]["open"] | TABLE[route].get("hidden", set())
        if role not in may or not any(one in route for one in NAMED):
            continue
        named += 1
        where = address(route, town, "foreign")
        response = getattr(client, method)(where)
        page = response.content.decode()
        told = [word for word in FOREIGN_WORDS if word in page]
        if response.status_code not in (403, 404, 405) or told:
            wrong.append((where, response.status_code, told))
    assert named > 20
    assert not wrong
    assert all_that_stands() == before


def test_an_id_of_anothers_in_a_form_is_as_unknown_as_one_of_nobodys(town, cast, client_of):  # noqa: F811
    """Where a leader's own page takes an id in a form: the two must be answered alike."""
    foreign = town["foreign"][1]
    client = client_of(cast.head)
    before = all_that_stands()
    for where, name in (
        ("/bekraeft/", "device"),
        ("/egenbetaling/beslutninger/", "lease"),
        ("/udloeb/oensk/", "leasing"),
        ("/egenbetaling/hvad-nu-hvis/", "bearer"),
    ):
        for method in ("get", "post"):
            told = []
            for value in (foreign.pk, 2**40):
                response = getattr(client, method)(where, {name: value, "svar": "yes"})
                page = response.content.decode()
                assert not [word for word in FOREIGN_WORDS if word in page], where
                told.append(response.status_code)
            assert told[0] == told[1], where
    assert all_that_stands() == before


WAYS_OUT = [
    "https://ond.example.com/",
    "//ond.example.com/",
    "///ond.example.com",
    "/\\ond.example.com",
    "\\\\ond.example.com",
    "http:ond.example.com",
    "https:///ond.example.com",
    "/\t/ond.example.com",
    "\thttps://ond.example.com",
    "javascript:alert(1)",
    "data:text/html,x",
    "//testserver@ond.example.com",
    "http://testserver.ond.example.com/",
    "/%0d%0aSet-Cookie:%20ond=1",
    "/\r\nSet-Cookie: ond=1",
]
RETURNS = ("next", "tilbage", "fra", "retur", "url", "adresse", "redirect", "til")


def assert_stays(response):
    assert response.status_code < 500
    assert "ond" not in response.cookies
    for name in ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url"):
        assert not outside(response.headers.get(name, "")), response.headers[name]


def test_no_login_and_no_logout_leads_away(cast, client_of):
    client = client_of(cast.helpdesk)
    for way in WAYS_OUT:
        form = {"username": cast.helpdesk.username, "password": PASSWORD, "next": way}
        assert_stays(Client().post("/log-ind/", form))
        assert_stays(client.get("/log-ind/", {"next": way}))
        assert_stays(client.get("/admin/login/", {"next": way}))
        assert_stays(Client().post("/log-ud/", {"next": way}))
        assert_stays(Client().get(f"/{quote(way)}"))


def test_no_page_leads_away_by_what_it_is_asked(town, cast, client_of):  # noqa: F811
    """Each address that answers a form by another page, with each name that could say which."""
    client, wrong = client_of(cast.helpdesk), []
    way = WAYS_OUT[1]
    hostile = dict.fromkeys(RETURNS, way)
    for route in OURS:
        if roles.HELPDESK not in TABLE[route]["open"] or TABLE[route].get("method") != "post":
            continue
        where = f"{address(route, town)}?{urlencode(hostile)}"
        response = client.post(where, hostile)
        location = response.headers.get("Location", "")
        if outside(location):
            wrong.append((route, location))
        elif re.search(rb'(?:href|action)="//ond', response.getvalue()):
            wrong.append((route, "a link"))
    assert not wrong


class TestLinks:
    """What lets in whoever has it: of one thing, of one kind, and no longer than it should."""

    FORGED = (
        signing.Signer(key="en-anden-noegle", salt=BUYOUT).sign_object(1),
        signing.Signer(salt="kalender").sign_object(1),
        signing.Signer(salt=STOCKTAKE).sign_object(1),
        signing.Signer(salt=STOCKTAKE).sign_object([1, 10**6]),
        signing.Signer().sign_object(1),
        signing.Signer(salt=BUYOUT).sign_object(1)[:-1],
        signing.Signer(salt=BUYOUT).sign_object(1).replace(":", "::"),
        signing.Signer(salt=BUYOUT).sign_object({"id": 1}),
        signing.Signer(salt=BUYOUT).sign_object([1]),
        signing.Signer(salt=BUYOUT).sign_object("1"),
        signing.Signer(salt=BUYOUT).sign_object(2**80),
        signing.Signer(salt=BUYOUT).sign_object(-1),
        "A" * 5000,
        ".eJwrSS0uAQAEXQHB:x",
    )

    @pytest.mark.parametrize("kind", ["frikoeb", "optaelling"])
    def test_one_that_is_forged_opens_nothing_and_looks_like_any_dead_one(self, db, kind):
        dead = Client().get(f"/{kind}/svar/x/")
        for token in self.FORGED:
            forged = Client().get(f"/{kind}/svar/{token}/")
            assert forged.status_code == dead.status_code == 404, token
            assert without_tokens(forged) == without_tokens(dead), token

    def test_one_of_a_stocktake_is_dead_for_the_other_question(self, town):  # noqa: F811
        row = town["counts"]["own"]
        token = signing.Signer(salt=STOCKTAKE).sign_object([row.pk, row.link])
        assert Client().get(f"/frikoeb/svar/{token}/").status_code == 404

    def test_one_for_a_password_works_once_and_for_nobody_else(self, cast):
        user, other = cast.head, cast.unit_leader
        token = default_token_generator.make_token(user)

        def opened(who, token):
            uid = urlsafe_base64_encode(force_bytes(who.pk))
            return Client().get(f"/adgangskode/{uid}/{token}/").status_code == 302

        assert opened(user, token)
        assert not opened(other, token)
        assert not opened(user, token[:-1] + ("0" if token[-1] != "0" else "1"))
        user.set_password("en-helt-anden-adgangskode")
        user.save()
        assert not opened(user, token)

    def test_one_for_a_password_ends_after_its_days(self, cast, monkeypatch):
        token = default_token_generator.make_token(cast.head)
        later = default_token_generator._now() + timedelta(
            seconds=django_settings.PASSWORD_RESET_TIMEOUT + 1
        )
        monkeypatch.setattr(default_token_generator, "_now", lambda: later)
        assert not default_token_generator.check_token(cast.head, token)


def without_tokens(response):
    """Return a page without what differs from one answer to the next."""
    return re.sub(r'value="[\w-]{64}"|<code>[\w-]+</code>', "", response.content.decode())


def test_nobody_answers_a_dispensation_by_asking_for_it(town, cast, client_of):  # noqa: F811
    """A yes takes the head's own login: no link, no form of somebody else's gives it."""
    asked = town["approvals"]
    yes = {"svar": "yes", "answer": "yes", "status": "approved", "handling": "ja", "afgoer": "ja"}
    states = lambda: list(Approval.objects.order_by("pk").values_list("pk", "decision"))  # noqa: E731
    before = states()
    for user in (cast.helpdesk, cast.finance, cast.auditor, cast.administrator, cast.unit_leader):
        client_of(user).post(reverse("approval-detail", args=[asked["own"].pk]), yes)
    client_of(cast.head).post(reverse("approval-detail", args=[asked["foreign"].pk]), yes)
    client_of(cast.head).get(reverse("approval-detail", args=[asked["own"].pk]), yes)
    Client().post(reverse("approval-detail", args=[asked["own"].pk]), yes)
    assert states() == before


def test_nobody_gives_themselves_a_role(cast, client_of):
    """What forms for others take is not taken about oneself, nor by those who may not."""
    everything = [str(pk) for pk in Group.objects.values_list("pk", flat=True)]
    form = {"groups": everything, "is_superuser": "on", "is_staff": "on", "is_active": "on"}
    form |= {"first_name": "A", "email": "a@example.dk", "username": "a", "roller": everything}
    users = cast.by_role()
    held = lambda user: (  # noqa: E731
        User.objects.get(pk=user.pk).is_superuser,
        sorted(user.groups.values_list("name", flat=True)),
    )
    for user in users.values():
        before = held(user)
        client = client_of(user)
        for where in (f"/brugere/{user.pk}/ret/", f"/admin/auth/user/{user.pk}/change/"):
            client.post(where, form)
        assert held(user) == before, user
    administrator = client_of(cast.administrator)
    administrator.post(f"/brugere/{cast.helpdesk.pk}/ret/", form)
    assert roles.FINANCE not in held(cast.helpdesk)[1]
    assert not held(cast.helpdesk)[0]
