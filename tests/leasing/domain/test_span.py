"""A run over several quarters says which, wherever it is named, and bills are not compared with costs."""

from datetime import date

import pytest

from albertslund_it.common.quarters import Quarter, span_label
from leasing.billing.presenters.runs import label_of_preview
from leasing.billing.selectors.outstanding import outstanding
from leasing.billing.selectors.preview import preview_run
from leasing.billing.selectors.window import quarters_held_against
from leasing.models import BillingRun
from leasing.quarters.presenters.points import shown_points
from leasing.quarters.selectors.proof import proof_of
from leasing.quarters.selectors.readiness import readiness_of
from leasing.quarters.selectors.run_table import table_of_preview
from leasing.rebilling.selectors.postings import postings_of
from leasing.rebilling.selectors.run import rebilling_of
from tests import builders as make
from tests.leasing.closed import body, close, opus_rows, town, workbook
from tests.leasing.pages import assert_every_figure_opens_its_lines, read, text_of

pytestmark = pytest.mark.django_db
LATE = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = LATE


def test_quarters_in_a_row_have_a_short_name_too():
    def name(*codes):
        return span_label([Quarter.parse(code) for code in codes], short=True)

    assert name("2026Q1") == "1. kvt. 2026"
    assert name("2026Q1", "2026Q2", "2026Q3") == "1.–3. kvt. 2026"
    assert name("2026Q4", "2027Q1") == "4. kvt. 2026 – 1. kvt. 2027"


def test_the_postings_name_all_quarters_of_the_run():
    town()
    run = close("2026Q3", today=LATE)
    voucher = [row["Tekst"] for row in body(workbook(run, LATE)["Bilag"], "Afdeling")]
    assert "2026Q3-01 Pc-leasing 1.–3. kvt. 2026 Ærtebjerg Skole" in voucher
    opus = [row["Tekst"] for row in opus_rows(run)]
    assert "2026Q3-01 Pc-leasing 1.–3. kvt. 2026 Ærtebjerg Sko" in opus
    assert all(len(text) <= 50 for text in opus)
    assert {text[: len("2026Q3-00")] for text in opus} <= {f"2026Q3-0{n}" for n in range(1, 10)}
    overview = workbook(run, LATE)["Oversigt"]
    assert ("Kvartal", "1.–3. kvartal 2026") in [
        row[:2] for row in overview.iter_rows(values_only=True)
    ]


def test_a_correction_of_what_is_billed_does_not_widen_the_span():
    units = town()
    close("2026Q1")
    make.charge(units.school, 12_300, date(2026, 2, 1), "Fragt")
    make.lease("PF000099", unit=units.nursery, starts_on=date(2026, 2, 1))
    run = close("2026Q2", today=LATE)
    assert run.invoices.filter(lines__period="2026Q1").exists()
    assert run.label == "2. kvartal 2026"
    assert run.short_label == "2. kvt. 2026"


def test_quarters_before_the_first_line_are_not_named():
    make.cost_holder()
    make.lease("PF000001", unit=make.unit(), starts_on=date(2026, 4, 1))
    assert close("2026Q3", today=LATE).label == "2.–3. kvartal 2026"


def test_the_span_of_many_runs_is_read_with_them(django_assert_num_queries):
    town()
    for code in ("2026Q2", "2026Q3"):
        close(code, today=LATE)
    with django_assert_num_queries(1):
        names = [run.label for run in BillingRun.objects.with_spans().order_by("id")]
    assert names == ["1.–2. kvartal 2026", "3. kvartal 2026"]
    assert [run.label for run in BillingRun.objects.order_by("id")] == names


def cells(tree, name):
    """Return the amounts of a department's row in the table of a run."""
    [row] = tree.xpath(f"//tr[th[@scope='rowgroup' and contains(., '{name}')]]")
    return [text_of(cell) for cell in row.xpath("td")]


def test_after_three_quarters_in_one_the_next_is_compared_with_one(client_of, cast):
    town()
    close("2026Q3", today=LATE)
    client = client_of(cast.finance)
    # Three T14 of 559066 øre over 16 quarters: 34941 or 34942 øre each in any quarter.
    row = cells(read(client, "/kvartaler/2026Q4/"), "Dagtilbud & Skole")
    assert row[-3:] == ["1.048,23", "1.048,26", "+0,03"]
    row = cells(read(client, "/kvartaler/2026Q3/"), "Dagtilbud & Skole")
    assert row[-3:] == ["1.048,26", "1.048,23", "−0,03"]
    assert_figures_open(client, "/kvartaler/2026Q4/")
    assert_figures_open(client, "/kvartaler/2026Q3/")


def assert_figures_open(client, url):
    assert assert_every_figure_opens_its_lines(client, url) > 5


def test_what_was_known_at_the_closing_stays_on_a_closed_run(client_of, cast):
    units = town()
    close("2026Q1")
    run = close("2026Q2", today=LATE)
    client = client_of(cast.finance)
    before = text_of(read(client, "/kvartaler/2026Q2/"))
    make.charge(units.school, 12_300, date(2026, 6, 1), "Fragt")
    make.charge(units.school, 12_300, date(2026, 2, 1), "Fragt")
    close("2026Q3", today=LATE)
    tree = read(client, "/kvartaler/2026Q2/")
    assert cells(tree, "Dagtilbud") == [text for text in cells(tree, "Dagtilbud") if text in before]
    assert_figures_open(client, "/kvartaler/2026Q2/")
    invoice = run.invoices.get(department=units.school.department)
    assert assert_every_figure_opens_its_lines(client, f"/kvartaler/2026Q2/{invoice.number}/") > 5


def test_a_year_that_is_still_open_is_in_the_cost_though_not_in_the_bill():
    units = town()
    close("2026Q4", today=LATE)
    make.charge(units.school, 12_300, date(2026, 12, 1), "Fragt")
    day = date(2027, 1, 15)
    table = table_of_preview(preview_run("2027Q1", day))
    costs = {quarter.quarter: quarter.total.cost_ore for quarter in outstanding(day).quarters}
    assert table.total.before_ore == costs[Quarter(2026, 4)]
    assert table.total.cost_ore == costs[Quarter(2027, 1)] == table.total.total_ore


def test_an_open_quarter_names_what_it_would_bill(client_of, cast):
    town()
    client = client_of(cast.finance)
    [heading] = read(client, "/kvartaler/2026Q3/").xpath("//h1")
    assert "1.–3. kvartal 2026" in text_of(heading)
    assert "Godkend og lås 1.–3. kvartal 2026" in text_of(read(client, "/kvartaler/2026Q3/laas/"))


JANUARY = date(2027, 1, 15)


def proof(run):
    rebilling = rebilling_of(run)
    return proof_of(run, postings_of(rebilling), rebilling.cost_holder.amount_ore)


def test_a_quarter_that_its_years_supplementary_run_had_billed_has_a_proof_and_a_workbook():
    town()
    close("2026Q3", today=LATE)
    close("2026S", today=JANUARY)
    make.charge(make.unit("1009", "Musikskolen"), 12_300, date(2026, 12, 1), "Fragt")
    run = close("2026Q4", today=JANUARY)
    assert quarters_held_against(run) == run.quarters == [Quarter(2026, 4)]
    assert proof(run).holds
    assert "Oversigt" in workbook(run, JANUARY).sheetnames


def test_a_quarter_left_to_the_supplementary_run_is_not_the_next_ordinary_ones():
    town()
    close("2026Q3", today=LATE)
    preview = preview_run("2027Q1", JANUARY)
    assert label_of_preview(preview) == "1. kvartal 2027"
    run = close("2027Q1", today=JANUARY)
    assert quarters_held_against(run) == run.quarters == preview.quarters == [Quarter(2027, 1)]
    assert proof(run).holds
    assert {missing.quarter for missing in proof(run).missing} == {Quarter(2027, 1)}
    assert "Oversigt" in workbook(run, JANUARY).sheetnames


def not_closed(preview, today):
    shown = shown_points(readiness_of(preview, today).points, preview.window.code)
    return [one for one in shown if "ikke låst" in one.title]


def test_a_skipped_quarter_of_a_year_still_open_is_said_to_come_with_its_supplementary_run():
    town()
    close("2026Q3", today=LATE)
    preview = preview_run("2027Q1", JANUARY)
    [shown] = not_closed(preview, JANUARY)
    found = shown.point
    assert (found.key, found.about) == ("left", "2026S")
    assert shown.title == "4. kvartal 2026 er ikke låst"
    assert "supplementskørslen for 2026" in shown.help
    assert "med her" not in shown.help
    left = sum(ore for (_, period), ore in preview.pending.items() if period == "2026Q4")
    assert found.amount_ore == left > 0


def test_skipped_quarters_that_the_run_takes_come_with_it():
    town()
    preview = preview_run("2026Q3", LATE)
    [shown] = not_closed(preview, LATE)
    assert (shown.point.key, shown.title) == ("skipped", "1.–2. kvartal 2026 er ikke låst")
    assert "kommer beløbene med her" in shown.help
