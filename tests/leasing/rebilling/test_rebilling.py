"""The postings of a closed run: who is debited, who is credited, and that the sides are equal."""

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from albertslund_it.common.errors import Refused
from inventory.models import Unit
from leasing.models import BillingRun, RebillingExport, Settings
from leasing.rebilling.selectors.booking import Coding
from leasing.rebilling.selectors.postings import CREDIT, DEBIT, posting_text, postings_of
from leasing.rebilling.selectors.run import Rebilling, UnitTotal, find_run, rebilling_of
from leasing.supplier.selectors.expected import expected_of_lessor
from tests import builders as make
from tests.leasing.closed import TODAY, body, close, export, opus_rows, rows, town, workbook

QUARTER = BillingRun(code="2026Q1", quarter="2026Q1")
SUPPLEMENT = BillingRun(code="2026S1", quarter="2026Q4", is_supplementary=True)
TEMPLATE = Settings._meta.get_field("posting_text").default


def of(*amounts_and_accounts, holder_ore=0):
    """Gather a run by hand: one unit for each (øre, artskonto)."""
    units = [
        UnitTotal("2026Q1-01", "Afdeling", str(n), f"Enhed {n}", Coding(account=account), ore, 1)
        for n, (ore, account) in enumerate(amounts_and_accounts)
    ]
    holder = UnitTotal("2026Q1-02", "Lager", "9000", "Lager", Coding("", "", "4010000000"))
    holder.amount_ore = holder_ore
    return Rebilling(QUARTER, [], units, holder, {"posting_text": TEMPLATE, "units": {}})


def sides(rebilling):
    return [(p.unit_number, p.coding.account, p.side, p.amount_ore) for p in postings_of(rebilling)]


class TestPostings:
    def test_each_unit_is_debited_and_the_cost_holder_credited_on_the_same_artskonto(self):
        assert sides(of((100, "A"), (30, "B"), (20, "A"))) == [
            ("0", "A", DEBIT, 100),
            ("1", "B", DEBIT, 30),
            ("2", "A", DEBIT, 20),
            ("9000", "A", CREDIT, 120),
            ("9000", "B", CREDIT, 30),
        ]

    def test_a_unit_below_zero_is_a_credit_and_the_cost_holder_takes_the_balance(self):
        # 100 − 30 = 70 on A; −20 on B, which the cost holder pays.
        assert sides(of((100, "A"), (-30, "A"), (-20, "B"))) == [
            ("0", "A", DEBIT, 100),
            ("1", "A", CREDIT, 30),
            ("2", "B", CREDIT, 20),
            ("9000", "A", CREDIT, 70),
            ("9000", "B", DEBIT, 20),
        ]

    def test_a_unit_that_nets_to_nothing_and_a_balance_of_nothing_have_no_row(self):
        assert sides(of((0, "A"), (50, "B"), (-50, "B"))) == [
            ("1", "B", DEBIT, 50),
            ("2", "B", CREDIT, 50),
        ]

    @given(
        units=st.lists(
            st.tuples(st.integers(-(10**9), 10**9), st.sampled_from(["40000000", "41000000", ""]))
        ),
        holder_ore=st.integers(-(10**9), 10**9),
    )
    def test_the_sides_are_equal_and_with_the_cost_holders_share_give_the_run(
        self, units, holder_ore
    ):
        postings = postings_of(of(*units, holder_ore=holder_ore))
        total = {DEBIT: 0, CREDIT: 0}
        units_alone = 0
        for posting in postings:
            assert posting.amount_ore > 0
            total[posting.side] += posting.amount_ore
            if posting.items is not None:
                sign = 1 if posting.side == DEBIT else -1
                units_alone += sign * posting.amount_ore

        assert total[DEBIT] == total[CREDIT]
        assert units_alone + holder_ore == sum(ore for ore, _ in units) + holder_ore


class TestPostingText:
    def text(self, template=TEMPLATE, run=QUARTER, number="2026Q1-03", name="Ærtebjerg Skole"):
        return posting_text(template, invoice_number=number, run=run, unit_name=name)

    def test_it_names_invoice_quarter_and_unit(self):
        assert self.text() == "2026Q1-03 Pc-leasing 1. kvt. 2026 Ærtebjerg Skole"

    def test_a_supplementary_run_names_its_year(self):
        text = self.text(run=SUPPLEMENT, number="2026S1-01")
        assert text == "2026S1-01 Pc-leasing suppl. 2026 Ærtebjerg Skole"

    @pytest.mark.parametrize(
        ("template", "text"),
        [
            ("{enhed}", "2026Q1-03 Ærtebjerg Skole"),
            ("=1+1", "2026Q1-03 =1+1"),
            ("", "2026Q1-03"),
            ("{opgørelse} {} {0} {enhed.__class__} {", "2026Q1-03 {} {0} {enhed.__class__} {"),
            ("{opgørelse} 100%s", "2026Q1-03 100%s"),
        ],
    )
    def test_whatever_the_template_says_the_invoice_number_comes_first(self, template, text):
        assert self.text(template) == text

    @pytest.mark.parametrize(
        ("name", "ending"),
        [
            ("{kvartal}", "2026 {kvartal}"),
            ('A; "B"\r\nC', "2026 A B C"),
            ("=1+1", "2026 =1+1"),
            ("a\x00b\x85c\u2028d", "2026 a b c d"),
        ],
    )
    def test_a_name_breaks_neither_the_template_nor_the_line(self, name, ending):
        assert self.text(name=name).endswith(ending)


@pytest.mark.django_db
class TestWhatIsGathered:
    def test_names_and_amounts_come_from_the_closed_run_and_coding_from_today(self):
        units = town()
        run = close()
        Unit.objects.filter(id=units.school.id).update(
            name="Nyt navn", number="1999", account="42000000"
        )
        units.school.department.name = "Ny afdeling"
        units.school.department.head_name = "En Anden"
        units.school.department.save()
        units.nursery.department = make.department("Miljø & Teknik")
        units.nursery.save()

        gathered = rebilling_of(run)
        # 2 · 34941 + 150000 for the school
        assert [(u.department_name, u.name, u.amount_ore, u.items) for u in gathered.units] == [
            ("Dagtilbud & Skole", "1002 Brøndlunden", 34941, 1),
            ("Dagtilbud & Skole", "1001 Ærtebjerg Skole", 219882, 2),
            ("Miljø & Teknik", "2001 Vejgruppen", -80000, 0),
        ]
        assert gathered.units[1].coding.account == "42000000"
        assert gathered.invoices[0].head_name == "Rikke Skovgaard Andersen"
        assert (gathered.cost_holder.amount_ore, gathered.cost_holder.items) == (34941, 1)

    def test_the_cost_holder_is_there_also_when_it_carries_nothing(self):
        make.cost_holder()
        make.lease(unit=make.unit())
        gathered = rebilling_of(close())

        assert [i.department_name for i in gathered.invoices] == [
            "Dagtilbud & Skole",
            "Fælles IT (it-lager)",
        ]
        assert gathered.cost_holder.amount_ore == 0
        assert postings_of(gathered)[-1].text == (
            "2026Q1 Pc-leasing 1. kvt. 2026 Fælles IT (it-lager)"
        )

    def test_a_run_adds_up_through_its_files(self):
        town()
        run = close()
        gathered = rebilling_of(run)

        assert sum(i.total_ore for i in gathered.invoices) == run.total_ore
        assert sum(gathered.by_kind.values()) == run.total_ore
        units = sum(u.amount_ore for u in gathered.units)
        assert units + gathered.cost_holder.amount_ore == run.total_ore

    def test_the_number_of_queries_does_not_grow_with_the_units(self, django_assert_num_queries):
        make.cost_holder()
        for number in range(1001, 1031):
            make.lease(f"PF{number}", unit=make.unit(str(number)))
        run = close()
        with django_assert_num_queries(7):
            rebilling_of(run)

    def test_what_the_lessor_is_expected_to_invoice(self):
        make.lease("PF000001")
        make.lease("PF000002", starts_on=TODAY)  # begins after the quarter
        make.lease("PF000003", starts_on=TODAY.replace(month=2, day=1), stops_on=TODAY)
        early = make.lease("PF000004")
        early.starts_on = TODAY.replace(year=2025, month=12, day=1)
        early.save()
        quarter = find_quarter("2026Q1")
        # PF1: 34941. PF3: February and March are 59 of the 89 days of its first lease quarter:
        # ⌊559066 · 59 / (16 · 89)⌋ = 23163. PF4 counts from the billing start on: by 1 April it
        # is 31 of 92 days into its second lease quarter, by 1 January 31 of 90 into its first:
        # ⌊559066 · (92 + 31) / (16 · 92)⌋ − ⌊559066 · 31 / (16 · 90)⌋ = 46715 − 12035 = 34680.
        assert expected_of_lessor(quarter.starts_on, quarter.ends_before) == (34941 + 23163 + 34680)


def find_quarter(code):
    return BillingRun(quarter=code).last_quarter


@pytest.mark.django_db
class TestFindRun:
    def test_a_closed_run_is_found_however_its_code_is_written(self):
        make.cost_holder()
        run = close()
        assert find_run(" 2026q1 ") == run

    def test_what_is_not_closed_is_refused_with_what_is(self):
        make.cost_holder()
        with pytest.raises(Refused, match=r"»2026Q1«\. Ingen kvartaler er låst endnu"):
            find_run("2026Q1")
        close()
        with pytest.raises(Refused, match=r"»2026Q5«\. Låst er: 2026Q1"):
            find_run("2026Q5")


@pytest.mark.django_db
class TestCommand:
    def run(self, *args):
        call_command("export_rebilling", *args)

    def refusal(self, capsys, *args):
        with pytest.raises(SystemExit) as stopped:
            self.run(*args)
        assert stopped.value.code == 1
        assert not RebillingExport.objects.exists()
        return capsys.readouterr().err

    @pytest.mark.parametrize("name", ["x.xlsx", "X.CSV"])
    def test_it_writes_the_file_and_records_it(self, tmp_path, capsys, name):
        town()
        close()
        self.run("2026Q1", str(tmp_path / name))

        assert [path.name for path in tmp_path.iterdir()] == [name]
        made = RebillingExport.objects.get()
        assert made.exported_by.endswith("(kommandolinje)")
        assert made.checksum in capsys.readouterr().out

    def test_it_puts_a_new_file_in_place_of_an_old_one(self, tmp_path):
        town()
        close()
        (tmp_path / "x.csv").write_text("gammel")
        self.run("2026Q1", str(tmp_path / "x.csv"))
        assert (tmp_path / "x.csv").read_text().startswith("Artskonto;")

    @pytest.mark.parametrize(
        ("code", "name", "message"),
        [
            ("2026Q2", "x.xlsx", "ingen godkendt og låst kørsel »2026Q2«. Låst er: 2026Q1"),
            ("vrøvl", "x.xlsx", "ingen godkendt og låst kørsel »vrøvl«"),
            ("2026Q1", "x.pdf", "skal ende på .xlsx"),
            ("2026Q1", "x", "skal ende på .xlsx"),
            ("2026Q1", "mangler/x.xlsx", "kan ikke skrives: mappen findes ikke"),
            ("2026Q1", "mappe.xlsx", "der er allerede en mappe med det navn"),
        ],
    )
    def test_bad_input_is_refused_and_nothing_is_written(
        self, tmp_path, capsys, code, name, message
    ):
        town()
        close()
        (tmp_path / "mappe.xlsx").mkdir()
        assert message in self.refusal(capsys, code, str(tmp_path / name))
        assert [path.name for path in tmp_path.iterdir()] == ["mappe.xlsx"]

    def test_a_refused_file_leaves_the_old_one_alone(self, tmp_path, capsys):
        units = town()
        close()
        Unit.objects.filter(id=units.school.id).update(account="")
        (tmp_path / "x.csv").write_text("gammel")
        said = self.refusal(capsys, "2026Q1", str(tmp_path / "x.csv"))

        assert "1001 Ærtebjerg Skole: artskonto mangler" in said
        assert (tmp_path / "x.csv").read_text() == "gammel"
        assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]


@pytest.mark.django_db
class TestSupplementaryRun:
    def test_its_files_name_it(self):
        units = town()
        late = TODAY.replace(year=2027, month=1, day=12)
        close("2026Q4", late.replace(year=2026, month=12))
        make.charge(units.school, 5000, charged_on=late.replace(year=2026, month=12, day=30))
        make.lease("PF000009", unit=units.road)
        run = close("2026S", late)

        book = workbook(run, late)
        assert [row["Tekst"] for row in body(book["Bilag"], "Afdeling")] == [
            "2026S1-01 Pc-leasing suppl. 2026 Ærtebjerg Skole",
            "2026S1-02 Pc-leasing suppl. 2026 Vejgruppen",
            "2026S1 Pc-leasing suppl. 2026 Fælles IT (it-lager)",
        ]
        overview = rows(book["Oversigt"], "Afdeling")
        assert [
            (row["Antal"], row["Løbende"], row["Efterfakturering"]) for row in overview[:2]
        ] == [
            (0, 0, 0),
            (0, 0, 1397.66),  # a whole year of a T14
        ]
        assert book["Oversigt"]["B2"].value == "Supplementskørsel 1 for 2026"
        posts = {row["Post"]: row["Beløb"] for row in rows(book["Afstemning"], "Post")}
        # five T14 for the whole year: 5 · 139766
        assert posts["Forventet af leasinggiver, 2026"] == 6988.30
        assert opus_rows(run)[0]["Beløb"] == "50,00"
        assert export(run, "csv")[0].run == run
