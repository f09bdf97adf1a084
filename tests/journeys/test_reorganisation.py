"""A school is laid under another: prepared, seen through, agreed to, and carried out on its day."""

from datetime import date

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from inventory.models import Unit
from tests import builders as make
from tests.browser import assert_accessible_in_every_look, choose, log_in
from tests.leasing.town import TODAY, Town

JANUARY = date(2027, 1, 1)


@pytest.fixture
def town(transactional_db, settings):
    settings.TODAY = TODAY
    town = Town()
    anna = make.employee(unit=town.second)
    make.lease("PF000021", unit=town.second, employee=anna)
    make.lease("PF000022", unit=town.second)
    return town


def test_a_reorganisation_is_previewed_and_carried_out(
    page, live_server, cast, town, settings, capsys
):
    log_in(page, live_server, cast.finance)
    page.goto(f"{live_server.url}/afdelinger/")
    page.get_by_role("link", name="Organisationsændringer").click()
    assert_accessible_in_every_look(page)
    page.get_by_role("link", name="Forbered en organisationsændring").click()
    page.get_by_label("Overskrift").fill("Åmoseskolen og Biblioteket under ét tag")
    page.get_by_role("textbox", name="Gælder fra").fill("01-01-2027")
    page.get_by_role("button", name="Gem").click()

    page.get_by_role("link", name="Læg ind under en anden enhed").click()
    choose(page, "Enhed", "Åmoseskolen")
    choose(page, "Lægges ind under", "Biblioteket")
    assert_accessible_in_every_look(page)
    page.get_by_role("button", name="Tilføj").click()

    # What goes along, who pays, and what is to be known; then agreed to as it stands.
    step = page.get_by_role("row", name="1002 Åmoseskolen lægges ind under 2001 Biblioteket")
    expect(step).to_contain_text("1.397,68")
    paying = page.get_by_role("row", name="Kultur, Fritid & Ejendomme")
    expect(paying.first).to_be_visible()
    assert_accessible_in_every_look(page)
    page.get_by_role("button", name="Godkend").click()
    expect(page.get_by_text("er godkendt og gennemføres den 01-01-2027.")).to_be_visible()
    assert Unit.objects.get(pk=town.second.pk).closed_on is None

    settings.TODAY = JANUARY
    call_command("notify")
    assert "er gennemført" in capsys.readouterr().out
    page.reload()
    expect(page.get_by_text("gik til 2001 Biblioteket.")).to_be_visible()
    page.goto(f"{live_server.url}/afdelinger/enheder/{town.second.pk}/")
    expect(page.get_by_text("nedlagt fra 01-01-2027 og afløst af 2001 Biblioteket")).to_be_visible()
    page.goto(f"{live_server.url}/afdelinger/enheder/{town.library.pk}/")
    expect(page.get_by_role("link", name="PF000021")).to_be_visible()
