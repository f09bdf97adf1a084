"""What every list offers beside its rows: chips, columns, and what is done with several."""

from io import BytesIO
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from albertslund_it.web.lists import picking
from inventory.models import ListPreset
from tests import builders as make
from tests.web.markup import parse, select, text

pytestmark = pytest.mark.django_db
ALL = "/udstyr/?visning=alt"


@pytest.fixture
def client(cast, client_of):
    return client_of(cast.helpdesk)


def headings(page):
    """Return the headings between the box of a row and what is done with it."""
    return [text(one).split(",")[0] for one in select(parse(page), "table.data thead th")][1:-1]


def test_a_bare_address_shows_what_is_leased_and_says_so(client):
    make.device("PF000001")
    leased = make.lease("PF000002").device
    page = parse(client.get("/udstyr/"))

    assert [text(one) for one in select(page, "tbody th")] == [str(leased)]
    assert text(select(page, "ul.views a[aria-current]")[0]) == "Leasede pc'er 1"
    (chip,) = select(page, "ul.chips li")
    assert text(chip).startswith("Status: Leasede pc'er")
    assert select(chip, "a")[0].get("href") == ALL
    assert len(select(parse(client.get(ALL)), "tbody tr")) == 2


def test_every_preset_says_how_many_rows_it_has_once_the_page_is_there(client, cast):
    make.device("PF000001")
    make.lease("PF000002")
    ListPreset.objects.create(
        owner=cast.helpdesk, list_name="device-list", name="Nr. 1", query="q=PF000001"
    )
    page = parse(client.get("/udstyr/"))
    nav, asks = page.get_element_by_id("presets"), page.get_element_by_id("preset-counts")
    assert (asks.get("hx-get"), asks.get("hx-trigger")) == ("/udstyr/", "load delay:100ms")
    told = client.get("/udstyr/", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="preset-counts")

    counts = {
        one.get("hx-swap-oob").removeprefix("innerHTML:#"): text(one)
        for one in select(parse(told), "span")
    }
    shown = {
        text(link): counts[select(link, ".count")[0].get("id")]
        for link in select(nav, "ul.views a")
    }
    assert shown == {
        "Leasede pc'er 1": "1",
        "Hos enheder": "0",
        "Leaset på lager": "1",
        "Udløber uden valg": "0",
        "Uden leasing": "1",
        "Alt": "2",
        "Nr. 1": "1",
    }


def test_a_chip_takes_its_own_filter_away_and_no_other(client):
    model = make.device("PF000001").model
    page = parse(client.get(f"/udstyr/?state=uden-leasing&model={model.pk}&side=2"))

    assert [select(one, "a")[0].get("href") for one in select(page, "ul.chips li")] == [
        "/udstyr/?state=uden-leasing",
        f"/udstyr/?model={model.pk}",
    ]


def test_columns_are_shown_in_the_order_of_the_address_and_in_excel(client):
    make.device("PF000001")
    address = f"{ALL}&kolonne=category&kolonne=model"

    assert headings(client.get(address)) == ["Serienr.", "Kategori", "Model"]
    book = load_workbook(BytesIO(b"".join(client.get(f"{address}&hent=xlsx").streaming_content)))
    top = [[cell.value for cell in row] for row in book.active.iter_rows(max_row=6)]
    assert ["Serienr.", "Kategori", "Model"] in [[c for c in row if c] for row in top]
    moved = parse(client.get(address)).get_element_by_id("up-model").get("href")
    assert headings(client.get(moved)) == ["Serienr.", "Model", "Kategori"]


def test_a_column_that_the_list_does_not_have_is_refused(client):
    make.device("PF000001")
    page = parse(client.get(f"{ALL}&kolonne=password"))

    assert "ingen kolonne »password«" in text(select(page, ".notice-bad")[0])
    assert not select(page, "tbody tr")


def test_all_rows_of_all_pages_are_chosen_with_what_they_cost(client, cast):
    for number in range(60):
        make.lease(f"PF{number:06}", unit=cast.unit)
    first = parse(client.get("/udstyr/"))
    chosen = parse(client.get(f"/udstyr/{first.get_element_by_id('pick-all').get('href')}"))
    bar = chosen.get_element_by_id("valgte")
    one = int(select(first, "input.pick")[0].get("data-ore"))

    assert text(select(bar, "p.sum strong")[0]) == "Alle 60 valgt"
    assert len(select(bar, "textarea")[0].text.split(",")) == 60
    kroner = f"{60 * one // 100:,}".replace(",", ".")
    assert text(select(bar, "p.sum span")[0]).startswith(kroner)
    given = {"trin": "valgt", "serienumre": select(bar, "textarea")[0].text}
    form = parse(client.post("/udstyr/flyt/", given))
    assert len(form.get_element_by_id("id_serial_numbers").text_content().split()) == 60
    assert "60 stk. udstyr" in text(form.get_element_by_id("virkning"))


def test_more_rows_than_are_handled_at_once_are_not_chosen_at_once(client, monkeypatch):
    monkeypatch.setattr("albertslund_it.web.lists.pages.MOST", 55)
    for number in range(60):
        make.device(f"PF{number:06}")
    page = parse(client.get(f"{ALL}&valgt=alle"))

    assert not select(page, "textarea[name=serienumre]")
    assert not page.xpath("//*[@id='pick-all']")
    assert picking.MOST >= 569  # as many as are leased


def test_who_may_not_do_anything_is_given_no_boxes(client_of, cast):
    make.lease("PF000001", unit=cast.unit)
    page = parse(client_of(cast.finance).get("/udstyr/"))

    assert select(page, "tbody tr")
    assert not select(page, "input.pick")
    assert not page.xpath("//form[@id='valgte']")


def acts_of(page, serial):
    (row,) = [r for r in select(parse(page), "tbody tr") if text(select(r, "th")[0]) == serial]
    return {text(one): one.get("href") for one in select(row, "td.acts-cell a")}


def test_a_row_offers_what_can_be_done_with_that_device_by_that_reader(client, client_of, cast):
    held = make.lease("PF000001", unit=cast.unit).device
    make.lease("PF000002")
    page = client.get("/udstyr/")

    acts = acts_of(page, "PF000001")
    here = quote("/udstyr/?state=leaset-pc", safe="")
    assert acts["Flyt"] == f"/udstyr/flyt/?serienumre=PF000001&retur={here}"
    assert "Tag tilbage" in acts
    assert "Udlever" not in acts
    assert "Udlever" in acts_of(page, "PF000002")
    assert "Flyt" not in acts_of(page, "PF000002")
    leaders = acts_of(client_of(cast.head).get("/udstyr/"), "PF000001")
    assert leaders["Ikke vores"] == f"/bekraeft/{held.pk}/ikke-vores/?retur={here}"
    assert "Flyt" not in leaders
    assert not select(parse(client_of(cast.auditor).get("/udstyr/")), ".acts-cell")


def test_what_a_row_offers_is_no_column_to_choose_and_none_of_excel(client):
    make.lease("PF000001")
    chosen = client.get("/udstyr/?kolonne=model&state=leaset-pc")

    assert acts_of(chosen, "PF000001")
    names = [one.get("id") for one in select(parse(chosen), ".list-columns-body input")]
    assert "column-model" in names
    assert "column-acts" not in names
    book = load_workbook(BytesIO(b"".join(client.get("/udstyr/?hent=xlsx").streaming_content)))
    assert not any("Handlinger" in map(str, row) for row in book.active.values)


def test_the_way_of_a_list_is_told_by_its_rows_and_not_by_their_order(client):
    make.lease("PF000001")

    def shows(query):
        return parse(client.get(f"/udstyr/{query}")).get_element_by_id("valgte").get("data-shows")

    assert shows("") == shows("?state=leaset-pc&sorter=-unit&kolonne=model&side=1")
    assert shows("") != shows("?visning=alt")
