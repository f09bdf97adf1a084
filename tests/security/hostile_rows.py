"""What is stored, all of it hostile: each text field holds a mark that says which field it is.

A mark ends an attribute, opens an element that no page has, begins like a formula, and breaks the
line where a field takes more than one. Seen on a page it is harmless if it was escaped, in a
workbook if its cell is a text.
"""

import re
from collections.abc import Iterator

from django.apps import apps
from django.db import DatabaseError, models, transaction

from leasing.guards import remove_guards

# What begins a formula in Excel or LibreOffice.
LEADS = ("=", "+", "-", "@", "\t=", "\r=")
NEW_LINE = "\r\nX-OND: 1"
ELEMENT = re.compile(r"<x\d+>")
ESCAPED = re.compile(r"&lt;x(\d+)&gt;|&amp;lt;x(\d+)&amp;gt;|<x(\d+)>")
OURS = ("inventory", "leasing", "auditlog")
# Words of the program, not of people: what reads them knows which there are, and refuses others.
PROGRAM = {
    "inventory.Act.permission",
    "inventory.ActRows.model",
    "inventory.ActRows.names",
    "inventory.ActRows.content",
    "inventory.ListPreset.list_name",
    "inventory.ModelAlias.key",
    "inventory.Snapshot.digest",
    "inventory.UnitAlias.key",
    "leasing.AcceptedFinding.rule",
    "leasing.CalendarFeed.secret_digest",
    "leasing.ColumnMap.digest",
    "leasing.ColumnMap.kind",
    "leasing.CommandRun.name",
    "leasing.CostPending.kind",
    "leasing.CostStep.kind",
    "leasing.CostLease.text",
    "leasing.BilledFacts.text",
    "leasing.BillingRun.code",
    "leasing.FindingCount.rule",
    "leasing.ImportBatch.counts",
    "leasing.ImportBatch.kind",
    "leasing.ImportBatch.sha256",
    "leasing.KeptFile.content_type",
    "leasing.KeptFile.sha256",
    "leasing.LessorList.rows",
    "leasing.Mail.html",  # is written by templates, which other tests look at
    "leasing.Mail.key",
    "leasing.Mail.told",
    "leasing.QuarterlyInvoice.number",
    "leasing.ReconciledRow.pile",
    "leasing.ReconciledRow.state",
    "leasing.RuleOwner.rule",
    "leasing.Scenario.bearer",
    "leasing.Scenario.assumptions",
    "leasing.SeenProposal.rows",
    "leasing.Settings.end_notice_days",
    "leasing.Settings.posting_text",  # is filled in by str.format, which knows its names
    "leasing.RebillingExport.coding",
    "leasing.DifferenceOutcome.pile",
    "auditlog.LogEntry.cid",
    "auditlog.LogEntry.object_pk",
    "auditlog.LogEntry.serialized_data",
    "auditlog.LogEntry.additional_data",
    "auditlog.LogEntry.changes",
}
TEXTS = (models.CharField, models.TextField, models.JSONField)


def fields() -> Iterator[tuple[type[models.Model], models.Field]]:
    """Yield each field that holds somebody's words."""
    for model in apps.get_models():
        if model._meta.app_label not in OURS and model._meta.label != "auth.User":
            continue
        for field in model._meta.concrete_fields:
            is_code = isinstance(field, models.CharField) and field.name in (
                {"quarter", "period", "digest", "previous_digest", "file_kind", "checksum"}
                | {"code", "password", "content_digest"}
            )
            label = f"{model._meta.label}.{field.name}"
            if isinstance(field, TEXTS) and not (field.choices or is_code or label in PROGRAM):
                yield model, field


def mark(number: int, field: models.Field) -> str:
    """Return the text of a field, as long as it has room for; '' where it has too little."""
    core = f"'\"><x{number}>"
    if isinstance(field, models.EmailField):
        return f'"<x{number}>"@example.dk'
    if isinstance(field, models.TextField):
        return f"{LEADS[number % len(LEADS)]}{core}{{{{7*7}}}}{NEW_LINE}"
    room = field.max_length or 0
    lead = LEADS[number % len(LEADS)]
    return next((text for text in (lead + core + "{{7*7}}", lead + core) if len(text) <= room), "")


def _marked(value, text: str):
    """Replace each text of a JSON value."""
    if isinstance(value, dict):
        return {key: _marked(one, text) for key, one in value.items()}
    if isinstance(value, list):
        return [_marked(one, text) for one in value]
    return text if isinstance(value, str) else value


def fill() -> dict[int, str]:
    """Fill all that is stored; give the number of each mark and the field it is in.

    The guards are gone meanwhile: what a closed run says is hostile too.
    """
    remove_guards()
    filled = {}
    for number, (model, field) in enumerate(fields(), start=11):
        rows = model._base_manager.order_by("pk")
        is_json = isinstance(field, models.JSONField)
        text = f"='\"><x{number}>" if is_json else mark(number, field)
        for row in rows if text else ():
            own = _marked(getattr(row, field.name), text) if is_json else text
            if field.unique or (field.name in UNIQUE_TOGETHER.get(model._meta.label, ())):
                own = f"{own}{row.pk}"[: field.max_length]
            try:
                with transaction.atomic():
                    model._base_manager.filter(pk=row.pk).update(**{field.name: own})
            except DatabaseError:  # a constraint of the table: nothing hostile gets in here at all
                break
            filled[number] = f"{model._meta.label}.{field.name}"
    return filled


# Unique among some rows: by a condition, or with another column.
UNIQUE_TOGETHER = {
    "inventory.Employee": {"initials", "mail"},
    "inventory.EmployeeAlias": {"value"},
    "auth.User": {"email"},
}
