"""The old machines of the demo: what was found, what was replaced, and what is left.

The minutes give the sums; which unit had which machine is made up. Every new pc of the rollout
took the place of one old machine, every eighth or so of them a desktop of roll 1.
"""

from dataclasses import dataclass
from datetime import date
from itertools import chain, zip_longest

from albertslund_it.demo import organisation as org
from albertslund_it.demo.names import seeded
from albertslund_it.demo.world import SERIAL_LETTERS, Machine, Person, World

# Roll: (name, what is replaced, most GB of RAM).
ROLLS = {
    1: ("Stationære pc'er med 4 GB RAM", "Kan ikke opgraderes til Windows 11", 4),
    2: ("Pc'er med 8 GB RAM", "For lidt RAM til den nye it-platform", 8),
}
OLD_MODELS = {
    1: ("ThinkCentre M73", "OptiPlex 3020"),
    2: ("ThinkPad L470", "ThinkPad T460", "ThinkPad L480"),
}
# The plan of the minutes, in their words.
PLAN = {
    "Økonomi & Stab og Kommunekontaktråd": (47, 49),
    "Miljø & Teknik": (48,),
    "Kultur, Fritid og Ejendomme": (48,),
    "Borger, Arbejdsmarked og erhverv": (48,),
    "Dagtilbud og Skole": (49,),
    "Ældre, Sundhed og Social": (50,),
    "Børn og Familie": (47, 51),
}
# The minutes' table of what is ordered and not replaced.
NOT_REPLACED = {
    "Borger, Arbejdsmarked & Erhverv": 1,
    "Børn & Familie": 1,
    "Dagtilbud & Skole": 20,
    "KKR": 2,
    "Kultur, Fritid & Ejendomme": 14,
    "Miljø & Teknik": 5,
    "Ældre, Sundhed & Social": 18,
}
ROLL_1_WITH_NEW, ROLL_1_WITHOUT_NEW = 61, 30  # of 91
NEW_PCS = 514

FOUND_ON, ROLL_1_DONE_ON, EXCUSED_ON = date(2025, 9, 15), date(2025, 10, 8), date(2026, 2, 25)
KEPT_AT, KEPT_BECAUSE = "6012", "Styrer svømmehallens adgangssystem, til leverandøren flytter det"


@dataclass(frozen=True)
class OldMachine:
    """An old machine where it stood when it was found."""

    serial: str
    roll: int
    unit: str
    person: Person | None = None
    used_for: str = ""


class OldMachines:
    """Makes the old machines, and writes down what came of each; draws from a source of its own."""

    def __init__(self, world: World, entered_on: date):
        self.world = world
        self.entered_on = entered_on
        self.left: list[OldMachine] = []
        self._random = seeded("old machines")
        self._serials: set[str] = set()

    def record_rolls(self) -> None:
        """Make the two rolls, and put what is found on the day into them; then the plan."""
        for number, (name, criterion, ram) in ROLLS.items():
            row = {"Rul": number, "Navn": name, "Hvad": criterion, "RAM": ram, "Dag": FOUND_ON}
            self.world.record(self.entered_on, "rolls", row)
        for name, weeks in PLAN.items():
            for week in weeks:
                row = {"Rul": 2, "Afdeling": name, "År": 2025, "Uge": week}
                self.world.record(self.entered_on, "visits", row)

    def replace_by_new(self, place: int, machine: Machine, day: date, recorded_on: date) -> None:
        """Let the new pc number `place` of all take the place of an old machine."""
        is_roll_1 = (place + 1) * ROLL_1_WITH_NEW // NEW_PCS > place * ROLL_1_WITH_NEW // NEW_PCS
        old = self._stand(1 if is_roll_1 else 2, machine.unit, machine.person, machine.used_for)
        self._hand_in(old, day, recorded_on)
        self._outcome(recorded_on, old, new=machine.serial, replaced_on=day)

    def replace_by_old(self) -> None:
        """Take the desktops away that needed no new pc: there was a laptop already."""
        units = [unit.number for unit in org.UNITS if unit.pcs > 3 and unit.number != KEPT_AT]
        for number in units[:ROLL_1_WITHOUT_NEW]:
            old = self._stand(1, number, used_for="Fælles arbejdsplads")
            self._hand_in(old, ROLL_1_DONE_ON, self.entered_on)
            self._outcome(self.entered_on, old, replaced_on=ROLL_1_DONE_ON)

    def leave(self, waiting: dict[str, list[Person]]) -> None:
        """Leave the minutes' 61, with people who wait for a pc or with a unit, and one for good."""
        for department, count in NOT_REPLACED.items():
            units = [unit.number for unit in org.UNITS if unit.department == department]
            people = [p for p in chain(*zip_longest(*(waiting[n] for n in units))) if p][:count]
            for person in people:
                self.left.append(self._stand(2, person.unit, person))
            for place in range(count - len(people)):
                number = units[place % len(units)]
                self.left.append(self._stand(2, number, used_for="Fælles arbejdsplads"))
        kept = self._stand(1, KEPT_AT, used_for="Adgangskontrol")
        self._outcome(EXCUSED_ON, kept, reason=KEPT_BECAUSE)

    def _stand(self, roll, unit, person=None, used_for="") -> OldMachine:
        old = OldMachine(self._new_serial(), roll, unit, person, used_for)
        row = {
            "Serienummer": old.serial,
            "Model": self._random.choice(OLD_MODELS[roll]),
            "Kategori": "pc",
            "RAM GB": ROLLS[roll][2],
            "Windows 11": "nej",
        }
        self.world.record(self.entered_on, "devices", row)
        since = date(2018 + self._random.randrange(4), 1 + self._random.randrange(12), 1)
        self._place(self.entered_on, old, since, unit, person, used_for)
        return old

    def _hand_in(self, old: OldMachine, day: date, recorded_on: date) -> None:
        self._place(recorded_on, old, day)

    def _place(self, recorded_on, old, day, unit="", person=None, used_for="") -> None:
        row = {
            "Serienummer": old.serial,
            "Fra": day,
            "Enhedsnr": unit,
            "Initialer": person.initials if person else "",
            "Bruges til": used_for,
        }
        self.world.record(recorded_on, "placements", row)

    def _outcome(self, recorded_on, old, *, new="", replaced_on=None, reason="") -> None:
        row = {"Gammel": old.serial, "Ny": new, "Udskiftet": replaced_on, "Grund": reason}
        self.world.record(recorded_on, "outcomes", row)

    def _new_serial(self) -> str:
        while True:
            serial = "PB" + "".join(self._random.choices(SERIAL_LETTERS, k=6))
            if serial not in self._serials:
                self._serials.add(serial)
                return serial
