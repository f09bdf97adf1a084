"""Files that the helpdesk has taken in lately: one as a dealer writes it, and one by mistake."""

from datetime import datetime
from io import BytesIO

from albertslund_it.common.files.headings import ColumnChoice
from albertslund_it.demo.helpdesk import Desk
from inventory.imports.services import learn_names
from inventory.models import Device, Employee
from leasing.imports.importers.files import import_file
from leasing.imports.importers.reports import ImportReport
from leasing.imports.services.undoing import undo_batch

PART_NUMBER = "21QX004ZMX"
WARRANTIES = ColumnChoice({"garantitil(dato)": "warranty_until", "bemærkning": ""})


def take_in_files(desk: Desk) -> None:
    """Take in the dealer's warranties, of which two rows wait, and undo a list of employees."""
    devices = list(Device.objects.select_related("model").order_by("pk")[:3])
    people = list(Employee.objects.exclude(initials="").select_related("unit").order_by("pk")[:2])
    if len(devices) < 3 or len(people) < 2:
        return
    # The first model is called by its part number, which was learnt once.
    learn_names(models={PART_NUMBER: devices[0].model}, units={}, actor=desk.user)
    names = [PART_NUMBER, *(one.model.name for one in devices[1:])]
    rows = [
        (one.serial_number, name, "31-12-2029") for one, name in zip(devices, names, strict=True)
    ]
    rows += [("PF0XX9K1", "ThinkPad X9", "31-12-2029"), (devices[0].serial_number, "", "i morgen")]
    lines = ["S/N;Model;Garanti til (dato);Bemærkning", *(f"{';'.join(row)};" for row in rows)]
    _take_in(
        desk, "devices", "garantier-fra-forhandler.csv", lines, desk.moment(3, 10, 21), WARRANTIES
    )
    lines = ["Initialer;Navn;Enhedsnr;Mail"]
    lines += [f"{p.initials};{p.name};{p.unit.number};gammel-{p.mail}" for p in people]
    moment = desk.moment(1, 13, 40)
    taken = _take_in(desk, "employees", "medarbejdere-sidste-aar.csv", lines, moment)
    if taken.batch:
        undo_batch(number=taken.batch.pk, actor=desk.user, now=desk.moment(1, 13, 52))


def _take_in(
    desk: Desk,
    kind: str,
    name: str,
    lines: list[str],
    moment: datetime,
    choice: ColumnChoice | None = None,
) -> ImportReport:
    return import_file(
        kind=kind,
        stream=BytesIO("\n".join(lines).encode()),
        filename=name,
        actor=desk.user,
        today=desk.today,
        now=moment,
        choice=choice or ColumnChoice(),
        good_rows=True,
    )
