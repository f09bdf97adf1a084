"""Fortryd: offered where something was done, shown before it is done, and one's own alone."""

import pytest

from inventory.models import Act, Placement
from tests.leasing.agreeing import save
from tests.leasing.movements.town import TODAY, School
from tests.leasing.pages import queries_of, read, text_of

FORM = "//form[contains(@action, '/fortryd/')]/@action"


@pytest.fixture
def school(db, settings):
    settings.TODAY = TODAY
    return School()


@pytest.fixture
def client(client_of, cast, school):
    return client_of(cast.helpdesk)


def hand_out(client, number="PF000001", whom="anbe", unit="1001"):
    typed = {"serial_numbers": number, "employee": whom, "starts_on": "23-11-2026"}
    response = save(client, "/udstyr/udlever/", typed)
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def test_a_hand_out_is_undone_from_the_page_that_follows(client, school):
    page = read(client, hand_out(client))
    assert "PF000001 er udleveret fra 23-11-2026." in text_of(page)
    [address] = page.xpath(FORM)

    response = client.post(address, follow=True)

    assert "Udlevering af PF000001 fra 23-11-2026 er fortrudt." in response.content.decode()
    assert not Placement.objects.exists()
    assert not read(client, f"/udstyr/{school.stock[0].pk}/").xpath(FORM)


def test_what_goes_back_is_shown_first(client, school, cast):
    hand_out(client)
    device = read(client, f"/udstyr/{school.stock[0].pk}/")
    assert "Du har senest gjort: Udlevering af PF000001 fra 23-11-2026." in text_of(device)
    act = Act.objects.get()

    text = text_of(read(client, f"/fortryd/{act.pk}/"))

    assert "1 tildeling slettes" in text
    assert "Fra: 23-11-2026; Enhed: 1001 Birkeskolen; Medarbejder: Anna Berg (anbe)" in text
    assert "Kan fortrydes" in text_of(read(client, "/fortryd/"))
    Placement.objects.update(used_for="Prøve")
    page = read(client, f"/fortryd/{act.pk}/")
    assert "PF000001 er ændret siden (tildeling)." in text_of(page)
    assert not page.xpath(FORM)
    assert client.post(f"/fortryd/{act.pk}/nu/").status_code == 422


def test_what_another_has_done_does_not_exist(client, client_of, cast, school):
    hand_out(client)
    act = Act.objects.get()
    another = client_of(cast.user("hanne", "It-helpdesk"))

    assert another.get(f"/fortryd/{act.pk}/").status_code == 404
    assert another.post(f"/fortryd/{act.pk}/nu/").status_code == 404
    assert Placement.objects.exists()


def test_the_list_costs_the_same_however_long_it_is(client, school):
    hand_out(client)
    few = queries_of(client, "/fortryd/")
    act = Act.objects.get()
    for _ in range(30):
        act.pk = None
        act.save(force_insert=True)
    assert queries_of(client, "/fortryd/") == few
