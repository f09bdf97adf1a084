"""What mends a difference from its row: the page where it is done, filled in."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from albertslund_it.common.permissions import (
    HANDLE_ORDERS,
    IMPORT_INVENTORY,
    REGISTER_DELIVERIES,
    VIEW_ALL_DEPARTMENTS,
    VIEW_DEVICE,
)
from inventory.models import Device, Employee, SourceKind
from leasing.sources.selectors.kinds import DifferenceKind
from leasing.sources.selectors.rows import DifferingRow

MOVED = ("anden-bruger", "anden-enhed")
LEAVING = ("lidt-ram", "gammel-windows", "ikke-i-intune")
MODELS = ("anden-model", "leasinggivers-model")


class MendingAction(NamedTuple):
    """What mends a row: a label, the page, and who may."""

    label: str
    url: str
    needs: str = HANDLE_ORDERS


def actions_on(kind: DifferenceKind, row: DifferingRow) -> Iterator[MendingAction]:
    """Yield what can be done about a row, what is most likely right first."""
    if row.device:
        yield from _on_device(kind, row, row.device)
    elif row.person:
        edit = reverse("employee-edit", args=[row.person.pk])
        yield MendingAction("Ret medarbejder", edit, IMPORT_INVENTORY)
        if kind.key == "uden-konto" and row.held:
            yield MendingAction("Tag tilbage", _to("take-back", ",".join(row.held)))
    elif row.account:
        add = reverse("source-add-person", args=[row.account.pk])
        yield MendingAction("Opret", add, IMPORT_INVENTORY)
    elif row.seen:
        add = reverse("source-add-device", args=[row.seen.pk])
        yield MendingAction("Opret", add, IMPORT_INVENTORY)
    else:
        yield _delivery(row)


def _on_device(kind: DifferenceKind, row: DifferingRow, device: Device) -> Iterator[MendingAction]:
    own = [device.pk]
    if kind.key in MODELS:
        yield MendingAction("Ret model", reverse("source-model", args=own), IMPORT_INVENTORY)
    elif kind.key == "tastefejl":
        query = urlencode({"nyt": row.their_number})
        yield MendingAction("Ret serienummer", f"{reverse('swap', args=own)}?{query}")
    elif kind.source == SourceKind.LESSOR:
        yield from _on_lease(kind.key, row, own)
    else:
        yield from _in_use(kind.key, row, device)


def _in_use(key: str, row: DifferingRow, device: Device) -> Iterator[MendingAction]:
    own, number = [device.pk], device.serial_number
    in_stock = row.placement is None or row.placement.unit_id is None
    if key in MOVED and row.seen and row.seen.employee:
        yield _to_user(key, row, number, row.seen.employee, in_stock=in_stock)
    if not in_stock and key != "anden-enhed":
        yield MendingAction("Tag tilbage", _to("take-back", number))
    if key in ("aldrig-tilmeldt", "ikke-i-intune"):
        yield MendingAction("Meld tab", reverse("loss", args=own))
    if key in LEAVING or (key == "udskiftet-i-brug" and in_stock):
        yield MendingAction("Ud af registeret", reverse("departure", args=own))


def _to_user(
    key: str, row: DifferingRow, number: str, user: Employee, *, in_stock: bool
) -> MendingAction:
    """Return the way to give a device to whoever logs in to it, or a shared one to their unit."""
    shared = row.placement.used_for if row.placement else ""
    if key == "anden-enhed" and shared:
        given = {"enhed": user.unit_id, "bruges-til": shared}
        return MendingAction(f"Flyt til {user.unit.name}", _to("transfer", number, **given))
    if in_stock:
        return MendingAction(
            f"Udlever til {user.short_name}", _to("hand-out", number, initialer=user.initials)
        )
    given = {"initialer": user.initials, "enhed": user.unit_id}
    return MendingAction(f"Flyt til {user.short_name}", _to("transfer", number, **given))


def _on_lease(key: str, row: DifferingRow, own: list[int]) -> Iterator[MendingAction]:
    if key == "kun-i-registeret":
        yield MendingAction("Ud af registeret", reverse("departure", args=own))
    elif key == "andet-udloeb":
        yield MendingAction("Se udstyret", reverse("device-detail", args=own), VIEW_DEVICE)
    elif key == "anden-ydelse":
        # What is said to the lessor is kept there; of one price there is no delivery to take in.
        questions = reverse("lessor-question-list")
        yield MendingAction("Gør indsigelse i Henvendelser", questions, VIEW_ALL_DEPARTMENTS)
        yield MendingAction(
            "Ret leasingen", reverse("lease-correct", args=own), REGISTER_DELIVERIES
        )
    else:
        yield _delivery(row)


def _delivery(row: DifferingRow) -> MendingAction:
    """Return the page that takes in a delivery of one machine, with what the lessor says of it."""
    page = reverse("import-row", args=["deliveries"])
    listed = row.asset or (row.compared and row.compared.listed)
    said = {
        "Serienummer": listed.serial_number if listed else row.their_number,
        "Model": listed.model_name if listed else "",
        "Underaftale": listed.sub_agreement if listed else "",
    }
    query = urlencode({name: text for name, text in said.items() if text})
    return MendingAction("Indlæs leverance", f"{page}?{query}", REGISTER_DELIVERIES)


def _to(name: str, number: str, **given: object) -> str:
    return f"{reverse(name)}?{urlencode({'serienumre': number, **given})}"
