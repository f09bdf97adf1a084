"""Who prepared and who closes; and what stops a closing."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command
from lxml import html

from albertslund_it.common.errors import Refused
from leasing.billing.selectors.preview import preview_run
from leasing.billing.services.closing import close_quarter
from leasing.billing.services.preparation import prepare_quarter
from leasing.guards import remove_guards, restore_guards
from leasing.models import BillingRun, InvoiceLine, InvoiceSummary, Objection, Preparation, Settings
from leasing.quarters.selectors.points import BLOCKING, OPUS_FILE
from leasing.quarters.selectors.readiness import readiness_of
from tests import builders as make
from tests.leasing.pages import queries_of, read, text_of

TODAY = date(2026, 4, 8)
NOW = datetime(2026, 4, 8, 9, tzinfo=UTC)
OPEN, CLOSE = "/kvartaler/2026Q1/", "/kvartaler/2026Q1/laas/"


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    return make.lease("PF000001", unit=make.unit())


def close(by=None, code="2026Q1", today=TODAY):
    name = by.first_name if by else "Oda"
    return close_quarter(code=code, closed_by=name, account=by, today=today, now=NOW)


def prepare(by):
    seen = preview_run("2026Q1", TODAY).proposal.digest
    return prepare_quarter(code="2026Q1", account=by, seen=seen, today=TODAY, now=NOW)


def two_people():
    Settings.objects.update(needs_two_people=True)


def test_one_person_may_do_it_alone_unless_the_setting_says_two(town, cast):
    two_people()
    with pytest.raises(Refused, match="ingen har forberedt"):
        close(cast.finance)
    prepare(cast.finance)
    with pytest.raises(Refused, match="Oda har selv forberedt"):
        close(cast.finance)
    with pytest.raises(Refused, match="hvem der låser"):
        close()
    assert not BillingRun.objects.exists()
    assert close(cast.user("palle", "Økonomi")).closed_by == "Palle"


def test_the_last_preparation_counts(town, cast):
    palle = cast.user("palle", "Økonomi")
    for one in (cast.finance, palle):
        prepare(one)
    two_people()
    with pytest.raises(Refused, match="Palle har selv"):
        close(palle)
    close(cast.finance)
    assert Preparation.objects.get().prepared_by == "Palle"
    with pytest.raises(Refused, match="allerede godkendt og låst"):
        prepare(cast.finance)


def test_the_command_and_a_forged_post_are_held_to_it(town, cast, client_of, capsys):
    two_people()
    with pytest.raises(SystemExit):
        call_command("close_quarter", "2026Q1")
    assert "to personer" in capsys.readouterr().err
    client = client_of(cast.finance)
    seen = {"seen_digest": preview_run("2026Q1", TODAY).proposal.digest}
    client.post("/kvartaler/2026Q1/forberedt/", seen)
    client.post(CLOSE, seen)
    assert not BillingRun.objects.exists()
    page = text_of(read(client, OPEN))
    assert "har selv forberedt" in page
    assert "Godkend og lås …" not in page
    other = client_of(cast.user("palle", "Økonomi"))
    assert "Forberedt af Oda" in text_of(read(other, CLOSE))
    other.post(CLOSE, seen)
    assert BillingRun.objects.get().closed_by == "Palle"
    assert "Forberedt af Oda. Godkendt og låst af Palle" in text_of(read(other, OPEN))


@pytest.mark.parametrize("seen", [None, "", "abc", "34941", "F" * 64, "9" * 65])
def test_nobody_closes_a_proposal_that_they_did_not_see(town, cast, client_of, seen):
    client = client_of(cast.finance)
    client.post(CLOSE, {} if seen is None else {"seen_digest": seen})
    assert not BillingRun.objects.exists()
    assert "hvilket forslag du godkendte" in text_of(read(client, OPEN))


def test_a_missing_account_blocks_the_opus_file_and_not_the_closing(town, cast, client_of):
    unit = make.unit()
    unit.account = ""
    unit.save()
    found = readiness_of(preview_run("2026Q1", TODAY), TODAY)
    [coding] = [f for f in found.points if f.key == "coding"]
    assert (coding.level, coding.blocks) == (BLOCKING, OPUS_FILE)
    assert not found.stops_closing
    page = text_of(read(client_of(cast.finance), CLOSE))
    assert "Spærrer Opus-filen Enheder uden fuld kontering (1)" in page
    assert "341" not in page.split("Det kan ikke")[1]
    assert close()


def test_nothing_is_sealed_onto_a_run_that_was_tampered_with(town, cast, client_of):
    close()
    remove_guards()
    InvoiceLine.objects.update(text="rettet")

    restore_guards()
    with pytest.raises(Refused, match="kontrollen af den fejler"):
        close(code="2026Q2")


def test_a_sum_that_was_tampered_with_is_seen_before_anybody_tries(town, cast, client_of):
    close()
    remove_guards()
    InvoiceSummary.objects.update(amount_ore=1)

    restore_guards()
    found = readiness_of(preview_run("2026Q2", TODAY), TODAY)
    assert found.points[0].key == "seal"
    assert found.stops_closing
    page = text_of(read(client_of(cast.finance), "/kvartaler/2026Q2/"))
    assert "kan ikke låses" in page
    assert "Godkend og lås …" not in page


def test_an_open_objection_is_a_warning_with_its_price(town):
    Objection.objects.create(device=town.device, unit=make.unit(), note="?", raised_at=NOW)
    found = readiness_of(preview_run("2026Q1", TODAY), TODAY).points
    [objection] = [f for f in found if f.key == "objections"]
    # The second quarter of a T14: F(1 July) − F(1 April) = 69883 − 34941
    assert (objection.count, objection.amount_ore) == (1, 34942)


def test_the_page_costs_the_same_for_three_and_thirty_leases(town, cast, client_of):
    client = client_of(cast.finance)
    for n in range(2, 4):
        make.lease(f"PF{n:06}", unit=make.unit())
    three = queries_of(client, OPEN)
    for n in range(4, 31):
        make.lease(f"PF{n:06}", unit=make.unit())
    assert queries_of(client, OPEN) == three


@pytest.mark.parametrize(
    ("code", "needs_two", "said"),
    [
        ("2026Q1", False, "1. kvartal 2026 er forberedt af dig. Nu kan det låses."),
        ("2026Q1", True, "1. kvartal 2026 er forberedt af dig. Nu kan en anden låse."),
        ("2026S1", False, "Supplementskørsel 1 for 2026 er forberedt af dig. Nu kan den låses."),
    ],
)
def test_what_a_preparation_leads_to_is_said(
    town, cast, client_of, settings, code, needs_two, said
):
    Settings.objects.update(needs_two_people=needs_two)
    day = TODAY
    if code == "2026S1":
        close(code="2026Q4", today=date(2026, 12, 31))
        day = settings.TODAY = date(2027, 1, 15)
        make.charge(make.unit("1009"), 100, date(2026, 12, 1), "Fragt")
    seen = preview_run(code, day).proposal.digest
    answer = client_of(cast.finance).post(
        f"/kvartaler/{code}/forberedt/", {"seen_digest": seen}, follow=True
    )
    assert said in text_of(html.fromstring(answer.content.decode()))
