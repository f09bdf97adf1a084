"""The digest outside the system: mailed at closing, printed in the workbook, and compared."""

import pytest
from django.core.management import call_command

from leasing.guards import remove_guards, restore_guards
from leasing.models import BillingRun, Mail, Settings
from tests.leasing.closed import close, town, workbook

pytestmark = pytest.mark.django_db
FINANCE, AUDIT = "oekonomi@example.dk", "revision@example.dk"


def verify(capsys, *expected):
    try:
        call_command("verify", *(f"--expects={one}" for one in expected))
        status = 0
    except SystemExit as ended:
        status = ended.code
    said = capsys.readouterr()
    return status, said.out, said.err


def test_closing_mails_the_digest_to_finance_and_to_the_auditors():
    Settings.objects.update(finance_mail=FINANCE, audit_mail=AUDIT)
    town()
    run = close()
    mail = Mail.objects.get(key="digest-2026Q1")
    assert mail.recipients == f"{FINANCE},{AUDIT}"
    assert mail.subject == "Kontrolsum for 1. kvartal 2026"
    for text in (mail.text, mail.html):
        assert run.digest in text
        assert f"verify --expects 2026Q1={run.digest}" in " ".join(text.split())
        assert ".." not in text


def test_it_is_written_with_the_run_or_not_at_all(monkeypatch):
    Settings.objects.update(finance_mail=FINANCE)
    town()
    monkeypatch.setattr(BillingRun, "save", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        close()
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("settings", "to"),
    [
        ({"finance_mail": FINANCE, "mails_digests": False}, []),
        ({}, []),
        ({"audit_mail": AUDIT}, [AUDIT]),
        ({"finance_mail": FINANCE, "audit_mail": FINANCE}, [FINANCE]),
    ],
)
def test_a_setting_switches_it_off(settings, to):
    Settings.objects.update(**settings)
    town()
    close()
    assert list(Mail.objects.values_list("recipients", flat=True)) == to


def test_the_workbook_prints_it():
    town()
    run = close()
    rows = workbook(run)["Oversigt"].iter_rows(values_only=True)
    assert ("Kontrolsum", run.digest) in {row[:2] for row in rows}


def test_verify_compares_with_what_is_kept_elsewhere(capsys):
    town()
    run = close()
    assert verify(capsys, f"2026Q1={run.digest}")[0] == 0
    assert verify(capsys, f"2026q1={run.digest.upper()}", f"2026Q1={run.digest}")[0] == 0
    status, _, err = verify(capsys, f"2026Q1={'0' * 64}", f"2026Q2={run.digest}")
    assert status == 1
    assert err.splitlines() == [
        f"Kørsel 2026Q1: er låst med kontrolsummen {run.digest}, men skulle have {'0' * 64}.",
        f"Kørsel 2026Q2: mangler. Den skulle være låst med kontrolsummen {run.digest}.",
        "2 ting stemmer ikke.",
    ]


def test_verify_notices_a_run_that_is_gone_or_was_sealed_anew(capsys):
    """What no digest inside can tell: the last run taken away with all its rows."""
    town()
    run = close()
    remove_guards()
    for part in (run.invoices.all(), BillingRun.objects.filter(pk=run.pk)):
        if part.model is not BillingRun:
            for invoice in part:
                invoice.lines.all().delete()
                invoice.summaries.all().delete()
        part.delete()
    restore_guards()
    status, _, err = verify(capsys, f"2026Q1={run.digest}")
    assert status == 1
    assert "Kørsel 2026Q1: mangler" in err


@pytest.mark.parametrize(
    "argument", ["", "2026Q1", "2026Q1=", "2026Q1=abc", f"2026Q5={'0' * 64}", f"2026Q1={'g' * 64}"]
)
def test_a_malformed_expectation_is_refused_in_danish(capsys, argument):
    town()
    close()
    status, out, err = verify(capsys, argument)
    assert (status, out) == (1, "")
    assert err == (
        f"»{argument}« kan ikke læses. Skriv kørslen og dens kontrolsum på 64 tegn, fx "
        "--expects 2026Q3=0f3a…\n"
    )
