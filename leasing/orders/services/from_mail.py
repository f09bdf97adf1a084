"""A mail made into a draft: what is understood of it as lines, and the mail itself beside them."""

from datetime import date, datetime
from uuid import uuid4

from albertslund_it.web.database.bulk import Changes
from inventory.models import DeviceModel, Employee, Unit
from leasing.domain.mail_reading import Reading
from leasing.models import Order, OrderLine
from leasing.models.order import MOST_LINES
from leasing.orders.selectors.mail_reading import people_and_devices_in, reading_of
from leasing.orders.services.orders import LineWish, draft_lines

Reason = OrderLine.Reason
LONGEST_NOTE, LONGEST_REFERENCE, LONGEST_NAME = 2000, 200, 100


def draft_from_mail(
    *,
    text: str,
    name: str,
    address: str,
    subject: str,
    follows: Order | None,
    today: date,
    now: datetime,
) -> Order:
    """Make a draft of a mail that came by itself, to be called in the transaction that notes it.

    What lacks a model or a unit becomes no line yet: whoever opens the draft reads the mail anew,
    and is shown all of it. Who asks is who wrote the mail, or who wrote what was forwarded.
    """
    reading = reading_of(text, today)
    sender = Employee.objects.filter(pk=reading.sender).first() if reading.sender else None
    who = reading.written_by if reading.is_forwarded else name
    mail = reading.sender_mail if reading.is_forwarded else address
    if not mail and sender:
        mail = sender.mail
    order = Order(
        token=uuid4(),
        created_at=now,
        requester_name=(sender.name if sender else who)[:LONGEST_NAME],
        requester_mail=mail,
        wanted_on=reading.wanted_on,
        reference=subject[:LONGEST_REFERENCE],
        note=_note(reading, name, address, follows)[:LONGEST_NOTE],
        mail_text=text,
    )
    changes = Changes((Order, OrderLine))
    changes.create(order)
    draft_lines(order, _wishes(reading)[:MOST_LINES], changes)
    changes.save(None)
    return order


def _note(reading: Reading, name: str, address: str, follows: Order | None) -> str:
    said = []
    if reading.is_urgent:
        said.append("Haster, skriver bestilleren.")
    if reading.is_forwarded:
        said.append(f"Videresendt af {' '.join(filter(None, (name, address)))}.")
    if follows:
        said.append(f"Hører til samme mailveksling som {follows.number}.")
    return " ".join(said)


def _wishes(reading: Reading) -> list[LineWish]:
    """Return what of a mail can be a line: a model, so many, for somebody or a unit."""
    people, devices = people_and_devices_in(reading)
    models = DeviceModel.objects.select_related("category").in_bulk(
        {line.model for line in reading.lines if line.model}
    )
    units = Unit.objects.in_bulk({line.unit for line in reading.lines if line.unit})
    found = []
    for line in reading.lines:
        person = people.get(line.person) if line.person else None
        unit = units.get(line.unit) if line.unit else person.unit if person else None
        model = models.get(line.model) if line.model else None
        if model is None or unit is None:
            continue
        device = devices.get(line.device) if line.device else None
        found.append(
            LineWish(
                model=model,
                unit=unit,
                quantity=1 if person else line.quantity,
                employee=person,
                reason=Reason.EXTRA if line.is_extra and not device else "",
                replaces=device,
            ).settled
        )
    return found
