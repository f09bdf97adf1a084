"""The pages of the lessor's invoices: what they show, take and refuse."""

from datetime import UTC, date, datetime
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from lxml import html

from albertslund_it.common.money import parse_kroner
from leasing.billing.services.closing import close_quarter
from leasing.models import (
    Charge,
    DifferenceOutcome,
    LeaseTerm,
    Settings,
    SupplierInvoice,
    SupplierInvoiceLine,
)
from tests import builders as make
from tests.leasing.pages import queries_of, read, text_of, total_of_lines
from tests.leasing.supplier.world import five_pcs, invoice

pytestmark = pytest.mark.django_db
PAGE = "/kvartaler/2026Q1/afstemning/"


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = date(2026, 4, 8)


@pytest.fixture
def town():
    """Return five pcs and an invoice with three faults."""
    leases = five_pcs()
    invoice(
        "4711",
        ("PF000001", "359,41"),
        *((f"PF00000{n}", "349,41") for n in range(2, 5)),
        ("XX999999", "349,41"),
    )
    return leases


@pytest.fixture
def finance(cast, client_of):
    return client_of(cast.finance)


def decide(client, tree, cause, **data):
    """Follow a cause's button and send the form."""
    [link] = tree.xpath(f"//tr[contains(., '{cause}')]//a[contains(@href, 'afgoer')]")
    url = link.get("href")
    form = read(client, url)
    [seen] = form.xpath("//input[@name='agreed']/@value")
    return client.post(url, {"agreed": seen, "note": "Aftalt", **data})


def test_the_page_says_how_expected_becomes_invoiced(town, finance):
    text = text_of(read(finance, PAGE))

    assert "Ventet af leasinggiver 1.747,05" in text
    assert "Går op 5 1.757,05" in text
    for said in (
        "Beløbet afviger 1 +10,00",
        "Vores, men ikke faktureret 1 −349,41",
        "Faktureret, men ikke vores 1 +349,41",
        "T14: 1 linje på +10,00",
        "3 mangler afgørelse",
    ):
        assert said in text


def test_every_pile_opens_its_lines_with_the_same_sum(town, finance):
    tree = read(finance, PAGE)
    links = tree.xpath("//a[contains(@href, 'afstemning/linjer')]/@href")
    assert len(links) >= 6
    for link in links:
        count = 3 if "uafgjort" in link or "agrees" in link else 1
        assert len(read(finance, link).xpath("//table/tbody/tr")) == count, link
    piles = read(finance, f"{PAGE}linjer/").xpath("//select[@name='bunke']/option/@value")
    assert "agrees" not in piles


def test_what_is_expected_invoiced_and_agreed_on_open_what_they_are_made_of(town, finance):
    make.charge(make.unit("8008"), 9900, date(2026, 2, 10), "Fragt")  # the lessor does not bill it
    _settled_claim(finance)
    tree = read(finance, PAGE)

    [expected] = tree.xpath("//tr[th='Ventet af leasinggiver']//a")
    assert total_of_lines(finance, expected.get("href")) == parse_kroner(expected.text)

    count, amount = tree.xpath("//tfoot/tr[contains(th, 'Faktureret')]//a")
    assert count.get("href") == amount.get("href")
    listed = read(finance, amount.get("href"))
    rows = listed.xpath("//table/tbody/tr")
    assert len(rows) == int(count.text) == 6
    sums = [parse_kroner(row.xpath("td[last()]")[0].text_content()) for row in rows]
    assert sum(sums) == parse_kroner(amount.text) == 1407_64

    [agrees] = tree.xpath("//dt[text()='Stemmer']/following-sibling::dd[1]/a")
    listed = read(finance, agrees.get("href"))
    assert "Det, der stemmer i 1. kvartal 2026" in text_of(listed)
    sums = listed.xpath("//table/tfoot//td")
    assert text_of(agrees).startswith(f"{len(listed.xpath('//table/tbody/tr'))} (")
    assert any(text_of(one) in text_of(agrees) for one in sums if text_of(one))


def test_what_lines_cover_of_other_quarters_opens_those_lines(finance):
    five_pcs()
    make.lease("PF000006", starts_on=date(2026, 2, 15))
    invoice(
        "4711",
        ("PF000006", "359,41", "15-02-2026", "14-05-2026"),
        ("PF000001", "349,41"),
        ("PF000002", "698,82", "01-01-2026", "30-06-2026"),
        ("PF000003", "-10,00", "01-01-2026", "30-06-2026"),  # a credit covers no day
    )
    sums = {}
    for code, name in (
        ("2026Q1", "Linjer her, der dækker andre kvartaler"),
        ("2026Q2", "Dækket af linjer fra tidligere kvartaler"),
    ):
        [link] = read(finance, f"/kvartaler/{code}/afstemning/").xpath(f"//tr[th='{name}']//a")
        listed = read(finance, link.get("href"))
        rows = listed.xpath("//table/tbody/tr")
        assert [text_of(row)[:8] for row in rows] == ["PF000002", "PF000006"]
        assert all("4711" in text_of(row) for row in rows)
        amounts = [
            parse_kroner(row.xpath("td[last()]")[0].text_content().strip("+\n ")) for row in rows
        ]
        sums[code] = sum(amounts)
        assert sums[code] == parse_kroner(link.text.strip("+")) != 0
    assert sums["2026Q1"] == -sums["2026Q2"]
    assert finance.get("/kvartaler/2026Q2/afstemning/andre-kvartaler/?fra=x").status_code == 404


def test_a_total_that_covers_other_quarters_is_listed_by_device(finance):
    five_pcs()
    invoice("4711", ("", "3494,10", "01-01-2026", "30-06-2026"))
    [link] = read(finance, PAGE).xpath("//tr[contains(th, 'andre kvartaler')]//a")
    rows = read(finance, link.get("href")).xpath("//table/tbody/tr")
    assert len(rows) == 5
    assert all("4711" in text_of(row) for row in rows)
    amounts = [parse_kroner(row.xpath("td[last()]")[0].text_content()[-6:]) for row in rows]
    assert sum(amounts) == parse_kroner(link.text.strip("+"))


def _settled_claim(finance):
    """Claim what is unknown, and let a credit note of the quarter after settle it."""
    decide(finance, read(finance, PAGE), "Ukendt udstyr", outcome="claimed")
    invoice("4712", ("XX999999", "-349,41", "01-04-2026", "30-06-2026"))
    assert DifferenceOutcome.objects.get().credit_note.number == "4712"


def test_what_waits_opens_its_lines_with_the_same_sum(town, finance):
    tree = read(finance, PAGE)
    decide(finance, tree, "Ukendt udstyr", outcome="claimed")
    decide(finance, tree, "T14: 1 linje på +10,00", outcome="carried")
    # Decided about, and another amount since.
    SupplierInvoiceLine.objects.filter(serial_number="PF000001").update(amount_ore=361_41)
    status = read(finance, PAGE).xpath("//h2[text()='Status']/following-sibling::dl/dd")
    said = [text_of(one) for one in status]
    assert said == ["3 (1.048,23 kr.)", "2 (−337,41 kr.)", "1"]
    for one in status[1:]:
        opened = read(finance, one.find("a").get("href"))
        assert len(opened.xpath("//table/tbody/tr")) == int(text_of(one).split()[0])
    undecided = read(finance, status[1].find("a").get("href"))
    assert "−337,41" in text_of(undecided.find(".//tfoot"))


def test_deciding_about_each_and_the_charge(town, finance):
    tree = read(finance, PAGE)
    assert decide(finance, tree, "T14: 1 linje på +10,00", outcome="charged").status_code == 302
    assert decide(finance, tree, "Ukendt udstyr", outcome="claimed").status_code == 302
    assert decide(finance, tree, "−349,41", outcome="waits").status_code == 302

    assert Charge.objects.get().amount_ore == 1000
    assert DifferenceOutcome.objects.count() == 3
    text = text_of(read(finance, PAGE))
    assert "Venter på kreditnota" in text
    assert "mangler afgørelse" not in text.replace("Mangler afgørelse 0", "")
    book = openpyxl.load_workbook(
        BytesIO(b"".join(finance.get("/leverandoerfakturaer/krav/?hent=xlsx").streaming_content))
    )
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][:2] == ("Kvartal", "Serienummer")
    assert rows[1][1] == "XX999999"
    assert rows[1][8] == 349.41


def test_a_stale_form_is_told_and_nothing_typed_is_lost(town, finance, cast, client_of):
    tree = read(finance, PAGE)
    decide(finance, tree, "T14: 1 linje på +10,00", outcome="carried")
    [link] = tree.xpath("//tr[contains(., 'T14: 1 linje på +10,00')]//a[contains(@href, 'afgoer')]")
    response = finance.post(
        link.get("href"), {"agreed": "x", "outcome": "charged", "note": "Min grund"}
    )

    assert response.status_code == 422
    assert "Afvigelserne er ændret" in response.content.decode()
    assert DifferenceOutcome.objects.get().outcome == "carried"


def test_a_form_without_an_outcome_or_a_note_says_so(town, finance):
    response = decide(finance, read(finance, PAGE), "T14: 1 linje på +10,00", note="")
    text = response.content.decode()

    assert response.status_code == 422
    assert "Vælg afgørelse." in text
    assert "Udfyld bemærkning." in text


def test_who_may_only_read_gets_no_buttons(town, cast, client_of):
    client = client_of(cast.auditor)
    tree = read(client, PAGE)
    assert not tree.xpath("//a[contains(@href, 'afgoer')]")
    assert client.post(f"{PAGE}afgoer/?bunke=differs", {}).status_code == 403


@pytest.mark.parametrize("code", ["2025Q4", "2026q1", "x", "2026S1"])
def test_a_quarter_that_cannot_be_reconciled_is_not_found(town, finance, code):
    assert finance.get(f"/kvartaler/{code}/afstemning/").status_code == 404


def total_form(**fields):
    data = {
        "number": "T-1",
        "invoice_date": "02-01-2026",
        "net_ore": "1.747,05",
        "vat_ore": "436,76",
        "total-TOTAL_FORMS": "6",
        "total-INITIAL_FORMS": "0",
        "total-0-sub_agreement": "UA-1",
        "total-0-starts_on": "01-01-2026",
        "total-0-last_day": "31-03-2026",
        "total-0-amount_ore": "1.747,05",
    }
    return data | fields


def test_a_total_is_typed_in_and_agrees(finance):
    five_pcs()
    url = reverse("supplier-invoice-new")
    assert finance.get(url).status_code == 200
    response = finance.post(url, total_form())

    sent = SupplierInvoice.objects.get()
    assert response.url == reverse("supplier-invoice-detail", args=[sent.pk])
    assert (sent.net_ore, sent.vat_ore, sent.entered_by) == (174705, 43676, "Oda")
    assert "Alt stemmer" in text_of(read(finance, PAGE))
    # The same again, a double click, is one invoice.
    assert finance.post(url, total_form()).status_code == 302
    assert SupplierInvoice.objects.count() == 1


def test_totals_that_do_not_add_up_are_refused_with_the_figures(finance):
    response = finance.post(reverse("supplier-invoice-new"), total_form(net_ore="1.800,00"))
    text = response.content.decode()

    assert response.status_code == 422
    assert "Linjerne på T-1 giver 1.747,05" in text
    assert 'value="1.800,00"' in text
    assert not SupplierInvoice.objects.exists()


def test_the_invoice_page_takes_a_voucher_and_withdraws(town, finance):
    sent = SupplierInvoice.objects.get()
    page = reverse("supplier-invoice-detail", args=[sent.pk])
    assert "1. kvartal 2026" in text_of(read(finance, page))
    finance.post(reverse("supplier-invoice-voucher", args=[sent.pk]), {"voucher_number": "5105"})
    sent.refresh_from_db()
    assert sent.voucher_number == "5105"
    assert "4711" in text_of(read(finance, "/leverandoerfakturaer/?q=5105"))

    assert finance.get(reverse("supplier-invoice-withdraw", args=[sent.pk])).status_code == 200
    finance.post(reverse("supplier-invoice-withdraw", args=[sent.pk]))
    assert not SupplierInvoice.objects.exists()


def test_the_quarter_and_the_front_page_tell_of_what_waits(town, finance):
    text = text_of(read(finance, "/kvartaler/2026Q1/"))
    assert "3 afvigelser venter" in text
    assert "Afvigelser fra leasinggivers faktura" in text
    tree = read(finance, "/")
    assert tree.xpath(f"//a[@href='{PAGE}']")


def test_the_number_of_queries_does_not_grow_with_the_rows(finance):
    five_pcs()
    make.device("OLD")
    invoice("4711", ("PF000001", "359,41"), ("XX1", "1,00"), ("OLD", "1,00"))
    urls = (PAGE, f"{PAGE}linjer/", "/leverandoerfakturaer/", f"{PAGE}afgoer/?bunke=not_invoiced")
    few = [queries_of(finance, url) for url in urls]
    for n in range(30):
        lease = make.lease(f"NY{n:04}")
        invoice(f"F-{n}", (f"NY{n:04}", "400,00"), (f"YY{n}", "1,00"), (f"OLD{n}", "1,00"))
        make.device(f"OLD{n}")
        assert lease
    assert [queries_of(finance, url) for url in urls] == few


def test_an_invoice_that_decisions_rest_on_says_so_before_anyone_presses(town, finance):
    address = f"/leverandoerfakturaer/{SupplierInvoice.objects.get().pk}/tilbage/"
    assert read(finance, address).xpath("//main//form//button[@type='submit']")
    decide(finance, read(finance, PAGE), "T14: 1 linje på +10,00", outcome="carried")

    tree = read(finance, address)
    assert "kan ikke trækkes tilbage" in text_of(tree)
    assert not tree.xpath("//main//form//button[@type='submit']")


def right_the_register():
    """Let the lease cost what the lessor billed: the difference of 10 kr. is gone."""
    LeaseTerm.objects.filter(lease__device__serial_number="PF000001").update(price_ore=575066)


def test_a_charge_for_a_difference_that_is_gone_is_shown_and_taken_back(town, finance):
    decide(finance, read(finance, PAGE), "T14: 1 linje på +10,00", outcome="charged")
    right_the_register()

    tree = read(finance, PAGE)
    assert "Afgørelser om afvigelser, der er væk" in text_of(tree)
    assert "3 mangler afgørelse" in text_of(tree)
    [action] = tree.xpath("//form[contains(@action, 'bortfaldet')]/@action")
    assert finance.post(action).status_code == 302
    assert not Charge.objects.exists()
    assert not DifferenceOutcome.objects.exists()
    assert "der er væk" not in text_of(read(finance, PAGE))
    assert "er taget tilbage allerede" in text_of(read(finance, finance.post(action).url))


def test_a_billed_charge_for_a_difference_that_is_gone_gets_its_opposite(town, finance, settings):
    decide(finance, read(finance, PAGE), "T14: 1 linje på +10,00", outcome="charged")
    settings.TODAY = date(2026, 7, 1)
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    close_quarter(code="2026Q2", closed_by="Økonomi", today=settings.TODAY, now=noon)
    right_the_register()
    [action] = read(finance, PAGE).xpath("//form[contains(@action, 'bortfaldet')]/@action")
    finance.post(action)

    assert sorted(Charge.objects.values_list("amount_ore", flat=True)) == [-1000, 1000]
    assert not DifferenceOutcome.objects.exists()


def test_a_decision_whose_difference_is_there_cannot_be_taken_back(town, finance):
    decide(finance, read(finance, PAGE), "T14: 1 linje på +10,00", outcome="charged")
    outcome = DifferenceOutcome.objects.get()
    finance.post(f"{PAGE}bortfaldet/{outcome.pk}/")

    assert Charge.objects.count() == DifferenceOutcome.objects.count() == 1


def test_vat_that_nobody_told_is_blank_and_not_nought(finance):
    five_pcs()
    finance.post(reverse("supplier-invoice-new"), total_form(vat_ore=""))
    finance.post(reverse("supplier-invoice-new"), total_form(number="T-2"))
    sent = SupplierInvoice.objects.get(number="T-1")
    assert sent.vat_ore is None
    page = text_of(read(finance, reverse("supplier-invoice-detail", args=[sent.pk])))
    assert "Moms ikke oplyst" in page
    assert "I alt med moms" not in page
    file = finance.get(f"{reverse('supplier-invoice-list')}?hent=xlsx")
    sheet = openpyxl.load_workbook(BytesIO(b"".join(file.streaming_content)), data_only=True).active
    headings, *rows, total = sheet.iter_rows(values_only=True)
    vat = headings.index("Moms (kr.)")
    assert {row[0]: row[vat] for row in rows} == {"T-1": None, "T-2": 436.76}
    assert (total[0], total[vat], total[vat - 1]) == ("I alt", 436.76, 3494.10)


def decide_page(client):
    """Return the address and form of the decision about the T14 that is 10 kr. too dear."""
    tree = read(client, PAGE)
    [link] = tree.xpath("//tr[contains(., 'T14: 1 linje på +10,00')]//a[contains(@href, 'afgoer')]")
    form = read(client, link.get("href"))
    [seen] = form.xpath("//input[@name='agreed']/@value")
    return link.get("href"), form, {"agreed": seen, "note": "Aftalt", "outcome": "charged"}


def test_who_is_charged_is_shown_and_agreed_to(town, finance):
    url, form, sends = decide_page(finance)
    [row] = form.xpath("//table/tbody/tr")
    assert "1001 Ærtebjerg Skole" in text_of(row)
    make.placement(town[0].device, date(2026, 2, 1), make.unit("1002"))

    response = finance.post(url, sends)
    assert response.status_code == 422
    assert "31-03-2026, 1002 Brøndlunden), siden du så den" in text_of(
        html.fromstring(response.content.decode())
    )
    assert not Charge.objects.exists()
    _, form, sends = decide_page(finance)
    assert "1002 Brøndlunden" in text_of(form)
    assert finance.post(url, sends).status_code == 302
    assert Charge.objects.get().unit.number == "1002"


def test_what_the_difference_is_made_of_is_agreed_to_as_well(town, finance):
    url, _, sends = decide_page(finance)
    # 10 kr. more on both sides: the difference is what it was.
    LeaseTerm.objects.filter(lease__device__serial_number="PF000001").update(price_ore=575066)
    SupplierInvoiceLine.objects.filter(serial_number="PF000001").update(amount_ore=36941)
    response = finance.post(url, sends)
    assert response.status_code == 422
    assert not Charge.objects.exists()


def test_a_charge_out_of_scale_is_asked_about(town, finance):
    Settings.objects.update(charge_limit_kr=5)
    url, _, sends = decide_page(finance)
    response = finance.post(url, sends)
    assert response.status_code == 422
    page = html.fromstring(response.content.decode())
    assert "PF000001: Beløbet er 10,00 kr., og der spørges, når det er over 5,00 kr." in text_of(
        page
    )
    assert page.xpath("//input[@name='is_sure']")
    assert not Charge.objects.exists()
    assert finance.post(url, {**sends, "outcome": "carried"}).status_code == 302
    assert finance.post(f"{url}&alle=1", sends).status_code == 422
    [seen] = read(finance, f"{url}&alle=1").xpath("//input[@name='agreed']/@value")
    sure = {**sends, "agreed": seen, "is_sure": "on"}
    assert finance.post(f"{url}&alle=1", sure).status_code == 302
    assert Charge.objects.get().amount_ore == 1000
