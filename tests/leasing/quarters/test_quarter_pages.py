"""Finance's pages of a quarter, from what it would bill to the voucher."""

import csv
import io
from datetime import date
from urllib.parse import unquote

import openpyxl
import pytest
from django.urls import reverse

from albertslund_it.common.money import parse_kroner
from leasing.billing.selectors.preview import preview_run
from leasing.models import BillingRun, RebillingExport, Voucher
from tests import builders as make
from tests.browser import assert_accessible_in_every_look, assert_no_sideways_scroll, be_logged_in
from tests.leasing.pages import (
    assert_every_figure_opens_its_lines,
    queries_of,
    read,
    text_of,
)
from tests.leasing.town import TODAY, Town, close

THIRD = "/kvartaler/2026Q3/"


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def town(db):
    return Town()


@pytest.fixture
def client(cast, client_of):
    return client_of(cast.finance)


class TestTheList:
    def test_every_figure_opens_its_lines(self, town, client):
        queries = ("", "?tal=udgift", "?tal=opkraevet", "?aar=2026")
        pages = [f"/kvartaler/{query}" for query in queries]
        assert assert_every_figure_opens_its_lines(client, *pages) > 15

    def test_each_quarter_says_where_it_stands(self, town, client, settings):
        settings.TODAY = date(2026, 9, 1)
        rows = read(client, "/kvartaler/").xpath("//table[1]/tbody/tr")
        said = [text_of(row) for row in rows[:4]]
        assert "Låst" in said[0]
        assert "Ikke endnu" in said[0]
        assert "I gang, kan låses" in said[2]
        assert "Ikke begyndt Kan låses fra 01-10-2026" in said[3]

    def test_a_supplementary_run_stands_with_its_year(self, town, client, settings):
        close("2026Q4")
        make.charge(town.first, 9900, date(2026, 12, 30), "Fragt")
        settings.TODAY = date(2027, 1, 20)
        [link] = read(client, "/kvartaler/").xpath(
            "//a[normalize-space(text())='Supplementskørsel for 2026']/@href"
        )
        assert "99,00" in text_of(read(client, link))


class TestAnOpenQuarter:
    def test_every_figure_opens_the_lines_that_would_be_billed(self, town, client):
        assert assert_every_figure_opens_its_lines(client, THIRD) > 15

    def test_it_shows_what_closing_would_bill(self, town, client):
        text = text_of(read(client, THIRD))
        total = preview_run("2026Q3", TODAY).total_ore
        assert f"{_kr(total)} på" in text
        assert "Ændringer i låste kvartaler" in text
        assert "Indlæs leasinggivers faktura" in text

    def test_what_is_missing_of_the_coding_is_the_first_thing_to_do(self, town, client):
        town.library.account = ""
        town.library.save()
        page = read(client, THIRD)
        [button] = page.xpath("//main//a[contains(@class, 'btn-primary')]")
        # It leads back here once it is saved.
        mend = reverse("unit-coding", args=[town.library.id]) + f"?retur={THIRD}"
        found = (text_of(button), unquote(button.get("href")))
        assert found == ("Skriv kontering for Biblioteket", mend)
        point = page.xpath("//a[normalize-space(text())='Enheder uden fuld kontering']/@href")
        assert point == [mend]
        # It can be closed all the same.
        assert page.xpath("//a[normalize-space(text())='Godkend og lås …']")

    def test_nothing_to_mend_says_so(self, client, db, settings):
        settings.TODAY = date(2026, 3, 30)  # the lessor's invoice is not missing yet
        make.cost_holder()
        make.lease(unit=make.unit())
        text = text_of(read(client, "/kvartaler/2026Q1/"))
        assert "Der er ikke fundet noget at rette" in text
        assert "Intet at rette" in text

    def test_codes_that_are_no_quarter(self, town, client):
        for code in ("2026Q5", "2026", "x", "2026Q1x", "２０２６Q1", "1999Q1"):
            tree = read(client, reverse("quarter-detail", args=[code]), status=404)
            assert "er ikke et kvartal" in text_of(tree)
            read(client, reverse("quarter-close", args=[code]), status=404)

    def test_quarters_that_cannot_be_closed_say_why(self, town, client):
        for code, why in (
            ("2027Q1", "Det kan låses fra den 01-01-2027"),
            ("2025Q4", "ligger før den 01-01-2026"),
            ("2026S", "Regnskabsåret 2026 er ikke slut"),
            ("2026S7", "Regnskabsåret 2026 er ikke slut"),
        ):
            assert why in text_of(read(client, reverse("quarter-detail", args=[code])))

    def test_small_letters_are_led_right(self, town, client):
        response = client.get("/kvartaler/2026q3/")
        assert (response.status_code, response.url) == (301, THIRD)

    def test_a_quarter_that_was_passed_over_names_the_run_that_took_it(self, client, db):
        make.cost_holder()
        make.lease(unit=make.unit())
        close("2026Q2")
        tree = read(client, "/kvartaler/2026Q1/")
        assert "i kørslen for 1.–2. kvartal 2026" in text_of(tree)


class TestWhatIsCounted:
    @pytest.mark.parametrize("code", ["2026Q2", "2026Q3"], ids=["closed", "open"])
    def test_each_number_of_devices_opens_as_many_lines(self, town, client, code):
        opened = _numbers(read(client, f"/kvartaler/{code}/"))
        assert len(opened) > 5
        for number, address in opened:
            listed = read(client, address).xpath("//table/tbody/tr")
            assert len(listed) == number, address

    def test_an_invoice_opens_its_own(self, town, client):
        for invoice in BillingRun.objects.get(code="2026Q2").invoices.all():
            page = read(client, reverse("invoice", args=["2026Q2", invoice.number]))
            opened = _numbers(page)
            assert opened
            for number, address in opened:
                listed = read(client, address).xpath("//table/tbody/tr")
                assert len(listed) == number, address


def _numbers(page):
    """Return (number, address) of each number of devices that opens what it counts."""
    links = page.xpath("//a[contains(@href, 'paa=sidste-dag')]")
    return [(int(one.text_content()), one.get("href")) for one in links]


class TestClosing:
    CLOSE = "/kvartaler/2026Q3/laas/"

    def test_the_confirmation_states_the_amount_and_that_it_is_for_good(self, town, client):
        text = text_of(read(client, self.CLOSE))
        assert _kr(preview_run("2026Q3", TODAY).total_ore) in text
        assert "Det kan ikke fortrydes" in text
        assert not BillingRun.objects.filter(code="2026Q3").exists()

    def test_of_quarters_before_it_says_what_becomes_of_them_where_there_are_any(
        self, client, db, settings
    ):
        settings.TODAY = date(2026, 7, 1)
        make.cost_holder()
        make.lease(unit=make.unit())
        told = "De tidligere kvartaler kan ikke låses for sig bagefter."
        assert told not in text_of(read(client, "/kvartaler/2026Q1/laas/"))
        assert told in text_of(read(client, "/kvartaler/2026Q2/laas/"))

    def test_every_amount_of_the_confirmation_opens_its_lines(self, town, client):
        invoices = preview_run("2026Q3", TODAY).invoices
        assert assert_every_figure_opens_its_lines(client, self.CLOSE) == len(invoices) + 1 > 2

    def test_it_closes_in_the_name_of_the_user(self, town, client):
        proposed = preview_run("2026Q3", TODAY)
        total, seen = proposed.total_ore, proposed.proposal.digest
        response = client.post(self.CLOSE, {"seen_digest": seen}, follow=True)
        assert "3. kvartal 2026 er godkendt og låst" in response.content.decode()
        run = BillingRun.objects.get(code="2026Q3")
        assert (run.closed_by, run.total_ore) == ("Oda", total)

    def test_another_amount_than_the_one_agreed_to_is_refused(self, town, client):
        [seen] = read(client, self.CLOSE).xpath("//input[@name='seen_digest']/@value")
        make.charge(town.first, 100, date(2026, 7, 7), "Kabel")
        response = client.post(self.CLOSE, {"seen_digest": seen})
        assert response.status_code == 409
        assert "Forslaget er ændret, siden du så det. Intet er skrevet." in _text(response)
        assert not BillingRun.objects.filter(code="2026Q3").exists()

    def test_the_second_of_two_is_told_who_was_first(self, town, client):
        seen = preview_run("2026Q3", TODAY).proposal.digest
        close("2026Q3", by="Inger Ravn")
        response = client.post(self.CLOSE, {"seen_digest": seen}, follow=True)
        text = _text(response)
        assert "3. kvartal 2026 er allerede godkendt og låst" in text
        assert "Inger Ravn var først" in text
        assert BillingRun.objects.count() == 3

    def test_a_difference_opens_the_steps_from_one_cost_to_the_other(self, town, client):
        rows = read(client, THIRD).xpath("//tr[.//a[contains(@href, '/egenbetaling/forskel/')]]")
        assert len(rows) > 3
        for row in rows:
            before, after, _ = [text_of(cell) for cell in row.xpath("./td")][-3:]
            [steps] = row.xpath(".//a[contains(@href, '/egenbetaling/forskel/')]/@href")
            told = text_of(read(client, steps).xpath("//main")[0])
            assert before in told, steps
            assert after in told, steps

    def test_who_may_only_read_cannot_close(self, town, cast, client_of):
        auditor = client_of(cast.auditor)
        assert "Økonomi godkender og låser" in text_of(read(auditor, THIRD))
        assert auditor.post(self.CLOSE).status_code == 403
        assert client_of(cast.head).get(THIRD).status_code == 403
        assert BillingRun.objects.count() == 2


class TestAClosedQuarter:
    FIRST = "/kvartaler/2026Q1/"

    def test_every_figure_opens_its_lines(self, town, client):
        assert assert_every_figure_opens_its_lines(client, self.FIRST, "/kvartaler/2026Q2/") > 10

    def test_it_says_who_when_and_that_all_is_right(self, town, client):
        text = text_of(read(client, self.FIRST))
        assert "Godkendt og låst af Oda Lund den 23-11-2026 kl. 09.30" in text
        assert "Det, der kan kontrolleres, stemmer – 8 af 8" in text
        assert "Leasinggivers faktura for 1. kvartal 2026 mangler: 3.264,79" in text
        assert town.runs[0].digest in text
        assert town.runs[0].digest in text_of(read(client, "/kvartaler/2026Q2/"))

    def test_the_workbook_has_the_lines_and_is_remembered(self, town, client):
        response = client.post(self.FIRST + "fil/xlsx/")
        assert response["Content-Disposition"] == (
            'attachment; filename="viderefakturering-2026Q1.xlsx"'
        )
        book = openpyxl.load_workbook(io.BytesIO(response.getvalue()))
        cells = [row[0] for row in book["Specifikation"].iter_rows(values_only=True)]
        assert cells.count("2026Q1") == town.runs[0].line_count
        export = RebillingExport.objects.get()
        assert (export.exported_by, export.file_kind) == ("Oda", "xlsx")
        assert export.checksum[:16] in text_of(read(client, self.FIRST))

    def test_the_opus_file_is_refused_with_the_units_to_mend(self, town, client):
        town.library.account = ""
        town.library.save()
        response = client.post(self.FIRST + "fil/csv/")
        assert response.status_code == 409
        text = _text(response)
        assert "2001 Biblioteket" in text
        assert "artskonto mangler" in text
        assert reverse("unit-detail", args=[town.library.id]) in response.content.decode()
        assert not RebillingExport.objects.exists()
        page = read(client, self.FIRST)
        assert "Opus-filen venter på kontering: 2001 Biblioteket : artskonto" in text_of(page)
        [mend] = page.xpath("//a[normalize-space(text())='2001 Biblioteket']/@href")
        assert mend == reverse("unit-coding", args=[town.library.id]) + f"?retur={self.FIRST}"
        [button] = page.xpath("//main//*[contains(@class, 'btn-primary')]")
        assert (text_of(button), button.get("href")) == ("Skriv kontering for Biblioteket", mend)
        # No button leads to a refusal that is known already.
        assert not page.xpath("//form[contains(@action, '/fil/csv/')]")
        assert page.xpath("//form[contains(@action, '/fil/xlsx/')]")
        town.library.account = "40000000"
        town.library.save()
        assert read(client, self.FIRST).xpath("//form[contains(@action, '/fil/csv/')]")

    def test_the_opus_file_and_its_voucher(self, town, client):
        response = client.post(self.FIRST + "fil/csv/")
        rows = list(csv.reader(io.StringIO(response.getvalue().decode()), delimiter=";"))
        assert {len(row) for row in rows} == {25}

        data = {"number": " 4711 ", "posted_on": "24-11-2026"}
        asked = client.post(self.FIRST + "bilag/", data)
        assert "Nummeret har 4 cifre" in _text(asked)
        data["seen_export"] = RebillingExport.objects.get().pk
        response = client.post(self.FIRST + "bilag/", data, follow=True)
        assert "er bogført med bilag 4711" in _text(response)
        assert Voucher.objects.get().posted_on == date(2026, 11, 24)
        response = client.post(self.FIRST + "bilag/", data)
        assert "allerede bogført" in _text(response)

    def test_a_voucher_that_cannot_be_read_keeps_what_was_typed(self, town, client):
        for data, said in (
            ({"number": "4711", "posted_on": "2026"}, "Skriv datoen som dag-måned-år"),
            ({"number": "", "posted_on": "24-11-2026"}, "Udfyld bilagsnummer."),
            ({"number": "4711", "posted_on": "24-11-2026"}, "Der er ikke hentet en fil"),
        ):
            response = client.post(self.FIRST + "bilag/", data)
            assert response.status_code == 422
            assert said in _text(response)
            assert f'value="{data["posted_on"]}"' in response.content.decode()
        assert not Voucher.objects.exists()

    def test_who_may_only_read_gets_no_files(self, town, cast, client_of):
        auditor = client_of(cast.auditor)
        assert not read(auditor, self.FIRST).xpath("//form[contains(@action, 'fil')]")
        for path in ("fil/xlsx/", "bilag/"):
            assert auditor.post(self.FIRST + path).status_code == 403

    def test_what_is_not_there(self, town, client):
        assert client.post("/kvartaler/2026Q3/fil/xlsx/").status_code == 404
        assert client.post(self.FIRST + "fil/pdf/").status_code == 404
        assert client.get(self.FIRST + "fil/xlsx/").status_code == 405
        assert client.post("/kvartaler/2026Q3/bilag/").status_code == 404
        assert client.get(self.FIRST + "2026Q2-01/").status_code == 404
        # PostgreSQL takes no NUL in a text, so none may come as far as a query.
        assert client.get(self.FIRST + "%00/").status_code == 404
        for page in ("bilag/", "fil/xlsx/", "fil/%00/"):
            assert client.post(f"/kvartaler/%00/{page}").status_code == 404

    def test_an_invoice_lists_its_units_and_lines(self, town, client):
        url = self.FIRST + "2026Q1-01/"
        assert assert_every_figure_opens_its_lines(client, url) >= 4
        tree = read(client, url)
        units, lines = tree.xpath("//table")
        [total] = lines.xpath("./tfoot//td[last()]")
        amounts = [parse_kroner(c.text_content()) for c in lines.xpath("./tbody/tr/td[last()]")]
        invoice = town.runs[0].invoices.get(number="2026Q1-01")
        assert parse_kroner(total.text) == sum(amounts) == invoice.total_ore
        assert len(units.xpath("./tbody/tr")) == 3


@pytest.mark.parametrize(
    "url", ["/kvartaler/", THIRD, "/kvartaler/2026Q3/laas/", "/egenbetaling/linjer/?afdeling=alle"]
)
def test_thirty_leases_cost_as_many_queries_as_three(town, client, url):
    few = queries_of(client, url)
    for n in range(30):
        make.lease(f"PG{n:06d}", unit=make.unit(f"11{n:02d}", department=town.school))
    assert queries_of(client, url) <= few


def test_a_closed_run_of_thirty_units_costs_as_many_queries(town, client):
    few = queries_of(client, "/kvartaler/2026Q2/")
    for n in range(30):
        make.lease(f"PG{n:06d}", unit=make.unit(f"11{n:02d}", department=town.school))
    close("2026Q3")
    assert queries_of(client, "/kvartaler/2026Q3/") <= few


def test_the_pages_are_accessible(page, live_server, transactional_db, cast):
    town = Town()
    town.library.account = ""
    town.library.save()
    be_logged_in(page, live_server, cast.finance)
    for path in (
        "/kvartaler/",
        THIRD,
        "/kvartaler/2026Q3/laas/",
        "/kvartaler/2026Q1/",
        "/kvartaler/2027Q1/",
        "/egenbetaling/?afdeling=alle",
    ):
        page.goto(live_server.url + path)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        if page.locator(".fold-all input").count():
            page.check(".fold-all input")
        assert_accessible_in_every_look(page)
        assert_no_sideways_scroll(page)
    town.library.account = "40000000"
    town.library.save()
    page.goto(live_server.url + "/kvartaler/2026Q1/")
    town.library.account = ""  # by somebody else, while the page is open
    town.library.save()
    page.get_by_role("button", name="Hent Opus-filen").click()
    page.get_by_text("Opus-filen kan ikke hentes endnu").wait_for()
    page.problems.clear()  # the browser notes the 409
    assert_accessible_in_every_look(page)


def _kr(ore):
    return f"{ore // 100:,}".replace(",", ".") + f",{ore % 100:02d} kr."


def _text(response):
    from lxml import html

    return text_of(html.fromstring(response.content.decode()))
