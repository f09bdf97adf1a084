"""What a read mail becomes on the form, and the answer to it."""

from inventory.models import Device, Employee
from leasing.domain.mail_reading import Reading, reply_to


def initials_of_lines(reading: Reading) -> list[dict]:
    """Give what each line of a mail fills in on the form."""
    people = Employee.objects.in_bulk({line.person for line in reading.lines if line.person})
    devices = Device.objects.in_bulk({line.device for line in reading.lines if line.device})
    found = []
    for line in reading.lines:
        person, device = people.get(line.person), devices.get(line.device)
        found.append(
            {
                "who": str(person) if person else "",
                "employee": person.pk if person else "",
                "model": line.model or "",
                "unit": line.unit or "",
                "quantity": 1 if person else line.quantity,
                "replaces": device.serial_number if device else "",
            }
        )
    return found


def answer_to(facts: dict, lines: list) -> str:
    """Write the reply to the mail by what the lines say now."""
    items, questions = [], []
    for line in lines:
        known = line.facts
        whom = known.employee or (known.unit and known.unit.name)
        if known.model:
            items.append(f"{known.model.name} til {whom or 'hvem?'}")
        if known.model is None and whom:
            questions.append(f"Hvilken model skal {whom} have?")
        if known.breaks_rule and not line.replaced:
            questions.append(
                f"{known.employee} har allerede en pc. Skal den nye erstatte den, eller skal "
                "lederen spørges om dispensation?"
            )
    first_name = facts["requester_name"].partition(" ")[0]
    return reply_to(first_name, items, questions)
