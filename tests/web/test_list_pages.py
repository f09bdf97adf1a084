"""What every list does: a fragment for htmx and a page for others, sorting, pages, empty lists."""

import pytest
from django.urls import reverse

from tests import builders as make
from tests.web.markup import parse, select, text

pytestmark = pytest.mark.django_db
URL = "/udstyr/?visning=alt"  # a bare address shows what is leased
HTMX = {"HX-Request": "true", "HX-Target": "liste"}


@pytest.fixture
def client(cast, client_of):
    return client_of(cast.helpdesk)


@pytest.fixture
def many():
    for number in range(120):
        make.device(f"PF-{number:03}")


def test_htmx_gets_the_list_alone_and_others_the_whole_page(client, many):
    fragment = client.get(URL, headers=HTMX)
    page = client.get(URL)

    assert b"<html" not in fragment.content
    assert b"<html" in page.content
    assert select(parse(fragment), "table.data")
    _, _, the_list = fragment.content.partition(b"</nav>")  # the presets go to their own place
    assert the_list.strip() in page.content


@pytest.mark.parametrize(
    "headers",
    [
        {"HX-Request": "true"},
        {"HX-Request": "true", "HX-Target": "noget-andet"},
        {**HTMX, "HX-History-Restore-Request": "true"},
    ],
)
def test_any_other_htmx_request_gets_the_whole_page(client, headers):
    assert b"<html" in client.get(URL, headers=headers).content


def test_no_cache_may_mix_up_fragment_and_page(client):
    for headers in ({}, HTMX):
        assert {"HX-Request", "HX-Target"} <= set(
            client.get(URL, headers=headers)["Vary"].split(", ")
        )


def test_the_headings_tell_the_order_and_keep_the_filters(client, many):
    page = parse(client.get(f"{URL}&q=PF&sorter=serial_number&side=2"))
    heading = page.get_element_by_id("sort-serial_number")

    assert heading.getparent().get("aria-sort") == "ascending"
    assert select(page, "th[aria-sort]") == [heading.getparent()]
    assert heading.get("href") == heading.get("hx-get") == "?visning=alt&q=PF&sorter=-serial_number"
    assert text(heading) == "Serienr., sortér faldende"
    hidden = select(page, "input[name=sorter][form]")[0]
    assert (hidden.get("value"), hidden.get("form")) == ("serial_number", "filter")


def test_pages_are_linked_and_the_present_one_is_marked(client, many):
    page = parse(client.get(f"{URL}&side=2&q=PF"))

    assert text(select(page, "[data-announce]")[0]) == "Viser 51–100 af 120"
    assert text(select(page, ".pages [aria-current=page]")[0]) == "Side 2"
    assert [a.get("href") for a in select(page, ".pages a")] == [
        "?visning=alt&side=1&q=PF",
        "?visning=alt&side=1&q=PF",
        "?visning=alt&side=3&q=PF",
        "?visning=alt&side=3&q=PF",
    ]
    assert len(select(page, "tbody tr")) == 50


@pytest.mark.parametrize(("side", "shown"), [("0", "101–120"), ("99", "101–120"), ("x", "1–50")])
def test_a_page_that_is_not_there_gives_one_that_is(client, many, side, shown):
    page = parse(client.get(f"{URL}&side={side}"))

    assert text(select(page, "[data-announce]")[0]) == f"Viser {shown} af 120"


@pytest.mark.parametrize("sorter", ["sludder", "-", "lease_state", "pk", "serial_number,model"])
def test_an_order_that_is_not_there_does_no_harm(client, many, sorter):
    assert client.get(URL, {"sorter": sorter}).status_code == 200


def test_an_empty_list_says_what_to_do_next(client, cast):
    assert "når en leverance er indlæst" in text(select(parse(client.get(URL)), ".empty")[0])
    make.device()
    filtered = parse(client.get(f"{URL}&q=findes-ikke"))
    assert text(select(filtered, ".empty")[0]).startswith("Intet passer til filtrene")
    assert select(filtered, ".empty a")[0].get("href") == URL


def test_what_people_typed_is_shown_as_text(client, cast):
    nasty = '<script>alert("x")</script>'
    unit = make.unit("77", nasty)
    device = make.device()
    make.placement(device, make.FIRST_DAY, unit, used_for=nasty)
    pages = [
        client.get(URL),
        client.get(URL, {"q": nasty}),
        client.get(reverse("device-detail", args=[device.pk])),
        client.get(reverse("unit-detail", args=[unit.pk])),
        client.get(reverse("department-detail", args=[unit.department_id])),
    ]

    for page in pages:
        assert nasty not in page.content.decode()
    assert nasty in select(parse(pages[0]), "tbody tr")[0].text_content()


def test_totals_stand_under_a_list(client, cast):
    other = make.unit("1002", "Biblioteket", department=make.department("Kultur"))
    for number, unit in enumerate([cast.unit, cast.unit, other]):
        make.placement(make.device(f"PF-{number}"), make.FIRST_DAY, unit)
    rows = select(parse(client.get("/afdelinger/")), "tfoot tr")

    assert [text(cell) for cell in rows[0]] == ["I alt", "", "2", "3", "3", ""]


@pytest.mark.parametrize(
    ("name", "file_name"),
    [("department-list", "afdelinger"), ("department-detail", "enheder")],
)
def test_other_lists_download_too(client, cast, name, file_name):
    args = [cast.unit.department_id] if name.endswith("detail") else []
    response = client.get(reverse(name, args=args) + "?hent=xlsx")

    assert file_name in response["Content-Disposition"]
    assert response.getvalue()[:2] == b"PK"


@pytest.mark.parametrize("query", ["per_page=-1", "per_page=1000000", "side=-1&per_page=0"])
def test_the_address_does_not_say_how_long_a_page_is(client, many, query):
    response = client.get(f"{URL}&{query}")
    assert response.status_code == 200
    assert len(select(parse(response), "table.data tbody tr")) in {20, 50}
