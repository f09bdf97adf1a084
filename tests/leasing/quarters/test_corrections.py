"""What the next run corrects in closed quarters: by cause, with the change that caused it."""

from datetime import date

import pytest

from inventory.models import Placement
from leasing.billing.selectors.outstanding import outstanding
from leasing.domain.facts_text import causes_of, moved_on
from leasing.lease_end.services.decisions import stop_lease
from leasing.leases.services.corrections import correct_lease
from leasing.models import InvoiceLine
from leasing.quarters.presenters.corrections import change_of, shown_causes
from leasing.quarters.selectors.corrections import corrections
from tests import builders as make
from tests.leasing.pages import queries_of, read, text_of
from tests.leasing.town import TODAY, Town, close

PAGE = "/kvartaler/rettelser/"


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    return Town()


@pytest.mark.parametrize(
    ("after", "causes"),
    [
        ("2026-01-01||100/16| 2026-01-01>1 2026-03-01>2", ("moved",)),
        ("2026-01-01|2026-05-01|100/16| 2026-01-01>1", ("stopped",)),
        ("2026-01-01||101/16| 2026-01-01>1", ("priced",)),
        ("2026-02-01||100/16| 2026-02-01>1", ("started",)),
        ("2026-02-01||100/16| 2026-02-01>2", ("started", "moved")),
        ("2026-01-01|2026-05-01|100/16|", ("stopped", "moved")),
        ("2026-01-01||100/16| 2026-01-01>1", ("other",)),
    ],
)
def test_the_difference_of_two_texts_names_the_cause(after, causes):
    before = "2026-01-01||100/16| 2026-01-01>1"
    assert causes_of(before, after) == causes
    assert causes_of(None, after) == ("delivered",)


def test_the_days_that_placements_differ():
    before, after = "a|||", "a||| 2026-03-01>2 2026-01-01>1"
    assert moved_on(before, after) == [date(2026, 1, 1), date(2026, 3, 1)]
    assert moved_on(after, after) == []


def test_each_cause_has_its_own_group_and_all_of_them_the_front_pages_sum(town, cast):
    stop_lease(serial_number="PF000003", stops_on=date(2026, 6, 1), actor=cast.finance)
    correct_lease(serial_number="PF000004", price_ore=559067 * 2, actor=cast.finance)
    found = {one.name: one.cause for one in shown_causes(corrections(TODAY))}
    assert set(found) == {
        "Flyttet sent",
        "Leveret eller registreret sent",
        "Stoppet",
        "Pris rettet",
    }
    assert found["Flyttet sent"].amount_ore == 0
    # F(1 June) − F(1 July): 559066·(91 + 61)/1456 = 58364 against 69883
    assert found["Stoppet"].amount_ore == 58364 - 69883
    late = outstanding(TODAY).late
    assert sum(cause.amount_ore for cause in found.values()) == late.amount_ore
    assert sum(cause.line_count for cause in found.values()) == late.lines
    assert found["Stoppet"].rows[0].source.by == "Oda"
    assert change_of(found["Pris rettet"].rows[0].source) == "Løbetid rettet"


@pytest.mark.usefixtures("history_from_the_start")
def test_a_correction_opens_the_change_that_caused_it(town, cast, client_of):
    moved = Placement.objects.get(unit=town.second, device=town.leases[1].device)
    page = text_of(read(client_of(cast.finance), PAGE))
    assert "Tildeling oprettet af Systemet" in page
    link = read(client_of(cast.finance), PAGE).xpath(
        "//a[normalize-space()='Tildeling oprettet']/@href"
    )
    assert link == [f"/udstyr/{moved.device_id}/?historik=alle#historik"]
    assert "Flyttet sent 0,00" in page


def test_the_page_costs_the_same_for_three_and_thirty(town, cast, client_of):
    client = client_of(cast.finance)
    three = queries_of(client, PAGE)
    for n in range(20):
        make.lease(f"NY{n:04}", unit=town.second)
    assert queries_of(client, PAGE) == three


def test_nothing_to_correct_says_so(db, cast, client_of):
    make.cost_holder()
    assert "ingen rettelser" in text_of(read(client_of(cast.finance), PAGE))


def test_lines_of_a_correction_name_the_line_they_correct(town, cast, client_of):
    client = client_of(cast.finance)
    first = InvoiceLine.objects.get(
        period="2026Q1", lease=town.leases[1], invoice__run__code="2026Q1"
    )
    name = f"{first.invoice.number}, linje {first.number}"
    pending = text_of(read(client, "/egenbetaling/linjer/?afdeling=alle&koersel=ikke-opkraevet"))
    # Both of what is taken from the old unit and what is put on the new one.
    assert pending.count(f"(retter {name})") == 2
    close("2026Q3")
    billed = text_of(read(client, "/egenbetaling/linjer/?afdeling=alle&koersel=2026Q3"))
    assert billed.count(f"(retter {name})") == 2
    # A correction of the correction names the correction.
    Placement.objects.filter(unit=town.second, device=town.leases[1].device).delete()
    run = close("2026Q4")
    second = InvoiceLine.objects.get(
        period="2026Q1", unit=town.first, lease=town.leases[1], invoice__run__code="2026Q3"
    )
    last = text_of(read(client, f"/egenbetaling/linjer/?afdeling=alle&koersel={run.code}"))
    assert f"(retter {second.invoice.number}, linje {second.number})" in last
    invoice = run.invoices.get(department=town.school)
    assert "retter 2026Q3" in text_of(read(client, f"/kvartaler/{run.code}/{invoice.number}/"))
    three = queries_of(client, f"/egenbetaling/linjer/?afdeling=alle&koersel={run.code}")
    assert three < 40
