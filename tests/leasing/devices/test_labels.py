"""Labels: the QR code holds the address of the device's page, and sheets begin where asked."""

import re
from datetime import date

import pytest
import segno

from inventory.models import FormerSerialNumber
from leasing.models import Settings
from tests import builders as make
from tests.browser import log_in
from tests.leasing.pages import queries_of, read, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = date(2026, 5, 1)


@pytest.fixture
def client(cast, client_of):
    Settings.objects.update(site_address="https://pc.example.dk/")
    return client_of(cast.helpdesk)


def drawn(svg):
    """Read the dark modules back from the drawing: 'M x y' begins a row, 'h' draws, 'm' moves."""
    size = int(svg.get("viewbox").split()[2])
    [path] = svg.xpath(".//*[local-name()='path']/@d")
    dark, x, y = set(), 0, 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        values = [float(one) for one in numbers.replace("-", " -").split()]
        if command == "M":
            x, y = values
        elif command == "m":
            x, y = x + values[0], y + values[1]
        else:
            dark |= {(int(y), int(x) + step) for step in range(int(values[0]))}
            x += values[0]
    return size, dark


def test_the_code_drawn_is_that_of_the_devices_page(client):
    device = make.device("PF-0001")
    [svg] = read(client, "/udstyr/etiketter/?serienumre=pf-0001").xpath("//*[@class='qr']")
    size, dark = drawn(svg)
    wanted = segno.make(f"https://pc.example.dk/udstyr/{device.pk}/", error="m", micro=False)
    rows = list(wanted.matrix_iter(border=4))
    assert size == len(rows)
    assert dark == {(y, x) for y, row in enumerate(rows) for x, one in enumerate(row) if one}


def test_one_label_a_device_from_the_place_asked_for(client):
    for number in range(30):
        make.device(f"PF{number:04}")
    FormerSerialNumber.objects.create(device=make.device("NY-1"), serial_number="GL-1")
    numbers = ",".join([*(f"PF{n:04}" for n in range(30)), "PF0003", "gl-1", "FINDES-IKKE"])
    tree = read(client, f"/udstyr/etiketter/?serienumre={numbers}&plads=5")
    sheets = tree.xpath("//ol[@class='sheet']")
    assert [len(sheet.xpath("./li")) for sheet in sheets] == [24, 11]
    assert len(sheets[0].xpath("./li[@class='label label-used']")) == 4
    assert tree.xpath("//*[@class='label-number']/text()")[-1] == "NY-1"
    assert "Kendes ikke: FINDES-IKKE" in text_of(tree)


@pytest.mark.parametrize("place", ["0", "25", "x", ""])
def test_a_place_that_is_none_is_refused_and_nothing_typed_is_lost(client, place):
    tree = read(client, f"/udstyr/etiketter/?serienumre=PF1&plads={place}", status=422)
    assert "Skriv et tal mellem 1 og 24" in text_of(tree)
    assert "PF1" in tree.xpath("//textarea")[0].text


def test_where_labels_are_not_used_there_is_no_page(client):
    device = make.device()
    assert "/udstyr/etiketter/" in client.get(f"/udstyr/{device.pk}/").content.decode()
    Settings.objects.update(uses_labels=False)
    assert client.get("/udstyr/etiketter/").status_code == 404
    assert "/udstyr/etiketter/" not in client.get(f"/udstyr/{device.pk}/").content.decode()


def test_thirty_labels_cost_as_many_queries_as_three(client):
    for number in range(30):
        make.device(f"PF{number:04}")
    url = "/udstyr/etiketter/?serienumre="
    few = queries_of(client, url + ",".join(f"PF{n:04}" for n in range(3)))
    assert queries_of(client, url + ",".join(f"PF{n:04}" for n in range(30))) == few


@pytest.mark.django_db(transaction=True)
def test_a_sheet_fills_one_page_of_paper(page, live_server, cast):
    for number in range(24):
        make.device(f"PF{number:04}")
    log_in(page, live_server, cast.helpdesk)
    numbers = ",".join(f"PF{n:04}" for n in range(24))
    page.goto(f"{live_server.url}/udstyr/etiketter/?serienumre={numbers}")
    pdf = page.pdf(prefer_css_page_size=True)
    assert pdf.count(b"/Type /Page\n") == 1
    page.emulate_media(media="print")
    box = page.locator(".label").first.bounding_box()
    millimetre = 96 / 25.4
    assert abs(box["width"] / millimetre - 70) < 0.2
    assert abs(box["height"] / millimetre - 37) < 0.2
    # A list and its heading stand on one sheet, though it is turned.
    page.goto(f"{live_server.url}/udstyr/?q=PF0001")
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
