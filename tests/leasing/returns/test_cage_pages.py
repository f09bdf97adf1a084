"""The pages of cages: scanned, pasted, chosen, printed, taken out, by whom, and what is refused."""

from io import BytesIO

import openpyxl
import pytest
from lxml import html

from albertslund_it.common.money import parse_kroner
from inventory.models import FormerSerialNumber
from leasing.models import Cage, PackedDevice
from tests import builders as make
from tests.leasing.pages import queries_of, read, text_of
from tests.leasing.returns.world import (
    TODAY,
    cage,
    collect,
    has_left,
    pack,
    plan,
    returning,
    row_of,
    states,
)
from tests.web.markup import parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(cast, client_of, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    return client_of(cast.helpdesk)


def main(client, url):
    return text_of(read(client, url).xpath("//main")[0])


def scan(client, bur, numbers, wiped="yes", status=302):
    response = client.post(f"/it-bure/{bur.pk}/pak/", {"numbers": numbers, "wiped": wiped})
    assert response.status_code == status, response.content.decode()[:2000]
    return response


def test_a_cage_is_made_and_stands_on_the_list(client):
    data = {"place": "Rådhuset", "collected_on": "20-05-2026", "room_for": "40"}
    response = client.post("/it-bure/nyt/", data)
    bur = Cage.objects.get()
    assert response.url == f"/it-bure/{bur.pk}/"
    assert "Rådhuset" in main(client, "/it-bure/?status=aabne")
    assert "Intet passer" in main(client, "/it-bure/?status=hentet")
    assert "It-bur: Rådhuset" in main(client, response.url)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("room_for", "0", "1–500"),
        ("room_for", "1" + "0" * 30, "1–500"),
        ("room_for", "1" + "0" * 5000, "helt tal"),
        ("room_for", "mange", "Skriv et helt tal"),
        ("collected_on", "31-02-2026", "findes ikke i kalenderen"),
        ("collected_on", "20-05-2085", "årstallet"),
        ("place", "", "Skriv, hvor buret står"),
        ("place", "x" * 200, "100"),
    ],
)
def test_a_faulty_cage_is_refused_and_nothing_typed_is_lost(client, name, value, message):
    data = {"place": "Rådhuset", "collected_on": "20-05-2026", "room_for": "40", "note": "Port 3"}
    response = client.post("/it-bure/nyt/", data | {name: value})
    shown = response.content.decode()
    assert response.status_code == 422
    assert message in shown
    assert "Port 3" in shown
    assert not Cage.objects.exists()


class TestScan:
    def test_by_hand_scanner_and_by_a_former_number(self, client):
        one, two = returning(2)
        FormerSerialNumber.objects.create(device=two, serial_number="PF0GAMMEL")
        bur = cage()
        page = read(client, f"/it-bure/{bur.pk}/")
        [field] = page.xpath("//input[@name='numbers']")
        assert "autofocus" in field.attrib
        response = scan(client, bur, "pf000001")
        assert response.url.endswith("?slettet=yes")
        assert page.xpath("//form[@action=$a]", a=f"/it-bure/{bur.pk}/pak/")
        kept = read(client, response.url)
        assert kept.xpath("//select[@name='wiped']/option[@value='yes'][@selected]")
        scan(client, bur, "PF0GAMMEL", wiped="no")
        assert states(bur) == {"PF000001": "packed", "PF000002": "packed"}
        assert (row_of(one).wiped, row_of(two).wiped) == ("yes", "no")

    def test_several_at_once_and_what_cannot_stays(self, client):
        returning(3)
        make.lease("PF000009")
        bur = cage()
        response = scan(client, bur, "PF000001, PF000002\nPF000009;XX123456", status=422)
        page = response.content.decode()
        assert states(bur) == {"PF000001": "packed", "PF000002": "packed"}
        assert "Pakket: PF000001, PF000002." in page
        assert "er ikke besluttet returneret" in page
        assert "kendes ikke" in page
        tree = html.fromstring(page)
        assert tree.xpath("//textarea[@name='numbers']/text()") == ["XX123456\nPF000009"]
        assert tree.xpath("//input[@name='numbers']/@value") == []

    def test_ten_thousand_lines(self, client):
        returning(1)
        bur = cage()
        numbers = " ".join(f"QQ{n:06}" for n in range(10_000))
        response = scan(client, bur, numbers, status=422)
        assert "højst håndteres 1000 ad gangen" in response.content.decode()
        assert "QQ009999" in response.content.decode()
        assert not PackedDevice.objects.exists()

    @pytest.mark.parametrize("numbers", ["", "   ", ",;"])
    def test_nothing(self, client, numbers):
        assert "mindst ét" in scan(client, cage(), numbers, status=422).content.decode()

    def test_it_must_be_said_whether_it_is_wiped(self, client):
        returning(1)
        page = scan(client, cage(), "PF000001", wiped="", status=422).content.decode()
        assert "Vælg, om det, du scanner, er slettet." in page
        assert 'value="PF000001"' in page
        assert not PackedDevice.objects.exists()

    def test_signs_of_all_kinds(self, client):
        scan(client, cage(), "<script>alert(1)</script> 🦊 %00", status=422)


class TestProposed:
    @pytest.mark.both
    def test_by_unit_department_and_quarter(self, client, cast):
        far = make.unit("2001", "Biblioteket", department=make.department("Kultur"))
        returning(2, unit=cast.unit)
        returning(1, first=3, unit=far)
        returning(1, first=4)
        bur = cage()
        url = f"/it-bure/{bur.pk}/foreslaa/"

        def shown(query=""):
            found = read(client, f"{url}?{query}").xpath("//main//table//a/text()")
            return sorted(text for text in found if text.startswith("PF"))

        assert len(shown()) == 4
        assert shown(f"enhed={far.pk}") == ["PF000003"]
        assert shown(f"afdeling={cast.department.pk}") == ["PF000001", "PF000002"]
        assert shown("enhed=lager") == ["PF000004"]
        assert len(shown("udloeb=2029Q4")) == 4
        assert shown("udloeb=2029Q3") == []
        assert shown("sorter=-ends") == shown()
        assert shown("q=PF000003") == ["PF000003"]

    def test_chosen_and_all_up_to_the_room(self, client):
        one, two, *_ = returning(5)
        bur = cage(room_for=3)
        url = f"/it-bure/{bur.pk}/foreslaa/"
        client.post(url, {"udstyr": [two.pk]})
        assert states(bur) == {"PF000002": "planned"}
        page = client.post(url, {"valg": "alle"}, follow=True).content.decode()
        assert states(bur) == dict.fromkeys(["PF000001", "PF000002", "PF000003"], "planned")
        assert "2 stk. er der ikke plads til i buret." in page
        for chosen in ([], ["x"], ["9" * 30], [one.pk, 10**12]):
            answer = client.post(url, {"udstyr": chosen})
            assert answer.status_code == 422
            ticked = parse(answer).xpath("//input[@name='udstyr'][@checked]/@value")
            assert ticked == []  # what cannot be packed is not there to be ticked
        four = PackedDevice.objects.order_by("pk").last().device_id + 1
        answer = client.post(url, {"udstyr": [four]})
        assert (answer.status_code, "Buret er fyldt" in answer.text) == (422, True)
        assert parse(answer).xpath("//input[@name='udstyr'][@checked]/@value") == [str(four)]
        assert PackedDevice.objects.count() == 3

    def test_more_cost_as_many_queries(self, client, cast):
        returning(3, unit=cast.unit)
        bur = cage()
        few = queries_of(client, f"/it-bure/{bur.pk}/foreslaa/")
        returning(30, first=10, unit=cast.unit)
        assert queries_of(client, f"/it-bure/{bur.pk}/foreslaa/") == few


class TestPage:
    def test_it_costs_as_many_queries_with_much_in_it(self, client, cast):
        bur = cage(room_for=100)
        pack(bur, *returning(3, unit=cast.unit))
        few = queries_of(client, f"/it-bure/{bur.pk}/")
        pack(bur, *returning(40, first=10, unit=cast.unit))
        assert queries_of(client, f"/it-bure/{bur.pk}/") == few

    def test_every_count_opens_the_rows_that_it_counts(self, client):
        one, two, three = returning(3)
        bur = cage()
        plan(bur, one, two, three)
        pack(bur, one, two)
        url = f"/it-bure/{bur.pk}/"

        def opened():
            """Return what each count above the list says, with the rows and sum that it opens."""
            links = read(client, url).xpath(
                "//dl[@class='figures']//a[contains(@href, '/it-bure/')]"
            )
            for link in links:
                page = read(client, link.get("href").split("#")[0])
                rows = page.xpath("//section[@aria-labelledby='pakkeliste']//tbody/tr")
                [total] = page.xpath("//section[@aria-labelledby='pakkeliste']//tfoot//td[last()]")
                assert parse_kroner(total.text_content()) == 349_41 * len(rows)
                yield int(link.text_content().split()[0]), len(rows)

        assert [*opened()] == [(3, 3), (2, 2), (1, 1)]
        collect(bur)
        assert [*opened()] == [(3, 3), (2, 2)]
        assert client.get(f"{url}?vis=mangler").status_code == 404

    def test_rows_are_marked_and_taken_off(self, client):
        one, two = returning(2)
        bur = cage()
        pack(bur, one, two, wiped="no")
        url = f"/it-bure/{bur.pk}/liste/"
        client.post(url, {"goer": "yes", "raekke": [row_of(one).pk]})
        assert (row_of(one).wiped, row_of(two).wiped) == ("yes", "no")
        client.post(url, {"goer": "af", "raekke": [row_of(two).pk]})
        assert list(states(bur)) == ["PF000001"]
        for data in (
            {},
            {"goer": "af"},
            {"goer": "slet", "raekke": "1"},
            {"goer": "af", "raekke": "9" * 40},
        ):
            page = client.post(url, data, follow=True)
            assert page.status_code == 200
        assert list(states(bur)) == ["PF000001"]

    def test_collected_confirmed_and_what_is_missing(self, client):
        one, two, three = returning(3)
        bur = cage()
        plan(bur, one, two, three)
        pack(bur, one, two)
        url = f"/it-bure/{bur.pk}/hentet/"
        page = read(client, url)
        assert "1 stk., 349,41 kr. pr. kvartal" in text_of(page.xpath("//main")[0])
        [agreed] = page.xpath("//input[@name='agreed']/@value")
        assert client.post(url, {"gone_on": "20-05-2026"}).status_code == 200
        assert not has_left(one)
        data = {"gone_on": "20-05-2026", "agreed": agreed}
        assert client.post(url, data).status_code == 302
        shown = main(client, f"/it-bure/{bur.pk}/")
        assert "Skal afgøres" in shown
        assert "349,41 kr. pr. kvartal, som leasinggiver kan opkræve" in shown
        assert "Rådhuset" in main(client, "/it-bure/?status=mangler")
        confirm = {"confirmed_on": "20-05-2026", "raekke": [row_of(one).pk]}
        told = client.post(f"/it-bure/{bur.pk}/bekraeft/", confirm, follow=True).content.decode()
        assert "1 stk. er ikke modtaget og står som fejl." in told
        expected = {"PF000001": "confirmed", "PF000002": "unreceived", "PF000003": "missing"}
        assert states(bur) == expected

    def test_the_devices_page_names_the_cage_and_a_mistake_is_undone(self, client):
        [one] = returning(1)
        bur = cage()
        pack(bur, one)
        assert "It-bur Rådhuset 20-05-2026 Pakket" in main(client, f"/udstyr/{one.pk}/")
        collect(bur)
        assert "Rådhuset 20-05-2026 Hentet" in main(client, f"/udstyr/{one.pk}/")
        assert "Buret blev ikke hentet" in main(client, f"/it-bure/{bur.pk}/")
        page = client.post(f"/it-bure/{bur.pk}/ikke-hentet/", follow=True).content.decode()
        assert "Buret er åbent igen. 1 stk." in page
        assert states(bur) == {"PF000001": "packed"}
        page = client.post(f"/it-bure/{bur.pk}/ikke-hentet/", follow=True).content.decode()
        assert "Buret er ikke hentet." in page

    def test_scanned_meanwhile_it_is_shown_before_it_goes(self, client):
        one, two = returning(2)
        bur = cage()
        pack(bur, one)
        url = f"/it-bure/{bur.pk}/hentet/"
        [agreed] = read(client, url).xpath("//input[@name='agreed']/@value")
        pack(bur, two)
        response = client.post(url, {"gone_on": "20-05-2026", "agreed": agreed})
        assert response.status_code == 422
        assert "PF000002" in response.content.decode()
        assert not has_left(one)

    @pytest.mark.parametrize("day", ["", "21-05-2026", "31-02-2026", "01-01-2020", "engang"])
    def test_a_day_it_cannot_be_collected_on(self, client, day):
        [one] = returning(1)
        bur = cage()
        pack(bur, one)
        url = f"/it-bure/{bur.pk}/hentet/"
        [agreed] = read(client, url).xpath("//input[@name='agreed']/@value")
        assert client.post(url, {"gone_on": day, "agreed": agreed}).status_code == 422
        assert not has_left(one)

    def test_a_day_it_cannot_be_confirmed_on(self, client):
        [one] = returning(1)
        bur = cage()
        pack(bur, one)
        collect(bur)
        for day in ("", "01-05-2026", "21-05-2026"):
            data = {"confirmed_on": day, "raekke": [row_of(one).pk]}
            response = client.post(f"/it-bure/{bur.pk}/bekraeft/", data)
            assert response.status_code == 422
        assert states(bur) == {"PF000001": "gone"}

    def test_a_wrong_day_leaves_the_ticks_as_they_were_set(self, client):
        one, two, three = returning(3)
        bur = cage()
        pack(bur, one, two, three)
        collect(bur)
        url, ticked = f"/it-bure/{bur.pk}/bekraeft/", "//input[@name='raekke'][@checked]/@value"
        page = read(client, f"/it-bure/{bur.pk}/")
        assert len(page.xpath(ticked)) == 3
        for day in ("", "31-02-2026", "21-05-2026"):
            for kept in ([two], []):
                rows = [str(row_of(device).pk) for device in kept]
                response = client.post(url, {"confirmed_on": day, "raekke": rows})
                assert response.status_code == 422
                assert html.fromstring(response.content).xpath(ticked) == rows
        client.post(url, {"confirmed_on": "20-05-2026", "raekke": [row_of(two).pk]})
        assert read(client, f"/it-bure/{bur.pk}/").xpath(ticked) == [str(row_of(two).pk)]
        rows = [str(row_of(three).pk)]
        response = client.post(url, {"confirmed_on": "", "raekke": [*rows, "9" * 40, "x"]})
        assert html.fromstring(response.content).xpath(ticked) == rows

    def test_excel_has_the_packing_list(self, client, cast):
        one, two = returning(2, unit=cast.unit)
        bur = cage()
        plan(bur, two)
        pack(bur, one)
        response = client.get(f"/it-bure/{bur.pk}/?hent=xlsx")
        sheet = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content))).active
        rows = [row for row in sheet.iter_rows(values_only=True) if row[0]]
        assert rows[1][:2] == ("Serienummer", "Model")
        assert [row[0] for row in rows[2:]] == ["PF000001", "PF000002", "I alt"]
        assert [row[4] for row in rows[2:4]] == ["Pakket", "Ikke pakket"]

    def test_a_cage_is_changed_and_deleted(self, client):
        bur = cage()
        assert client.post(f"/it-bure/{bur.pk}/slet/").url == "/it-bure/"
        bur = cage()
        plan(bur, *returning(1))
        client.post(f"/it-bure/{bur.pk}/slet/")
        data = {"place": "Kælderen", "collected_on": "21-05-2026", "room_for": "1"}
        client.post(f"/it-bure/{bur.pk}/ret/", data)
        assert str(Cage.objects.get()) == "Kælderen 21-05-2026"


def test_finance_reads_without_names_and_changes_nothing(client, cast, client_of):
    person = make.employee(unit=cast.unit)
    lease = make.decided(make.lease("PF000001", unit=cast.unit, employee=person), "return")
    bur = cage()
    pack(bur, lease.device)
    assert "Anna Berg" in main(client, f"/it-bure/{bur.pk}/")
    for user in (cast.finance, cast.auditor):
        reader = client_of(user)
        shown = main(reader, f"/it-bure/{bur.pk}/")
        assert "PF000001" in shown
        assert "Anna Berg" not in shown
        response = reader.get(f"/it-bure/{bur.pk}/?hent=xlsx")
        book = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))
        assert "Anna Berg" not in str(list(book.active.iter_rows(values_only=True)))
        assert reader.post(f"/it-bure/{bur.pk}/pak/", {}).status_code == 403
