"""The scan field: what was scanned, and what can be done with it."""

from datetime import date

import pytest

from leasing.models import Order, OrderedDevice, Status
from tests import builders as make
from tests.leasing.pages import read, text_of

TODAY = date(2026, 11, 23)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY
    make.cost_holder()


@pytest.fixture
def client(cast, client_of):
    return client_of(cast.helpdesk)


@pytest.fixture
def lease(cast):
    anna = make.employee("anbe", "Anna Berg", unit=cast.unit)
    return make.lease("PF000001", unit=cast.unit, employee=anna)


def offered(client, text):
    """Return the buttons for what a text stands for: words and address."""
    page = read(client, f"/scan/?q={text}")
    buttons = page.xpath("//section[contains(@class,'scanned')]//*[@class='actions']/a")
    return {text_of(one): one.get("href") for one in buttons}


def test_a_device_with_somebody_is_moved_or_taken_back(client, lease):
    found = offered(client, "pf000001")
    assert found["Tag tilbage"] == "/udstyr/tag-tilbage/?serienumre=PF000001"
    assert "Udlever" not in found
    assert "Anna Berg" in text_of(read(client, "/scan/?q=PF000001"))


def test_one_in_stock_is_handed_out(client):
    make.lease("PF000002")
    assert offered(client, "PF000002")["Udlever"] == "/udstyr/udlever/?serienumre=PF000002"


def test_one_that_is_set_aside_is_handed_out_on_its_order(client):
    line = make.order_line(make.unit("1007"), status=Status.DELIVERED)
    device = make.lease("PF000003").device
    OrderedDevice.objects.create(line=line, device=device, delivered_on=TODAY)
    asked = f"/udstyr/udlever/?serienumre=PF000003&linje={line.pk}"
    assert offered(client, "PF000003")["Udlever"] == asked


def test_several_are_handled_together(client, lease):
    make.lease("PF000002")
    found = offered(client, "PF000001%0APF000002")
    assert found["Tag tilbage"] == "/udstyr/tag-tilbage/?serienumre=PF000001%2CPF000002"


def test_initials_offer_what_one_does_with_a_person(client, lease):
    found = offered(client, "ANBE")
    assert found["Bestil"].startswith("/bestillinger/ny/?medarbejder=")
    assert found["Fratræder"].endswith("/fratraeder/")


def test_an_order_is_found_with_and_without_its_letter(client):
    line = make.order_line(make.unit("1007"), status=Status.DELIVERED)
    hands_out = f"/udstyr/udlever/?linje={line.pk}"
    for text in (f"B{line.order_id}", f"b{line.order_id}", str(line.order_id)):
        assert hands_out in offered(client, text).values(), text


def test_a_draft_is_finished_and_so_is_a_mail_without_lines(client):
    written = make.order_line(make.unit("1007"), status=Status.DRAFT).order
    mail = Order.objects.create(created_at=written.created_at)
    for order in (written, mail):
        assert offered(client, order.number) == {"Gør færdig": f"/bestillinger/{order.pk}/ret/"} | {
            "Se alt": f"/bestillinger/{order.pk}/"
        }


def test_the_lessors_number_takes_the_delivery_in(client):
    make.order_line(make.unit("1007"), status=Status.ORDERED, supplier_order_number="ATEA-4711")
    assert offered(client, "ATEA-4711")["Modtag levering"] == (
        "/bestillinger/levering/?nummer=ATEA-4711"
    )


def test_what_is_not_known_says_what_it_looks_like(client, lease):
    page = text_of(read(client, "/scan/?q=PF00000I"))
    assert "kendes ikke" in page
    assert "PF00000I – mente du PF000001?" in page


def test_what_is_not_known_is_said_once(client, lease):
    for text in ("4711", "XX000001 XX000002"):
        page = text_of(read(client, f"/scan/?q={text}"))
        assert page.lower().count("kendes ikke") == 1, text
    both = text_of(read(client, "/scan/?q=PF000001 XX000002"))
    assert "Kendes ikke: XX000002" in both
    assert "« kendes ikke" not in both


def test_hostile_texts_are_answered(client):
    for text in ("9" * 400, "%27%22%3E%3Cscript%3E", "PF1%20" * 600, "%F0%9F%92%A9"):
        assert client.get(f"/scan/?q={text}").status_code == 200, text


@pytest.mark.parametrize("written", ["B{}", "b {}", "B-{}", "%23{}", "{}", "B{}/", "B0{}"])
def test_an_order_is_known_however_its_number_is_written(client, cast, written):
    order = make.order_line(cast.unit, status=Status.ORDERED).order
    page = text_of(read(client, f"/scan/?q={written.format(order.pk)}"))
    assert f"Bestilling B{order.pk}" in page
    found = client.get(f"/soeg/?q={written.format(order.pk)}")  # opens what is it exactly
    assert f"/bestillinger/{order.pk}/" in found.get("Location", found.content.decode())


def test_the_number_of_a_line_leads_to_what_can_be_done_with_it(client, cast):
    order = make.order_line(cast.unit, status=Status.ORDERED).order
    ready = make.order_line(cast.unit, order=order, status=Status.DELIVERED)
    assert "Modtag levering" not in (found := offered(client, f"B{order.pk}/2"))
    assert any(str(ready.pk) in url for words, url in found.items() if "Udlever" in words)
    assert "kendes ikke" in text_of(read(client, f"/scan/?q=B{order.pk}/9"))
