"""What stands around every page: the menu of each role, the demo banner, error pages, the login."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from albertslund_it import roles
from inventory.models import ExpectedReturn
from leasing.models import Settings
from leasing.models.order import Status
from tests import builders as make
from tests.cast import PASSWORD
from tests.web.markup import parse, select, text

pytestmark = pytest.mark.django_db


def menu(page):
    return [text(link) for link in page.xpath("//nav[@class='site-nav']/ul/li/a")]


def work_pages(page):
    return [text(label) for label in page.xpath("//nav[@class='site-nav']/ul/li/ul//a/span[1]")]


@pytest.mark.parametrize(
    ("role", "items"),
    [
        (
            roles.HELPDESK,
            ["I dag", "Bestillinger", "Udstyr", "Medarbejdere", "Datakvalitet"],
        ),
        (roles.HEAD, ["Egenbetaling", "Til dig", "Udstyr", "Afdelinger"]),
        (roles.UNIT_LEADER, ["Egenbetaling", "Til dig", "Udstyr", "Afdelinger"]),
        (roles.FINANCE, ["I dag", "Kvartaler", "Udstyr", "Afdelinger", "Datakvalitet"]),
        (roles.AUDITOR, ["I dag", "Kvartaler", "Udstyr", "Afdelinger", "Datakvalitet"]),
    ],
)
def test_each_role_has_its_menu(cast, client_of, role, items, monkeypatch):
    monkeypatch.setattr("albertslund_it.navigation.is_set_up", lambda: True)
    page = parse(client_of(cast.by_role()[role]).get("/afdelinger/"))

    assert menu(page) == items
    [current] = select(page, ".site-nav a[aria-current=page]")
    assert text(current) == "Afdelinger"


def test_every_work_page_of_the_helpdesk_is_in_the_menu(cast, client_of):
    page = parse(client_of(cast.helpdesk).get("/udstyr/udlever/"))

    assert set(work_pages(page)) >= {
        "Modtagne mails",
        "Indkøb",
        "Modtag levering",
        "Dispensationer",
        "Udlever",
        "Tag tilbage",
        "Flyt",
        "Lån ud",
        "Etiketter",
        "Optælling",
        "Udrulning",
        "Udløb",
        "Afdelinger",
        "Kilder",
        "Indlæs",
    }
    [current] = select(page, ".site-nav a[aria-current]")
    assert text(current) == "Udlever"


@pytest.mark.parametrize(
    ("role", "tabs"),
    [
        (roles.HELPDESK, ["I dag", "Bestil", "Scan", "Udstyr", "Mere"]),
        (roles.HEAD, ["Egenbetaling", "Til dig", "Udstyr", "Mere"]),
        (roles.FINANCE, ["I dag", "Kvartaler", "Udstyr", "Mere"]),
        ("", ["I dag", "Mere"]),
    ],
)
def test_a_phone_has_tabs_at_its_foot(cast, client_of, role, tabs):
    page = parse(client_of(cast.by_role()[role]).get("/"))

    assert [text(tab) for tab in select(page, ".tabs-bottom li")] == tabs


def test_the_menu_counts_what_waits_and_says_what_is_late(cast, client_of, settings):
    settings.TODAY = date(2026, 11, 30)
    make.cost_holder()
    make.order_line(unit=cast.unit, status=Status.DELIVERED)
    late, returned, not_yet = (make.lease(f"PF{n}", unit=cast.unit).device for n in range(3))
    for device, due in ((late, 29), (returned, 29), (not_yet, 30)):
        ExpectedReturn.objects.create(
            device=device,
            unit=cast.unit,
            due_on=date(2026, 11, due),
            why=ExpectedReturn.Why.ASKED,
            created_at=datetime(2026, 11, 1, tzinfo=UTC),
        )
    make.placement(returned, date(2026, 11, 20))

    page = parse(client_of(cast.helpdesk).get("/afdelinger/"))

    [hand_out] = page.xpath("//nav[@class='site-nav']//a[@href='/udstyr/udlever/']")
    assert text(hand_out) == "Udlever 1 venter"
    [take_back] = page.xpath("//nav[@class='site-nav']//a[@href='/udstyr/tag-tilbage/']")
    assert text(take_back) == "Tag tilbage 1 over fristen"
    [tab] = page.xpath("//nav[@class='tabs-bottom no-print']//a[@href='/udstyr/']")
    assert text(tab) == "Udstyr 1 over fristen"


def test_somebody_with_every_role_still_has_five_items(cast, client_of):
    cast.finance.groups.set(Group.objects.all())

    assert len(menu(parse(client_of(cast.finance).get("/udstyr/")))) == 5


def test_the_page_says_where_one_is_and_that_amounts_are_without_vat_once(cast, client_of):
    page = parse(client_of(cast.finance).get("/afdelinger/"))

    assert page.findtext(".//title") == "Afdelinger – Pc-leasing"
    assert page.text_content().count("ekskl. moms") == 1


def test_demo_data_say_so_on_every_page(cast, client_of):
    client = client_of(cast.finance)
    assert "Demodata" not in client.get("/afdelinger/").content.decode()

    Settings.objects.update(shows_demo_data=True)
    for url in ("/", "/afdelinger/", "/findes-ikke/"):
        assert "Alt andet er opdigtet" in client.get(url).content.decode(), url
    assert "Alt andet er opdigtet" in Client().get("/log-ind/").content.decode()


def test_logging_out_takes_a_post(cast, client_of):
    client = client_of(cast.finance)

    assert client.get("/log-ud/").status_code == 405
    assert client.post("/log-ud/").url == "/log-ind/"
    assert client.get("/udstyr/").status_code == 302


def test_logging_in_leads_to_the_page_that_was_asked_for(cast):
    form = {"username": cast.finance.username, "password": PASSWORD, "next": "/udstyr/?q=x"}

    assert Client().post("/log-ind/", form).url == "/udstyr/?q=x"
    away = {**form, "next": "https://example.com/"}
    assert Client().post("/log-ind/", away).url == "/"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"username": "oda", "password": "forkert"}, "Brugernavn og adgangskode passer ikke"),
        ({"username": "x" * 5000, "password": "x"}, "Brugernavn og adgangskode passer ikke"),
        ({"username": "", "password": "x"}, "Skriv dit brugernavn."),
        ({"username": "oda", "password": ""}, "Skriv din adgangskode."),
    ],
)
def test_a_login_that_fails_says_why_and_keeps_the_name(cast, form, error):
    page = parse(Client().post("/log-ind/", form))

    assert error in select(page, ".error-summary")[0].text_content()
    assert page.findtext(".//title").startswith("Fejl: ")
    assert page.get_element_by_id("id_username").get("value", "") == form["username"]
    assert not page.get_element_by_id("id_password").get("value")


def test_guessing_passwords_is_stopped_with_a_page_that_says_how_to_go_on(cast, settings):
    settings.AXES_FAILURE_LIMIT = 3
    client = Client()
    for _ in range(3):
        response = client.post("/log-ind/", {"username": cast.finance.username, "password": "x"})

    assert response.status_code == 429
    assert "Prøv igen kl. " in response.content.decode()


@pytest.mark.parametrize("logged_in", [True, False])
def test_a_page_that_is_not_there_says_so_in_danish(cast, client_of, logged_in):
    client = client_of(cast.finance) if logged_in else Client()
    response = client.get("/findes/ikke/")

    assert response.status_code == 404
    assert "Siden findes ikke" in response.content.decode()


def test_a_page_one_may_not_open_says_which_role_one_has(cast, client_of):
    text = client_of(cast.head).get("/kvartaler/").content.decode()

    assert "Det har du ikke adgang til" in text
    assert "Leder" in text


def test_a_form_without_its_token_says_that_nothing_is_saved(cast):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/log-ind/", {"username": "oda", "password": "x"})

    assert response.status_code == 403
    assert "Der er ikke gemt noget" in response.content.decode()


def test_an_error_of_ours_has_a_page_that_needs_nothing(cast, client_of, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("inventory.organisation.views.organisation.department_rows", broken)
    client = client_of(cast.finance)
    client.raise_request_exception = False
    monkeypatch.setattr("albertslund_it.context.menu", broken)
    response = client.get("/afdelinger/")

    assert response.status_code == 500
    assert "Noget gik galt hos os" in response.content.decode()
    assert "broken on purpose" not in response.content.decode()


def test_a_page_has_nothing_inline_that_the_policy_would_stop(cast, client_of):
    page = parse(client_of(cast.finance).get("/afdelinger/"))

    assert not page.xpath("//*[@style] | //style | //script[not(@src)]")
    assert not [name for e in page.iter() for name in e.attrib if name.startswith("on")]


@pytest.mark.parametrize("url", ["/", "/udstyr/", "/udstyr/?hent=xlsx", "/udstyr/0/", "/log-ind/"])
def test_no_copy_of_a_page_is_kept_that_back_could_show_after_logging_out(cast, client_of, url):
    said = client_of(cast.helpdesk).get(url)["Cache-Control"]
    assert {"private", "no-store"} <= set(said.split(", "))
