from urllib.parse import urlencode

from django.urls import reverse

from albertslund_it.common.sentences import listed
from albertslund_it.web.lists.columns import (
    CodeColumn,
    Column,
    DateColumn,
    MarkColumn,
    NumberColumn,
)
from albertslund_it.web.lists.tables import Table
from inventory.organisation.selectors.organisation import DepartmentRow, UnitRow


def _page_of(row: DepartmentRow) -> str:
    if row.unit_id:
        return reverse("unit-detail", args=[row.unit_id])
    return reverse("department-detail", args=[row.id])


def _whose(row: DepartmentRow | UnitRow) -> dict[str, int | None]:
    """Return what narrows the list of devices to a department or a unit."""
    if isinstance(row, UnitRow):
        return {"unit": row.id}
    return {"unit": row.unit_id} if row.unit_id else {"department": row.id}


def _devices_of(row: DepartmentRow | UnitRow) -> str:
    return f"{reverse('device-list')}?{urlencode(_whose(row))}" if row.devices else ""


def _pcs_of(row: DepartmentRow | UnitRow) -> str:
    return f"{_devices_of(row)}&state=pc" if row.pcs else ""


def _department_coding(row: DepartmentRow) -> str | tuple[str, str]:
    return ("warn", f"Mangler for {row.missing_count}") if row.missing_count else "I orden"


def _unit_coding(row: UnitRow) -> str | tuple[str, str]:
    if row.closed_on:
        return f"Nedlagt {row.closed_on:%d-%m-%Y}"
    return ("warn", f"Mangler {listed(row.missing)}") if row.missing else "I orden"


class DepartmentTable(Table):
    """The departments that a user sees something of."""

    caption = "Afdelinger"
    empty_title = "Du har ikke adgang til nogen afdeling"
    empty_help = "Skriv til it-helpdesk, hvis du skal have det."

    def __init__(self, data, *, sees_all: bool, **kwargs):
        super().__init__(data, **kwargs)
        if sees_all:  # who lacks no access sees none because there are none
            self.empty_title = "Der er ingen afdelinger endnu"
            self.empty_help = "De kommer her, når enhederne er indlæst."

    name = Column("Afdeling", link=_page_of, card="title")
    head = Column("Leder", of=lambda row: row.head or ("Ubesat" if row.id else ""), card="line")
    unit_count = NumberColumn("Enheder", summed=True)
    pcs = NumberColumn("Pc'er", summed=True, link=_pcs_of, card="answer")
    devices = NumberColumn("Udstyr i alt", summed=True, link=_devices_of, card="line")
    coding = MarkColumn("Kontering", of=_department_coding, orderable=False, card="note")


class UnitTable(Table):
    """A department's units."""

    caption = "Enheder"
    empty_title = "Afdelingen har ingen enheder endnu"
    empty_help = "Enheder indlæses af it-helpdesk eller Økonomi."

    number = CodeColumn("Nr.", card="line")
    name = Column("Enhed", link=lambda row: reverse("unit-detail", args=[row.id]), card="title")
    leader = Column("Enhedsleder", card="line")
    ean = CodeColumn("EAN")
    account = CodeColumn("Artskonto")
    cost_object = CodeColumn("Kostbærer")
    pcs = NumberColumn("Pc'er", summed=True, link=_pcs_of, card="answer")
    devices = NumberColumn("Udstyr i alt", summed=True, link=_devices_of)
    missing = MarkColumn("Kontering", of=_unit_coding, orderable=False, card="note")
    # What an import of the file needs.
    department = Column("Afdeling", visible=False)
    cost_centre = CodeColumn("Omkostningssted", visible=False)
    psp_element = CodeColumn("PSP-element", visible=False)


class PersonColumn(Column):
    """Who has a device: a person, or what a shared one is used for."""

    def __init__(self, verbose_name, **kwargs):
        super().__init__(verbose_name, of=_holder, **kwargs)


def _holder(placement) -> str:
    return str(placement.employee) if placement.employee else placement.used_for


class UnitDeviceTable(Table):
    """What a unit has."""

    caption = "Udstyr hos enheden"
    empty_title = "Enheden har ikke noget udstyr"
    empty_help = "Det kommer her, når noget bliver udleveret til enheden."

    serial_number = CodeColumn(
        "Serienr.",
        of="device.serial_number",
        link=lambda row: reverse("device-detail", args=[row.device_id]),
        sort_by="device__serial_number",
        card="title",
    )
    model = Column("Model", of="device.model.name", sort_by="device__model__name", card="line")
    category = Column(
        "Kategori", of="device.model.category.name", sort_by="device__model__category__name"
    )
    person = PersonColumn("Medarbejder", sort_by=("employee__name", "used_for"), card="line")
    starts_on = DateColumn("Siden", card="note")
    # What an import of the file needs.
    placed_from = DateColumn("Fra", of="starts_on", visible=False)
    unit_number = CodeColumn("Enhedsnr", of="unit.number", visible=False)
    initials = CodeColumn(
        "Initialer", of=lambda row: row.employee.initials if row.employee else "", visible=False
    )
    used_for = Column("Bruges til", visible=False)
