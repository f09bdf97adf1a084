"""What a mail that was read becomes on the form, and the answer to it."""

from collections.abc import Mapping, Sequence

from inventory.models import Device, Employee
from leasing.domain.mail_reading import DATE, Reading, reply_to
from leasing.models import OrderLine
from leasing.orders.selectors.line_facts import LineFacts


def fields_of_lines(
    reading: Reading, people: Mapping[int, Employee], devices: Mapping[int, Device]
) -> list[dict[str, object]]:
    """Return what each line of a mail fills in on the form, by the people and devices in it."""
    found: list[dict[str, object]] = []
    for line in reading.lines:
        person = people.get(line.person) if line.person else None
        device = devices.get(line.device) if line.device else None
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
    """Say what in a mail is guessed, left out, or for a person to look at."""
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


def answer_to(requester: str, lines: Sequence[tuple[LineFacts, str]], reading: Reading) -> str:
    """Return the reply to a mail by what its lines say now: each, and the device it replaces."""
    items, questions = [], []
    for known, replaced in lines:
        whom = known.employee or (known.unit and known.unit.name)
        if known.model:
            items.append(f"{known.model.name} til {whom or 'hvem?'}")
        if known.model is None and whom:
            questions.append(f"Hvilken model skal {whom} have?")
        if known.breaks_rule and not replaced:
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
    return reply_to(requester.partition(" ")[0], items, questions)
