"""A department's share: every grouping gives the same total, and nothing of others leaks in."""

from datetime import date

import pytest

from albertslund_it.common.quarters import Quarter
from albertslund_it.roles import HEAD, UNIT_LEADER
from inventory.models import Device
from leasing.billing.selectors.outstanding import outstanding
from leasing.cost_share.selectors.lines import lines_of
from leasing.cost_share.selectors.payers import EVERYBODY, payers_seen_by
from leasing.cost_share.selectors.pending_lines import BILLED, NOT_BILLED, Choice
from leasing.cost_share.selectors.share import quarters_to_choose, share_of
from leasing.cost_share.tables.lines import LineRows, LineTable
from leasing.guards import remove_guards, restore_guards
from leasing.models import Kind, PrintedNumber
from tests import builders as make
from tests.leasing.town import TODAY, Town, close

pytestmark = pytest.mark.django_db

FIRST, LAST = Quarter(2026, 1), Quarter(2026, 4)


@pytest.fixture
def town(db):
    return Town()


@pytest.fixture
def payers(town, cast):
    return {payer.name: payer for payer in payers_seen_by(cast.finance, TODAY)}


def total_of_lines(payer, first, last=None, **choice):
    lines = lines_of(payer, Choice(first, last or first, **choice), TODAY)
    listed = list(lines)
    assert len(listed) == len(lines)
    assert sum(line.amount_ore for line in listed) == lines.total_ore
    return lines.total_ore


def test_every_grouping_of_every_quarter_gives_the_same_total(payers):
    for payer in payers.values():
        for quarter in quarters_to_choose(TODAY):
            share = share_of(payer, quarter, TODAY)
            total = share.total.amount_ore
            for rows in (share.by_payer, share.by_model, share.by_kind):
                assert sum(row.amount_ore for row in rows) == total
                assert sum(row.before_ore for row in rows) == share.total.before_ore
                assert sum(row.to_date_ore for row in rows) == share.total.to_date_ore
            assert sum(row.items for row in share.by_payer) == share.total.items
            assert sum(row.items for row in share.by_model) == share.total.items
            [cost] = [cost for cost in share.quarters if cost.quarter == quarter]
            assert cost.cost_ore == total
            assert cost.pending_ore == share.pending_ore
            assert total_of_lines(payer, quarter) == total


def test_every_row_opens_lines_that_add_up_to_it(payers):
    for payer in payers.values():
        for quarter in (FIRST, LAST):
            share = share_of(payer, quarter, TODAY)
            for row in share.by_payer:
                if payer.key == EVERYBODY:
                    [department] = [each for each in payers.values() if each.key == row.key]
                    assert total_of_lines(department, quarter) == row.amount_ore
                else:
                    assert total_of_lines(payer, quarter, unit_id=row.key) == row.amount_ore
            for row in share.by_model:
                assert total_of_lines(payer, quarter, model_name=row.key) == row.amount_ore
            for row in share.by_kind:
                assert total_of_lines(payer, quarter, kind=row.key) == row.amount_ore
            assert total_of_lines(payer, FIRST, share.to_date) == share.total.to_date_ore
            assert total_of_lines(payer, FIRST, LAST) == share.year_ore
            for bill in share.bills:
                assert total_of_lines(payer, FIRST, LAST, run=bill.run.code) == bill.amount_ore


def test_the_payers_together_are_the_whole_municipality(payers):
    everybody = payers.pop("Hele kommunen")
    for quarter in quarters_to_choose(TODAY):
        whole = share_of(everybody, quarter, TODAY)
        parts = [share_of(payer, quarter, TODAY) for payer in payers.values()]
        assert sum(part.total.amount_ore for part in parts) == whole.total.amount_ore
        assert sum(part.held.pcs for part in parts) == whole.held.pcs
        for of_run in whole.bills:
            together = [b.amount_ore for p in parts for b in p.bills if b.run == of_run.run]
            assert sum(together) == of_run.amount_ore == of_run.run.total_ore


def test_cost_follows_the_facts_and_the_bill_stays(payers):
    share = share_of(payers["Dagtilbud & Skole"], FIRST, TODAY)
    # Bill of Q1: 4 PCs and the screen at 1001, one that left on 15 February, T16 at 1002, one at
    # 1003 and the charge: 4·34941 + ⌊559066·45/1440⌋ + 10000 + 36951 + 34941 + 150000
    assert share.bills[-1].amount_ore == 4 * 34941 + 17470 + 10000 + 36951 + 34941 + 150000
    # Cost of Q1 has the forgotten delivery too; the late move stays inside the department.
    assert share.total.amount_ore == share.bills[-1].amount_ore + 34941
    assert share.pending_ore == 34941
    assert {row.key for row in share.by_kind} == {
        Kind.CURRENT,
        Kind.BACKLOG,
        Kind.CORRECTION,
        Kind.CHARGE,
    }


def test_a_unit_that_moves_leaves_its_bills_and_takes_its_future(town, payers):
    old = share_of(payers["Dagtilbud & Skole"], LAST, TODAY)
    new = share_of(payers["Kultur, Fritid & Ejendomme"], LAST, TODAY)
    assert "Ungdomsklubben" not in {row.label for row in old.by_payer if row.amount_ore}
    assert {row.label: row.amount_ore for row in new.by_payer}["Ungdomsklubben"] == 34942

    billed_before = share_of(payers["Kultur, Fritid & Ejendomme"], FIRST, TODAY)
    assert {row.label for row in billed_before.by_payer} == {"Biblioteket", "Ungdomsklubben"}
    assert {r.label: r.amount_ore for r in billed_before.by_payer}["Ungdomsklubben"] == 0


def test_who_sees_what(town, cast):
    head = cast.with_access("hanne", HEAD, department=town.culture)
    assert [b.name for b in payers_seen_by(head, TODAY)] == ["Kultur, Fritid & Ejendomme"]

    leader = cast.with_access("ulla", UNIT_LEADER, unit=town.mover)
    [own] = payers_seen_by(leader, TODAY)
    assert (own.name, own.department) == ("Ungdomsklubben", None)
    # Its leader sees what it paid in the old department, and only the unit's own.
    assert share_of(own, FIRST, TODAY).total.amount_ore == 34941
    lines = lines_of(own, Choice(FIRST, LAST), TODAY)
    assert {line.unit for line in lines} == {"Ungdomsklubben"}
    assert not lines_of(own, Choice(FIRST, LAST, unit_id=town.first.id), TODAY)

    gone = cast.with_access("gerd", HEAD, department=town.culture, ends_before=date(2026, 11, 23))
    assert payers_seen_by(gone, TODAY) == []
    assert payers_seen_by(cast.nobody, TODAY) == []


def test_lines_of_another_department_never_show(town, payers):
    culture = payers["Kultur, Fritid & Ejendomme"]
    lines = list(lines_of(culture, Choice(FIRST, LAST), TODAY))
    assert {line.department for line in lines} == {"Kultur, Fritid & Ejendomme"}
    # The pc that came on 15 February: only the part of the quarter from then on.
    [arrived] = [x for x in lines if x.serial_number == "PF000005" and x.period == "2026Q1"]
    assert (arrived.first_day, arrived.amount_ore) == (date(2026, 2, 15), 34941 - 17470)


def test_the_lines_of_a_run_that_is_not_closed_are_those_it_would_get(town, payers):
    everybody = payers["Hele kommunen"]
    choice = Choice(FIRST, LAST, run="2026Q3")
    ahead = lines_of(everybody, choice, TODAY)
    kinds = {
        kind: lines_of(everybody, Choice(FIRST, LAST, run="2026Q3", kind=kind), TODAY)
        for kind in Kind.values
    }
    before = {kind: (len(lines), lines.total_ore) for kind, lines in kinds.items()}

    run = close("2026Q3")
    billed = lines_of(everybody, choice, TODAY)
    assert (len(ahead), ahead.total_ore) == (len(billed), run.total_ore)
    for kind in Kind.values:
        after = lines_of(everybody, Choice(FIRST, LAST, run="2026Q3", kind=kind), TODAY)
        assert before[kind] == (len(after), after.total_ore)
    assert sum(count for count, _ in before.values()) == run.line_count


def test_pages_of_lines_hold_every_line_once(town, payers):
    lines = lines_of(payers["Hele kommunen"], Choice(FIRST, LAST), TODAY)
    paged = [line for at in range(0, len(lines), 7) for line in lines[at : at + 7]]
    assert paged == list(lines)
    assert lines[0] == paged[0]
    assert lines[len(lines) - 1] == paged[-1]
    assert not paged[0].run
    assert paged[-1].run == "2026Q1"


def test_search_and_not_billed(town, payers):
    everybody = payers["Hele kommunen"]
    one = lines_of(everybody, Choice(FIRST, LAST, search="pf000010"), TODAY)
    assert {line.serial_number for line in one} == {"PF000010"}
    assert one.total_ore == one.pending_ore == 139766  # F after a year: 559066 · 4/16 = 139766,5
    waiting = lines_of(everybody, Choice(FIRST, LAST, run=NOT_BILLED), TODAY)
    assert not any(line.run for line in waiting)
    assert waiting.total_ore == outstanding(TODAY).total.pending_ore


def test_billed_lines_are_found_by_a_number_that_their_device_once_had(town, payers):
    def found(text):
        choice = Choice(FIRST, LAST, run=BILLED, search=text)
        return {
            (x.serial_number, x.amount_ore)
            for x in lines_of(payers["Hele kommunen"], choice, TODAY)
        }

    device = Device.objects.filter(serial_number="PF000001")
    lines = found("pf000001")
    assert {serial for serial, _ in lines} == {"PF000001"}
    device.update(serial_number="XX000001")
    assert (found("pf000001"), found("xx000001")) == (lines, set())
    # Before there was a trigger to note it: what stands on lines alone is noted when it is put back.
    PrintedNumber.objects.all().delete()
    restore_guards()
    assert found("pf000001") == set(), "nothing was away"
    remove_guards()
    restore_guards()
    assert found("pf000001") == lines


def test_pcs_and_their_average(town, payers):
    share = share_of(payers["Dagtilbud & Skole"], LAST, TODAY)
    # PF1–PF4 (one at 1002 now), PF10; the screen is no pc, and the T16 has stopped.
    assert (share.held.pcs, share.held.items) == (5, 6)
    assert share.held.average_ore == 34942  # the fourth quarter of F: 139766 − 104824


def test_nothing_leased_at_all(db, cast):
    make.cost_holder()
    make.department()
    for payer in payers_seen_by(cast.finance, TODAY):
        share = share_of(payer, LAST, TODAY)
        assert (share.total.amount_ore, share.by_payer, share.bills) == (0, [], [])
        assert share.held.average_ore is None


def test_billed_lines_are_sorted_a_page_at_a_time_as_the_database_sorts_them_all(payers):
    columns = LineTable.base_columns
    for payer in payers.values():
        for choice in ({}, {"kind": Kind.CURRENT}, {"search": "pf00000"}, {"run": "2026Q1"}):
            choice = {"run": BILLED} | choice
            for name in (n for n, column in columns.items() if column.orderable is not False):
                for order in (name, f"-{name}"):
                    lines = lines_of(payer, Choice(FIRST, LAST, **choice), TODAY)
                    table = LineTable(LineRows(lines))
                    table.order_by = order
                    rows = table.data
                    pages = [rows[at : at + 3] for at in range(0, len(lines), 3)]
                    paged = [line for page in pages for line in page]
                    assert paged == list(rows)
                    assert sorted(map(repr, paged)) == sorted(map(repr, lines))
                    field = (columns[name].order_by or (name,))[0]
                    by = columns[name].order_expressions(name, descending=order != name)
                    known = lines.billed.lines.order_by(*by).values_list(field, flat=True)
                    of = {"department_name": "department", "unit_name": "unit"}.get(field, field)
                    assert [getattr(line, of) for line in paged] == list(known)
