"""The rules of closing, one scenario each; amounts of a T14: 349,41 and 349,42 kr. a quarter."""

import hashlib
from datetime import UTC, date, datetime

import pytest

from albertslund_it.common.errors import Refused
from inventory.models import Unit
from leasing.billing.selectors.preview import preview_run
from leasing.billing.selectors.verification import breaches
from leasing.billing.services.closing import close_quarter
from leasing.models import BilledFacts, BillingRun, FiscalYear, InvoiceLine, Settings
from tests import builders as make

pytestmark = pytest.mark.django_db

AUTUMN = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def holder(db):
    return make.cost_holder()


def close(code, today=AUTUMN):
    moment = datetime(today.year, today.month, today.day, 8, 30, tzinfo=UTC)
    return close_quarter(code=code, closed_by="Anna Berg", today=today, now=moment)


def lines(run):
    return list(
        InvoiceLine.objects.filter(invoice__run=run)
        .order_by("number")
        .values_list("kind", "period", "unit__number", "amount_ore")
    )


def refusal(code, today=AUTUMN):
    before = BillingRun.objects.count()
    with pytest.raises(Refused) as refused:
        close(code, today)
    assert BillingRun.objects.count() == before
    return str(refused.value)


class TestWhatIsBilled:
    def test_a_quarter_of_one_pc(self):
        make.lease(unit=make.unit("1001"))
        # 559066 · 1 / 16 = 34941,6 → 34941
        assert lines(close("2026Q1")) == [("current", "2026Q1", "1001", 34941)]

    def test_stock_is_carried_by_the_cost_holder(self):
        make.lease()
        assert lines(close("2026Q1")) == [("current", "2026Q1", "9000", 34941)]

    def test_quarters_never_run_are_backlog(self):
        make.lease(unit=make.unit("1001"))
        assert lines(close("2026Q3")) == [
            ("backlog", "2026Q1", "1001", 34941),
            ("backlog", "2026Q2", "1001", 34942),
            ("current", "2026Q3", "1001", 34941),
        ]

    def test_a_quarter_left_out_in_the_middle_is_picked_up(self):
        make.lease(unit=make.unit("1001"))
        close("2026Q1")
        assert lines(close("2026Q3")) == [
            ("backlog", "2026Q2", "1001", 34942),
            ("current", "2026Q3", "1001", 34941),
        ]

    def test_a_move_entered_late_is_corrected_and_nothing_closed_changes(self):
        ours, theirs = make.unit("1001"), make.unit("2001")
        lease = make.lease(unit=ours)
        first = close("2026Q1")
        digest = first.digest
        make.placement(lease.device, date(2026, 2, 10), theirs)
        # The days from 10 February move: 34941 − 15529 = 19412
        assert lines(close("2026Q2")) == [
            ("correction", "2026Q1", "1001", -19412),
            ("correction", "2026Q1", "2001", 19412),
            ("current", "2026Q2", "2001", 34942),
        ]
        first.refresh_from_db()
        assert first.digest == digest
        assert list(breaches()) == []

    def test_a_delivery_entered_late_is_backlog(self):
        close("2026Q1")
        make.lease(unit=make.unit("1001"))
        assert [line[0] for line in lines(close("2026Q2"))] == ["backlog", "current"]

    def test_a_stop_entered_late_gives_back(self):
        lease = make.lease(unit=make.unit("1001"))
        close("2026Q1")
        lease.stops_on = lease.starts_on
        lease.save()
        assert lines(close("2026Q2")) == [("correction", "2026Q1", "1001", -34941)]

    def test_a_price_corrected_late_bills_the_difference(self):
        lease = make.lease(unit=make.unit("1001"), price_ore=1600)
        close("2026Q1")
        lease.terms.update(price_ore=3200)
        assert lines(close("2026Q2")) == [
            ("correction", "2026Q1", "1001", 100),
            ("current", "2026Q2", "1001", 200),
        ]

    def test_a_line_back_at_a_unit_billed_to_zero_is_a_correction(self):
        ours, theirs = make.unit("1001"), make.unit("2001")
        lease = make.lease(unit=ours, price_ore=1600)
        close("2026Q1")
        placement = lease.device.placements.get()
        for code, unit in [("2026Q2", theirs), ("2026Q3", ours)]:
            placement.unit = unit
            placement.save()
            kinds = {line[0] for line in lines(close(code)) if line[1] == "2026Q1"}
            assert kinds == {"correction"}

    def test_nothing_before_the_billing_start(self):
        Settings.objects.update(billing_starts_on=date(2026, 4, 1))
        make.lease(unit=make.unit("1001"))
        assert lines(close("2026Q2")) == [("current", "2026Q2", "1001", 34942)]

    def test_a_billing_start_inside_a_quarter(self):
        Settings.objects.update(billing_starts_on=date(2026, 2, 10))
        make.lease(unit=make.unit("1001"))
        assert lines(close("2026Q1")) == [("current", "2026Q1", "1001", 19412)]

    def test_closing_again_with_no_fact_changed_bills_nothing_earlier(self):
        make.lease(unit=make.unit("1001"))
        close("2026Q1")
        assert {line[1] for line in lines(close("2026Q2"))} == {"2026Q2"}


class TestWhatALineSays:
    def test_days_of_a_correction_are_those_not_on_earlier_lines(self):
        ours, theirs = make.unit("1001"), make.unit("2001")
        lease = make.lease(unit=ours)
        close("2026Q1")
        make.placement(lease.device, date(2026, 2, 10), theirs)
        close("2026Q2")
        told = InvoiceLine.objects.filter(kind="correction").order_by("number")
        assert list(told.values_list("unit__number", "first_day", "last_day", "days")) == [
            ("1001", date(2026, 1, 1), date(2026, 2, 9), 40 - 90),
            ("2001", date(2026, 2, 10), date(2026, 3, 31), 50),
        ]

    def test_a_unit_that_never_held_it_is_told_the_whole_period(self):
        lease = make.lease(unit=make.unit("1001"))
        close("2026Q1")
        lease.device.placements.update(unit=make.unit("2001"))
        close("2026Q2")
        line = InvoiceLine.objects.get(kind="correction", unit__number="1001")
        assert (line.first_day, line.last_day, line.days) == (
            date(2026, 1, 1),
            date(2026, 3, 31),
            -90,
        )

    def test_names_are_copied(self):
        unit = make.unit("1001", "Ærtebjerg Skole")
        make.lease(unit=unit)
        run = close("2026Q1")
        unit.name = "Noget andet"
        unit.department = make.department("Miljø & Teknik")
        unit.save()
        line = InvoiceLine.objects.get(invoice__run=run)
        assert (line.unit_name, line.department_name) == ("Ærtebjerg Skole", "Dagtilbud & Skole")
        assert (line.serial_number, line.model_name, line.price_ore) == ("PF000001", "T14", 559066)
        assert list(breaches()) == []


class TestCharges:
    def test_billed_once_by_the_first_run_whose_quarter_ends_after_it(self):
        unit = make.unit("1001")
        make.charge(unit, 150000, date(2026, 5, 2))
        assert lines(close("2026Q1")) == []
        assert lines(close("2026Q2")) == [("charge", "2026Q2", "1001", 150000)]
        assert lines(close("2026Q3")) == []

    def test_an_old_one_is_billed_with_the_quarter_of_its_date(self):
        close("2026Q1")
        make.charge(make.unit("1001"), -5000, date(2026, 2, 1))
        assert lines(close("2026Q2")) == [("charge", "2026Q1", "1001", -5000)]


class TestNumbering:
    def test_invoices_in_danish_order_without_holes_the_cost_holder_last(self):
        for number, name in [("1", "Ældre"), ("2", "Aabenhed"), ("3", "Økonomi"), ("4", "Zoo")]:
            make.lease(f"PF{number}", unit=make.unit(number, department=make.department(name)))
        make.lease("PF9")
        make.unit("5", department=make.department("Borger"))  # has nothing, so no number
        run = close("2026Q1")
        assert list(run.invoices.order_by("number").values_list("number", "department_name")) == [
            ("2026Q1-01", "Zoo"),
            ("2026Q1-02", "Ældre"),
            ("2026Q1-03", "Økonomi"),
            ("2026Q1-04", "Aabenhed"),
            ("2026Q1-05", "Fælles IT (it-lager)"),
        ]
        assert run.total_ore == 5 * 34941

    def test_an_empty_quarter_can_be_closed(self):
        run = close("2026Q1")
        assert (run.line_count, run.total_ore, run.invoices.count()) == (0, 0, 0)


class TestRefusals:
    def test_a_closed_quarter(self):
        close("2026Q1")
        assert refusal("2026Q1") == "1. kvartal 2026 er allerede godkendt og låst."
        close("2026Q2")
        assert refusal("2026Q1") == "1. kvartal 2026 er allerede godkendt og låst."

    def test_a_quarter_before_the_last_closed(self):
        close("2026Q2")
        assert "2. kvartal 2026 er låst, så 1. kvartal 2026 kan ikke låses" in refusal("2026Q1")

    def test_a_quarter_can_be_closed_from_its_first_day_on(self):
        assert "ikke begyndt. Det kan låses fra den 01-04-2026" in refusal(
            "2026Q2", date(2026, 3, 31)
        )
        close("2026Q2", date(2026, 4, 1))

    def test_a_quarter_before_the_billing_start(self):
        assert "ligger før den 01-01-2026" in refusal("2025Q4")

    @pytest.mark.parametrize("code", ["2026Q5", "2026Q0", "2026", "", "Q1", "2026Q1x", "٢٠٢٦Q1"])
    def test_a_quarter_that_does_not_exist(self, code):
        assert "er ikke et kvartal" in refusal(code)

    def test_no_cost_holder(self):
        Unit.objects.filter(is_cost_holder=True).delete()
        assert "omkostningsbærer" in refusal("2026Q1")


class TestYearEnd:
    """The supplementary period of 2026 ends on 31 January 2027 unless a row says otherwise."""

    def four_quarters(self, unit):
        lease = make.lease(unit=unit)
        for number in range(1, 5):
            close(f"2026Q{number}", date(2026, 12, 20))
        return lease

    def test_differences_of_the_old_year_wait_for_a_supplementary_run(self):
        ours, theirs = make.unit("1001"), make.unit("2001")
        lease = self.four_quarters(ours)
        make.placement(lease.device, date(2026, 12, 1), theirs)
        january = date(2027, 1, 15)
        # 559066 · 5 / 16 − 559066 · 4 / 16 = 174708 − 139766 = 34942
        assert lines(close("2027Q1", january)) == [("current", "2027Q1", "2001", 34942)]
        run = close("2026S", january)
        assert (run.code, run.label) == ("2026S1", "Supplementskørsel 1 for 2026")
        assert {line[:2] for line in lines(run)} == {("correction", "2026Q4")}
        assert sum(line[3] for line in lines(run)) == 0
        assert "ingen forskelle" in refusal("2026S", january)
        assert list(breaches()) == []
        # And the next quarter finds nothing more to mend.
        assert {line[1] for line in lines(close("2027Q2", date(2027, 4, 1)))} == {"2027Q2"}

    def test_after_the_deadline_they_go_into_the_next_ordinary_run(self):
        lease = self.four_quarters(make.unit("1001"))
        make.placement(lease.device, date(2026, 12, 1), make.unit("2001"))
        assert "sluttede den 31-01-2027" in refusal("2026S", date(2027, 2, 1))
        found = {line[:2] for line in lines(close("2027Q1", date(2027, 2, 1)))}
        assert found == {("correction", "2026Q4"), ("current", "2027Q1")}

    def test_what_a_run_left_behind_is_not_forgotten(self):
        """Left pending in January, entered in no supplementary run, billed in April."""
        lease = self.four_quarters(make.unit("1001"))
        make.placement(lease.device, date(2026, 12, 1), make.unit("2001"))
        close("2027Q1", date(2027, 1, 15))
        assert BilledFacts.objects.count() == 0
        found = {line[:2] for line in lines(close("2027Q2", date(2027, 4, 1)))}
        assert found == {("correction", "2026Q4"), ("current", "2027Q2")}
        assert BilledFacts.objects.count() == 1

    def test_a_fourth_quarter_never_run_goes_into_the_supplementary_run_as_backlog(self):
        make.lease(unit=make.unit("1001"))
        close("2026Q3", date(2026, 12, 20))
        january = date(2027, 1, 15)
        assert {line[1] for line in lines(close("2027Q1", january))} == {"2027Q1"}
        assert lines(close("2026S", january)) == [("backlog", "2026Q4", "1001", 34942)]

    def test_a_supplementary_run_before_the_fourth_quarter_does_not_bill_twice(self):
        make.lease(unit=make.unit("1001"))
        close("2026Q3", date(2026, 12, 20))
        assert lines(close("2026S", date(2027, 1, 15))) == [("backlog", "2026Q4", "1001", 34942)]
        assert lines(close("2026Q4", date(2027, 1, 15))) == []

    def test_charges_of_the_old_year_follow_the_same_rule(self):
        self.four_quarters(make.unit("1001"))
        make.charge(make.unit("1001"), 5000, date(2026, 12, 30))
        january = date(2027, 1, 15)
        assert {line[0] for line in lines(close("2027Q1", january))} == {"current"}
        assert lines(close("2026S", january)) == [("charge", "2026Q4", "1001", 5000)]

    def test_the_deadline_is_a_setting_of_the_year(self):
        self.four_quarters(make.unit("1001"))
        make.charge(make.unit("1001"), 5000, date(2026, 12, 30))
        FiscalYear.objects.create(year=2026, supplement_ends_on=date(2027, 2, 28))
        assert [line[0] for line in lines(close("2026S", date(2027, 2, 28)))] == ["charge"]

    def test_the_year_must_be_over(self):
        assert "Regnskabsåret 2026 er ikke slut" in refusal("2026S", date(2026, 12, 31))

    def test_as_many_as_it_takes(self):
        self.four_quarters(make.unit("1001"))
        for number in (1, 2):
            make.charge(make.unit("1001"), 5000, date(2026, 12, 30), text=f"nr. {number}")
            assert close("2026S", date(2027, 1, 15)).code == f"2026S{number}"
        assert "Den næste supplementskørsel for 2026 er 2026S3" in refusal(
            "2026S7", date(2027, 1, 15)
        )


class TestPreview:
    def test_it_is_what_closing_writes(self):
        lease = make.lease(unit=make.unit("1001"))
        make.lease("PF2", unit=make.unit("2001", department=make.department("Miljø & Teknik")))
        make.charge(make.unit("1001"), 777, date(2026, 5, 2))
        close("2026Q1")
        make.placement(lease.device, date(2026, 2, 10), None)
        preview = preview_run("2026Q2", AUTUMN)
        run = close("2026Q2")
        assert [(i.number, i.name, i.lines, i.total_ore) for i in preview.invoices] == list(
            run.invoices.order_by("number").values_list(
                "number", "department_name", "line_count", "total_ore"
            )
        )
        assert (preview.line_count, preview.total_ore) == (run.line_count, run.total_ore)
        assert sum(preview.by_kind.values()) == preview.total_ore


class TestDigest:
    def test_it_is_the_sha_256_of_the_text_that_the_rules_describe(self):
        make.lease(unit=make.unit("1001", "Ærtebjerg Skole"))
        run = close("2026Q1")
        header = ["2", "2026Q1", "", "2026-11-23T08:30:00Z", "Anna Berg", "1", "34941"]
        invoice = ["2026Q1-01", "Dagtilbud & Skole", "", "1", "34941"]
        line = [
            "1", "2026Q1-01", "current", "2026Q1", "Dagtilbud & Skole", "1001", "Ærtebjerg Skole",
            "PF000001", "T14", "UA-1", "559066", "2026-01-01", "2026-03-31", "90", "34941", "",
        ]  # fmt: skip
        text = "\x1e".join(map("\x1f".join, [header, invoice, line]))
        assert run.digest == hashlib.sha256(text.encode()).hexdigest()

    def test_each_run_names_the_one_before(self):
        first = close("2026Q1")
        second = close("2026Q2")
        assert (first.previous_digest, second.previous_digest) == ("", first.digest)
