"""`verify` finds what was changed behind the guards' back, and names it."""

import ast
import inspect
from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command
from django.db import connection

from leasing.billing.presenters.breaches import SENTENCES, sentences_of_breaches
from leasing.billing.selectors import beside_the_seal, verification
from leasing.billing.selectors.beside_the_seal import _serials_ever
from leasing.billing.selectors.verification import breaches
from leasing.billing.services.closing import close_quarter
from leasing.guards import remove_guards, restore_guards
from leasing.models import BilledFacts, BillingRun, InvoiceLine, InvoiceSummary, QuarterlyInvoice
from tests import builders as make

pytestmark = pytest.mark.django_db
RUNS = "leasing_billingrun"


@pytest.fixture
def two_runs():
    """Close two quarters of two pcs: four lines, two invoices a run."""
    make.cost_holder()
    make.lease("PF1", unit=make.unit("1001"))
    make.lease("PF2")
    moment = datetime(2026, 7, 1, 8, tzinfo=UTC)
    return [
        close_quarter(code=code, closed_by="Anna Berg", today=date(2026, 7, 1), now=moment)
        for code in ("2026Q1", "2026Q2")
    ]


@pytest.fixture
def forge(two_runs):
    """Return a function that changes sealed rows, as only somebody who removes the guards can.

    And what the table refuses of itself.
    """

    def change(queryset, **values):
        remove_guards()
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA ignore_check_constraints = ON")
            else:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f"ALTER TABLE {RUNS} DROP CONSTRAINT IF EXISTS run_of_a_quarter")
            assert queryset.update(**values)
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA ignore_check_constraints = OFF")
        restore_guards()
        return list(sentences_of_breaches(breaches()))

    return change


def test_nothing_to_find(two_runs, capsys):
    call_command("verify")
    assert "Alt stemmer: 2 låste kørsler genberegnet" in capsys.readouterr().out


def test_before_the_first_closing():
    assert list(breaches()) == []


def test_more_than_a_hundred_invoices_have_no_holes():
    make.cost_holder()
    for n in range(101):
        department = make.department(f"Afdeling {n}")
        make.charge(make.unit(f"{n}", department=department))
    moment = datetime(2026, 7, 1, 8, tzinfo=UTC)
    close_quarter(code="2026Q1", closed_by="Anna Berg", today=date(2026, 7, 1), now=moment)
    assert list(breaches()) == []


def test_a_changed_amount(forge):
    found = forge(InvoiceLine.objects.filter(invoice__run__code="2026Q1", number=1), amount_ore=1)
    told = "\n".join(found)
    assert "Kørsel 2026Q1: kontrolsummen passer ikke med linjerne" in told
    assert "Kørsel 2026Q1, opgørelse 2026Q1-01: linjerne giver" in told
    assert "sammentællingerne passer ikke" in told
    assert "2026Q2: kontrolsummen" not in told


@pytest.mark.parametrize(
    "values",
    [
        {"unit_name": "Andet"},
        {"serial_number": "PF9"},
        {"days": 1},
        {"first_day": date(2026, 1, 2)},
        {"text": "x"},
        {"kind": "backlog"},
        {"price_ore": 1},
    ],
)
def test_any_field_of_a_line(forge, values):
    found = forge(InvoiceLine.objects.filter(invoice__run__code="2026Q2", number=2), **values)
    assert any("2026Q2: kontrolsummen passer ikke" in line for line in found)


@pytest.mark.parametrize(
    "values",
    [
        {"closed_by": "En anden"},
        {"closed_at": datetime(2026, 7, 2, tzinfo=UTC)},
        {"total_ore": 5},
        {"line_count": 3},
        {"code": "2026Q7"},
        {"digest": ""},
    ],
)
def test_any_field_of_a_run(forge, values):
    assert forge(BillingRun.objects.filter(code="2026Q1"), **values)


def test_a_digest_made_again_breaks_the_chain(forge):
    found = forge(BillingRun.objects.filter(code="2026Q1"), digest="0" * 64)
    assert any("2026Q2: kæden er brudt" in line for line in found)


def test_an_invoice_total(forge):
    found = forge(QuarterlyInvoice.objects.filter(number="2026Q1-02"), total_ore=1)
    assert any("opgørelse 2026Q1-02" in line for line in found)
    assert any("opgørelserne giver ikke kørslens sum" in line for line in found)


def test_a_hole_in_the_invoice_numbers(forge):
    found = forge(QuarterlyInvoice.objects.filter(number="2026Q1-02"), number="2026Q1-03")
    assert any("numrene har huller" in line for line in found)


def test_a_summary(forge):
    found = forge(InvoiceSummary.objects.filter(invoice__number="2026Q1-01"), held_at_end=7)
    assert found == ["Kørsel 2026Q1: sammentællingerne passer ikke med linjerne."]


def test_a_deleted_line(two_runs):
    remove_guards()
    InvoiceLine.objects.filter(invoice__run__code="2026Q1", number=1).delete()
    restore_guards()
    told = "\n".join(sentences_of_breaches(breaches()))
    assert "Kørsel 2026Q1: har 1 linjer, men blev låst med 2" in told
    assert "linjenumrene har huller" in told


def test_a_missing_guard(two_runs, capsys):
    name = "guard_leasing_invoiceline_update"
    on = " ON leasing_invoiceline" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")
    with pytest.raises(SystemExit) as stopped:
        call_command("verify")
    assert stopped.value.code == 1
    assert f"Spærringen {name}" in capsys.readouterr().err


def test_the_quick_look_back_is_checked_against_a_full_one(two_runs):
    """Facts marked as billed that never were: the quick way sees nothing, the full one does."""
    lease = BilledFacts.objects.get(lease__device__serial_number="PF1").lease
    lease.device.placements.update(unit=make.unit("2001"))
    text = BilledFacts.objects.get(lease=lease).text
    place = lease.device.placements.get()
    BilledFacts.objects.filter(lease=lease).update(
        text=text.rsplit(">", 1)[0] + f">{place.unit_id}"
    )
    found = list(sentences_of_breaches(breaches()))
    assert len(found) == 1
    assert "Leasing af PF1: en fuld genberegning giver andre udestående" in found[0]
    assert "2026Q1, 2026Q2" in found[0]


def test_pending_differences_are_no_error(two_runs):
    lease = BilledFacts.objects.first().lease
    make.placement(lease.device, date(2026, 2, 10), make.unit("2001"))
    assert list(breaches()) == []


def test_a_lease_that_lost_its_term(two_runs):
    lease = BilledFacts.objects.get(lease__device__serial_number="PF1").lease
    lease.terms.all().delete()
    assert "Leasing af PF1: har ingen løbetid og dermed ingen pris." in list(
        sentences_of_breaches(breaches())
    )


def test_many_devices_are_looked_up_in_one_parameter(db):
    """SQLite takes 32,766 parameters at most, and a municipality has leases for longer than that."""
    counts = []

    def counted(execute, sql, params, many, context):
        counts.append(len(params or ()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counted):
        assert not _serials_ever(range(40_000))
    assert max(counts) < 10


@pytest.mark.parametrize("quarter", ["2026Q9", "x", ""])
def test_a_quarter_that_is_none_is_a_finding_like_others(forge, quarter):
    found = forge(BillingRun.objects.filter(code="2026Q2"), quarter=quarter)
    assert found == [f"Kørsel 2026Q2: er gemt som en kørsel til og med {quarter}."]


def test_a_code_that_is_none_leaves_the_other_findings(forge):
    found = forge(BillingRun.objects.filter(code="2026Q2"), code="x", quarter="x")
    assert any("Kørsel x: kontrolsummen passer ikke" in text for text in found)
    assert any("historikken" in text or "numrene" in text for text in found)


def test_every_kind_of_breach_has_its_words():
    kinds = set()
    for module in (beside_the_seal, verification):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Breach":
                kind = ast.unparse(node.args[0]).removeprefix("f").strip("'")
                kinds |= {kind.replace("{kind}", one) for one in ("file", "voucher")}
    kinds = kinds - {"kind"} | {"department", "department_gone"}
    assert kinds == SENTENCES.keys()
