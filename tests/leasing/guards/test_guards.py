"""Nothing of a sealed run can be changed, by any path; each attempt is made on a real run."""

from datetime import UTC, date, datetime

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from inventory.models import Unit
from leasing.billing.selectors.preview import preview_run
from leasing.billing.services.closing import close_quarter
from leasing.guards import BILLED, CLOSED, FIXED, GUARDED, SEALED, missing_guards
from leasing.models import (
    BillingRun,
    Charge,
    InvoiceLine,
    Preparation,
    QuarterlyInvoice,
    Settings,
)
from tests import builders as make

pytestmark = pytest.mark.django_db

SQLITE, POSTGRESQL = connection.vendor == "sqlite", connection.vendor == "postgresql"
MODELS = {model._meta.db_table: model for model in apps.get_models()}


@pytest.fixture(scope="module")
def ids(built_once):
    return built_once(close_one)


def close_one():
    """Close a quarter with a leased pc and a charge; beside it stands a run that is still open."""
    school, holder = make.unit("1001"), make.cost_holder()
    make.lease(unit=school)
    charge = make.charge(school)
    spare = make.charge(school, text="Fragt")
    prepared = Preparation.objects.create(
        code="2026Q1",
        account=User.objects.create(username="palle"),
        prepared_by="Palle",
        prepared_at=datetime(2026, 2, 9, 7, tzinfo=UTC),
        digest=preview_run("2026Q1", date(2026, 2, 9)).proposal.digest,
    )
    run = close_quarter(
        code="2026Q1",
        closed_by="Anna Berg",
        today=date(2026, 2, 9),
        now=datetime(2026, 2, 9, 8, tzinfo=UTC),
    )
    sealed = InvoiceLine.objects.get(invoice__run=run, kind="current")
    charged = InvoiceLine.objects.get(invoice__run=run, charge=charge)
    open_run = _copy(run, code="2026Q2", digest="")
    open_invoice = _copy(sealed.invoice, run=open_run, number="2026Q2-01")
    return {
        "run": run.id,
        "open_run": open_run.id,
        "invoice": sealed.invoice_id,
        "open_invoice": open_invoice.id,
        "line": sealed.id,
        "charge_line": charged.id,
        "open_line": _copy(sealed, invoice=open_invoice).id,
        "summary": sealed.invoice.summaries.first().id,
        "open_summary": _copy(sealed.invoice.summaries.first(), invoice=open_invoice).id,
        "charge": charge.id,
        "spare": spare.id,
        "holder": holder.id,
        "school": school.id,
        "prepared": prepared.id,
        "open_prepared": _copy(prepared, code="2026Q2").id,
    }


def _copy(row, **changes):
    fresh = type(row).objects.get(pk=row.pk)
    fresh.pk = None
    for name, value in changes.items():
        setattr(fresh, name, value)
    fresh.save(force_insert=True)
    return fresh


def contents():
    """Return every row of the guarded tables."""
    return {
        guarded.table: list(MODELS[guarded.table].objects.order_by("id").values())
        for guarded in GUARDED
    }


def copying(verb, table, source, **changes):
    """Write the SQL that inserts a copy of a row, with some columns set to other expressions."""
    columns = [field.column for field in MODELS[table]._meta.local_fields]
    if "id" not in changes:
        columns.remove("id")
    values = [str(changes.get(column, column)) for column in columns]
    return (
        f"{verb} INTO {table} ({', '.join(columns)}) "
        f"SELECT {', '.join(values)} FROM {table} WHERE id = {source}"
    )


def refused(message, sql):
    before = contents()
    with connection.cursor() as cursor:
        if POSTGRESQL:  # else TRUNCATE stumbles over the rows of this transaction
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        with pytest.raises(IntegrityError, match=message), transaction.atomic():
            cursor.execute(sql)
    assert contents() == before


RUN, INVOICE, LINE = "leasing_billingrun", "leasing_quarterlyinvoice", "leasing_invoiceline"
SUMMARY, CHARGE = "leasing_invoicesummary", "leasing_charge"
SETTINGS, UNIT = "leasing_settings", "inventory_unit"
PREPARED = "leasing_preparation"

PLAIN = [
    (SEALED, "UPDATE leasing_billingrun SET total_ore = 1"),
    (SEALED, "UPDATE leasing_billingrun SET digest = '' WHERE id = {run}"),
    (SEALED, "UPDATE leasing_billingrun SET id = 77 WHERE id = {run}"),
    (SEALED, "DELETE FROM leasing_billingrun WHERE id = {run}"),
    (SEALED, "DELETE FROM leasing_billingrun"),
    (SEALED, copying("INSERT", RUN, "{run}", code="'2025Q4'")),
    (SEALED, "UPDATE leasing_quarterlyinvoice SET head_name = 'Bo' WHERE id = {invoice}"),
    (SEALED, "UPDATE leasing_quarterlyinvoice SET run_id = {open_run} WHERE id = {invoice}"),
    (SEALED, "UPDATE leasing_quarterlyinvoice SET run_id = {run} WHERE id = {open_invoice}"),
    (SEALED, "DELETE FROM leasing_quarterlyinvoice"),
    (SEALED, copying("INSERT", INVOICE, "{open_invoice}", run_id="{run}", number="'2026Q1-99'")),
    (SEALED, "UPDATE leasing_invoiceline SET amount_ore = amount_ore + 1"),
    (SEALED, "UPDATE leasing_invoiceline SET text = 'x' WHERE id = {charge_line}"),
    (SEALED, "UPDATE leasing_invoiceline SET invoice_id = {open_invoice} WHERE id = {charge_line}"),
    (
        SEALED,
        "UPDATE leasing_invoiceline SET invoice_id = {invoice}, number = 99 WHERE id = {open_line}",
    ),
    (SEALED, "DELETE FROM leasing_invoiceline"),
    (SEALED, "DELETE FROM leasing_invoiceline WHERE id = {line}"),
    (SEALED, copying("INSERT", LINE, "{line}", number="99")),
    (SEALED, copying("INSERT", LINE, "{open_line}", invoice_id="{invoice}", number="99")),
    (SEALED, "UPDATE leasing_invoicesummary SET amount_ore = 0 WHERE id = {summary}"),
    (
        SEALED,
        "UPDATE leasing_invoicesummary SET invoice_id = {invoice}, kind = 'x' "
        "WHERE id = {open_summary}",
    ),
    (SEALED, "DELETE FROM leasing_invoicesummary"),
    (SEALED, copying("INSERT", SUMMARY, "{summary}", kind="'x'")),
    (BILLED, "UPDATE leasing_charge SET amount_ore = 1 WHERE id = {charge}"),
    (BILLED, "UPDATE leasing_charge SET amount_ore = amount_ore * 2"),
    (BILLED, "DELETE FROM leasing_charge WHERE id = {charge}"),
    (FIXED, "UPDATE leasing_settings SET billing_starts_on = '2026-04-01'"),
    (FIXED, "DELETE FROM leasing_settings"),
    (
        FIXED,
        "UPDATE inventory_unit SET is_cost_holder = (1 = 0), department_id = "
        "(SELECT min(id) FROM inventory_department) WHERE id = {holder}",
    ),
    (FIXED, "DELETE FROM inventory_unit WHERE id = {holder}"),
    (SEALED, "UPDATE leasing_preparation SET prepared_by = 'Bo' WHERE id = {prepared}"),
    (SEALED, "UPDATE leasing_preparation SET code = '2026Q3' WHERE id = {prepared}"),
    (SEALED, "UPDATE leasing_preparation SET digest = '', prepared_at = '2026-02-08'"),
    (SEALED, "DELETE FROM leasing_preparation"),
    (SEALED, "DELETE FROM leasing_preparation WHERE id = {prepared}"),
]

# REPLACE removes the row that is in the way, and fires no delete trigger.
REPLACING = [
    (SEALED, copying("REPLACE", RUN, "{open_run}", id="{run}", code="'2026Q3'")),
    (SEALED, copying("REPLACE", RUN, "{open_run}", code="'2026Q1'")),
    (SEALED, "UPDATE OR REPLACE leasing_billingrun SET code = '2026Q1' WHERE id = {open_run}"),
    (SEALED, "UPDATE OR REPLACE leasing_billingrun SET id = {run} WHERE id = {open_run}"),
    (SEALED, copying("REPLACE", INVOICE, "{open_invoice}", id="{invoice}", number="'x'")),
    (SEALED, copying("REPLACE", INVOICE, "{open_invoice}", number="'2026Q1-01'")),
    (
        SEALED,
        "UPDATE OR REPLACE leasing_quarterlyinvoice SET number = '2026Q1-01' "
        "WHERE id = {open_invoice}",
    ),
    (SEALED, copying("REPLACE", LINE, "{open_line}", id="{line}", number="9")),
    (SEALED, copying("REPLACE", LINE, "{open_line}", id="'{line}'", number="9")),
    (SEALED, copying("REPLACE", LINE, "{open_line}", invoice_id="{invoice}")),
    (
        SEALED,
        copying("REPLACE", LINE, "{charge_line}", invoice_id="{open_invoice}", number="9"),
    ),
    (SEALED, "UPDATE OR REPLACE leasing_invoiceline SET id = {line} WHERE id = {open_line}"),
    (SEALED, "UPDATE OR REPLACE leasing_invoiceline SET rowid = {line} WHERE id = {open_line}"),
    (
        SEALED,
        "UPDATE OR REPLACE leasing_invoiceline SET kind = 'charge', charge_id = {charge} "
        "WHERE id = {open_line}",
    ),
    (SEALED, copying("REPLACE", SUMMARY, "{open_summary}", id="{summary}", kind="'x'")),
    (SEALED, "UPDATE OR REPLACE leasing_invoicesummary SET id = {summary} WHERE id <> {summary}"),
    (BILLED, copying("REPLACE", CHARGE, "{spare}", id="{charge}", text="'x'")),
    (BILLED, copying("REPLACE", CHARGE, "{spare}", text="'Skærmskade'")),
    (BILLED, "UPDATE OR REPLACE leasing_charge SET text = 'Skærmskade' WHERE id = {spare}"),
    (FIXED, copying("REPLACE", SETTINGS, "1", id="1", billing_starts_on="'2026-04-01'")),
    (FIXED, copying("REPLACE", UNIT, "{school}", number="'9000'")),
    (FIXED, copying("REPLACE", UNIT, "{school}", id="{holder}", number="'x'")),
    (
        FIXED,
        copying(
            "REPLACE", UNIT, "{school}", number="'x'", is_cost_holder="1", department_id="NULL"
        ),
    ),
    (FIXED, "UPDATE OR REPLACE inventory_unit SET number = '9000' WHERE id = {school}"),
    (
        FIXED,
        "UPDATE OR REPLACE inventory_unit SET is_cost_holder = 1, department_id = NULL "
        "WHERE id = {school}",
    ),
    (SEALED, copying("REPLACE", PREPARED, "{open_prepared}", code="'2026Q1'")),
    (SEALED, copying("REPLACE", PREPARED, "{open_prepared}", id="{prepared}", code="'2026Q3'")),
    (
        SEALED,
        "UPDATE OR REPLACE leasing_preparation SET code = '2026Q1' WHERE id = {open_prepared}",
    ),
    (SEALED, copying("INSERT OR IGNORE", LINE, "{line}", number="99")),
    (SEALED, "UPDATE OR IGNORE leasing_invoiceline SET amount_ore = 1"),
    (
        SEALED,
        copying("INSERT", LINE, "{line}", id="id")
        + " ON CONFLICT (id) DO UPDATE SET amount_ore = 1",
    ),
]

ON_POSTGRESQL = [
    (
        SEALED,
        copying("INSERT", LINE, "{line}", id="id")
        + " ON CONFLICT (id) DO UPDATE SET amount_ore = 1",
    ),
    (
        SEALED,
        copying("INSERT", LINE, "{line}", number="99") + " ON CONFLICT DO NOTHING",
    ),
    (
        SEALED,
        "WITH taken AS (DELETE FROM leasing_invoiceline WHERE id = {line} RETURNING id) "
        "SELECT count(*) FROM taken",
    ),
    (
        SEALED,
        "MERGE INTO leasing_invoiceline l USING leasing_quarterlyinvoice q ON q.id = l.invoice_id "
        "WHEN MATCHED THEN UPDATE SET amount_ore = 1",
    ),
    (SEALED, "SET LOCAL session_replication_role = replica; DELETE FROM leasing_invoiceline"),
    (SEALED, "TRUNCATE leasing_invoiceline"),
    (SEALED, "TRUNCATE leasing_invoicesummary"),
    (SEALED, "TRUNCATE leasing_billingrun CASCADE"),
    (SEALED, "TRUNCATE leasing_quarterlyinvoice CASCADE"),
    # The cascade reaches the lines and units before the table that was named.
    (f"{SEALED}|{BILLED}", "TRUNCATE leasing_charge CASCADE"),
    (SEALED, "TRUNCATE leasing_preparation"),
    (FIXED, "TRUNCATE leasing_settings CASCADE"),
    (f"{SEALED}|{FIXED}|{BILLED}|{CLOSED}", "TRUNCATE inventory_unit CASCADE"),
]


def numbered(attempts):
    return [
        pytest.param(message, sql, id=f"{number}-{sql[:48]}")
        for number, (message, sql) in enumerate(attempts)
    ]


@pytest.mark.parametrize(
    ("message", "sql"), numbered(PLAIN + (ON_POSTGRESQL if POSTGRESQL else REPLACING))
)
def test_the_database_refuses(ids, message, sql):
    refused(message, sql.format(**ids))


@pytest.mark.skipif(SQLITE, reason="COPY is PostgreSQL's own")
def test_copy_is_refused(ids):
    line = InvoiceLine.objects.filter(id=ids["line"])
    columns = [f.column for f in InvoiceLine._meta.local_fields if f.column != "id"]
    row = [99 if name == "number" else value for name, value in line.values(*columns)[0].items()]
    before = contents()
    with (
        pytest.raises(Exception, match=SEALED),
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY leasing_invoiceline ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        copy.write_row(row)
    assert contents() == before


def _bulk_update(ids):
    lines = list(InvoiceLine.objects.all())
    for line in lines:
        line.amount_ore = 1
    InvoiceLine.objects.bulk_update(lines, ["amount_ore"])


def _upsert(ids):
    InvoiceLine.objects.bulk_create(
        InvoiceLine.objects.filter(id=ids["line"]),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["amount_ore"],
    )


def _add(ids):
    line = InvoiceLine.objects.get(id=ids["line"])
    line.pk, line.number = None, 99
    InvoiceLine.objects.bulk_create([line], ignore_conflicts=True)


def _reseal(ids):
    BillingRun.objects.filter(id=ids["run"]).update(digest="1" * 64)


def _admin_delete(ids):
    lines = InvoiceLine.objects.filter(id=ids["line"])
    lines._raw_delete(lines.db)


def _save(ids):
    QuarterlyInvoice.objects.get(id=ids["invoice"]).save()


@pytest.mark.parametrize("attempt", [_bulk_update, _upsert, _add, _reseal, _admin_delete, _save])
def test_the_orm_is_refused(ids, attempt):
    before = contents()
    with pytest.raises(IntegrityError, match=SEALED), transaction.atomic():
        attempt(ids)
    assert contents() == before


class TestWhatStaysOpen:
    def test_a_run_until_it_is_sealed(self, ids):
        InvoiceLine.objects.filter(id=ids["open_line"]).update(amount_ore=5)
        InvoiceLine.objects.filter(id=ids["open_line"]).delete()
        BillingRun.objects.filter(id=ids["open_run"]).update(total_ore=5)
        BillingRun.objects.filter(id=ids["open_run"]).update(digest="1" * 64)
        with pytest.raises(IntegrityError, match=SEALED), transaction.atomic():
            BillingRun.objects.filter(id=ids["open_run"]).update(total_ore=6)

    def test_a_charge_until_it_is_billed(self, ids):
        assert Charge.objects.filter(id=ids["spare"]).exists()
        later = make.charge(make.unit("1001"), charged_on=date(2026, 5, 1))
        Charge.objects.filter(id=later.id).update(amount_ore=7)
        assert Charge.objects.filter(id=later.id).delete()[0] == 1

    def test_names_accounts_and_the_other_settings(self, ids):
        assert Unit.objects.filter(id=ids["holder"]).update(name="Fælles IT", account="4") == 1
        assert Unit.objects.filter(id=ids["school"]).update(number="1002") == 1
        assert Settings.objects.update(opus_bom=True, billing_starts_on="2026-01-01") == 1
        make.unit("1003").delete()

    def test_who_prepared_a_run_until_it_is_sealed(self, ids):
        still_open = Preparation.objects.filter(id=ids["open_prepared"])
        assert still_open.update(prepared_by="Bo", digest="") == 1
        assert still_open.delete()[0] == 1

    def test_nobody_is_said_to_have_prepared_a_run_afterwards(self, ids):
        other = Preparation.objects.get(id=ids["open_prepared"])
        BillingRun.objects.filter(code="2026Q2").update(code="2026Q3", digest="1" * 64)
        with pytest.raises(IntegrityError, match=SEALED), transaction.atomic():
            _copy(other, code="2026Q3")
        with pytest.raises(IntegrityError, match=SEALED), transaction.atomic():
            Preparation.objects.filter(pk=other.pk).update(code="2026Q3")

    def test_an_account_may_go_and_the_name_of_who_prepared_stays(self, ids):
        User.objects.get(username="palle").delete()
        prepared = Preparation.objects.get(id=ids["prepared"])
        assert (prepared.account, prepared.prepared_by) == (None, "Palle")


class TestMissingGuards:
    def test_none_is_missing(self):
        assert missing_guards() == []

    @pytest.mark.parametrize(
        "sql",
        [
            "DROP TRIGGER guard_leasing_charge_update ON leasing_charge",
            "ALTER TABLE leasing_charge DISABLE TRIGGER guard_leasing_charge_update",
            "ALTER TABLE leasing_charge ENABLE TRIGGER guard_leasing_charge_update",
            "CREATE OR REPLACE FUNCTION guard_leasing_charge_update() RETURNS trigger "
            "LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "CREATE OR REPLACE TRIGGER guard_leasing_charge_update AFTER UPDATE OF text "
            "ON leasing_charge FOR EACH STATEMENT EXECUTE FUNCTION guard_leasing_charge_update()",
        ]
        if POSTGRESQL
        else [
            "DROP TRIGGER guard_leasing_charge_update",
            "DROP TRIGGER guard_leasing_charge_update; CREATE TRIGGER guard_leasing_charge_update "
            "BEFORE UPDATE ON leasing_charge WHEN 0 BEGIN SELECT 1; END",
        ],
    )
    def test_one_that_is_gone_disabled_or_altered_is_named(self, sql):
        with connection.cursor() as cursor:
            if POSTGRESQL:
                cursor.execute(sql)
            else:
                for statement in sql.split("; ", 1):
                    cursor.execute(statement)
        assert missing_guards() == ["guard_leasing_charge_update (leasing_charge)"]
