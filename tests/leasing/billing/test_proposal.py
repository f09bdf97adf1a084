"""What a person agrees to before a run is closed: the whole proposal, not its sum."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from albertslund_it.common.errors import Refused
from albertslund_it.web.people import person_at_the_terminal
from inventory.models import Placement
from leasing.billing.selectors.preview import preview_run
from leasing.billing.selectors.proposal import (
    InvoiceToMake,
    Proposal,
    ProposalRow,
    changes_between,
    proposal_of,
)
from leasing.billing.selectors.run_lines import LineSum, RunTotals
from leasing.billing.services.closing import close_quarter
from leasing.billing.services.preparation import ProposalChanged, prepare_quarter, remember_proposal
from leasing.models import (
    COST_HOLDER_NAME,
    BillingRun,
    InvoiceLine,
    Preparation,
    SeenProposal,
    Settings,
)
from tests import builders as make
from tests.leasing.billing.test_closing_together import at_the_same_moment
from tests.leasing.pages import read, text_of

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
OPEN, CLOSE = "/kvartaler/2026Q4/", "/kvartaler/2026Q4/laas/"
# The first quarter of a T14 that began on 1 January, and its fourth: 34941 and 34942.


def two_departments(pcs=6):
    """Two departments with six pcs each; six more are to move from the one to the other."""
    make.cost_holder()
    school = make.unit("1001", "Ærtebjerg Skole", department=make.department("Dagtilbud & Skole"))
    library = make.unit("2001", "Biblioteket", department=make.department("Kultur"))
    make.lease("PF900000", unit=library)
    return [make.lease(f"PF{n:06}", unit=school) for n in range(pcs)], school, library


def close_earlier():
    close_quarter(code="2026Q3", closed_by="Inger", today=TODAY, now=NOW)


def move(leases, unit, day=date(2026, 10, 1)):
    for lease in leases:
        Placement.objects.update_or_create(
            device=lease.device, starts_on=day, defaults={"unit": unit}
        )


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    made = two_departments()
    close_earlier()
    return made


def form_of(client, page, action):
    """Read what a form of a page would send."""
    [form] = read(client, page).xpath(f"//form[@action='{action}' or not(@action)]")
    return {i.get("name"): i.get("value") for i in form.xpath(".//input")}


# --- the digest


ROWS = st.lists(
    st.builds(
        ProposalRow,
        invoice=st.sampled_from(["2026Q4-01", "2026Q4-02"]),
        department=st.sampled_from(["A", "B"]),
        unit_number=st.sampled_from(["1001", "1002"]),
        unit=st.sampled_from(["Skole", "Bibliotek"]),
        period=st.sampled_from(["2026Q3", "2026Q4"]),
        kind=st.sampled_from(["current", "correction"]),
        amount_ore=st.integers(-3, 3),
    ),
    max_size=4,
)


@settings(deadline=None)
@given(ROWS, ROWS)
def test_two_digests_are_the_same_when_all_rows_are_and_only_then(one, other):
    digests = [Proposal("2026Q4", sorted(rows)).digest for rows in (one, other)]
    assert (digests[0] == digests[1]) == (sorted(one) == sorted(other))


@settings(deadline=None)
@given(ROWS.filter(bool), st.data())
def test_whatever_is_changed_in_one_row_changes_the_digest(rows, data):
    at = data.draw(st.integers(0, len(rows) - 1))
    field = data.draw(st.sampled_from(ProposalRow._fields))
    value = getattr(rows[at], field)
    other = [*rows]
    other[at] = rows[at]._replace(**{field: value + 1 if field == "amount_ore" else f"{value}x"})
    assert Proposal("2026Q4", rows).digest != Proposal("2026Q4", other).digest
    assert Proposal("2026Q4", rows).digest != Proposal("2026S1", rows).digest


@settings(deadline=None)
@given(
    st.dictionaries(
        st.tuples(
            st.integers(1, 3),
            st.sampled_from(["2026Q3", "2026Q4"]),
            st.sampled_from(["current", "charge"]),
            st.sampled_from(["T14", "T16"]),
        ),
        st.integers(-5, 5),
        min_size=1,
    ),
    st.randoms(),
)
def test_a_proposal_is_its_sums_in_whatever_order_they_came(sums, random):
    invoices = [
        InvoiceToMake("2026Q4-01", 1, "A", "", [(1, "1001", "Skole"), (2, "1002", "Klub")]),
        InvoiceToMake("2026Q4-02", None, COST_HOLDER_NAME, "", [(3, "9000", "It")]),
    ]
    items = list(sums.items())
    digests = set()
    for _ in range(2):
        totals = RunTotals("2026-12-31")
        totals.sums.update({key: LineSum(1, 0, amount) for key, amount in items})
        found = proposal_of("2026Q4", totals, invoices)
        digests.add(found.digest)
        random.shuffle(items)
    assert len(digests) == 1
    by_key = defaultdict(int)
    for (unit, period, kind, _), amount in sums.items():
        by_key[f"{[0, 1001, 1002, 9000][unit]}", period, kind] += amount
    assert {(r.unit_number, r.period, r.kind): r.amount_ore for r in found.rows} == by_key


@settings(deadline=None)
@given(ROWS, ROWS)
def test_what_changed_is_told_when_anything_did_and_adds_up(one, other):
    found = changes_between(one, other)
    assert bool(found) == (sorted(one) != sorted(other))
    for department in found:
        assert department.units
        assert sum(unit.change_ore for unit in department.units) == department.change_ore
    told = sum(department.change_ore for department in found)
    assert told == sum(r.amount_ore for r in other) - sum(r.amount_ore for r in one)


def test_the_preview_and_the_closing_work_out_the_same_proposal(town):
    move(town[0][:2], town[2], date(2026, 8, 10))
    make.charge(town[1], -5000, date(2026, 10, 5))
    seen = preview_run("2026Q4", TODAY)
    run = close_quarter(
        code="2026Q4", closed_by="Oda", today=TODAY, now=NOW, seen=seen.proposal.digest
    )
    assert Proposal("2026Q4", rows_of(run)).digest == seen.proposal.digest
    by_invoice = defaultdict(int)
    for row in seen.proposal.rows:
        by_invoice[row.invoice] += row.amount_ore
    assert by_invoice == {i.number: i.total_ore for i in run.invoices.all()}
    assert by_invoice == {i.number: i.total_ore for i in seen.invoices}


def rows_of(run):
    """Read a proposal back from the lines that were locked."""
    sums = defaultdict(int)
    for *key, amount in InvoiceLine.objects.filter(invoice__run=run).values_list(
        "invoice__number",
        "department_name",
        "unit_number",
        "unit_name",
        "period",
        "kind",
        "amount_ore",
    ):
        sums[tuple(key)] += amount
    return sorted(ProposalRow(*key, amount) for key, amount in sums.items())


# --- a tab that was opened before


def test_another_split_of_the_same_total_is_not_locked(town, cast, client_of):
    leases, school, library = town
    client = client_of(cast.finance)
    sends = form_of(client, CLOSE, CLOSE)
    total = preview_run("2026Q4", TODAY).total_ore
    move(leases, library)
    assert preview_run("2026Q4", TODAY).total_ore == total

    response = client.post(CLOSE, sends)
    assert not BillingRun.objects.filter(code="2026Q4").exists()
    assert response.status_code == 409
    page = html.fromstring(response.content.decode())
    [table] = page.xpath("//section[@aria-labelledby='aendret']//table")
    # Six T14 in their fourth quarter: 6 · 34942 = 209652; the library's own: 34942
    assert [text_of(row) for row in table.xpath("./tbody/tr")] == [
        "Dagtilbud & Skole −2.096,52 2.096,52 0,00",
        "1001 Ærtebjerg Skole (ikke med mere) −2.096,52 2.096,52 0,00",
        "Kultur +2.096,52 349,42 2.445,94",
        "2001 Biblioteket +2.096,52 349,42 2.445,94",
    ]
    # The page shows what it is now, and agreeing to that is one press away.
    [sends] = [
        {i.get("name"): i.get("value") for i in form.xpath(".//input")}
        for form in page.xpath(f"//form[@action='{CLOSE}']")
    ]
    client.post(CLOSE, sends)
    assert rows_of(BillingRun.objects.get(code="2026Q4")) == preview_rows_after(school, library)
    assert not SeenProposal.objects.filter(code="2026Q4").exists()


def preview_rows_after(school, library):
    return [
        ProposalRow(
            "2026Q4-01", "Kultur", library.number, library.name, "2026Q4", "current", 244594
        )
    ]


@pytest.mark.parametrize("seen", ["0" * 64, "f" * 64])
def test_what_nobody_was_shown_is_not_locked(town, cast, client_of, seen):
    response = client_of(cast.finance).post(CLOSE, {"seen_digest": seen})
    assert response.status_code == 409
    assert "Vi har ikke gemt det, du så" in response.content.decode()
    assert not BillingRun.objects.filter(code="2026Q4").exists()


def test_the_same_sums_of_another_kind_or_name_are_told_too():
    row = ProposalRow("2026Q4-01", "A", "1001", "Skole", "2026Q4", "current", 100)
    for field, value, note in (
        ("kind", "charge", "spread"),
        ("period", "2026Q3", "spread"),
        ("invoice", "2026Q4-02", "renamed"),
        ("unit", "Skolen", "renamed"),
    ):
        [department] = changes_between([row], [row._replace(**{field: value})])
        assert [unit.note for unit in department.units] == [note]


def test_a_supplementary_run_is_held_to_what_was_seen(town, cast, client_of, settings):
    leases, school, library = town
    close_quarter(code="2026Q4", closed_by="Inger", today=TODAY, now=NOW)
    settings.TODAY = date(2027, 1, 20)
    make.charge(school, 9900, date(2026, 12, 30), "Fragt")
    client, page = client_of(cast.finance), "/kvartaler/2026S1/laas/"
    sends = form_of(client, page, page)
    move(leases[:1], library, date(2026, 12, 1))
    response = client.post(page, sends)
    assert response.status_code == 409
    # The days of December: F(1 January) − F(1 December) = 139766 − 127991 = 11775
    assert "1001 Ærtebjerg Skole" in response.content.decode()
    assert not BillingRun.objects.filter(code="2026S1").exists()
    client.post(page, form_of(client, page, page))
    assert BillingRun.objects.filter(code="2026S1").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(4))
def test_a_move_at_the_same_moment_is_seen_or_comes_after(round_):
    """On connections of their own: what is locked is what was seen, or nothing is."""
    leases, _, library = two_departments()
    close_earlier()
    proposal = preview_run("2026Q4", TODAY).proposal
    remember_proposal(proposal=proposal, now=NOW)

    def close():
        return close_quarter(
            code="2026Q4", closed_by="Oda", today=TODAY, now=NOW, seen=proposal.digest
        )

    # Two tabs, and six moves between them.
    results = at_the_same_moment(close, lambda: move(leases, library), close)
    assert results[1] is None, results
    runs = [r for r in results if isinstance(r, BillingRun)]
    assert len(runs) <= 1
    for run in runs:
        assert rows_of(run) == proposal.rows
    if not runs:
        assert all(isinstance(r, ProposalChanged) for r in (results[0], results[2])), results
        # Of six single writes the closing may have met any number; both departments differ.
        assert [c.name for c in results[0].changes] == ["Dagtilbud & Skole", "Kultur"]
        assert not BillingRun.objects.filter(code="2026Q4").exists()


# --- the command


def run_command(capsys, *arguments):
    try:
        call_command("close_quarter", *arguments)
        status = 0
    except SystemExit as ended:
        status = ended.code
    said = capsys.readouterr()
    return status, said.out, said.err


def dry_run(capsys, code="2026Q4"):
    status, out, _ = run_command(capsys, code, "--dry-run")
    assert status == 0
    [line] = [line for line in out.splitlines() if line.startswith("Forslagets kontrolsum: ")]
    return line.rpartition(" ")[2], out


def test_the_command_shows_a_digest_and_closes_by_it(town, capsys):
    seen, out = dry_run(capsys)
    assert "2026Q4-01  Dagtilbud & Skole" in out
    assert seen == preview_run("2026Q4", TODAY).proposal.digest
    assert not BillingRun.objects.filter(code="2026Q4").exists()
    move(town[0], town[2])
    status, _, err = run_command(capsys, "2026Q4", "--seen", seen)
    assert status == 1
    assert err.replace("\xa0", " ").splitlines() == [
        "Forslaget er ændret, siden du så det. Intet er skrevet.",
        "Dagtilbud & Skole: før 2.096,52 kr., nu 0,00 kr., forskel −2.096,52 kr.",
        "  1001 Ærtebjerg Skole: før 2.096,52 kr., nu 0,00 kr., forskel −2.096,52 kr."
        " (ikke med mere)",
        "Kultur: før 349,42 kr., nu 2.445,94 kr., forskel +2.096,52 kr.",
        "  2001 Biblioteket: før 349,42 kr., nu 2.445,94 kr., forskel +2.096,52 kr.",
    ]
    assert run_command(capsys, "2026Q4", "--dry-run", "--seen", seen)[0] == 1
    assert not BillingRun.objects.filter(code="2026Q4").exists()
    seen, _ = dry_run(capsys)
    assert run_command(capsys, "2026Q4", "--seen", seen.upper())[0] == 0
    assert BillingRun.objects.get(code="2026Q4").closed_by == person_at_the_terminal()


@pytest.mark.parametrize("seen", ["", "abc", "0" * 63, "g" * 64])
def test_a_digest_that_is_none_is_refused(town, capsys, seen):
    status, _, err = run_command(capsys, "2026Q4", f"--seen={seen}")
    assert (status, err) == (
        1,
        "--seen skal være de 64 tegn, som --dry-run viser som kontrolsum.\n",
    )


def test_a_supplementary_run_by_command(town, capsys, settings):
    close_quarter(code="2026Q4", closed_by="Inger", today=TODAY, now=NOW)
    settings.TODAY = date(2027, 1, 20)
    make.charge(town[1], 9900, date(2026, 12, 30), "Fragt")
    seen, _ = dry_run(capsys, "2026S")
    make.charge(town[2], -9900, date(2026, 12, 30), "Fragt")
    status, _, err = run_command(capsys, "2026S", "--seen", seen)
    assert status == 1
    assert "2001 Biblioteket: før 0,00" in err.replace("\xa0", " ")
    seen, _ = dry_run(capsys, "2026S")
    assert run_command(capsys, "2026S", "--seen", seen)[0] == 0


class TestWhoClosesByCommand:
    @pytest.fixture(autouse=True)
    def named(self, monkeypatch):
        monkeypatch.setenv("LOGNAME", "oda")

    @pytest.fixture(params=[False, True])
    def two(self, request, town, cast):
        Settings.objects.update(needs_two_people=request.param)
        if request.param:
            inga = cast.user("inga", "Økonomi")
            prepare_quarter(
                code="2026Q4",
                account=inga,
                seen=preview_run("2026Q4", TODAY).proposal.digest,
                today=TODAY,
                now=NOW,
            )
        return request.param

    def test_an_account_with_the_right_closes_in_its_name(self, two, cast, capsys):
        cast.finance  # noqa: B018 – makes the account
        assert run_command(capsys, "2026Q4", "--by", "oda")[0] == 0
        assert BillingRun.objects.get(code="2026Q4").closed_by == "Oda"

    def test_without_one_only_where_one_person_is_enough(self, two, cast, capsys):
        cast.finance  # noqa: B018
        status, _, err = run_command(capsys, "2026Q4")
        assert status == int(two)
        assert ("Sig med --by BRUGER" in err) == two
        assert BillingRun.objects.filter(code="2026Q4").exists() != two

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("hjalte", "Kontoen »hjalte« har ikke ret til det."),
            ("lukket", "Kontoen »lukket« er lukket."),
            ("findes-ikke", "Der er ingen konto med brugernavnet »findes-ikke«."),
            ("", "Der er ingen konto med brugernavnet »«."),
        ],
    )
    def test_no_other_account(self, two, cast, capsys, name, said):
        cast.helpdesk  # noqa: B018
        cast.user("lukket", "Økonomi", is_active=False)
        status, _, err = run_command(capsys, "2026Q4", "--by", name)
        assert (status, err) == (1, f"{said}\n")
        assert not BillingRun.objects.filter(code="2026Q4").exists()

    def test_not_who_prepared_it_whatever_they_are_called(self, town, cast, capsys, client_of):
        Settings.objects.update(needs_two_people=True)
        seen = preview_run("2026Q4", TODAY).proposal.digest
        prepare_quarter(code="2026Q4", account=cast.finance, seen=seen, today=TODAY, now=NOW)
        cast.finance.first_name = "En Anden"
        cast.finance.save()
        status, _, err = run_command(capsys, "2026Q4", "--by", "oda")
        assert status == 1
        assert "har selv forberedt" in err
        # Another account of the same name is another person.
        namesake = cast.user("oda2", "Økonomi")
        namesake.first_name = "En Anden"
        namesake.save()
        assert run_command(capsys, "2026Q4", "--by", "oda2")[0] == 0


# --- a preparation


def prepare(account, code="2026Q4"):
    return prepare_quarter(
        code=code,
        account=account,
        seen=preview_run(code, TODAY).proposal.digest,
        today=TODAY,
        now=NOW,
    )


def test_a_preparation_lapses_with_what_was_seen_and_says_so(town, cast, client_of):
    Settings.objects.update(needs_two_people=True)
    oda, palle = client_of(cast.finance), client_of(cast.user("palle", "Økonomi"))
    oda.post("/kvartaler/2026Q4/forberedt/", form_of(oda, OPEN, "/kvartaler/2026Q4/forberedt/"))
    assert Preparation.objects.get().account == cast.finance
    sends = form_of(palle, CLOSE, CLOSE)
    move(town[0], town[2])

    page = read(palle, OPEN)
    assert "Gælder ikke mere" in text_of(page)
    assert "Godkend og lås …" not in text_of(page)
    [table] = page.xpath("//section[@aria-labelledby='bortfaldet']//table")
    assert "1001 Ærtebjerg Skole (ikke med mere) −2.096,52 2.096,52 0,00" in text_of(table)
    # Neither the old tab nor a new one closes it.
    assert palle.post(CLOSE, sends).status_code == 409
    page = read(palle, CLOSE)
    assert not page.xpath("//main//button[@type='submit' and contains(., 'lås')]")
    fresh = {"seen_digest": preview_run("2026Q4", TODAY).proposal.digest}
    response = palle.post(CLOSE, fresh)
    assert response.status_code == 409
    assert "Oda forberedte 4. kvartal 2026, men forslaget er ændret" in response.content.decode()
    assert not BillingRun.objects.filter(code="2026Q4").exists()
    # Prepared anew it is closed, and the locked quarter says by whom.
    oda.post("/kvartaler/2026Q4/forberedt/", form_of(oda, OPEN, "/kvartaler/2026Q4/forberedt/"))
    palle.post(CLOSE, form_of(palle, CLOSE, CLOSE))
    assert "Forberedt af Oda. Godkendt og låst af Palle" in text_of(read(palle, OPEN))


def test_who_prepares_must_have_seen_it_as_it_is(town, cast, client_of):
    client = client_of(cast.finance)
    sends = form_of(client, OPEN, "/kvartaler/2026Q4/forberedt/")
    move(town[0], town[2])
    client.post("/kvartaler/2026Q4/forberedt/", sends)
    page = text_of(read(client, OPEN))
    assert "Forslaget er ændret, siden du så det" in page
    assert "1001 Ærtebjerg Skole: før 2.096,52 kr., nu 0,00 kr." in page
    assert not Preparation.objects.exists()


def test_who_prepared_another_proposal_is_not_named_on_the_run(town, cast, client_of):
    prepare(cast.finance)
    move(town[0], town[2])
    close_quarter(code="2026Q4", closed_by="Palle", today=TODAY, now=NOW)
    assert "Forberedt af" not in text_of(read(client_of(cast.finance), OPEN))


def test_the_one_who_prepared_sees_that_another_must_close(town, cast, client_of):
    Settings.objects.update(needs_two_people=True)
    prepare(cast.finance)
    client = client_of(cast.finance)
    for page in (read(client, OPEN), read(client, CLOSE)):
        assert "Du har forberedt kvartalet. En anden skal godkende og låse det." in text_of(page)
        assert not page.xpath("//main//*[self::a or self::button][contains(., 'Godkend og lås')]")
    assert "Låses af En anden end dig" in text_of(read(client, CLOSE))
    # Until anybody has prepared it, the button is nobody's.
    Preparation.objects.all().delete()
    page = read(client, CLOSE)
    assert "Låses af En anden end den, der forbereder" in text_of(page)
    assert not page.xpath("//main//button[contains(., 'Godkend og lås')]")


def test_a_preparation_without_an_account_or_a_proposal_has_lapsed(town, cast, client_of):
    """As those are that were made before either was kept, and of an account that is gone."""
    Settings.objects.update(needs_two_people=True)
    prepared = prepare(cast.finance)
    palle = cast.user("palle", "Økonomi")
    client = client_of(palle)
    for change, why in (
        ({"account": None}, "kontoen kendes ikke længere"),
        ({"digest": ""}, "det er ikke gemt, hvilket forslag det var"),
    ):
        Preparation.objects.filter(pk=prepared.pk).update(**change)
        with pytest.raises(Refused) as refused:
            close_quarter(code="2026Q4", closed_by="Palle", account=palle, today=TODAY, now=NOW)
        assert refused.value.reasons == [
            f"Oda forberedte 4. kvartal 2026, men {why}, så forberedelsen gælder ikke mere. "
            "Forbered det igen."
        ]
        page = text_of(read(client, OPEN))
        assert "Gælder ikke mere" in page
        assert refused.value.reasons[0] in page
        assert "ændret, siden det blev forberedt" not in page
        client.post(CLOSE, {"seen_digest": preview_run("2026Q4", TODAY).proposal.digest})
        page = text_of(read(client, OPEN))
        assert refused.value.reasons[0] in page
        assert not BillingRun.objects.filter(code="2026Q4").exists()
        prepared = prepare(cast.finance)


def test_proposals_of_runs_that_were_never_closed_are_kept_for_a_while_only(town):
    for digest, code, days in (("a", "2026S1", 91), ("b", "2026S2", 89), ("c", "2026Q4", 1)):
        SeenProposal.objects.create(
            digest=digest, code=code, rows=[], seen_at=NOW - timedelta(days=days)
        )
    close_quarter(code="2026Q4", closed_by="Oda", today=TODAY, now=NOW)
    assert list(SeenProposal.objects.values_list("code", flat=True)) == ["2026S2"]
