"""Other sources' files for tests: rows of the headings that matter, taken in as a person would."""

from albertslund_it.common.files.spreadsheets import FileTable
from leasing.imports.importers.files import import_table

INTUNE = ("Serial number", "Last check-in", "OS", "OS version", "Model", "Primary user UPN")
DIRECTORY = ("userPrincipalName", "displayName", "mail", "department", "accountEnabled")
LESSOR = ("Serienummer", "Model", "Underaftale", "Udløb", "Ydelse pr. kvartal")
WIN_11, WIN_10 = "10.0.26100.4652", "10.0.19045.5965"


def machine(
    serial_number,
    seen="2026-03-10 08:00:00",
    login="",
    *,
    version=WIN_11,
    model="",
    system="Windows",
):
    return serial_number, seen, system, version, model, login


def take(kind, rows, *, today, actor=None, headings=None, dry_run=False):
    """Take in rows of one of the three kinds; return what they did."""
    known = {"intune": INTUNE, "directory": DIRECTORY, "lessor_assets": LESSOR}[kind]
    table = FileTable.of(headings or known, rows)
    return import_table(kind=kind, table=table, actor=actor, today=today, dry_run=dry_run)
