"""An empty installation leads to its first closed quarter, by the example files of each step."""

import re
from datetime import date

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail as outbox
from django.core.files.uploadedfile import SimpleUploadedFile

from albertslund_it import roles
from inventory.models import Unit
from leasing.models import BillingRun, Lease, Settings
from leasing.setup.presenters import MISSING
from tests.cast import PASSWORD
from tests.files import workbook
from tests.leasing.agreeing import agreed_in
from tests.web.markup import parse, select, text

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 5, 1)
HOLDER = "Afdeling;Enhedsnr;Enhed;Omkostningsbærer\nIt;9000;Fælles IT;ja\n"


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def root():
    return User.objects.create_superuser("root", "root@example.dk", PASSWORD)


@pytest.fixture
def client(root, client_of):
    return client_of(root)


def step(client, key):
    """Return a step as the page has it when it is open, whichever it is."""
    context = client.get(f"/kom-i-gang/?trin={key}").context
    return next(one for _, one, _ in context["steps"] if one.key == key)


def missing(client, key):
    return [check.text for check in step(client, key).checks if check.state == MISSING]


def take(client, kind, content, name):
    """Take in a file as a person does: look at it, then say yes."""
    page = client.post(f"/indlaes/{kind}/", {"file": SimpleUploadedFile(name, content)})
    assert page.context.get("token"), page.content.decode()
    assert page.context["report"]["warnings"] == []
    return client.post(
        f"/indlaes/{kind}/", {"token": page.context["token"], "agreed": agreed_in(page)}
    )


def example(client, kind):
    return client.get(f"/indlaes/{kind}/eksempel/").content


def test_the_front_page_of_an_empty_installation_leads_to_the_steps(client, cast, client_of):
    assert client.get("/").url == "/kom-i-gang/"
    page = parse(client.get("/kom-i-gang/"))
    assert text(select(page, ".site-nav a")[0]) == "Kom i gang"
    [opened] = select(page, "[aria-current=step]")
    assert opened.get("id") == "aftalen"
    assert len(select(page, "main .btn-primary")) == 1
    assert client_of(cast.head).get("/kom-i-gang/").status_code == 403

    # Accounts come in the file of the units: offered in the step, and named once among the examples.
    accounts = parse(client.get("/kom-i-gang/?trin=kontering"))
    [here, named] = select(accounts, "a[href=/indlaes/units/eksempel/]")
    assert (text(here), text(named)) == (
        "Hent et eksempel",
        "Eksempel: afdelinger og enheder (.xlsx)",
    )


def test_the_example_files_lead_from_an_empty_register_to_a_closed_quarter(client):
    assert missing(client, "enheder") == ["Ingen enheder endnu"]
    take(client, "units", example(client, "units"), "enheder.xlsx")
    assert missing(client, "enheder") == []
    for kind, key in (
        ("employees", "medarbejdere"),
        ("prices", "priser"),
        ("deliveries", "leverancer"),
    ):
        assert missing(client, key)
        take(client, kind, example(client, kind), f"{kind}.xlsx")
        assert missing(client, key) == [], key
    said = [check.text for check in step(client, "leverancer").checks]
    # 5.590,66 / 16 = 349,41625: the first quarter takes the whole øre below.
    assert said[1] == (
        "Enhederne betaler tilsammen, hvad leasingerne koster i 1. kvartal 2026: 349,41\xa0kr."
    )
    Unit.objects.filter(number="9911").update(account="")
    assert "Birkeskolen mangler" in missing(client, "kontering")[0]
    form = next(one.url for one in step(client, "kontering").actions)
    client.post(form, {"account": "49100010", "cost_centre": "3100009911"})
    assert missing(client, "kontering") == []
    texts = [check.text for check in step(client, "kvartal").checks]
    assert "Forslaget er 349,41\xa0kr. på 1 afdeling og Fælles IT" in texts

    page = client.get("/kvartaler/2026Q1/laas/")
    seen = re.search(r'name="seen_digest" value="([0-9a-f]{64})"', page.content.decode())[1]
    client.post("/kvartaler/2026Q1/laas/", {"seen_digest": seen})

    assert BillingRun.objects.get().total_ore == 34941
    assert missing(client, "kvartal") == []
    menu = [text(one) for one in select(parse(client.get("/")), ".site-nav a")]
    assert "Kom i gang" not in menu


def test_a_list_with_an_unknown_unit_is_taken_in_by_nothing_and_the_step_stays_open(client):
    take(client, "units", HOLDER.encode(), "it.csv")
    wrong = workbook(
        ["Serienummer", "Model", "Underaftale", "Leasingstart", "Enhedsnr"],
        ["PF000001", "T14", "UA-1", "01-01-2026", "4711"],
    )

    page = client.post(
        "/indlaes/deliveries/", {"file": SimpleUploadedFile("liste.xlsx", wrong)}
    ).content.decode()

    assert "4711" in page
    assert not Lease.objects.exists()
    assert missing(client, "leverancer") == ["Intet leaset udstyr endnu"]


def test_a_trial_mail_proves_that_mails_arrive_and_says_when_they_do_not(client, settings):
    assert "Ingen prøvemail er sendt endnu" in missing(client, "mail")

    client.post("/kom-i-gang/proevemail/")

    assert outbox.outbox[-1].to == ["root@example.dk"]
    # In this test no server is set up: the mail went nowhere, and that is not called proven.
    assert any("EMAIL_URL" in one for one in missing(client, "mail"))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    Settings.objects.update(
        helpdesk_mail="h@x.dk", finance_mail="o@x.dk", site_address="https://pc.x.dk"
    )
    [sender] = missing(client, "mail")
    assert "sætter DEFAULT_FROM_EMAIL" in sender
    settings.DEFAULT_FROM_EMAIL = "pc@x.dk"
    assert missing(client, "mail") == []
    page = client.post("/kom-i-gang/proevemail/", follow=True).content.decode()
    assert "kunne ikke sendes" in page
    assert "kunne ikke sendes" in missing(client, "mail")[0]


def test_who_has_no_mail_is_told_to_write_one(client, root):
    User.objects.filter(pk=root.pk).update(email="")

    page = client.post("/kom-i-gang/proevemail/", follow=True)

    assert "Du har ingen mail" in page.content.decode()


def test_what_is_saved_from_a_step_leads_back_to_it(client):
    take(client, "units", HOLDER.encode(), "it.csv")
    names = ("Biblioteket", "Musikskolen", "Hallen", "Badet")
    rows = [f"Kultur;800{number};{name}" for number, name in enumerate(names)]
    units = "\n".join(["Afdeling;Enhedsnr;Enhed", *rows])
    take(client, "units", units.encode(), "kultur.csv")

    [said] = missing(client, "kontering")
    assert step(client, "enheder").checks[0].text == "1 afdeling med 4 enheder"
    assert said.startswith("0 af 5 enheder, Fælles IT medregnet, har artskonto")
    assert said.endswith("Badet, Biblioteket, Fælles IT og 2 til mangler")
    form = step(client, "kontering").actions[0].url
    page = client.post(form, {"account": "", "cost_centre": ""}, follow=True)
    assert page.redirect_chain[-1][0] == "/kom-i-gang/?trin=kontering#kontering"
    [told] = [str(message) for message in page.context["messages"]]
    assert told == "Badet mangler stadig artskonto og omkostningssted eller PSP-element."
    client.post(form, {"account": "49100010", "cost_centre": "3100008000"})
    assert step(client, "kontering").actions[0].url != form

    role = Group.objects.get(name=roles.FINANCE).pk
    eva = {"first_name": "Eva", "mail": "eva@x.dk", "groups": [role], "starts_on": "01-05-2026"}
    [invite] = [one for one in step(client, "adgange").actions if "kollega" in one.label]
    assert client.post(invite.url, eva).url == "/kom-i-gang/?trin=adgange#adgange"

    seen = Settings.objects.get().site_address
    written = {"site_address": "https://pc.x.dk", "initial-site_address": seen}
    assert client.post(step(client, "mail").actions[0].url, written).url.endswith("?trin=mail#mail")


def test_leaders_are_invited_from_the_step_and_one_is_back_in_it(client):
    take(client, "units", HOLDER.encode(), "it.csv")
    units = "Afdeling;Leder;Leder-mail;Enhedsnr;Enhed\nKultur;Ole Holm;ole@x.dk;8001;Biblioteket"
    take(client, "units", units.encode(), "kultur.csv")
    [leaders] = [one for one in step(client, "adgange").actions if "lederne" in one.label]
    key = re.search(r'value="(department-\d+)" checked', client.get(leaders.url).content.decode())

    assert client.post(leaders.url, {}).url == leaders.url
    assert client.post(leaders.url, {"post": key[1]}).url == "/kom-i-gang/?trin=adgange#adgange"
    said = [one.sentence for one in step(client, "adgange").checks]
    assert "Afdelingen har en, der kan svare." in said  # the only one is not »Alle 1 afdeling«


def test_nobody_is_invited_unwarned_by_a_mail_that_leads_nowhere(client, settings):
    def advised():
        return "Gå til Mail" in [one.label for one in step(client, "adgange").actions]

    assert advised()
    role = Group.objects.get(name=roles.AUDITOR).pk
    eva = {"first_name": "Eva", "mail": "eva@x.dk", "groups": [role], "starts_on": "01-05-2026"}
    page = client.post("/brugere/ny/", eva, follow=True)
    [told] = [str(message) for message in page.context["messages"]]
    assert "kun i serverens log" in told

    Settings.objects.update(site_address="https://pc.x.dk")
    assert advised()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert not advised()


def test_what_a_step_asks_for_is_not_called_optional_and_is_explained_when_wrong(client):
    def optional(key):
        marks = select(parse(client.get(f"/indstillinger/{key}/")), "label .optional")
        return [text(one.getparent()).partition(" (")[0] for one in marks]

    assert optional("aftalen") == ["EAN for leasinggivers fakturaer"]
    assert optional("mail") == ["Revisionens mail", "It-sikkerheds mail"]
    typed = {"site_address": "pc.kommune.dk", "helpdesk_mail": "helpdesk"}
    page = client.post("/indstillinger/mail/", typed).content.decode()
    assert "Skriv adressen som https://pc.kommune.dk." in page
    assert "Skriv mailen som navn@kommune.dk." in page


def test_each_role_gets_the_buttons_it_may_press(cast, client_of):
    def buttons(user, key):
        found = client_of(user).get(f"/kom-i-gang/?trin={key}").context["steps"]
        return [one.label for _, step, actions in found if step.key == key for one in actions]

    assert buttons(cast.finance, "priser") == ["Indlæs priserne"]
    assert buttons(cast.helpdesk, "priser") == []
    assert buttons(cast.finance, "medarbejdere") == []
    assert buttons(cast.helpdesk, "adgange") == []
    assert "Invitér lederne" in buttons(cast.administrator, "adgange")


def test_the_step_of_accesses_names_the_departments_that_nobody_answers_for(client, cast):
    assert cast.head.accesses.count() == 1
    assert not any(str(cast.department) in one for one in missing(client, "adgange"))

    cast.head.accesses.update(ends_before=TODAY)

    assert any(f"{cast.department} mangler" in one for one in missing(client, "adgange"))
    assert "Ingen i Økonomi kan logge ind endnu" in missing(client, "adgange")
    cast.user("ny", roles.FINANCE)
    assert "Ingen i Økonomi kan logge ind endnu" not in missing(client, "adgange")
