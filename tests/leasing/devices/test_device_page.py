"""One device on one page: facts, timeline, lease, what it cost whom, and who changed it."""

from datetime import date

import pytest
from django.urls import reverse

from albertslund_it.common.money import format_kroner
from inventory.history.presenters import history_shown
from inventory.models import FormerSerialNumber
from leasing.devices.presenters import costs_with_names, stays_with_names
from leasing.devices.selectors.device_page import Elsewhere, ReaderScope, charges, costs, timeline
from leasing.devices.selectors.history import history_of_device
from leasing.leases.selectors.leases import leasing_of
from tests import builders as make
from tests.leasing.closed import close
from tests.leasing.pages import figures, read, text_of

TODAY = date(2026, 5, 1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def moved(cast):
    """Return a lease that was at a foreign unit in January and at the cast's from 1 February on.

    The first quarter is closed; a later move, to stock, is entered ahead of time.
    """
    make.cost_holder()
    foreign = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    lease = make.lease(unit=foreign, employee=make.employee("bo", "Bo Fremmed", unit=foreign))
    anna = make.employee("anbe", "Anna Berg", unit=cast.unit)
    make.placement(lease.device, date(2026, 2, 1), cast.unit, anna)
    make.placement(lease.device, date(2026, 12, 1), None)
    make.charge(foreign, 12300, text="Ridset låg", device=lease.device)
    make.charge(cast.unit, 45600, text="Ny skærm", device=lease.device)
    close()
    return lease


def test_the_timeline_tells_where_it_is_was_and_will_be(moved, cast):
    stays = stays_with_names(timeline(moved.device, ReaderScope(cast.helpdesk, TODAY), TODAY))

    assert [(place, stay.person, stay.is_now, stay.is_later) for place, stay in stays] == [
        ("It-lager", "", False, True),
        (cast.unit.name, "Anna Berg (anbe)", True, False),
        ("Åhaven", "Bo Fremmed (bo)", False, False),
    ]
    assert [stay.last_day for _, stay in stays] == [None, date(2026, 11, 30), date(2026, 1, 31)]


def test_each_quarters_cost_is_told_by_unit_billed_and_not_billed(moved, cast):
    """T14: F(1 Apr) = 559066·1/16 = 34941; of it January is floor(559066·31/(16·90)) = 12035.

    The second quarter ends at F(1 Jul) = floor(559066·2/16) = 69883: 34942 are not billed yet.
    """
    found = costs(moved.device, ReaderScope(cast.finance, TODAY), TODAY)

    rows = costs_with_names(found.rows)
    assert [(c.period, place, c.billed_ore, c.pending_ore) for place, c in rows] == [
        ("2026Q2", cast.unit.name, 0, 34942),
        ("2026Q1", cast.unit.name, 22906, 0),
        ("2026Q1", "Åhaven", 12035, 0),
    ]
    assert (found.billed_ore, found.pending_ore, found.total_ore) == (34941, 34942, 69883)


def test_a_head_reads_nothing_about_another_departments_time_with_it(moved, cast, client_of):
    reader = ReaderScope(cast.head, TODAY)
    foreign = next(c for c in costs(moved.device, reader, TODAY).rows if c.unit_id is None)
    earlier = timeline(moved.device, reader, TODAY)[-1]
    page = client_of(cast.head).get(reverse("device-detail", args=[moved.device.pk]))
    text = page.content.decode()

    hidden = Elsewhere.OTHER_DEPARTMENT
    assert (foreign.place, foreign.billed_ore, foreign.pending_ore) == (hidden, None, None)
    assert (earlier.place, earlier.person, earlier.department) == (hidden, "", "")
    assert "En anden afdeling" in text
    assert costs(moved.device, reader, TODAY).billed_ore == 22906
    assert [c.charge.text for c in charges(moved.device, reader)] == ["Ny skærm"]
    assert "Anna Berg" in text
    for secret in ("Åhaven", "Bo Fremmed", "Miljø", "120,35", "Ridset låg", "123,00", "Historik"):
        assert secret not in text, secret


def test_a_unit_leader_reads_of_a_neighbour_that_it_is_another_unit(cast):
    neighbour = make.unit("1002", "Nabo", department=cast.unit.department)
    lease = make.lease(unit=neighbour)
    make.placement(lease.device, date(2026, 2, 1), cast.unit)

    def places(user):
        stays = timeline(lease.device, ReaderScope(user, TODAY), TODAY)
        return [place for place, _ in stays_with_names(stays)]

    assert places(cast.unit_leader) == [cast.unit.name, "En anden afdeling"]
    assert places(cast.head) == [cast.unit.name, "Nabo"]


def test_the_lease_is_told_with_its_terms_and_what_is_left(moved):
    """F(2 May) = floor(559066·(91 + 31)/(16·91)): quarter 1 is done, and 31 of 91 days of the next."""
    leasing = leasing_of(moved.device, TODAY)

    assert leasing.last_day == date(2029, 12, 31)
    assert leasing.accrued_ore == 559066 * (91 + 31) // (16 * 91) == 46844
    assert leasing.accrued_ore + leasing.remaining_ore == leasing.price_ore == 559066


def test_charges_tell_which_run_billed_them(moved, cast):
    make.charge(cast.unit, 100, charged_on=date(2026, 4, 20), text="Fragt", device=moved.device)

    found = charges(moved.device, ReaderScope(cast.finance, TODAY))
    assert [(c.charge.text, c.run) for c in found] == [
        ("Fragt", ""),
        ("Ridset låg", "2026Q1"),
        ("Ny skærm", "2026Q1"),
    ]


@pytest.mark.usefixtures("history_from_the_start")
def test_the_history_names_who_changed_what_also_what_is_deleted(moved, cast):
    placement = moved.device.placements.get(starts_on=date(2026, 12, 1))
    placement.delete()
    term = moved.terms.get()
    term.price_ore = 600000
    term.save()
    FormerSerialNumber.objects.create(device=moved.device, serial_number="OLD-1")
    found = history_shown(history_of_device(moved.device, with_people=True)).changes

    assert found[0].what == "Tidligere serienummer oprettet"
    assert found[1].fields == [
        ("pris for hele løbetiden", format_kroner(559066), format_kroner(600000))
    ]
    assert found[2].what == "Tildeling slettet"
    assert ("fra", "01-12-2026", "–") in found[2].fields
    names = {field for change in found for field in change.fields}
    assert ("medarbejder", "–", "Anna Berg (anbe)") in names
    assert ("underaftale", "–", moved.sub_agreement.number) in names
    hidden = history_shown(history_of_device(moved.device, with_people=False))
    assert "Anna Berg" not in str(hidden)


def test_each_quarters_cost_opens_how_it_is_worked_out(moved, cast, client_of):
    for user, count in (
        (cast.finance, 3),
        (cast.auditor, 3),
        (cast.head, 2),
        (cast.unit_leader, 2),
    ):
        client = client_of(user)
        page = read(client, reverse("device-detail", args=[moved.device.pk]))
        opened = figures(page, "/linjer/beregning/")
        assert len(opened) == count, user
        for address, amount in opened:
            assert format_kroner(amount, unit=False) in text_of(read(client, address)), address


def test_a_charge_opens_its_page_and_its_run_for_who_sees_runs(moved, cast, client_of):
    url = reverse("device-detail", args=[moved.device.pk])
    page = read(client_of(cast.finance), url)
    for address, amount in figures(page, "/engangsbeloeb/"):
        assert format_kroner(amount, unit=False) in text_of(read(client_of(cast.finance), address))
    runs = page.xpath("//a[@href='/kvartaler/2026Q1/']/text()")
    assert runs == ["1. kvartal 2026"] * 2
    seen = read(client_of(cast.head), url)
    assert "Ny skærm" in text_of(seen)
    assert "1. kvartal 2026" in text_of(seen)
    assert not seen.xpath("//main//a[starts-with(@href, '/kvartaler/')]")
    assert not figures(seen, "/engangsbeloeb/")


def test_a_device_without_lease_or_placement_has_a_page(cast, client_of):
    device = make.device("LOES-1")
    text = client_of(cast.helpdesk).get(reverse("device-detail", args=[device.pk])).content.decode()

    assert "ikke leaset" in text
    assert "endnu ikke udleveret" in text
