"""The pages of the rollout: what is shown to whom, and the forms."""

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from inventory.models import Replacement, Roll, RolloutWeek
from inventory.rollout.services.outcomes import replacement_state
from tests import builders as make
from tests.leasing.agreeing import agreed_in, look
from tests.web.markup import parse, select, text

pytestmark = pytest.mark.django_db
DAY = date(2025, 12, 1)


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = date(2026, 5, 1)


@pytest.fixture
def town(cast):
    """Return two departments: 3 of 4 done in the cast's own, 0 of 1 in the other."""
    for number in range(3):
        new = make.lease(f"PF00000{number}", unit=cast.unit).device
        make.old_machine(f"PB00000{number}", cast.unit, new_device=new, replaced_on=DAY)
    make.old_machine("PB000003", cast.unit)
    foreign = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    make.old_machine("PB000009", foreign)
    RolloutWeek.objects.create(roll=make.roll(), department=cast.department, year=2025, week=49)
    RolloutWeek.objects.create(roll=make.roll(), department=foreign.department, year=2025, week=48)


def tables(response):
    """Return each table's rows as lists of texts, by its heading."""
    return {
        text(select(panel, "h2")[0]): [
            [text(cell) for cell in row.xpath("./th|./td")] for row in select(panel, "tr")
        ]
        for panel in select(parse(response), "section.panel")
    }


def test_all_tables_and_totals(cast, client_of, town):
    shown = tables(client_of(cast.helpdesk).get(reverse("rollout")))

    assert shown["Udrulningsplan"][1:] == [
        ["Dagtilbud & Skole", "", "Rul 2"],
        ["Miljø & Teknik", "Rul 2", ""],
    ]
    assert shown["Fremdrift pr. afdeling"][1:] == [
        ["Dagtilbud & Skole", "4", "3", "1", "75", ""],
        ["Miljø & Teknik", "1", "0", "1", "0", ""],
        ["I alt", "5", "3", "2", "60", ""],
    ]
    assert shown["Antal bestilte maskiner, der mangler udskiftning"][1:] == [
        ["Dagtilbud & Skole", "Ubesat", "1"],
        ["Miljø & Teknik", "Ubesat", "1"],
        ["I alt", "", "2"],
    ]
    assert shown["Antal udskiftede maskiner på leasingaftale"][1:] == [
        ["Dagtilbud & Skole", "Ubesat", "3"],
        ["I alt", "", "3"],
        ["Bestilte maskiner i alt", "", "5"],
        ["Rest", "", "2"],
    ]


@pytest.mark.parametrize("day", ["", "30-11-2025"])
def test_every_figure_opens_as_many_machines(cast, client_of, town, day):
    client = client_of(cast.helpdesk)
    page = parse(client.get(reverse("rollout"), {"pr": day}))
    links = [a for a in select(page, "main a") if "/maskiner/?" in a.get("href")]
    figures = [a for a in links if text(a).isdecimal()]

    assert len(figures) > 10
    for link in figures:
        count = text(select(parse(client.get(link.get("href"))), "p.list-count")[0])
        few = {"0": "Ingen rækker", "1": "1 række"}
        shown = few.get(text(link), f"Viser alle {text(link)}")
        assert count == shown, link.get("href")


def test_a_head_sees_the_own_department_alone(cast, client_of, town):
    client = client_of(cast.head)
    for name in ("rollout", "rollout-machines"):
        page = client.get(reverse(name)).content.decode()
        assert "Miljø" not in page
        assert "PB000009" not in page
        assert "Find" not in page
    shown = tables(client.get(reverse("rollout")))
    assert shown["Fremdrift pr. afdeling"][1:] == [["Dagtilbud & Skole", "4", "3", "1", "75", ""]]


def test_a_day_that_cannot_be_read_is_told_and_kept(cast, client_of, town):
    response = client_of(cast.helpdesk).get(reverse("rollout"), {"pr": "engang"})

    assert response.status_code == 422
    assert "Skriv datoen som dag-måned-år" in response.content.decode()
    assert 'value="engang"' in response.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=leasing", 3),
        ("state=mangler", 2),
        ("state=mangler&pr=30-11-2025", 5),
        ("state=uden-ny", 0),
        ("week=2025-48", 1),
        ("q=pf000001", 1),
        ("q=åhaven", 1),
        ("state=forkert", 0),
    ],
)
def test_the_list_is_narrowed(cast, client_of, town, query, found):
    response = client_of(cast.helpdesk).get(f"{reverse('rollout-machines')}?{query}")
    assert len(select(parse(response), "tbody tr")) == found


def test_the_list_as_excel(cast, client_of, town):
    response = client_of(cast.helpdesk).get(reverse("rollout-machines"), {"hent": "xlsx"})
    sheet = load_workbook(BytesIO(response.getvalue())).active
    rows = list(sheet.iter_rows(values_only=True))

    assert any("Gammel maskine" in (row or ()) for row in rows)
    assert sum("PB000000" in row for row in rows) == 1
    assert sum("Udskiftet" in row for row in rows) >= 3


@pytest.mark.parametrize("name", ["rollout", "rollout-machines"])
def test_the_queries_do_not_depend_on_the_rows(
    cast, client_of, town, name, django_assert_num_queries
):
    client = client_of(cast.helpdesk)
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(name))
    for number in range(30):
        unit = make.unit(f"3{number:03}", department=make.department(f"Afdeling {number}"))
        make.old_machine(f"PC{number:06}", unit)
        RolloutWeek.objects.create(
            roll=make.roll(), department=unit.department, year=2025, week=20 + number
        )
    with django_assert_num_queries(len(few)):
        client.get(reverse(name))
    assert len(few) <= 24


def machine_url(serial_number="PB000003"):
    return reverse(
        "rollout-machine",
        args=[Replacement.objects.get(old_device__serial_number=serial_number).pk],
    )


def answer(row=None, **values):
    row = row or Replacement.objects.get(old_device__serial_number="PB000003")
    given = {"outcome": "udskiftet", "replaced_on": "02-12-2025", "new_serial": "", "reason": ""}
    return given | {"seen": replacement_state(row)} | values


def test_a_machine_is_paired_on_its_form_and_again_is_harmless(cast, client_of, town):
    client, given = client_of(cast.helpdesk), answer(new_serial="pf000007", is_handed_in="on")
    make.device("PF000007")

    for _ in range(2):
        assert client.post(machine_url(), given).url == reverse("rollout-machines")
    row = Replacement.objects.get(old_device__serial_number="PB000003")
    assert (str(row.new_device), row.replaced_on) == ("PF000007", date(2025, 12, 2))
    page = client.get(machine_url()).content.decode()
    assert 'value="PF000007"' in page
    assert "Historik" in page


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"replaced_on": ""}, "Skriv den dag, maskinen blev udskiftet."),
        ({"replaced_on": "31-02-2026"}, "Den dag findes ikke i kalenderen"),
        ({"replaced_on": "engang"}, "Skriv datoen som dag-måned-år"),
        ({"outcome": "udskiftes-ikke"}, "Skriv, hvorfor maskinen ikke udskiftes."),
        ({"new_serial": "XX1"}, "Serienummer XX1 findes ikke."),
        ({"new_serial": "PF000001"}, "har allerede erstattet PB000001"),
        ({"seen": "|2025-01-01|"}, "ændret, efter at du åbnede siden"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(cast, client_of, town, values, told):
    given = answer(**values)
    response = client_of(cast.helpdesk).post(machine_url(), given)
    page = response.content.decode()

    assert response.status_code == 422
    assert told in page
    assert all(f'value="{v}"' in page for v in (given["replaced_on"], given["new_serial"]) if v)
    assert Replacement.objects.get(old_device__serial_number="PB000003").replaced_on is None


def test_what_belongs_to_another_answer_is_left_out(cast, client_of, town):
    given = answer(outcome="udskiftes-ikke", reason="Bliver stående", new_serial="PF000001")
    assert client_of(cast.helpdesk).post(machine_url(), given).status_code == 302
    row = Replacement.objects.get(old_device__serial_number="PB000003")
    assert (row.reason, row.replaced_on, row.new_device) == ("Bliver stående", None, None)

    client_of(cast.helpdesk).post(machine_url(), answer(row, outcome="mangler"))
    row.refresh_from_db()
    assert row.reason == ""


def test_machines_are_found_seen_and_added(cast, client_of):
    make.roll()
    make.old_pc("PB000001", cast.unit)
    client, asked = client_of(cast.helpdesk), {"roll": "2", "ram": "8"}

    page = client.get(reverse("rollout-find"), asked).content.decode()
    assert "1 maskine fundet" in page
    assert not Replacement.objects.exists()

    shown = agreed_in(look(client, reverse("rollout-find"), asked))
    make.old_pc("PB000002", cast.unit)
    refused = client.post(reverse("rollout-find"), asked | {"agreed": shown})
    assert refused.status_code == 422
    assert "Kommet til, siden du så siden: PB000002" in refused.content.decode()
    assert not Replacement.objects.exists()
    asked["agreed"] = agreed_in(refused)
    assert client.post(reverse("rollout-find"), asked).url == reverse("rollout")
    page = client.post(reverse("rollout-find"), asked, follow=True).content.decode()
    assert "De er i et rul allerede" in page
    assert Replacement.objects.count() == 2


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"roll": "2"}, "Skriv, hvor meget RAM"),
        ({"ram": "8"}, "Vælg rul."),
        ({"roll": "2", "ram": "otte"}, "Skriv RAM som et helt tal"),
    ],
)
def test_a_search_without_enough_is_told(cast, client_of, asked, told):
    make.roll()
    response = client_of(cast.helpdesk).get(reverse("rollout-find"), asked)
    assert response.status_code == 422
    assert told in response.content.decode()


def test_the_plan_is_changed(cast, client_of, town):
    client = client_of(cast.helpdesk)
    given = {"roll": "2", "department": cast.department.pk, "year": "2025", "week": "51"}
    for _ in range(2):
        client.post(reverse("rollout-plan"), given)
    added = RolloutWeek.objects.get(week=51)
    for _ in range(2):
        response = client.post(reverse("rollout-cancel-visit", args=[added.pk]), follow=True)

    assert "taget ud af planen allerede" in response.content.decode()
    assert RolloutWeek.objects.count() == 2
    told = text(select(parse(response), "details.panel")[0])
    assert "Udrulningsuge uge 51, 2025 oprettet" in told
    assert "Udrulningsuge uge 51, 2025 slettet" in told
    refused = client.post(reverse("rollout-plan"), given | {"week": "53"})
    assert refused.status_code == 422
    assert "2025 har ingen uge 53" in refused.content.decode()


def test_a_roll_is_made_once(cast, client_of):
    client = client_of(cast.helpdesk)
    assert "Opret rul 1" in client.get(reverse("rollout-roll")).content.decode()
    given = {"number": "1", "name": "Pc'er med 8 GB", "criterion": ""}
    for _ in range(2):
        assert client.post(reverse("rollout-roll"), given).url == reverse("rollout-find")
    assert client.post(reverse("rollout-roll"), given | {"name": "Andet"}).status_code == 422
    assert Roll.objects.count() == 1


@pytest.mark.parametrize("name", ["rollout-find", "rollout-plan", "rollout-roll"])
def test_who_only_reads_may_not_write(cast, client_of, name):
    for user in (cast.head, cast.auditor, cast.finance):
        assert client_of(user).post(reverse(name), {}).status_code == 403
