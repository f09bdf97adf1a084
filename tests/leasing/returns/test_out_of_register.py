"""What has left the register counts nowhere, is found again, and can be taken back."""

from datetime import date

import pytest

from albertslund_it.common.errors import Refused
from inventory.models import Departure, Device
from leasing.cost_table.moment import one_moment
from leasing.data_quality.selectors.sets import in_stock, long_in_stock, unpriced
from leasing.lease_end.services.decisions import stop_lease
from leasing.lease_end.services.departures import leave_register
from leasing.movements.services.losses import LossFacts, report_loss
from leasing.movements.services.movements import hand_out, take_back, transfer
from leasing.movements.services.swaps import swap
from leasing.orders.selectors.shelf import on_shelf
from leasing.orders.services.wishes import LineWish, faults_of
from tests import builders as make
from tests.files import faults_of as file_faults
from tests.leasing.movements.town import NOW
from tests.leasing.pages import queries_of, read, text_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 20)
LEFT = date(2026, 5, 1)


def leave(*devices, left_on=LEFT, how="returned"):
    return leave_register(devices=devices, left_on=left_on, how=how, actor=None, today=TODAY)


@pytest.fixture
def town(cast, settings):
    """Return one device at a unit, one in stock, and the same again that have left."""
    settings.TODAY = TODAY
    make.cost_holder()
    there, gone = (make.lease(f"PF00000{n}", unit=cast.unit).device for n in (1, 2))
    shelf, off_shelf = (make.lease(f"PF00000{n}").device for n in (3, 4))
    leave(gone, off_shelf)
    return {"there": there, "gone": gone, "shelf": shelf, "off_shelf": off_shelf}


def numbers(devices):
    return sorted(device.serial_number for device in devices)


def test_the_stock_and_the_shelf_are_without_it(town):
    assert numbers(in_stock(TODAY)) == numbers(on_shelf(TODAY)) == ["PF000003"]
    assert numbers(in_stock(date(2026, 4, 30))) == ["PF000003", "PF000004"]
    with one_moment():
        assert numbers(long_in_stock(TODAY)) == ["PF000003"]
    for name in ("gone", "there"):
        town[name].lease.terms.all().delete()
    with one_moment():
        assert numbers(unpriced(TODAY)) == ["PF000001"]


def test_nothing_moves_it_any_more_and_its_past_can_be_corrected(town, cast):
    unit, gone, off_shelf = cast.unit, town["gone"], town["off_shelf"]
    told = r"er ude af registeret fra den 01-05-2026 \(leveret tilbage\)"
    with pytest.raises(Refused, match=told):
        hand_out(devices=[off_shelf], unit=unit, starts_on=TODAY, actor=None, now=NOW)
    with pytest.raises(Refused, match=told):
        transfer(devices=[gone], unit=unit, used_for="x", starts_on=LEFT, actor=None)
    with pytest.raises(Refused, match=told):
        take_back(devices=[gone], starts_on=date(2026, 4, 1), actor=None, later="slet")
    with pytest.raises(Refused, match=told):
        swap(device=gone, old_number="PF000002", new_number="PF0NEW01", actor=None)
    facts = LossFacts("lost", NOW, "yes")
    with pytest.raises(Refused, match=told):
        report_loss(device=gone, facts=facts, actor=None, today=TODAY, now=NOW)
    assert gone.placements.count() == 2
    other = make.unit("1777")
    transfer(devices=[gone], unit=other, starts_on=date(2026, 3, 1), actor=None, later="behold")
    assert gone.placements.count() == 3


def test_a_file_does_not_place_it(town):
    told = file_faults("placements", "Serienummer;Fra;Enhedsnr\nPF000004;10-05-2026;1001")
    assert "PF000004 er ude af registeret" in " ".join(told)


def test_no_order_replaces_it(town, cast):
    model = make.priced()
    wish = LineWish(model=model, unit=cast.unit, replaces=town["gone"], past_stock_because="x")
    assert "er ude af registeret og erstattes ikke" in " ".join(faults_of(wish, TODAY))


def test_its_lease_cannot_be_let_run_on(town):
    for day in (None, date(2026, 6, 1)):
        with pytest.raises(Refused, match="ude af registeret"):
            stop_lease(serial_number="PF000002", stops_on=day, actor=None)
    stop_lease(serial_number="PF000002", stops_on=date(2026, 4, 1), actor=None)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["PF000001", "PF000003"]),
        ("register=ude", ["PF000002", "PF000004"]),
        ("register=alle", ["PF000001", "PF000002", "PF000003", "PF000004"]),
        ("state=lager", ["PF000003"]),
        ("waits=shelf", ["PF000003"]),
        ("q=PF000002", []),
        ("q=PF000002&register=alle", ["PF000002"]),
        ("register=x", []),
    ],
)
@pytest.mark.parametrize("order", ["", "unit", "-since", "model"])
def test_the_list_has_what_is_in_the_register_unless_asked(
    town, cast, client_of, query, found, order
):
    page = read(client_of(cast.helpdesk), f"/udstyr/?{query}&sorter={order}")
    shown = page.xpath("//main//table//a[starts-with(text(), 'PF')]/text()")
    assert sorted(shown) == found


def test_the_list_says_how_it_left(town, cast, client_of):
    page = read(client_of(cast.helpdesk), "/udstyr/?register=ude")
    assert text_of(page.xpath("//main//table")[0]).count("Leveret tilbage") == 2


def test_a_search_finds_and_marks_it(town, cast, client_of):
    page = text_of(read(client_of(cast.helpdesk), "/soeg/?q=PF00000").xpath("//main")[0])
    assert page.count("ude af registeret") == 2


def test_it_gets_no_label(town, cast, client_of):
    from leasing.models import Settings

    Settings.objects.update(uses_labels=True, site_address="https://pc.example.dk")
    client = client_of(cast.helpdesk)
    page = read(client, "/udstyr/etiketter/?serienumre=PF000001&serienumre=PF000002")
    assert "Ude af registeret: PF000002" in text_of(page.xpath("//main")[0])
    assert len(page.xpath("//*[contains(@class, 'qr')]")) == 1


class TestPage:
    def test_it_leaves_and_comes_back(self, town, cast, client_of):
        client, device = client_of(cast.helpdesk), town["there"]
        url = f"/udstyr/{device.pk}/afgang/"
        page = read(client, url)
        assert "Leasingen løber til 31-12-2029" in text_of(page.xpath("//main")[0])
        [agreed] = page.xpath("//input[@name='agreed']/@value")
        data = {"how": "discarded", "left_on": "20-05-2026", "is_wiped": "ja", "agreed": agreed}
        assert client.post(url, data).status_code == 302
        departure = Departure.objects.get(device=device)
        assert (departure.how, departure.is_wiped, departure.is_unmanaged) == (
            "discarded",
            True,
            None,
        )
        shown = text_of(read(client, f"/udstyr/{device.pk}/").xpath("//main")[0])
        assert "Ude af registeret siden 20-05-2026: kasseret" in shown
        assert "Udlever" not in shown
        undo = text_of(read(client, url).xpath("//main")[0])
        assert "Stoppet fjernes, så leasingen løber igen" in undo
        assert client.post(url, {"trin": "fortryd"}).status_code == 302
        assert Device.objects.in_register(TODAY).filter(pk=device.pk).exists()
        device.lease.refresh_from_db()
        assert device.lease.stops_on is None

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ({}, "Vælg, om det er leveret tilbage"),
            ({"how": "returned", "left_on": "31-02-2026"}, "findes ikke i kalenderen"),
            ({"how": "returned", "left_on": "01-01-2025"}, "begynder den 01-01-2026"),
            ({"how": "returned", "left_on": "01-05-2026", "note": "x" * 400}, "højst være 300"),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_stays(
        self, town, cast, client_of, data, message
    ):
        client, url = client_of(cast.helpdesk), f"/udstyr/{town['there'].pk}/afgang/"
        response = client.post(url, {"note": "Kun prøve", **data})
        assert response.status_code == 422
        assert message in response.content.decode()
        assert data.get("note", "Kun prøve") in response.content.decode()
        assert Departure.objects.count() == 2

    def test_who_has_it_changed_meanwhile(self, town, cast, client_of):
        client, device = client_of(cast.helpdesk), town["there"]
        url = f"/udstyr/{device.pk}/afgang/"
        [agreed] = read(client, url).xpath("//input[@name='agreed']/@value")
        make.placement(device, date(2026, 4, 1), make.unit("1777", "Andetsteds"))
        data = {"how": "returned", "left_on": "20-05-2026", "agreed": agreed}
        response = client.post(url, data)
        assert response.status_code == 422
        assert "Andetsteds" in response.content.decode()


def test_the_list_costs_as_many_queries_however_many_left(town, cast, client_of):
    client = client_of(cast.helpdesk)
    few = queries_of(client, "/udstyr/?register=alle")
    leave(*(make.lease(f"PF1{n:05}", unit=cast.unit).device for n in range(20)))
    assert queries_of(client, "/udstyr/?register=alle") == few
