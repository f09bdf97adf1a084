"""Money questions answered in place: F at both ends of what a line bills."""

from datetime import date

import pytest

from albertslund_it.common.quarters import Quarter
from leasing.audit_trail.selectors.why import why
from leasing.billing.selectors.facts import leases_with_differences
from leasing.billing.selectors.outstanding import window_up_to
from leasing.leases.services.corrections import correct_lease
from leasing.models import InvoiceLine
from tests.leasing.pages import queries_of, read, text_of
from tests.leasing.town import TODAY, Town, close


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    return Town()


def test_why_349_42_and_not_349_41(town, cast, client_of):
    """F(1 July) − F(1 April) = 69883 − 34941: 559066·182/1456 and 559066·91/1456, cut."""
    lease = town.leases[0]
    found = why(lease, town.first, Quarter(2026, 2))
    [part] = found.stays
    assert (part.start.amount_ore, part.end.amount_ore) == (34941, 69883)
    assert (part.start.done, part.end.done, part.end.whole) == (91, 184, 1472)
    assert part.amount_ore == 34942 == found.billed_ore
    client = client_of(cast.finance)
    list_ = read(client, "/egenbetaling/linjer/?afdeling=alle&koersel=2026Q2&q=PF000001")
    [address] = list_.xpath("//td//a[normalize-space(text())='349,42']/@href")
    page = text_of(read(client, address))
    assert "Ydelse før 01-07-2026 698,83 kr." in page
    assert "Ydelse før 01-04-2026 −349,41 kr." in page
    assert "Forskellen 349,42 kr." in page


def test_every_line_and_pending_difference_is_explained_to_the_ore(town, cast):
    correct_lease(serial_number="PF000004", price_ore=700001, actor=cast.finance)
    close("2026Q3")
    pending = {
        (facts.lease_id, d.unit_id, d.period): d.amount_ore
        for facts, differences in leases_with_differences(window_up_to(Quarter(2026, 4)))
        for d in differences
    }
    keys = set(InvoiceLine.objects.exclude(lease=None).values_list("lease", "unit", "period"))
    lines = {line.lease_id: line.lease for line in InvoiceLine.objects.exclude(lease=None)}
    units = {line.unit_id: line.unit for line in InvoiceLine.objects.all()}
    for lease, unit, period in keys:
        found = why(lines[lease], units[unit], Quarter.parse(period))
        assert found.pending_ore == pending.get((lease, unit, period), 0)


def test_an_extension_is_two_terms_in_one_quarter(town):
    lease = town.leases[0]
    lease.terms.create(position=2, price_ore=100001, quarters=1)
    found = why(lease, town.first, Quarter(2030, 1))
    assert found.target_ore == 100001
    assert found.stays[0].end.done == found.stays[0].end.whole


def test_what_is_anothers_or_nothing_does_not_exist(town, cast, client_of):
    lease = town.leases[0]
    url = f"/linjer/beregning/{lease.pk}/{town.first.pk}/2026Q2/"
    assert client_of(cast.finance).get(url).status_code == 200
    other = cast.with_access("kim", "Leder", department=town.culture)
    assert client_of(other).get(url).status_code == 404
    head = cast.with_access("rikke", "Leder", department=town.school)
    assert client_of(head).get(url).status_code == 200
    for wrong in ("2026Q9", "x", "2020Q1"):
        assert client_of(head).get(url.replace("2026Q2", wrong)).status_code == 404
    three = queries_of(client_of(head), url)
    assert three < 25


def test_a_line_of_a_quarter_the_unit_no_longer_has_says_so(town, cast, client_of):
    moved = town.leases[0]
    moved.device.placements.update(unit=town.second)
    page = text_of(
        read(client_of(cast.finance), f"/linjer/beregning/{moved.pk}/{town.first.pk}/2026Q1/")
    )
    assert "har ikke haft udstyret i kvartalet" in page
    assert "Ikke opkrævet endnu −349,41" in page
    assert date(2026, 1, 1) == moved.starts_on
