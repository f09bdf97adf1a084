"""Who changed what about a device: the audit log, put in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from auditlog.models import LogEntry
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from albertslund_it.common.money import format_kroner
from inventory.models import Device, DeviceModel, Employee, FormerSerialNumber, Placement, Unit
from leasing.models import Lease, LeaseTerm, SubAgreement

ACTIONS = {
    LogEntry.Action.CREATE: "oprettet",
    LogEntry.Action.UPDATE: "rettet",
    LogEntry.Action.DELETE: "slettet",
}
SHOWN = 50
HIDDEN = {"id", "device", "lease"}
POINTS_AT = {
    "unit": Unit,
    "employee": Employee,
    "model": DeviceModel,
    "sub_agreement": SubAgreement,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One entry: 'Tildeling oprettet', by whom, and its fields as (name, before, after)."""

    at: datetime
    by: str
    what: str
    fields: list[tuple[str, str, str]]


def history_of(device: Device, *, with_people: bool) -> list[Change]:
    """Give the latest changes to a device, its placements and its lease."""
    entries = list(
        LogEntry.objects.filter(_about(device))
        .select_related("actor", "content_type")
        .order_by("-timestamp", "-id")[:SHOWN]
    )
    names = _names(entries)
    return [_change(entry, names, with_people) for entry in entries]


def _about(device: Device) -> Q:
    kinds = ContentType.objects.get_for_models(
        Device, Placement, FormerSerialNumber, Lease, LeaseTerm
    )
    lease = Lease.objects.filter(device=device).values("pk")
    return (
        Q(content_type=kinds[Device], object_id=device.pk)
        # A placement that is deleted is found by the name that it had.
        | Q(content_type=kinds[Placement], object_repr__startswith=f"{device.pk} fra ")
        | Q(
            content_type=kinds[FormerSerialNumber],
            object_id__in=device.former_serial_numbers.values("pk"),
        )
        | Q(content_type=kinds[Lease], object_id__in=lease)
        | Q(content_type=kinds[LeaseTerm], object_id__in=LeaseTerm.objects.filter(lease__in=lease))
    )


def _names(entries: Iterable[LogEntry]) -> dict[str, dict[str, str]]:
    """Look up, all at once, what the ids in the entries stand for."""
    ids: dict[str, set[str]] = {name: set() for name in POINTS_AT}
    for entry in entries:
        for name, values in (entry.changes or {}).items():
            if name in ids:
                ids[name].update(value for value in values if str(value).isdecimal())
    return {
        name: {str(pk): str(row) for pk, row in model.objects.in_bulk(list(ids[name])).items()}
        for name, model in POINTS_AT.items()
    }


def _change(entry: LogEntry, names, with_people: bool) -> Change:
    model = apps.get_model(entry.content_type.app_label, entry.content_type.model)
    labels = {
        field.name: str(field.verbose_name).removesuffix(" (øre)")
        for field in model._meta.concrete_fields
        if field.name not in HIDDEN and (with_people or field.name != "employee")
    }
    fields = [
        (labels[name], _words(name, before, names), _words(name, after, names))
        for name, (before, after) in (entry.changes or {}).items()
        if name in labels
    ]
    actor = entry.actor.get_full_name() or entry.actor.get_username() if entry.actor else "Systemet"
    what = f"{model._meta.verbose_name.capitalize()} {ACTIONS.get(entry.action, 'set')}"
    return Change(entry.timestamp, actor, what, fields)


def _words(name: str, value, names) -> str:
    text = str(value)
    if text in {"None", ""}:
        return "–"
    if name in names:
        return names[name].get(text, text)
    if name.endswith("_ore") and text.lstrip("-").isdecimal():
        return format_kroner(int(text))
    if name.endswith(("_on", "_until")):
        try:
            return f"{date.fromisoformat(text):%d-%m-%Y}"
        except ValueError:
            return text
    return {"True": "ja", "False": "nej"}.get(text, text)
