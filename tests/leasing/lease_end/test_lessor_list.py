"""The lessor's list of a quarter: its rows, its file, that it was sent, and what changed since."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from inventory.models import Departure
from leasing.models import Cage, EndDecision, LessorList, PackedDevice
from tests import builders as make
from tests.leasing.agreeing import look, save

pytestmark = pytest.mark.django_db
TODAY = date(2029, 10, 15)
PAGE = "/udloeb/liste/"


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def leases(cast):
    """Give a return in a cage, an extension, one undecided in stock, and ends of other quarters."""
    make.cost_holder()
    person = make.employee(unit=cast.unit)
    made = {
        "PF1": make.decided(make.lease("PF1", unit=cast.unit, employee=person), "return"),
        "PF2": make.decided(make.lease("PF2", unit=cast.unit, agreement="UA-2"), "extension"),
        "PF3": make.lease("PF3"),
        "PF4": make.lease("PF4", unit=cast.unit, starts_on=date(2026, 4, 1)),
    }
    decided_at = datetime(2029, 9, 30, 23, 30, tzinfo=UTC)  # 1 October in Copenhagen
    EndDecision.objects.update(decided_at=decided_at, reason="Anna er sur")
    cage = Cage.objects.create(place="Rådhuset, kælderen", collected_on=TODAY, room_for=20)
    PackedDevice.objects.create(cage=cage, device=made["PF1"].device)
    gone = make.lease("PF5", unit=cast.unit)
    Departure.objects.create(device=gone.device, left_on=date(2029, 10, 1), how="bought")
    return made


def sheet_of(data):
    rows = [
        tuple(cell.date() if isinstance(cell, datetime) else cell for cell in row)
        for row in load_workbook(data).active.values
    ]
    return rows[0], [row for row in rows[1:] if any(row)]


def test_the_command_writes_all_that_ends_in_the_quarter(leases, cast, tmp_path, capsys):
    file = tmp_path / "liste.xlsx"
    call_command("end_of_lease", "2029Q4", str(file))
    headings, rows = sheet_of(file)
    assert headings == (
        "Underaftale",
        "Serienummer",
        "Model",
        "Udløb",
        "Valg",
        "Besluttet",
        "Afhentningssted",
        "Bemærkning",
    )
    end, decided = date(2029, 12, 31), date(2029, 10, 1)
    extended = "Forlænges til 31-12-2030"
    assert rows == [
        ("UA-1", "PF1", "T14", end, "Returnering", decided, "Rådhuset, kælderen", None),
        (
            "UA-1",
            "PF3",
            "T14",
            end,
            None,
            None,
            "Fælles IT (it-lager)",
            "Udløber 31-12-2029, intet besluttet",
        ),
        ("UA-1", "PF5", "T14", end, None, None, None, "Frikøbt 01-10-2029"),
        ("UA-2", "PF2", "T14", end, "Forlængelse", decided, cast.unit.name, extended),
    ]
    assert "4 leasinger er skrevet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("quarter", "name", "said"),
    [
        ("2029Q5", "a.xlsx", "er ikke et kvartal"),
        ("", "a.xlsx", "er ikke et kvartal"),
        ("2029Q4", "a.csv", "skal ende på .xlsx"),
        ("2029Q4", "findes/ikke/a.xlsx", "kan ikke skrives: mappen findes ikke"),
    ],
)
def test_the_command_refuses_in_danish(leases, tmp_path, capsys, quarter, name, said):
    with pytest.raises(SystemExit) as ended:
        call_command("end_of_lease", quarter, str(tmp_path / name))
    assert ended.value.code == 1
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_stays_where_it_cannot_be_written(leases, tmp_path, capsys):
    folder = tmp_path / "mappe.xlsx"
    folder.mkdir()
    with pytest.raises(SystemExit) as ended:
        call_command("end_of_lease", "2029Q4", str(folder))
    assert ended.value.code == 1
    assert "kan ikke skrives" in capsys.readouterr().err


def test_the_page_gives_the_file_of_a_sub_agreement(leases, cast, client_of):
    agreement = leases["PF2"].sub_agreement_id
    response = client_of(cast.finance).get(f"{PAGE}fil/?kvartal=2029Q4&underaftale={agreement}")
    _, rows = sheet_of(BytesIO(b"".join(response.streaming_content)))
    assert [row[1] for row in rows] == ["PF2"]
    assert client_of(cast.finance).get(f"{PAGE}fil/?kvartal=nej").status_code == 404
    assert client_of(cast.finance).get(f"{PAGE}?kvartal=nej").status_code == 422


def test_a_list_is_marked_as_sent_once_and_what_changes_is_shown(leases, cast, client_of):
    client = client_of(cast.helpdesk)
    typed = {"kvartal": "2029Q4", "underaftale": ""}
    assert look(client, PAGE, typed).status_code == 200
    assert not LessorList.objects.exists()
    assert save(client, PAGE, typed).status_code == 302
    sent = LessorList.objects.get()
    day = "2029-12-31"
    assert sent.rows == {
        "PF1": ["return", day, "Rådhuset, kælderen"],
        "PF2": ["extension-4", day, cast.unit.name],
        "PF3": ["", day, "Fælles IT (it-lager)"],
        "PF5": ["gone", day, ""],
    }
    assert (sent.sent_by, sent.sub_agreement) == (cast.helpdesk, None)
    again = save(client, PAGE, typed)
    assert again.status_code == 422
    assert "det samme som den, der allerede er sendt" in again.text

    make.decided(leases["PF3"], "buyout")
    make.lease("PF6")
    page = " ".join(client.get(f"{PAGE}?kvartal=2029Q4").text.split())
    at = "31-12-2029, Fælles IT (it-lager)"
    assert f"PF3</th> <td>Intet besluttet, {at}</td> <td>Frikøb, {at}</td>" in page
    assert f"PF6</th> <td>Ikke på listen</td> <td>Intet besluttet, {at}</td>" in page
    assert "PF1</th>" not in page


def test_another_place_is_told_as_a_change(leases, cast, client_of):
    client = client_of(cast.helpdesk)
    save(client, PAGE, {"kvartal": "2029Q4", "underaftale": ""})
    PackedDevice.objects.filter(device=leases["PF1"].device).delete()
    page = " ".join(client.get(f"{PAGE}?kvartal=2029Q4").text.split())
    assert "PF1</th> <td>Returnering, 31-12-2029, Rådhuset, kælderen</td>" in page


def test_a_list_is_not_sent_of_what_was_not_seen_nor_of_nothing(leases, cast, client_of):
    client, typed = client_of(cast.helpdesk), {"kvartal": "2029Q4", "underaftale": ""}
    shown = look(client, PAGE, typed)
    make.decided(leases["PF3"], "buyout")
    agreed = {"agreed": shown.text.partition('name="agreed" value="')[2].partition('"')[0]}
    response = client.post(PAGE, typed | agreed)
    assert response.status_code == 422
    assert "siden du så den" in response.text
    save(client, PAGE, {"kvartal": "2055Q1", "underaftale": ""})  # where nothing ends
    assert not LessorList.objects.exists()
    assert client_of(cast.finance).post(PAGE, typed).status_code == 403
    assert client_of(cast.head).get(PAGE).status_code == 403
