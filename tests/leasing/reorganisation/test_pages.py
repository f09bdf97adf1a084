"""The pages: prepared by whoever may, seen by those who see all, agreed to as it was shown."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from albertslund_it.common.money import parse_kroner
from inventory.models import Unit
from leasing.models import InvoiceLine, Reorganisation
from leasing.reorganisation.selectors.money import money_of
from leasing.reorganisation.selectors.plan import plan_of
from tests import builders as make
from tests.leasing.agreeing import AGREED, agreed_in
from tests.leasing.pages import assert_every_figure_opens_its_lines, read, text_of
from tests.leasing.reorganisation.changing import agreed, chosen, draft
from tests.leasing.town import TODAY, Town, close

pytestmark = pytest.mark.django_db
JANUARY = date(2027, 1, 1)


@pytest.fixture
def town(settings):
    settings.TODAY = TODAY
    return Town()


def page(found, name="reorganisation", **arguments):
    return reverse(name, args=[found.pk, *arguments.values()])


def test_one_is_drafted_seen_through_and_carried_out_on_the_pages(town, cast, client_of):
    client = client_of(cast.finance)
    url = reverse("reorganisation-new")
    client.post(url, {"title": "Ny struktur", "starts_on": "23-11-2026", "note": ""})
    found = Reorganisation.objects.get()
    step = page(found, "reorganisation-step")
    client.post(f"{step}?hvad=merge", {"unit": town.second.pk, "successor": town.first.pk})
    shown = client.get(page(found))
    assert "1002 Åmoseskolen lægges ind under 1001 Ærtebjerg Skole" in shown.content.decode()
    # A bill is a department's: what a unit has of the year is what no run holds.
    assert "Uden det, der er opkrævet allerede" in shown.content.decode()

    unseen = client.post(page(found, "reorganisation-agree"), {})
    assert unseen.status_code == 422
    assert Unit.objects.get(pk=town.second.pk).closed_on is None
    seen = {AGREED: agreed_in(shown)}
    make.lease("PF000099", unit=town.second)  # meanwhile
    changed = client.post(page(found, "reorganisation-agree"), seen)
    assert changed.status_code == 422
    done = client.post(page(found, "reorganisation-agree"), {AGREED: agreed_in(changed)})
    assert done.status_code == 302
    again = client.post(page(found, "reorganisation-agree"), seen, follow=True)
    assert "er gennemført" in again.content.decode()
    assert Unit.objects.get(pk=town.second.pk).successor == town.first


def test_what_is_chosen_for_a_split_is_named_only_to_who_reads_names(town, cast, client_of):
    anna = make.employee(unit=town.first)
    make.employee("bo", "Bo Lund", unit=town.first)
    leased = make.lease("PF000055", unit=town.first, employee=anna)
    found = draft(JANUARY, ("split", town.first, {"number": "1009", "name": "Elmeskolen"}))
    url = page(found, "reorganisation-choose", step=found.steps.get().pk)

    make.placement(make.device("PF000057"), JANUARY, town.first, used_for="Lokale 12")
    unnamed = client_of(cast.finance).get(url).content.decode()
    assert "Anna Berg" not in unnamed
    assert "En medarbejder" in unnamed
    assert "Lokale 12" in unnamed
    text = client_of(cast.helpdesk).get(url).content.decode()
    assert "Anna Berg" in text
    assert "Bo Lund" in text
    other = make.lease("PF000056", unit=town.library).device
    client_of(cast.helpdesk).post(url, {"udstyr": [leased.device.pk, other.pk, "x", "9" * 30]})
    assert list(found.steps.get().devices.all()) == [leased.device]
    shown = client_of(cast.finance).get(page(found)).content.decode()
    assert "Elmeskolen mangler kontering" in shown


def test_an_estimate_is_what_the_runs_bill_and_adds_up_to_the_same(town):
    """Before is what closing bills as it is, after is what it bills when it is carried out."""
    found = draft(
        date(2026, 11, 23),
        ("merge", town.second, {"successor": town.library}),
        ("move", town.first, {"department": town.culture}),
    )
    money = money_of(plan_of(found))
    assert money.total.year_before_ore == money.total.year_after_ore
    assert money.total.quarter_before_ore == money.total.quarter_after_ore
    after = {one.name: one.year_after_ore for one in money.departments}

    agreed(found, today=date(2026, 11, 23))
    for code in ("2026Q3", "2026Q4"):
        close(code)
    billed = dict.fromkeys(after, 0)
    for line in InvoiceLine.objects.filter(period__startswith="2026Q"):
        billed[line.department_name] = billed.get(line.department_name, 0) + line.amount_ore
    assert {name: billed[name] for name in after} == after
    assert len(after) == 2


def test_what_is_paid_before_opens_its_lines(town, cast, client_of):
    make.charge(town.first, 9900, date(2026, 12, 1), "Fragt")
    for day in (date(2026, 11, 23), JANUARY):
        found = draft(
            day,
            ("merge", town.second, {"successor": town.library}),
            ("move", town.first, {"department": town.culture}),
        )
        client = client_of(cast.finance)
        # Two departments, all of them, and the units: the quarter and the year of each.
        assert assert_every_figure_opens_its_lines(client, page(found)) >= 10


def test_a_unit_that_is_to_be_made_paid_nothing_before(town, cast, client_of):
    leased = make.lease("PF000055", unit=town.first)
    found = draft(JANUARY, ("split", town.first, {"number": "1009", "name": "Elmeskolen"}))
    chosen(found, [leased.device])
    client = client_of(cast.finance)
    assert "1009 Elmeskolen" in client.get(page(found)).content.decode()
    assert_every_figure_opens_its_lines(client, page(found))


def cells_of(row):
    """Return (øre, address or '') of each amount of a row."""
    return [
        (parse_kroner(cell.text_content().strip().lstrip("+")), cell.xpath("string(.//a/@href)"))
        for cell in row.xpath("td[contains(@class, 'num')]")
    ]


def sums_of(tree):
    """Return what each column of amounts of the last table adds up to, checked with its foot."""
    table = tree.xpath("//table")[-1]
    rows = [[ore for ore, _ in cells_of(row)] for row in table.xpath("tbody/tr")]
    sums = [sum(column) for column in zip(*rows, strict=True)]
    for foot in table.xpath("tfoot/tr"):
        assert [ore for ore, _ in cells_of(foot)] == sums
    return sums


def follow(client, url, followed):
    """Check that each figure under 'Hvem betaler hvad' is what its page adds up to, all the way."""
    if url in followed:
        return
    tree = followed[url] = read(client, url)
    rows = tree.xpath("//table//tr[td[contains(@data-label, 'Kvartalet før')]]")
    for row in rows:
        cells = cells_of(row)
        for at, (ore, address) in enumerate(cells):
            if "/betaler/" not in address:
                continue
            follow(client, address, followed)
            sums = sums_of(followed[address])
            if "/enhed/" in address:  # a list of what comes and goes, in the quarter and the year
                before, _ = cells_of(followed[address].xpath("//tbody/tr")[0])[at // 3 * 3]
                change = sums[at // 3] if len(sums) == 2 else 0  # nothing is listed
                assert change + (before if at % 3 == 1 else 0) == ore, (address, at)
            else:
                assert sums[at] == ore, (address, at)


def test_every_figure_of_before_and_after_opens_what_it_is_made_of(town, cast, client_of):
    make.charge(town.first, 9900, date(2026, 12, 1), "Fragt")
    make.charge(town.second, 4500, date(2026, 12, 1), "Opsætning")
    leased = make.lease("PF000055", unit=town.second)
    client, opened = client_of(cast.finance), {}
    for day in (date(2026, 8, 10), date(2026, 11, 23), JANUARY):
        found = draft(
            day,
            ("split", town.second, {"number": "1009", "name": "Elmeskolen"}),
            ("merge", town.second, {"successor": town.library}),
            ("move", town.first, {"department": town.culture}),
        )
        chosen(found, [leased.device])
        follow(client, page(found), opened)
    paid = [url for url in opened if "/betaler/" in url]
    assert_every_figure_opens_its_lines(client, *paid)
    shown = " ".join(text_of(tree) for tree in opened.values())
    for said in ("Engangsbeløb: Opsætning", "Allerede opkrævet", "PF000055", "1009 Elmeskolen"):
        assert said in shown
    for asked in ("afdeling=x", "afdeling=999999"):
        assert client.get(f"{page(found, 'reorganisation-payers')}?{asked}").status_code == 404
    assert client.get(f"{page(found, 'reorganisation-changes')}?enhed=x").status_code == 404


def test_what_goes_with_a_step_is_listed(town, cast, client_of):
    anna = make.employee(unit=town.second)
    make.lease("PF000055", unit=town.second, employee=anna)
    found = draft(JANUARY, ("merge", town.second, {"successor": town.library}))
    client = client_of(cast.helpdesk)
    [row] = read(client, page(found)).xpath("//table//tr[td[@data-label='Udstyr']]")
    cells = row.xpath("td[contains(@class, 'num')]")
    devices, people, kroner = (cell.find("a") for cell in cells)
    listed = read(client, devices.get("href"))
    assert len(listed.xpath("//tbody/tr")) == int(devices.text) > 1
    assert sums_of(listed) == [parse_kroner(kroner.text)]
    assert kroner.get("href") == devices.get("href")
    named = read(client, people.get("href"))
    assert len(named.xpath("//tbody/tr")) == int(people.text) > 0
    assert "Anna Berg" in text_of(named)
    other = client_of(cast.finance)  # who reads no names gets the count alone
    assert people.get("href") not in other.get(page(found)).content.decode()
    assert other.get(people.get("href")).status_code == 403
    agreed(found, today=JANUARY)
    assert client.get(devices.get("href")).status_code == 404


def test_more_steps_ask_no_more_of_the_database(town, django_assert_num_queries):
    merges = []
    for number in range(30):
        unit = make.unit(f"3{number:03d}", department=town.school)
        make.lease(f"PX{number:06d}", unit=unit, employee=make.employee(f"x{number}", unit=unit))
        merges.append(("merge", unit, {"successor": town.first, "takes_access": True}))
    few, many = draft(JANUARY, *merges[:3]), draft(JANUARY, *merges)
    money_of(plan_of(many))  # kept costs are worked out
    with CaptureQueriesContext(connection) as asked:
        money_of(plan_of(few))
    with django_assert_num_queries(len(asked)):
        money_of(plan_of(many))


def test_a_date_or_a_unit_that_cannot_be_is_asked_about_and_kept(town, cast, client_of):
    client = client_of(cast.finance)
    url = reverse("reorganisation-new")
    far = client.post(url, {"title": "Ny struktur", "starts_on": "01-01-2036"})
    assert far.status_code == 422
    assert "Ny struktur" in far.content.decode()
    found = draft(JANUARY)
    step = page(found, "reorganisation-step")
    for typed in ({}, {"unit": "9" * 40, "successor": "9" * 40}, {"unit": town.holder.pk}):
        assert client.post(f"{step}?hvad=merge", typed).status_code == 422
    same = {"unit": town.first.pk, "successor": town.first.pk}
    assert "afløse sig selv" in client.post(f"{step}?hvad=merge", same).content.decode()
    both = {"unit": town.first.pk, "successor": town.second.pk, "number": "5", "name": "x"}
    assert client.post(f"{step}?hvad=split", both).status_code == 422
    assert client.get(f"{step}?hvad=x").status_code == 404
    assert not found.steps.exists()
