"""What the order form proposes from the shelf: never what saving refuses."""

import pytest

from leasing.models import OrderLine
from tests import builders as make
from tests.leasing.orders.test_order_form_page import NEW, TODAY, anna, asked, helpdesk, sent, t14
from tests.leasing.orders.test_order_reply_page import kept, reply_on
from tests.web.markup import parse, select

__all__ = ["anna", "helpdesk"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


def test_a_line_of_several_is_proposed_as_the_shelf_can_fill_it(helpdesk, cast):
    shelved = {make.lease(number).device.pk for number in ("PF000008", "PF000009")}
    t14()
    mail = f"Vi skal bruge 3 stk T14 til {cast.unit.name}. Mvh"
    page = helpdesk.post(NEW, sent({}, handling="laes", mail=mail))
    data = kept(page, handling="gem")
    assert [data[f"linje-{number}-quantity"] for number in range(3)] == ["1", "1", "1"]
    assert {int(data[f"linje-{number}-stock"]) for number in range(2)} == shelved
    reply = reply_on(page)
    assert "Vi bestiller:\n- T14 til" in reply
    assert "sætter til side:\n- T14 (PF00000" in reply
    placed = helpdesk.post(NEW, data)
    assert placed.status_code == 302, "the order is saved as it was proposed"
    assert sorted(OrderLine.objects.values_list("status", flat=True)) == [
        "approved",
        "delivered",
        "delivered",
    ]


def test_a_line_of_several_takes_nothing_from_the_shelf_until_it_is_split(helpdesk, cast):
    shelved = make.lease("PF000009").device
    line = {"model": t14(), "unit": cast.unit.pk, "quantity": 4}
    page = asked(helpdesk, line)
    assert "Del linjen" in page
    assert not select(parse(page), "input[name=linje-0-stock]")
    # The page chose it while one was asked for: it lets go of it, and says what to do.
    suggested = {"stock": shelved.pk, "suggested_stock": shelved.pk}
    refused = helpdesk.post(NEW, sent({**line, **suggested}))
    assert "Del linjen for at tage den" in refused.content.decode()
    split = helpdesk.post(NEW, sent({**line, **suggested}, handling="del-0"))
    data = kept(split, handling="gem")
    assert [data[f"linje-{number}-quantity"] for number in range(2)] == ["1", "3"]
    helpdesk.post(NEW, data)
    assert sorted(OrderLine.objects.values_list("status", "quantity")) == [
        ("approved", 3),
        ("delivered", 1),
    ]


def test_two_lines_are_never_offered_the_same_from_the_shelf(helpdesk, anna):
    first, second = (make.lease(number).device for number in ("PF000008", "PF000009"))
    make.employee("bolu", "Bo Lund", unit=anna.unit)
    lines = [{"who": who, "model": t14()} for who in ("anbe", "bolu")]
    page = helpdesk.post(NEW, sent(*lines, handling="vis"))
    data = kept(page)
    assert {data["linje-0-stock"], data["linje-1-stock"]} == {str(first.pk), str(second.pk)}
    both = [{**line, "stock": first.pk} for line in lines]
    refused = helpdesk.post(NEW, sent(*both))
    assert "PF000008 er valgt på flere linjer" in refused.content.decode()
