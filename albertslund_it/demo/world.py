"""The made-up municipality as it changes: who has what, and the facts that people write down."""

from dataclasses import dataclass
from datetime import date

from albertslund_it.common.quarters import add_months
from albertslund_it.demo.names import NamePool, seeded

SERIAL_LETTERS = "0123456789ABCDEFGHJKLMNPRSTVWXYZ"
WARRANTY_MONTHS = 48
RAM_GB = {"T14": 16, "T14 5G": 16, "T16": 16, "P16v": 32}


@dataclass(frozen=True)
class Fact:
    """A row of an import file (or a stop), and the day on which somebody enters it."""

    recorded_on: date
    kind: str
    row: dict


@dataclass
class Person:
    initials: str
    name: str
    unit: str
    left_on: date | None = None

    @property
    def mail(self) -> str:
        return f"{self.initials.lower()}@example.dk"


@dataclass
class Machine:
    """A leased item, and who has it by the newest placement; no unit means stock."""

    serial: str
    model: str
    unit: str | None = None
    person: Person | None = None
    used_for: str = ""
    changed_on: date = date.min
    stopped: bool = False


class World:
    """Keeps the state that the story needs and writes down every change of it as facts."""

    def __init__(self, seed: int = 2026):
        self.random = seeded(seed)
        self.facts: list[Fact] = []
        self.people: list[Person] = []
        self.machines: list[Machine] = []
        # Old machines, not replaced, whose people go on waiting.
        self.still_waiting: list = []
        self._names = NamePool(seeded(seed + 1))
        self._serials: set[str] = set()

    def record(self, day: date, kind: str, row: dict) -> None:
        self.facts.append(Fact(day, kind, row))

    def held_by(self, person: Person) -> list[Machine]:
        return [machine for machine in self.machines if machine.person is person]

    def hire(self, day: date, unit: str) -> Person:
        name, initials = self._names.take()
        person = Person(initials, name, unit)
        self.people.append(person)
        self._record_person(day, person)
        return person

    def leave(self, day: date, person: Person) -> None:
        person.left_on = day
        self._record_person(day, person)

    def deliver(
        self,
        day: date,
        model: str,
        sub_agreement: str,
        *,
        starts_on: date | None = None,
        unit: str | None = None,
        person: Person | None = None,
        used_for: str = "",
        recorded_on: date | None = None,
    ) -> Machine:
        """Lease an item and hand it out on `day`; without a unit it goes into stock."""
        machine = Machine(self._new_serial(model), model, unit, person, used_for, day)
        self.machines.append(machine)
        starts_on = starts_on or day
        row = {
            "Serienummer": machine.serial,
            "Model": model,
            "Underaftale": sub_agreement,
            "Leasingstart": starts_on,
            "Garanti til": add_months(starts_on, WARRANTY_MONTHS),
        }
        if unit and not used_for:
            row |= {
                "Enhedsnr": unit,
                "Initialer": person.initials if person else "",
                "Udleveret": day,
            }
        self.record(recorded_on or day, "deliveries", row)
        if model in RAM_GB:
            facts = {"RAM GB": RAM_GB[model], "Windows 11": "ja"}
            row = {"Serienummer": machine.serial, "Model": model} | facts
            self.record(recorded_on or day, "devices", row)
        if used_for:
            self._record_placement(recorded_on or day, machine)
        return machine

    def place(
        self,
        day: date,
        machine: Machine,
        unit: str | None,
        person: Person | None = None,
        *,
        used_for: str = "",
        recorded_on: date | None = None,
    ) -> None:
        """Move an item; without a unit it goes into stock. Moves its person along."""
        machine.unit, machine.person, machine.used_for = unit, person, used_for
        machine.changed_on = day
        if person and unit and person.unit != unit:
            person.unit = unit
            self._record_person(recorded_on or day, person)
        self._record_placement(recorded_on or day, machine)

    def charge(
        self, day: date, unit: str, amount_ore: int, text: str, machine: Machine | None = None
    ) -> None:
        self.record(
            day,
            "charges",
            {
                "Dato": day,
                "Enhedsnr": unit,
                "Beløb": amount_ore,
                "Tekst": text,
                "Serienummer": machine.serial if machine else "",
            },
        )

    def stop(self, day: date, machine: Machine, recorded_on: date) -> None:
        machine.stopped = True
        self.record(recorded_on, "stops", {"Serienummer": machine.serial, "Dato": day})

    def _record_person(self, day: date, person: Person) -> None:
        self.record(
            day,
            "employees",
            {
                "Initialer": person.initials,
                "Navn": person.name,
                "Mail": person.mail,
                "Enhedsnr": person.unit,
                "Fratrådt": person.left_on or "",
            },
        )

    def _record_placement(self, day: date, machine: Machine) -> None:
        self.record(
            day,
            "placements",
            {
                "Serienummer": machine.serial,
                "Fra": machine.changed_on,
                "Enhedsnr": machine.unit or "",
                "Initialer": machine.person.initials if machine.person else "",
                "Bruges til": machine.used_for,
            },
        )

    def _new_serial(self, model: str) -> str:
        """Return a number that looks like the maker's; screens have another beginning."""
        prefix = "V3" if model.startswith("Skærm") else "PF"
        while True:
            serial = prefix + "".join(self.random.choices(SERIAL_LETTERS, k=6))
            if serial not in self._serials:
                self._serials.add(serial)
                return serial
