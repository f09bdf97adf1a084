"""Nothing that finance waits for hides: on the front page, on the readiness list, in the five steps."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import ExpectedReturn
from leasing.billing.presenters.breaches import sentences_of_breaches
from leasing.billing.selectors.outstanding import outstanding
from leasing.billing.selectors.preview import preview_run
from leasing.billing.selectors.window import window_for
from leasing.data_quality.selectors.findings import costly_findings
from leasing.guards import remove_guards, restore_guards
from leasing.models import ConfirmationRound, Objection, Voucher
from leasing.quarters.selectors.corrections import corrections
from leasing.quarters.selectors.readiness import readiness_of
from leasing.supplier.selectors.waiting import missing_invoices
from tests import builders as make
from tests.leasing.closed import export
from tests.leasing.pages import queries_of, read, text_of
from tests.leasing.supplier.world import invoice, quarter_cost
from tests.leasing.town import TODAY, Town, close

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
NEW_YEAR = date(2027, 1, 20)


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    return Town()


def points(code="2026Q3", today=TODAY):
    return {one.key: one for one in readiness_of(preview_run(code, today), today).points}


class TestTheLessorsInvoices:
    def test_each_ended_quarter_without_one_is_named_with_what_is_expected(self, town):
        missing = missing_invoices(TODAY)
        assert [str(one.quarter) for one in missing] == ["2026Q1", "2026Q2", "2026Q3"]
        found = points()["invoices"]
        assert (found.count, found.amount_ore) == (3, sum(one.expected_ore for one in missing))

    def test_one_that_is_there_is_not_named_nor_a_quarter_that_runs(self, town):
        invoice("4711", ("PF000001", "349,41"))
        assert [str(one.quarter) for one in missing_invoices(TODAY)] == ["2026Q2", "2026Q3"]
        assert len(missing_invoices(date(2026, 6, 30))) == 0
        assert len(missing_invoices(date(2026, 7, 1))) == 1

    def test_expected_is_what_each_lease_costs_in_the_quarter(self, db):
        make.cost_holder()
        leases = [
            make.lease("PF000001"),
            make.lease("PF000002", starts_on=date(2026, 2, 17)),
            make.lease("PF000003", stops_on=date(2026, 5, 3)),
        ]
        for one in missing_invoices(date(2026, 10, 1)):
            days = (one.quarter.starts_on, one.quarter.ends_before)
            assert one.expected_ore == sum(quarter_cost(lease, *days) for lease in leases)

    def test_the_front_page_leads_to_the_reconciliation(self, town, cast, client_of):
        page = read(client_of(cast.finance), "/")
        [link] = page.xpath(
            "//a[normalize-space(text())='Leasinggivers faktura for 1. kvartal 2026 mangler']/@href"
        )
        assert link == "/kvartaler/2026Q1/afstemning/"


class TestVouchersAndLeaders:
    def test_locked_runs_without_a_voucher_are_on_the_list(self, town):
        found = points()["vouchers"]
        assert (found.count, found.amount_ore) == (2, sum(run.total_ore for run in town.runs))
        for number, run in enumerate(town.runs, start=1):
            Voucher.objects.create(
                run=run,
                export=export(run, "csv", TODAY)[0],
                number=f"51000{number}",
                posted_on=TODAY,
                entered_by="Oda",
            )
        assert "vouchers" not in points()

    def test_leaders_who_have_not_answered_and_what_they_say_no_to(self, town, cast, client_of):
        assert "leaders" not in points()
        asked = ConfirmationRound.objects.create(
            asked_at=NOW, asked_by="Oda", due_on=TODAY + timedelta(days=7)
        )
        found = points()["leaders"]
        assert found.names == ("Dagtilbud & Skole", "Kultur, Fritid & Ejendomme")
        assert found.amount_ore > 0
        Objection.objects.create(
            device=town.leases[0].device,
            unit=town.first,
            note="Står på biblioteket",
            raised_at=NOW,
            raised_by=cast.head,
        )
        text = text_of(read(client_of(cast.finance), "/"))
        assert "2 ledere har ikke svaret: »Stemmer listen?«" in text
        assert "1 åben indsigelse: »Ikke vores«" in text
        asked.due_on = TODAY - timedelta(days=1)
        asked.save()
        assert "leaders" not in points()


class TestTheStepsPromiseNoMoreThanTheyKnow:
    def steps(self, client, code="2026Q3"):
        page = read(client, f"/kvartaler/{code}/")
        return [text_of(step) for step in page.xpath("//ol[@id='trin']/li")]

    def test_open_points_are_counted(self, town, cast, client_of):
        data = self.steps(client_of(cast.finance))[0]
        assert data == "Data 4 punkter at se på"

    def test_nothing_to_mend_is_said_where_nothing_is_found(self, db, cast, client_of, settings):
        settings.TODAY = date(2026, 3, 30)
        make.cost_holder()
        make.lease(unit=make.unit())
        data = self.steps(client_of(cast.finance), "2026Q1")[0]
        assert data == "Data , færdig Intet at rette"


class TestTheSameSumOfWhatIsCorrected:
    def sums(self, client, code):
        late = points(code)["corrections"]
        page = text_of(read(client, f"/kvartaler/rettelser/?koersel={code}"))
        return late, page

    def test_with_a_late_charge_in_a_closed_quarter(self, town, cast, client_of):
        make.charge(town.library, 12345, date(2026, 6, 3), "Fragt i juni")
        late = points()["corrections"]
        causes = corrections(TODAY, window_for("2026Q3", TODAY))
        assert sum(cause.amount_ore for cause in causes) == late.amount_ore
        assert sum(cause.line_count for cause in causes) == late.count
        assert sum(cause.amount_ore for cause in corrections(TODAY)) == late.amount_ore
        assert outstanding(TODAY).late.amount_ore == late.amount_ore
        page = read(client_of(cast.finance), "/kvartaler/rettelser/?koersel=2026Q3")
        assert "Det, kørslen for 3. kvartal 2026 retter" in text_of(page)
        assert "Engangsbeløb, der kom til sent 123,45" in text_of(page)
        assert page.xpath("//a[normalize-space(text())='Fragt i juni']")

    def test_of_a_run_that_leaves_the_old_years_to_a_supplementary_one(self, town):
        close("2026Q3")
        close("2026Q4")
        make.charge(town.library, 12345, date(2026, 6, 3), "Fragt i juni")
        assert "corrections" not in points("2027Q1", NEW_YEAR)
        assert corrections(NEW_YEAR, window_for("2027Q1", NEW_YEAR)) == []
        late = points("2026S", NEW_YEAR)["corrections"]
        causes = corrections(NEW_YEAR, window_for("2026S", NEW_YEAR))
        assert sum(cause.amount_ore for cause in causes) == late.amount_ore == 12345

    def test_a_run_that_cannot_be_is_said_and_all_is_shown(self, town, cast, client_of):
        answer = client_of(cast.finance).get("/kvartaler/rettelser/?koersel=2019Q1", follow=True)
        assert answer.redirect_chain == [("/kvartaler/rettelser/", 302)]

    def test_queries_do_not_grow_with_charges(self, town, cast, client_of):
        client = client_of(cast.finance)
        make.charge(town.library, 1, date(2026, 6, 3), "Fragt 0")
        few = queries_of(client, "/kvartaler/rettelser/")
        for n in range(1, 20):
            make.charge(town.library, 1, date(2026, 6, 3), f"Fragt {n}")
        assert queries_of(client, "/kvartaler/rettelser/") == few


def test_what_is_late_is_never_left_out_however_cheap(town, cast):
    unit = town.first
    person = make.employee("anbe", "Anna Bæk", unit=unit)
    old = make.device("GAMMEL1")  # costs nothing
    make.placement(old, date(2026, 1, 1), unit, person)
    ExpectedReturn.objects.create(
        device=old,
        employee=person,
        unit=unit,
        why="loan",
        due_on=TODAY - timedelta(days=9),
        created_at=NOW,
    )
    found = {one.rule.key: one.quarter_ore for one in costly_findings(cast.helpdesk, TODAY)}
    assert found["overdue"] == 0


class TestTheSealsAreLookedAtWithoutReadingALine:
    def lines_read(self, client):
        with CaptureQueriesContext(connection) as queries:
            client.get("/kvartaler/2026Q3/")
        # Only the record of a line needs the unit's name as it was sealed.
        return [one["sql"] for one in queries if '"leasing_invoiceline"."unit_name"' in one["sql"]]

    def test_the_page_of_an_open_quarter_reads_no_closed_line_whole(self, town, cast, client_of):
        assert self.lines_read(client_of(cast.finance)) == []

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize(
        ("tamper", "said"),
        [
            ("UPDATE leasing_invoicesummary SET amount_ore = amount_ore + 1", "summerne er ikke"),
            ("UPDATE leasing_quarterlyinvoice SET total_ore = 0", "summerne er ikke"),
            ("UPDATE leasing_billingrun SET total_ore = total_ore - 5", "summerne er ikke"),
        ],
    )
    def test_a_sum_that_was_changed_is_named_and_so_are_guards_that_are_gone(
        self, town, tamper, said
    ):
        assert "seal" not in points()
        remove_guards()
        assert "mangler i databasen" in next(sentences_of_breaches(points()["seal"].broken))
        with connection.cursor() as cursor:
            cursor.execute(tamper)
        restore_guards()
        found = points()["seal"]
        assert found.level == "blocking"
        assert said in next(sentences_of_breaches(found.broken))


LESSORS = ("supplierinvoice", "differenceoutcome", "reconciled", "leaseterm")


def test_quarters_that_the_lessor_has_invoiced_cost_no_queries(town, cast, client_of):
    client, counts = client_of(cast.finance), []
    for number, month in (("4711", 1), ("4712", 4)):  # the third quarter has no invoice
        first, last = f"01-{month:02}-2026", f"28-{month + 2:02}-2026"
        rows = ("PF000001", "349,41", first, last), ("XX999999", "1,00", first, last)
        invoice(number, *rows)
        for page in ("/", "/kvartaler/2026Q4/", "/kvartaler/2026Q1/"):
            read(client, page)  # once after the change, which works it out anew
            with CaptureQueriesContext(connection) as found:
                read(client, page)
            told = [one["sql"] for one in found if any(name in one["sql"] for name in LESSORS)]
            counts.append(len(told))
    assert counts[:3] == counts[3:]
