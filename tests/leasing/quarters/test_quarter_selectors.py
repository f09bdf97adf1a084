"""Where the quarters stand, a run beside the one before, what to look at, and the proof."""

from datetime import date

import pytest

from leasing.billing.presenters.runs import late_in_words
from leasing.billing.selectors.outstanding import outstanding
from leasing.billing.selectors.preview import preview_run
from leasing.billing.selectors.window import runs_to_close
from leasing.models import BillingRun, Kind
from leasing.quarters.presenters.points import shown_points
from leasing.quarters.presenters.proof import shown_proof
from leasing.quarters.selectors.fiscal_years import fiscal_years
from leasing.quarters.selectors.proof import proof_of
from leasing.quarters.selectors.readiness import readiness_of
from leasing.quarters.selectors.run_table import table_of_preview, table_of_run
from leasing.rebilling.selectors.postings import postings_of
from leasing.rebilling.selectors.run import rebilling_of
from tests import builders as make
from tests.leasing.supplier.world import invoice as supplier_invoice
from tests.leasing.town import TODAY, Town, close

pytestmark = pytest.mark.django_db

NEW_YEAR = date(2027, 1, 20)


@pytest.fixture
def town(db):
    return Town()


def states(today):
    return {
        str(q.quarter): q.state
        for year in fiscal_years(today, outstanding(today))
        for q in year.quarters
    }


class TestWhereTheQuartersStand:
    def test_locked_open_and_coming(self, town):
        assert states(date(2026, 8, 1)) == {
            "2026Q1": "locked",
            "2026Q2": "locked",
            "2026Q3": "open",
            "2026Q4": "coming",
        }

    def test_a_quarter_that_was_passed_over_is_covered(self, db):
        make.cost_holder()
        make.lease(unit=make.unit())
        close("2026Q2")
        [year] = fiscal_years(TODAY, outstanding(TODAY))
        first = year.quarters[0]
        assert (first.state, first.run.code) == ("covered", "2026Q2")
        assert year.total_ore == 69883  # F at 1 July: 559066 · 2 / 16 = 69883,25

    def test_a_supplementary_run_is_offered_when_there_is_something_for_it(self, town):
        close("2026Q4")
        assert fiscal_years(TODAY, outstanding(TODAY))[0].next_supplement == ""
        this, last = fiscal_years(NEW_YEAR, outstanding(NEW_YEAR))
        assert (this.next_supplement, last.next_supplement) == ("", "")

        make.charge(town.first, 9900, date(2026, 12, 30), "Fragt")
        _, last = fiscal_years(NEW_YEAR, outstanding(NEW_YEAR))
        assert last.next_supplement == "2026S1"
        assert "2026S1" in runs_to_close(NEW_YEAR)

        run = close("2026S", NEW_YEAR)
        _, last = fiscal_years(NEW_YEAR, outstanding(NEW_YEAR))
        assert (last.supplements, last.next_supplement) == ([run], "")
        assert (
            fiscal_years(date(2027, 2, 1), outstanding(date(2027, 2, 1)))[1].next_supplement == ""
        )

    def test_what_can_be_closed_today(self, town):
        assert runs_to_close(TODAY) == ["2026Q3", "2026Q4"]


class TestOutstanding:
    def test_billed_and_pending_of_every_department_add_up(self, town):
        standing = outstanding(TODAY)
        assert standing.total.billed_ore == sum(run.total_ore for run in town.runs)
        assert standing.total.pending_ore == preview_run("2026Q4", TODAY).total_ore
        for index, quarter in enumerate(standing.quarters):
            cells = [row.cells[index] for row in standing.rows]
            assert sum(cell.cost_ore for cell in cells) == quarter.total.cost_ore
        assert [row.name for row in standing.rows] == [
            "Dagtilbud & Skole",
            "Kultur, Fritid & Ejendomme",
            "Fælles IT (it-lager)",
        ]

    def test_a_quarter_that_has_ended_is_overdue_and_the_present_one_is_not(self, town):
        standing = outstanding(TODAY)
        assert [str(q.quarter) for q in standing.overdue] == ["2026Q3"]
        assert outstanding(date(2026, 9, 30)).overdue == []

    def test_corrections_are_what_waits_in_closed_quarters(self, town):
        late = outstanding(TODAY).late
        # The forgotten pc in two quarters; the move takes as much as it gives.
        assert (late.lines, late.amount_ore) == (6, 34941 + 34942)
        assert late.parts == {"correction": (4, 0), "backlog": (2, 34941 + 34942)}
        assert late_in_words(late) == (
            "4 rettelser af opkrævede linjer (0,00\xa0kr.) og "
            "2 linjer, der ikke er opkrævet før (698,83\xa0kr.)"
        )
        # The quarter's page says the same of its next run.
        assert preview_run("2026Q3", TODAY).late == late

    def test_nothing_is_outstanding_after_closing(self, town):
        close("2026Q4")
        standing = outstanding(TODAY)
        assert standing.total.pending_lines == 0
        assert all(q.is_closed for q in standing.quarters)

    def test_a_year_takes_its_own_quarters(self, town):
        whole = outstanding(NEW_YEAR)
        parts = [whole.of_year(2026), whole.of_year(2027)]
        assert [len(part.quarters) for part in parts] == [4, 1]
        assert sum(part.total.cost_ore for part in parts) == whole.total.cost_ore

    def test_every_lease_is_in_it(self, town):
        # Cost through Q4 by F alone, from its own definition: each lease's F at 1 January 2027.
        standing = outstanding(TODAY)
        t14 = 559066 * 4 // 16
        late_start = 559066 * 3 // 16  # PF000008 from 1 April
        t16 = 591227 * (1 * 91 + 30) // (16 * 91)  # one quarter, and 30 of the second's 91 days
        screen = 160003 * 4 // 16
        leases = 8 * t14 + late_start + t16 + screen
        assert standing.total.cost_ore == leases + 150000 + 25050


class TestRunTable:
    def test_the_preview_is_what_the_run_becomes(self, town):
        before = table_of_preview(preview_run("2026Q3", TODAY))
        after = table_of_run(close("2026Q3"))
        assert _as_rows(before) == _as_rows(after)

    def test_what_is_compared_is_cost_and_all_there_though_a_unit_has_moved(self, town):
        table = table_of_preview(preview_run("2026Q3", TODAY))
        costs = [quarter.total.cost_ore for quarter in outstanding(TODAY).quarters]
        assert (table.total.before_ore, table.total.cost_ore) == (costs[1], costs[2])
        school, culture, stock = table.invoices
        gone = next(unit for unit in school.units if unit.name == "Ungdomsklubben")
        come = next(unit for unit in culture.units if unit.name == "Ungdomsklubben")
        assert (gone.total_ore, gone.before_ore, gone.change_ore) == (0, 34942, -34942)
        assert (come.total_ore, come.before_ore, come.change_ore) == (34941, 0, 34941)
        assert stock.key is None
        for invoice in table.invoices:
            assert invoice.total.total_ore == sum(unit.total_ore for unit in invoice.units)
            assert sum(dict(invoice.total.amounts).values()) == invoice.total.total_ore

    def test_only_kinds_with_an_amount_have_a_column(self, town):
        assert table_of_run(town.runs[1]).kinds == [Kind.CURRENT]
        assert len(table_of_preview(preview_run("2026Q3", TODAY)).kinds) == 4

    def test_a_supplementary_run_is_compared_with_none(self, town):
        close("2026Q4")
        make.charge(town.first, 9900, date(2026, 12, 30), "Fragt")
        assert table_of_preview(preview_run("2026S", NEW_YEAR)).before is None
        assert table_of_run(close("2026S", NEW_YEAR)).before is None

    def test_the_first_run_has_none_before_it(self, town):
        table = table_of_run(town.runs[0])
        assert table.before is None
        assert table.total.before_ore == 0


def _as_rows(table):
    return [
        (
            *(i.key, i.number, i.name, u.key, u.number, u.amounts, u.lines, u.items),
            *(u.before_ore, u.cost_ore),
        )
        for i in table.invoices
        for u in i.units
    ]


class TestReadiness:
    def points(self, code="2026Q3", today=TODAY):
        found = readiness_of(preview_run(code, today), today).points
        return {point.key: point for point in found}

    def test_corrections_and_stock(self, town):
        found = self.points()
        assert set(found) == {"corrections", "stock", "invoices", "vouchers"}
        # Four lines of the move, which cancel out, and two of the forgotten pc.
        late = found["corrections"]
        assert (late.count, late.amount_ore) == (6, 34941 + 34942)
        assert (found["stock"].count, found["stock"].amount_ore) == (1, 34942)

    def test_passing_over_a_quarter(self, town):
        skipped = self.points("2026Q4")["skipped"]
        [shown] = shown_points([skipped], "2026Q4")
        assert shown.title == "3. kvartal 2026 er ikke låst"
        # What was forgotten in the closed quarters is no part of the quarter passed over.
        backlog = preview_run("2026Q4", TODAY).by_kind[Kind.BACKLOG]
        assert skipped.amount_ore == backlog - 34941 - 34942

    def test_a_unit_that_cannot_be_posted_to(self, town):
        town.library.account = ""
        town.library.save()
        coding = self.points()["coding"]
        assert (coding.count, [str(unit) for unit in coding.units]) == (1, ["2001 Biblioteket"])
        [unit] = [
            u
            for i in preview_run("2026Q3", TODAY).invoices
            for u in i.units
            if u.unit == town.library
        ]
        assert coding.amount_ore == unit.total_ore

    def test_without_a_cost_holder_nothing_can_be_closed(self, db):
        make.lease(unit=make.unit())
        found = readiness_of(preview_run("2026Q1", TODAY), TODAY)
        assert [point.key for point in found.blocking] == ["units"]

    def test_a_lease_without_a_price(self, town):
        town.stock.terms.all().delete()
        unpriced = self.points()["unpriced"]
        assert (unpriced.count, unpriced.names) == (1, ("PF000006",))

    def test_leases_that_end_within_half_a_year(self, town):
        make.lease("PF000020", unit=town.first, quarters=5, price_ore=100000)  # ends 1 April 2027
        make.lease("PF000021", unit=town.first, quarters=6, price_ore=100000)  # ends 1 July 2027
        ending = self.points()["ending"]
        # F(1 January 2027) − F(1 October 2026) = 80000 − 60000
        assert (ending.count, ending.amount_ore) == (1, 20000)


class TestProof:
    def proof(self, run):
        rebilling = rebilling_of(run)
        return proof_of(run, postings_of(rebilling), rebilling.cost_holder.amount_ore)

    def test_every_run_holds(self, town):
        for run in [*town.runs, close("2026Q4")]:
            proof = self.proof(run)
            assert proof.holds, [check for check in proof.checks if not check.holds]
            # Six sums and the seal's two; the lessor has invoiced nothing, so nothing is held of it.
            assert proof.held == proof.counted == 8

    def test_a_supplementary_run_holds_without_a_quarter_of_the_lessor(self, town):
        close("2026Q4")
        make.charge(town.first, -9900, date(2026, 12, 30), "Refusion")
        proof = self.proof(close("2026S", NEW_YEAR))
        assert proof.holds
        assert len(proof.checks) == 5

    def test_a_posting_too_few_is_seen(self, town):
        run = town.runs[0]
        rebilling = rebilling_of(run)
        postings = postings_of(rebilling)[1:]
        proof = proof_of(run, postings, rebilling.cost_holder.amount_ore)
        wrong = [one.text for one in shown_proof(proof).checks if not one.check.holds]
        assert wrong == [
            "Enhedernes posteringer og Fælles IT's egen andel er kørslens sum",
            "Debet er lig kredit",
        ]

    def test_a_run_of_several_quarters_is_held_against_all_of_them(self, db):
        make.cost_holder()
        make.lease("PF000001", unit=make.unit())
        proof = self.proof(close("2026Q3"))
        assert proof.holds
        lessor = proof.checks[-1]
        shown = shown_proof(proof)
        assert "1.–3. kvartal 2026" in shown.checks[-1].text
        # F(1 October) of a T14 from 1 January: 5,590.66 kr. · 3 of 16 quarters, cut off.
        assert lessor.expected == 559066 * 3 // 16
        # 349.41, 349.42 and 349.41 kr.: the quarters of one price, cut off at each boundary.
        assert shown.reserves == [
            "Leasinggivers faktura for 1. kvartal 2026 mangler: 349,41\xa0kr. forventet",
            "Leasinggivers faktura for 2. kvartal 2026 mangler: 349,42\xa0kr. forventet",
            "Leasinggivers faktura for 3. kvartal 2026 mangler: 349,41\xa0kr. forventet",
        ]
        assert sum(one.expected_ore for one in proof.missing) == lessor.expected

    def test_what_the_lessor_has_not_invoiced_is_named_and_not_counted_as_held(self, town):
        proof = self.proof(town.runs[0])
        assert proof.holds
        # Eight T14 from 1 January, the T16, the screen and the forgotten pc.
        expected = 9 * 34941 + 36951 + 10000 - 34941
        assert [(str(one.quarter), one.expected_ore) for one in proof.missing] == [
            ("2026Q1", expected)
        ]
        assert not [check for check in proof.checks if check.key == "invoiced"]

    def test_an_invoice_is_held_against_what_is_expected(self, town):
        supplier_invoice("4711", ("PF000001", "349,41"))
        proof = self.proof(town.runs[0])
        assert not proof.missing
        assert proof.counted == 9
        shown = shown_proof(proof)
        assert "Vores, men ikke faktureret" in shown.checks[-1].note
        assert "afvigelser fra leasinggiver er ikke afgjort" in shown.reserves[0]

    def test_what_waits_is_counted_with_the_lessor(self, town):
        lessor = self.proof(BillingRun.objects.get(code="2026Q1")).checks[-1]
        # Eight T14 from 1 January, the T16 and the screen; the forgotten pc is not billed yet.
        assert lessor.expected == 8 * 34941 + 36951 + 10000 == lessor.found
