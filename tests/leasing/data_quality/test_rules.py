"""The standing rules of data quality: what they find, what it costs, and the list that opens."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from albertslund_it.common.money import parse_kroner
from inventory.models import Departure, Device, ExpectedReturn, Unit
from leasing.billing.selectors.quarter_costs import cost_of, quarter_costs
from leasing.cost_table.moment import bring_up_to_date
from leasing.data_quality.presenters.actions import ACTIONS, actions_for
from leasing.data_quality.presenters.findings import finding_url
from leasing.data_quality.presenters.words import WORDS
from leasing.data_quality.selectors.facts import Facts
from leasing.data_quality.selectors.findings import (
    costly_findings,
    findings_for,
    open_ids,
)
from leasing.data_quality.selectors.idle import KEYS
from leasing.data_quality.selectors.rule import AmountOf, Of
from leasing.data_quality.selectors.rules import BY_KEY, RULES, rules_for
from leasing.data_quality.selectors.sets import open_returns
from leasing.models import (
    Approval,
    Cage,
    CountedDevice,
    Lease,
    LeaseTerm,
    PackedDevice,
    Stocktake,
)
from leasing.models.data_quality import LONGEST_KEY
from tests import builders as make
from tests.leasing.pages import queries_of, read, text_of
from tests.web.markup import parse

TODAY = date(2026, 11, 23)
# What other sources say has tests of its own: see `test_source_rules`.
OF_SOURCES = ("mistyped", "unmanaged", "unregistered")
NOW = datetime(2026, 11, 1, 8, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


def expect(device, employee, due_on, why=ExpectedReturn.Why.ASKED):
    return ExpectedReturn.objects.create(
        device=device,
        employee=employee,
        unit=employee.unit,
        why=why,
        due_on=due_on,
        created_at=NOW,
    )


def exception(employee, ends_before, by):
    return Approval.objects.create(
        employee=employee,
        reason="To arbejdssteder",
        ends_before=ends_before,
        asked_at=NOW,
        decision="granted",
        decided_at=NOW,
        decided_by=by,
    )


def left_behind(number, unit):
    """Send a cage without one that was to go with it, and with one that did not come through."""
    day = date(2026, 11, 1)
    cage = Cage.objects.create(
        place="Kælder", collected_on=day, room_for=9, gone_on=day, confirmed_on=day
    )
    missing = make.decided(make.lease(f"GONE{number}", unit=unit), "return").device
    make.placement(missing, date(2026, 10, 1), unit, used_for="Bur")
    sent = make.lease(f"SENT{number}", stops_on=day).device
    Departure.objects.create(device=sent, left_on=day, how="returned")
    PackedDevice.objects.create(cage=cage, device=missing)
    PackedDevice.objects.create(cage=cage, device=sent, packed_at=NOW, wiped="yes")


def found_otherwise(number, unit):
    """Count a device that its person does not have."""
    person = make.employee(f"count{number}", unit=unit)
    device = make.lease(f"COUNT{number}", unit=unit, employee=person).device
    stocktake = Stocktake.objects.create(name="Optælling", due_on=TODAY, started_at=NOW)
    CountedDevice.objects.create(
        stocktake=stocktake,
        device=device,
        serial_number=device.serial_number,
        unit=unit,
        employee=person,
        answer="no",
        answered_at=NOW,
    )


@pytest.fixture
def broken_rules(cast):
    """Break every rule once, in the cast's department; in another one a few of them too."""
    make.cost_holder()
    unit = cast.unit
    other = make.unit("1002", "Nabo", department=cast.department, account="")
    foreign = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    for number, where in ((1, unit), (2, foreign)):
        gone = make.employee(f"gone{number}", unit=where, left_on=date(2026, 11, 1))
        make.lease(f"LEFT{number}", unit=where, employee=gone)
        mover = make.employee(f"move{number}", unit=where)
        make.lease(f"MOVE{number}", unit=other, employee=mover)
    late = make.employee("late", unit=unit)
    expect(make.lease("LATE1", unit=unit, employee=late).device, late, date(2026, 11, 22))
    two = make.employee("two", unit=unit)
    for number in (1, 2):
        make.lease(f"TWO{number}", unit=unit, employee=two)
    make.lease("STOCK1")
    left_behind(1, unit)
    found_otherwise(1, unit)
    make.lease("UNSEEN1", unit=unit, employee=make.employee("uns", unit=unit))
    make.lease("NEVER1", unit=unit, employee=make.employee("nev", unit=unit))
    make.lease("NOBODY1", unit=unit)
    bare = make.lease("BARE1", unit=unit, employee=make.employee("bare", unit=unit))
    LeaseTerm.objects.filter(lease=bare).delete()
    dear = make.employee("dear", unit=unit)
    for number in (1, 2):
        make.lease(f"DEAR{number}", unit=unit, employee=dear)
    exception(dear, date(2026, 12, 10), cast.head)
    make.employee("", "Kim Kommende", unit=unit, starts_on=date(2026, 11, 23))
    closed = make.unit("1009", "Nedlagt", department=cast.department)
    make.employee("still", "Stig Still", unit=closed)
    make.employee("gonetoo", unit=closed, left_on=date(2026, 11, 1))
    Unit.objects.filter(pk=closed.pk).update(closed_on=date(2026, 8, 1), successor=unit)
    make.lease("ENDED1", unit=unit, quarters=1, employee=make.employee("ended", unit=unit))
    make.price(starts_on=date(2026, 5, 1), price_ore=600000)
    user = make.employee("dyrt", unit=unit)
    make.lease("PRICE1", unit=unit, employee=user, starts_on=date(2026, 5, 1))
    Device.objects.exclude(serial_number="NEVER1").update(last_seen=date(2026, 11, 20))
    Device.objects.filter(serial_number="UNSEEN1").update(last_seen=date(2026, 8, 1))


def counts(user):
    return {finding.rule.key: finding.count for finding in findings_for(user, TODAY)}


def test_what_is_to_be_handed_in_is_with_who_was_asked(cast):
    unit, nabo = cast.unit, make.unit("1002", "Nabo", department=cast.department)
    asked, other = make.employee("asked", unit=unit), make.employee("other", unit=unit)
    later, before = date(2026, 11, 24), date(2026, 11, 1)
    held = {
        "kept": (asked, [(before, unit, asked)]),
        "gone on": (asked, [(before, unit, asked), (TODAY, unit, other)]),
        "to go on": (asked, [(before, unit, asked), (later, unit, other)]),
        "to come": (asked, [(later, unit, asked)]),
        "in stock": (asked, [(before, unit, asked), (TODAY, None, None)]),
        "with a unit": (None, [(before, unit, None)]),
        "a unit's, with a person": (None, [(before, unit, other)]),
        "with another unit": (None, [(before, nabo, None)]),
        "never placed": (None, []),
    }
    for name, (employee, moves) in held.items():
        device = make.device(name)
        for day, *holder in moves:
            make.placement(device, day, *holder)
        ExpectedReturn.objects.create(
            device=device, employee=employee, unit=unit, why="asked", due_on=before, created_at=NOW
        )
    found = set(open_returns(TODAY).values_list("device", flat=True))
    assert found == set(BY_KEY["overdue"].found(Facts(TODAY)))
    names = set(Device.objects.filter(pk__in=found).values_list("serial_number", flat=True))
    assert names == {"kept", "to go on", "with a unit"}


def test_each_rule_finds_its_own(broken_rules, cast):
    assert counts(cast.helpdesk) == {
        **dict.fromkeys(OF_SOURCES, 0),
        "closed": 1,
        "doubles": 1,  # gone2 and move2 have one name at one unit
        "unreturned": 1,
        "unreceived": 1,
        "overdue": 1,
        "leavers": 2,
        "stocktake": 1,
        "coming": 1,
        "several": 1,
        "moved": 2,
        "stock": 1,
        "unused": 1,
        "nobody": 1,
        "unpriced": 1,
        "price": 1,
        "ended": 1,
        "never_seen": 1,
        "coding": 1,
        "exceptions": 1,
    }


@pytest.mark.parametrize("role", ["helpdesk", "head", "finance"])
def test_every_count_is_that_of_the_list_it_opens_and_so_are_the_kroner(
    broken_rules, cast, client_of, role
):
    user = getattr(cast, role)
    client = client_of(user)
    found = [finding for finding in findings_for(user, TODAY) if finding.count]

    assert found
    for finding in found:
        tree = read(client, finding_url(finding.rule))
        assert len(tree.xpath("//table[1]/tbody/tr")) == finding.count, finding.rule.key
        sums = tree.xpath("//tfoot//td[normalize-space()]/text()")
        assert [parse_kroner(sum) for sum in sums] == [finding.quarter_ore] * len(sums)
        if finding.rule.of is Of.LEASED and finding.rule.amount is AmountOf.COST:
            listed = tree.xpath("//tbody/tr/th/a/text()")
            devices = Device.objects.filter(serial_number__in=listed)
            assert finding.quarter_ore == cost_of(devices, TODAY).quarter_ore


def test_a_head_reads_of_no_other_department(broken_rules, cast, client_of):
    found = counts(cast.head)
    assert (found["leavers"], found["moved"], found["coding"]) == (1, 2, 1)
    assert found["stock"] == 0
    assert "unused" not in found
    text = text_of(read(client_of(cast.head), "/medarbejdere/"))
    assert "gone1" in text
    assert "gone2" not in text


def test_finance_counts_devices_but_no_people(broken_rules, cast, client_of):
    found = counts(cast.finance)
    assert not {"coming", "several", "exceptions", "unused"} & set(found)
    assert "Nabo" in text_of(read(client_of(cast.finance), "/datakvalitet/coding/"))
    assert client_of(cast.finance).get("/medarbejdere/").status_code == 403


def test_who_is_also_employed_there_has_not_changed_unit(broken_rules, cast):
    mover = make.employee("both", unit=cast.unit)
    second = make.unit("1003", "Andet sted", department=cast.department)
    make.lease("BOTH1", unit=second, employee=mover)
    assert counts(cast.helpdesk)["moved"] == 3
    mover.also_employed_at.add(second)
    assert counts(cast.helpdesk)["moved"] == 2


def test_what_is_handed_in_is_no_longer_overdue_by_whatever_path(broken_rules, cast):
    device = ExpectedReturn.objects.get().device
    make.placement(device, date(2026, 11, 23))
    assert counts(cast.helpdesk)["overdue"] == 0


def test_a_shared_pc_with_a_purpose_is_no_finding(broken_rules, cast):
    shared = make.lease("CLASS1").device
    make.placement(shared, date(2026, 2, 1), cast.unit, used_for="Klassesæt 7.B")
    assert counts(cast.helpdesk)["nobody"] == 1


def test_a_loan_counts_neither_as_a_second_pc_nor_as_a_changed_unit(broken_rules, cast):
    borrower = make.employee("loan", unit=cast.unit)
    make.lease("OWN1", unit=cast.unit, employee=borrower)
    lent = make.lease("LOAN1").device
    make.placement(lent, date(2026, 11, 1), make.cost_holder(), borrower)
    expect(lent, borrower, date(2026, 12, 1), ExpectedReturn.Why.LOAN)
    found = counts(cast.helpdesk)
    assert (found["several"], found["moved"], found["overdue"]) == (1, 2, 1)


def test_an_exception_that_holds_excuses_the_second_pc(broken_rules, cast):
    several = make.employee("two3", unit=cast.unit)
    for number in (3, 4):
        make.lease(f"TWO{number}", unit=cast.unit, employee=several)
    assert counts(cast.helpdesk)["several"] == 2
    exception(several, date(2027, 6, 1), cast.head)
    assert counts(cast.helpdesk)["several"] == 1


@pytest.mark.parametrize("key", ["several", "exceptions"])
def test_who_has_one_pc_more_is_offered_what_the_advice_names(cast, client_of, key):
    make.cost_holder()
    one = make.employee("two6", unit=cast.unit)
    make.lease("TWO7", unit=cast.unit, employee=one)
    make.lease("TWO6", unit=cast.unit, employee=one, starts_on=date(2026, 4, 1))
    if key == "exceptions":
        exception(one, TODAY + timedelta(days=10), cast.head)
    bring_up_to_date()
    page = read(client_of(cast.helpdesk), f"/datakvalitet/{key}/")
    [row] = page.xpath("//table[contains(@class, 'data')]/tbody/tr")
    assert re.search(r"TWO7 \([0-9.,]+ kr\.\) og TWO6 \([0-9.,]+ kr\.\)", text_of(row))
    links = {link.text.strip(): link.get("href") for link in row.xpath(".//a[span]")}
    assert list(links) == [
        "Tag den ene tilbage",
        "Giv den ene til en anden",
        "Bed om dispensation",
        "Se medarbejderen",
    ]
    assert all("serienumre=TWO7" in url for url in list(links.values())[:2])
    assert f"medarbejder={one.pk}" in links["Bed om dispensation"]
    for url in links.values():
        assert client_of(cast.helpdesk).get(url).status_code == 200


@pytest.mark.parametrize(
    ("key", "label", "mends"),
    [("closed", "Ret enheden", {}), ("coming", "Skriv initialer", {"initials": "kimk"})],
)
def test_what_is_wrong_with_a_person_is_mended_from_the_row(
    broken_rules, cast, client_of, key, label, mends
):
    client, address = client_of(cast.helpdesk), f"/datakvalitet/{key}/"
    [row] = read(client, address).xpath("//table[contains(@class, 'data')]/tbody/tr")
    links = {link.text.strip(): link.get("href") for link in row.xpath(".//a[span]")}
    assert next(iter(links)) == label
    assert all(client.get(url).status_code == 200 for url in links.values())
    form = read(client, links[label])
    seen = form.xpath("string(//input[@name='seen']/@value)")
    starts = form.xpath("string(//input[@name='starts_on']/@value)")
    answer = client.post(
        links[label], {"unit": cast.unit.pk, "seen": seen, "starts_on": starts, **mends}
    )
    assert (answer.status_code, answer.get("Location")) == (302, address)
    assert not counts(cast.helpdesk)[key]


@pytest.mark.parametrize(
    ("key", "user", "label", "typed"),
    [
        ("several", "helpdesk", "Bed om dispensation", {"reason": "x", "last_day": "31-12-2026"}),
        ("nobody", "head", "Ikke vores", {"note": "x"}),
        ("unreturned", "finance", "Skriv et engangsbeløb", {"amount_ore": "5", "text": "x"}),
    ],
)
def test_a_form_opened_from_a_row_leads_back_to_the_list(
    broken_rules, cast, client_of, key, user, label, typed
):
    client, address = client_of(getattr(cast, user)), f"/datakvalitet/{key}/"
    [url, *_] = read(client, address).xpath(f"//div[@id='liste']//a[contains(., '{label}')]/@href")
    sent = {"charged_on": "23-11-2026", "unit": str(cast.unit.pk), **typed}
    answer = client.post(url, sent)
    if answer.status_code != 302:  # its consequence is shown first
        agreed = parse(answer).xpath("string(//input[@name='agreed']/@value)")
        answer = client.post(url, {**sent, "agreed": agreed, "is_sure": "on"})
    assert (answer.status_code, answer.get("Location")) == (302, address)


def test_who_gets_a_pc_more_has_none_to_spare(cast, client_of):
    make.cost_holder()
    one = make.employee("two8", unit=cast.unit)
    make.lease("TWO8", unit=cast.unit, employee=one)
    make.order_line(employee=one, status="approved")
    page = read(client_of(cast.helpdesk), "/datakvalitet/several/")
    [row] = page.xpath("//table[contains(@class, 'data')]/tbody/tr")
    assert "Tag den ene tilbage" not in text_of(row)
    assert "Bed om dispensation" in text_of(row)


def test_a_second_pc_that_a_head_is_asked_about_is_no_fault_yet(broken_rules, cast):
    one = make.employee("two4", unit=cast.unit)
    make.lease("TWO5", unit=cast.unit, employee=one)
    line = make.order_line(employee=one, status="awaiting")
    assert counts(cast.helpdesk)["several"] == 1
    line.status = "approved"
    line.save()
    assert counts(cast.helpdesk)["several"] == 2


def test_the_light_costs_are_those_of_the_whole_computation(broken_rules):
    ids = list(Lease.objects.values_list("device", flat=True))
    costs = quarter_costs(ids, TODAY)
    whole = cost_of(None, TODAY)
    assert (len(costs), sum(costs.values())) == (whole.count, whole.quarter_ore)


def test_what_is_late_comes_first_then_what_costs_most(broken_rules, cast):
    found = [finding for finding in findings_for(cast.helpdesk, TODAY) if finding.count]
    late = [finding.rule.is_late for finding in found]
    assert late == sorted(late, reverse=True)
    amounts = [finding.quarter_ore for finding in found if not finding.rule.is_late]
    assert amounts == sorted(amounts, reverse=True)
    # All that is late, and of the others as many as make five.
    assert costly_findings(cast.helpdesk, TODAY) == found[: max(5, sum(late))]


def test_thirty_findings_cost_as_many_queries_as_three(broken_rules, cast, client_of):
    client = client_of(cast.helpdesk)
    few = queries_of(client, "/datakvalitet/")
    for number in range(30):
        gone = make.employee(f"gg{number}", unit=cast.unit, left_on=date(2026, 11, 1))
        make.lease(f"GG{number}", unit=cast.unit, employee=gone)
    assert queries_of(client, "/datakvalitet/") == few


@pytest.mark.parametrize("role", ["helpdesk", "head", "finance"])
def test_more_of_every_rule_costs_no_more_queries(
    broken_rules, cast, django_assert_num_queries, role
):
    user = getattr(cast, role)
    findings_for(user, TODAY)  # which reads the user's permissions, and works out what is marked
    with CaptureQueriesContext(connection) as few:
        findings_for(user, TODAY)
    away = make.unit("1003", "Fjernt", department=cast.department, account="")
    for number in range(10, 15):
        gone = make.employee(f"gone{number}", unit=cast.unit, left_on=date(2026, 11, 1))
        held = make.lease(f"LEFT{number}", unit=cast.unit, employee=gone).device
        expect(held, gone, date(2026, 11, 22))
        mover = make.employee(f"move{number}", unit=cast.unit)
        make.lease(f"MOVE{number}", unit=away, employee=mover)
        for person in ("two", "dear"):
            both = make.employee(f"{person}{number}", unit=cast.unit)
            for which in (1, 2):
                lease = make.lease(f"{person}{number}{which}", unit=cast.unit, employee=both)
                Device.objects.filter(lease=lease).update(last_seen=date(2026, 8, 1))
        exception(both, date(2026, 12, 10), cast.head)
        make.lease(f"STOCK{number}")
        left_behind(number, cast.unit)
        found_otherwise(number, cast.unit)
        make.lease(f"NOBODY{number}", unit=cast.unit)
        make.lease(f"ENDED{number}", unit=cast.unit, quarters=1)
        make.lease(f"PRICE{number}", unit=cast.unit, starts_on=date(2026, 5, 1))
        LeaseTerm.objects.filter(lease=make.lease(f"BARE{number}", unit=cast.unit)).delete()
        make.employee("", "Kim", unit=cast.unit, starts_on=date(2026, 11, 23))
    bring_up_to_date()
    with django_assert_num_queries(len(few)):
        found = findings_for(user, TODAY)
    few_by_nature = {"coding", "doubles", "closed", *OF_SOURCES} | (
        {"stock", "unreceived"} if role == "head" else set()
    )
    assert all(one.count >= 5 for one in found if one.rule.key not in few_by_nature)


def test_nothing_is_wrong_and_the_page_says_so(cast, client_of):
    make.cost_holder()
    make.lease("PF000001", unit=cast.unit, employee=make.employee("ANBE", unit=cast.unit))
    assert "Alt er i orden" in text_of(read(client_of(cast.helpdesk), "/datakvalitet/"))


def test_of_an_empty_register_nothing_is_said_to_be_in_order(cast, client_of):
    make.cost_holder()
    page = read(client_of(cast.helpdesk), "/datakvalitet/")
    assert "Alt er i orden" not in text_of(page)
    assert "Intet udstyr er registreret" in text_of(page)
    assert page.xpath(f"//main//a[@href='{reverse('setup')}']")
    assert not read(client_of(cast.head), "/datakvalitet/").xpath("//main//a[text()='Kom i gang']")


def test_each_rule_has_its_words_and_what_mends_it():
    keys = {rule.key for rule in RULES}
    assert set(WORDS) == set(ACTIONS) == keys
    assert all(len(key) <= LONGEST_KEY for key in keys)
    assert all(ACTIONS.values())
    assert set(KEYS) <= keys


def test_every_action_opens_for_whoever_is_offered_it(broken_rules, cast, client_of):
    for user in (cast.finance, cast.head, cast.helpdesk):
        client = client_of(user)
        for rule in rules_for(user):
            page = read(client, f"/datakvalitet/{rule.key}/")
            links = page.xpath("//div[@id='liste']//td[@data-act]/a/@href")[:3]
            for link in links:
                assert client.get(link).status_code == 200, (user, link)


def test_each_reads_what_they_can_do_and_the_bar_does_only_that(broken_rules, cast, client_of):
    head, helpdesk = client_of(cast.head), client_of(cast.helpdesk)
    overview = text_of(read(head, "/datakvalitet/"))
    assert "Sig til it-helpdesk" in overview
    for advice in ("pak dem i et andet it-bur", "bed lederen om", "Tag dem tilbage"):
        assert advice not in overview
    assert "så sig til it-helpdesk" in text_of(read(head, "/datakvalitet/unreturned/"))
    assert "pak dem i et andet it-bur" in text_of(read(helpdesk, "/datakvalitet/unreturned/"))
    assert [one.label for one in actions_for("unreturned", cast.helpdesk)] == [
        "Pak i et it-bur",
        "Meld tab",
    ]
    for key, moves in {
        "leavers": ["Tag tilbage", "Flyt"],
        "stock": ["Udlever"],
        "unreturned": [],
    }.items():
        buttons = read(helpdesk, f"/datakvalitet/{key}/").xpath("//form[@id='valgte']//button")
        labels = [one.text.strip() for one in buttons if one.get("formaction", "").count("udstyr")]
        assert labels == moves, key


def test_a_list_of_what_a_rule_finds_follows_what_was_just_changed(db):
    """What the rules ask is kept: it is brought up to date for whoever asks for ids alone too."""
    lease = make.lease(unit=make.unit("1001"))
    assert open_ids(BY_KEY["unpriced"], TODAY) == []
    lease.terms.all().delete()
    assert open_ids(BY_KEY["unpriced"], TODAY) == [lease.device_id]
