"""Notes that the helpdesk and finance have written to themselves."""

from django.contrib.auth.models import User
from django.db.models import Model

from albertslund_it.demo.helpdesk import Desk
from inventory.models import Device, Employee
from leasing.models import Order, SupplierInvoice
from leasing.notes.services import write_note

LOG = "Dato;Fejl\n03-11-2026;Skærmen flimrer\n09-11-2026;Skærmen flimrer\n".encode()


def write_notes(desk: Desk, holder: tuple[Employee, Device]) -> None:
    """Write a note on a device, its holder, an order and an invoice; the device's has a file."""
    person, device = holder
    order = Order.objects.exclude(note="").order_by("-pk").first()
    text = "Flimrer ved opstart. Meldt til leverandøren; vi afventer en tekniker."
    written: list[tuple[str, Model, str, tuple[str, bytes] | None]] = [
        ("device", device, text, ("fejl.csv", LOG))
    ]
    written.append(("employee", person, "Træffes bedst før kl. 10.", None))
    if order:
        written.append(("order", order, "Aftalt i telefonen: haster ikke.", None))
    for about, thing, said, file in written:
        write_note(
            about=about,
            thing=thing,
            text=said,
            file=file,
            actor=desk.user,
            now=desk.moment(0, 8, 20),
        )
    if invoice := SupplierInvoice.objects.order_by("-invoice_date", "-pk").first():
        write_note(
            about="invoice",
            thing=invoice,
            text="Leasinggiver er ringet op om afvigelsen og vender tilbage.",
            actor=User.objects.get(username="okonomi"),
            now=desk.moment(0, 8, 30),
        )
