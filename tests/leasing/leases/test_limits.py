"""Prices, terms, budgets and typed invoices out of scale: asked about, or refused in words."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from lxml import html

from leasing.leases.selectors.limits import Limits
from leasing.models import Budget, Charge, Settings, SupplierInvoice
from tests import builders as make
from tests.leasing.pages import text_of

TODAY = date(2026, 4, 8)


@pytest.fixture
def unit(db, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    return make.unit("1001", "Ærtebjerg Skole")


def workbook(*rows):
    book, stream = openpyxl.Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return SimpleUploadedFile("fil.xlsx", stream.getvalue())


def warnings_of(client, kind, *rows):
    page = client.post(f"/indlaes/{kind}/", {"file": workbook(*rows)})
    assert page.status_code == 200, text_of(html.fromstring(page.content.decode()))
    found = html.fromstring(page.content.decode()).xpath("//div[contains(@class,'notice-warn')]")
    return [text_of(one) for one in found]


def test_charges_out_of_scale_are_told_by_row(unit, cast, client_of):
    found = warnings_of(
        client_of(cast.finance),
        "charges",
        ["Dato", "Enhedsnr", "Beløb", "Tekst"],
        [date(2026, 2, 1), "1001", 25_000, "Som det plejer"],
        [date(2026, 2, 1), "1001", 99_999_999, "Skade"],
        [date(2099, 2, 1), "1001", 10, "Fragt"],
    )
    assert [one[:9] for one in found] == ["række 3: ", "række 4: "]
    assert "Beløbet er 99.999.999,00 kr." in found[0]
    assert "ligger efter 2. kvartal 2026" in found[1]


def test_prices_and_terms_out_of_scale_are_told_by_row(unit, cast, client_of):
    found = warnings_of(
        client_of(cast.finance),
        "prices",
        ["Model", "Kategori", "Gælder fra", "Leasingpris", "Kvartaler"],
        ["T14", "pc", date(2026, 1, 1), 5_590.66, 16],
        ["T16", "pc", date(2026, 1, 1), 559_066, 16],
        ["X1", "pc", date(2026, 1, 1), 5_000, 40],
    )
    assert [one[:9] for one in found] == ["række 3: ", "række 4: "]
    assert "Prisen er 559.066,00 kr." in found[0]
    assert "Løbetiden er på 40 kvartaler" in found[1]


def test_budgets_out_of_scale_are_told_by_row_and_asked_about(unit, cast, client_of):
    client = client_of(cast.finance)
    found = warnings_of(
        client,
        "budgets",
        ["År", "Enhedsnr", "Beløb"],
        [2026, "1001", 99_999_999],
    )
    assert found[0].startswith("række 2: Budgettet er 99.999.999,00 kr.")
    url = f"/budgetter/ret/?afdeling={unit.department_id}&aar=2026"
    typed = {f"unit_{unit.pk}": "99.999.999,00", f"seen_{unit.pk}": ""}
    asked = client.post(url, typed)
    assert asked.status_code == 422
    assert "Ærtebjerg Skole: Budgettet er" in asked.content.decode()
    assert not Budget.objects.exists()
    assert client.post(url, {**typed, "is_sure": "on"}).status_code == 302
    assert Budget.objects.get().amount_ore == 9_999_999_900


def test_the_limits_are_the_settings(unit, cast, client_of):
    Settings.objects.update(charge_limit_kr=10)
    row = [date(2026, 2, 1), "1001", 10.01, "Skade"]
    headings = ["Dato", "Enhedsnr", "Beløb", "Tekst"]
    assert len(warnings_of(client_of(cast.finance), "charges", headings, row)) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"net_ore": "-100,00", "total-0-amount_ore": "-100,00"}, "Fakturaens beløb er −100,00"),
        ({"total-0-amount_ore": "-100,00"}, "Linje 1: beløbet er −100,00"),
        ({"vat_ore": "-25,00"}, "Momsen er −25,00"),
        ({"total-0-amount_ore": "-100,00", "is_credit_note": "on"}, "uden minus"),
    ],
)
def test_a_typed_total_below_zero_is_refused_in_words(unit, cast, client_of, typed, said):
    page = client_of(cast.finance).post(
        "/leverandoerfakturaer/ny/",
        {
            "total-TOTAL_FORMS": "1",
            "total-INITIAL_FORMS": "0",
            "number": "F1",
            "invoice_date": "01-04-2026",
            "net_ore": "100,00",
            "total-0-sub_agreement": "UA-1",
            "total-0-starts_on": "01-01-2026",
            "total-0-last_day": "31-03-2026",
            "total-0-amount_ore": "100,00",
            **typed,
        },
    )
    assert page.status_code == 422
    text = text_of(html.fromstring(page.content.decode()))
    assert said in text
    assert "kreditnota" in text
    assert not SupplierInvoice.objects.exists()


def test_the_charges_that_are_chosen_are_those_that_something_is_said_of(unit):
    limits = Limits.on(TODAY)
    edge, last = limits.charge_ore, limits.last.ends_before
    days = (TODAY, last - timedelta(days=1), last)
    for amount_ore in (-edge - 1, -edge, edge, edge + 1):
        for day in days:
            make.charge(unit, amount_ore, day, f"Skade {amount_ore}")
    said = {c.pk for c in Charge.objects.all() if limits.of_charge(c.amount_ore, c.charged_on)}
    assert set(Charge.objects.filter(limits.odd_charges()).values_list("pk", flat=True)) == said
    assert len(said) == 8
