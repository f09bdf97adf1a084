"""What a read mail becomes on the form, and the answer to it."""

from inventory.models import Device, Employee
from leasing.domain.mail_reading import DATE, Reading, reply_to
from leasing.models import OrderLine


def initials_of_lines(reading: Reading) -> list[dict]:
    """Return what each line of a mail fills in on the form."""
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
                "reason": OrderLine.Reason.EXTRA if line.is_extra else "",
            }
        )
    return found


def notes_on(reading: Reading) -> list[str]:
    """Say what of a mail is guessed, left out, or to be looked at by a person."""
    notes = []
    if reading.is_automatic:
        notes.append("Det ligner et automatisk svar, så der er ikke læst nogen linjer.")
    if reading.is_from_quote:
        notes.append("Linjerne er gættet ud fra den mail, der er citeret. Se dem efter.")
    elif reading.has_quote:
        notes.append("Det citerede er ikke læst: kun det, afsenderen selv skriver.")
    if reading.is_for_sender:
        notes.append("Mailen nævner ingen anden, så det er gættet, at det er til afsenderen selv.")
    if any(piece.kind == DATE and piece.is_guess for piece in reading.pieces):
        notes.append(f"Året er gættet: {reading.wanted_on:%d-%m-%Y}.")
    if reading.outside:
        things = ", ".join(dict.fromkeys(reading.outside))
        notes.append(f"Købes uden om aftalen og kan ikke bestilles her: {things}.")
    return notes


def answer_to(facts: dict, lines: list, reading: Reading) -> str:
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
    if reading.unknown:
        things = ", ".join(f"»{one}«" for one in dict.fromkeys(reading.unknown))
        questions.append(f"Hvad menes der med {things}?")
    if reading.outside:
        things = ", ".join(dict.fromkeys(reading.outside))
        questions.append(f"{things} købes uden om aftalen. Hvem skal købe det?")
    first_name = facts["requester_name"].partition(" ")[0]
    return reply_to(first_name, items, questions)
