"""Paying for nothing: what is leased and not used, who pays it, and what ends it."""

from collections import defaultdict
from datetime import UTC, date, datetime
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from albertslund_it.common.money import parse_kroner
from albertslund_it.common.permissions import VIEW_EMPLOYEE
from inventory.models import Device, Employee, ExpectedReturn, Placement, Unit
from leasing.billing.selectors.costs import is_kept
from leasing.billing.selectors.quarter_costs import cost_of, quarter_costs
from leasing.cost_table.moment import bring_up_to_date, one_moment
from leasing.data_quality.selectors.facts import Facts
from leasing.data_quality.selectors.findings import Seen, counted_at, findings_of, seen_by
from leasing.data_quality.selectors.idle import KEYS, IdleSum, by_place, idle_cost, idle_devices
from leasing.data_quality.selectors.rules import BY_KEY, RULES, rules_for
from leasing.models import AcceptedFinding, Lease, LossReport, OrderedDevice, OrderLine, Settings
from tests import builders as make
from tests.histories import histories
from tests.leasing.billing.test_closing_properties import (
    DAYS,
    FACTS,
    START,
    World,
    held_at_schools,
    rolled_back,
)
from tests.leasing.pages import queries_of, read, text_of

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ADDRESS = "/datakvalitet/ikke-i-brug/"
# F: the fourth quarter of a T14 that began with the year, and from it until its end.
QUARTER_ORE, WHOLE_ORE = 34942, 559066
REST_ORE = WHOLE_ORE - WHOLE_ORE * 3 // 16
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def idle(cast):
    """Lease one of each kind that nobody uses, one that somebody does, and one elsewhere."""
    make.cost_holder()
    unit = cast.unit
    foreign = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    for number, where in (("1", unit), ("9", foreign)):
        gone = make.employee(f"gone{number}", "Grethe", unit=where, left_on=date(2026, 11, 1))
        make.lease(f"LEFT{number}", unit=where, employee=gone)
    for number in ("USED1", "UNSEEN1"):
        make.lease(number, unit=unit, employee=make.employee(number.lower(), number, unit=unit))
    make.lease("NOBODY1", unit=make.unit("1002", "Nabo", department=cast.department))
    make.lease("STOCK1")
    make.lease("ENDED1", unit=unit, quarters=2, employee=make.employee("end", "Ea", unit=unit))
    Device.objects.update(last_seen=date(2026, 11, 20))
    Device.objects.filter(serial_number="UNSEEN1").update(last_seen=date(2026, 8, 1))


def why(user):
    return {row.name: row.why for row in idle_devices(user, TODAY)}


def test_each_device_once_with_all_that_speaks_for_it(idle, cast):
    assert why(cast.helpdesk) == {
        "LEFT1": ("leavers",),
        "LEFT9": ("leavers",),
        "NOBODY1": ("nobody",),
        "STOCK1": ("stock",),
        "UNSEEN1": ("unused",),
        "ENDED1": ("ended",),
    }
    Device.objects.filter(serial_number="LEFT1").update(last_seen=date(2026, 8, 1))
    assert why(cast.helpdesk)["LEFT1"] == ("leavers", "unused")
    assert idle_cost(cast.helpdesk, TODAY).count == 6


@pytest.mark.parametrize("role", ["helpdesk", "head"])
def test_nobody_is_told_to_take_back_what_a_leaver_lost(idle, cast, role):
    user, lost = getattr(cast, role), Device.objects.get(serial_number="LEFT1")
    before = idle_cost(user, TODAY)
    report = LossReport.objects.create(
        device=lost, kind="stolen", discovered_at=NOW, encrypted="yes", reported_at=NOW
    )
    assert "LEFT1" not in why(user)
    assert idle_cost(user, TODAY).count == before.count - 1 == len(why(user))
    assert idle_cost(user, TODAY).quarter_ore == before.quarter_ore - QUARTER_ORE
    report.found_on = TODAY
    report.save()
    assert idle_cost(user, TODAY) == before
    assert why(user)["LEFT1"] == ("leavers",)


def test_it_costs_what_the_leases_cost_and_a_lease_that_is_over_costs_nothing(idle, cast):
    rows = {row.name: row for row in idle_devices(cast.helpdesk, TODAY)}
    assert (rows["LEFT1"].quarter_ore, rows["LEFT1"].rest_ore) == (QUARTER_ORE, REST_ORE)
    assert (rows["ENDED1"].quarter_ore, rows["ENDED1"].rest_ore) == (0, 0)
    devices = Device.objects.filter(pk__in=[row.id for row in rows.values()])
    whole = sum((row.sum for row in rows.values()), IdleSum())
    assert whole.quarter_ore == cost_of(devices, TODAY).quarter_ore
    shown = idle_cost(cast.helpdesk, TODAY)
    assert (shown.count, shown.quarter_ore) == (whole.count, whole.quarter_ore)
    places = by_place(rows.values())
    assert whole == sum((one.sum for one, _ in places), IdleSum())
    for department, units in places:
        assert department.sum == sum((one.sum for one in units), IdleSum())


@pytest.mark.parametrize(
    ("role", "seen"),
    [("head", {"LEFT1", "NOBODY1", "ENDED1"}), ("unit_leader", {"LEFT1", "ENDED1"})],
)
def test_leaders_see_their_own_and_nothing_of_when_it_was_seen(idle, cast, client_of, role, seen):
    user = getattr(cast, role)
    assert set(why(user)) == seen
    page = read(client_of(user), ADDRESS)
    text = text_of(page)
    assert "Ikke set" not in text
    assert "UNSEEN1" not in text
    assert "Tag tilbage" not in text
    assert "Uden dem, der ikke er set længe; det ser kun it-helpdesk." in text


def test_the_helpdesk_is_told_of_nothing_left_out_and_ticks_by_where_it_is(idle, cast, client_of):
    page = read(client_of(cast.helpdesk), ADDRESS)
    assert "det ser kun it-helpdesk" not in text_of(page)
    in_stock = page.xpath("//input[contains(@class, 'pick-stock')]/@value")
    assert in_stock == ["STOCK1"]
    [hand_out] = page.xpath("//button[contains(@class, 'picked-stock')]/@formaction")
    assert hand_out == "/udstyr/udlever/"
    assert page.xpath("//form[@id='valgte']/input[@name='retur']/@value") == [ADDRESS]
    assert len(page.xpath("//button[contains(@class, 'picked-held')]")) == 2


def test_it_is_first_on_a_leaders_front_page_and_is_what_the_page_adds_up_to(idle, cast, client_of):
    client = client_of(cast.head)
    first = read(client, "/").xpath("//section[contains(@class, 'lead-decide')]//li")[0]
    assert "3 stk. er leaset, men ikke i brug" in text_of(first)
    [amount] = first.xpath(".//span[@class='task-figure']/text()")
    [address] = first.xpath("a/@href")
    page = read(client, address)
    sums = [parse_kroner(cell) for cell in page.xpath("//tfoot//td[2]/text()") if cell.strip()]
    assert sums[0] == parse_kroner(amount) == 2 * QUARTER_ORE


def test_a_department_or_a_reason_opens_its_own_rows(idle, cast, client_of):
    client = client_of(cast.helpdesk)
    page = read(client, ADDRESS)
    links = page.xpath("//tbody[contains(@class, 'fold')]//th/a/@href")
    assert len(links) == len({*links}) == 6  # three who pay, and the units of two
    for address in links:
        row = page.xpath(f"//a[@href='{address}']/ancestor::tr")[0]
        listed = read(client, address.partition("#")[0]).xpath("//div[@id='liste']//tbody/tr")
        assert len(listed) == int(row.xpath("td")[0].text_content())
    only = text_of(read(client, f"{ADDRESS}?grund=stock").xpath("//div[@id='liste']")[0])
    assert "STOCK1" in only
    assert "LEFT1" not in only


def test_each_row_has_what_ends_it(idle, cast, client_of):
    Settings.objects.update(helpdesk_mail="hjaelp@example.dk")

    def links(user):
        rows = read(client_of(user), ADDRESS).xpath("//div[@id='liste']//tbody/tr")
        return {
            row.xpath("th/a/text()")[0]: [
                (link.text, link.get("href")) for link in row.xpath("td[last()]/a")
            ]
            for row in rows
        }

    found = links(cast.helpdesk)
    back = urlencode({"retur": ADDRESS})
    assert found["LEFT1"] == [("Tag tilbage", f"/udstyr/tag-tilbage/?serienumre=LEFT1&{back}")]
    assert [label for label, _ in found["STOCK1"]] == ["Udlever", "Ud af registeret"]
    line = make.order_line(unit=cast.unit, employee=make.employee("new", "Nye", unit=cast.unit))
    label, address = links(cast.helpdesk)["STOCK1"][0]
    assert label == f"Giv til {line.order.number}"
    assert f"linje={line.pk}" in address
    read(client_of(cast.helpdesk), address)
    # Who said why it cannot be from the shelf is not offered it; what is set aside has its order.
    OrderLine.objects.filter(pk=line.pk).update(past_stock_because="Er for gammel")
    assert links(cast.helpdesk)["STOCK1"][0][0] == "Udlever"
    OrderLine.objects.filter(pk=line.pk).update(past_stock_because="")
    other = make.order_line(unit=cast.unit, status="delivered")
    stock = Device.objects.get(serial_number="STOCK1")
    OrderedDevice.objects.create(line=other, device=stock, is_from_stock=True, delivered_on=TODAY)
    label, address = links(cast.helpdesk)["STOCK1"][0]
    assert label == f"Giv til {other.order.number}"
    assert f"linje={other.pk}" in address
    OrderLine.objects.filter(pk=other.pk).update(status="awaiting")
    assert links(cast.helpdesk)["STOCK1"][0] == (
        f"Se {other.order.number}",
        f"/bestillinger/{other.order_id}/?{back}",
    )
    assert [label for label, _ in links(cast.head)["LEFT1"]] == [
        "Bed om at få den taget tilbage",
        "Ikke vores",
    ]
    assert links(cast.auditor)["LEFT1"] == []


def test_what_is_accepted_is_not_counted_meanwhile(idle, cast):
    AcceptedFinding.objects.create(
        rule="stock",
        device=Device.objects.get(serial_number="STOCK1"),
        until=date(2026, 12, 1),
        because="project",
        accepted_on=TODAY,
    )
    assert "STOCK1" not in why(cast.helpdesk)


def test_thirty_cost_as_many_queries_as_three(idle, cast, client_of, django_assert_num_queries):
    pages = [
        (client_of(user), page) for user in (cast.helpdesk, cast.head) for page in (ADDRESS, "/")
    ]
    make.order_line(unit=cast.unit)  # a queue that is empty has no cards to ask for
    few = [queries_of(client, page) for client, page in pages]
    idle_cost(cast.head, TODAY)  # which reads the user's permissions
    with CaptureQueriesContext(connection) as summed:
        idle_cost(cast.head, TODAY)
    before = len(summed)
    for number in range(30):
        unit = make.unit(f"4{number:03}", department=cast.department)
        gone = make.employee(f"g{number}", f"G {number}", unit=unit, left_on=date(2026, 11, 1))
        make.lease(f"GG{number:02}", unit=unit, employee=gone)
        make.lease(f"SS{number:02}")
        make.order_line(unit=unit)
    bring_up_to_date()
    assert [queries_of(client, page) for client, page in pages] == few
    with django_assert_num_queries(before):
        idle_cost(cast.head, TODAY)


def test_what_a_leader_is_told_is_what_the_rules_find(idle, cast):
    unit = cast.unit
    late = make.employee("late", "Laust", unit=unit)
    for number, (employee, due_on) in enumerate(((late, 22), (late, 23), (None, 22))):
        device = make.lease(f"LATE{number}", unit=unit, employee=employee).device
        device.placements.filter(employee=None).update(used_for="Klassesæt")
        ExpectedReturn.objects.create(
            device=device,
            employee=employee,
            unit=unit,
            why="asked",
            due_on=date(2026, 11, due_on),
            created_at=datetime(2026, 11, 1, tzinfo=UTC),
        )
    make.lease("USED2", unit=unit).device.placements.update(used_for="Klassesæt")
    never = make.lease("NEVER1", unit=unit, employee=late)  # stopped on the day it began
    Lease.objects.filter(pk=never.pk).update(stops_on=never.starts_on)
    moved = make.lease("MOVED1", unit=unit, employee=late).device
    make.placement(moved, date(2026, 11, 2), make.unit("1003", "Bo", department=cast.department))
    found = defaultdict(tuple)
    known = {rule.key for rule in rules_for(cast.head)}
    rules = [BY_KEY[key] for key in KEYS if key in known]
    with one_moment():
        for finding in findings_of(rules, seen_by(cast.head, TODAY)):
            for pk in finding.open:
                found[pk] += (finding.rule.key,)
    rows = idle_devices(cast.head, TODAY)
    assert {row.id: row.why for row in rows} == found
    assert {"LATE0", "LATE2", "MOVED1", "NOBODY1", "NEVER1"} <= set(why(cast.head))
    shown = idle_cost(cast.head, TODAY)
    assert (shown.count, shown.quarter_ore) == (len(rows), sum(row.quarter_ore for row in rows))


class Always(TestCase):
    @histories(25)
    @given(st.lists(FACTS, min_size=4, max_size=20), DAYS)
    def test_what_some_units_have_costs_what_each_device_does(self, facts, day):
        with rolled_back():
            world = World()
            for fact in facts:
                world.enter(fact)
            bring_up_to_date()
            units = Unit.objects.filter(pk__in=Unit.objects.values_list("pk", flat=True)[::2])
            with one_moment():
                of_units = Facts(day, set(units.values_list("pk", flat=True)))
                assert of_units.costs == quarter_costs(list(of_units.placed), day)

    @histories(25)
    @given(st.lists(FACTS, max_size=8), st.dates(START, date(2027, 3, 31)), st.data())
    def test_the_database_adds_up_what_the_rules_find(self, facts, day, data):
        with rolled_back():
            world = World()
            for fact in [*held_at_schools(data, st.integers(1, 5), 4), *facts]:
                world.enter(fact)
            _give_some_to_people(data)
            bring_up_to_date()
            units = {world.units[number].pk for number in ("1001", "1002")}
            people = set(Employee.objects.filter(unit__in=units).values_list("pk", flat=True))
            rules = [rule for rule in RULES if rule.needs in ("", VIEW_EMPLOYEE)]
            with one_moment():
                if not is_kept(day):
                    return
                found = findings_of(rules, Seen(Facts(day, units), people, units))
                counted = counted_at(rules, units, day)
            assert _numbers(counted) == _numbers(found)


def _give_some_to_people(data):
    """Say of some placements who has them or what they are for, of some leavers' and loans too."""
    units = st.sampled_from(list(Unit.objects.order_by("pk")))
    left = st.one_of(st.none(), DAYS)
    people = [
        make.employee(f"p{n}", f"P {n}", unit=data.draw(units), left_on=data.draw(left))
        for n in range(3)
    ]
    people[0].also_employed_at.add(data.draw(units))
    for placement in Placement.objects.exclude(unit=None).order_by("pk"):
        placement.employee = data.draw(st.sampled_from([None, *people]))
        if placement.employee is None:
            placement.used_for = data.draw(st.sampled_from(["", "Klassesæt"]))
        placement.save()
    for device in Device.objects.order_by("pk"):
        if not data.draw(st.integers(0, 3)):
            ExpectedReturn.objects.create(
                device=device,
                employee=data.draw(st.sampled_from([None, *people])),
                unit=data.draw(units),
                why="asked",
                due_on=data.draw(DAYS),
                created_at=datetime(2026, 11, 1, tzinfo=UTC),
            )
        if not data.draw(st.integers(0, 3)):
            AcceptedFinding.objects.create(
                rule=data.draw(st.sampled_from(["nobody", "leavers", "ended", "moved"])),
                device=device,
                until=data.draw(DAYS),
                because="project",
                accepted_on=date(2025, 1, 1),
            )


def _numbers(findings):
    return {one.rule.key: (one.count, one.quarter_ore, one.accepted_count) for one in findings}
