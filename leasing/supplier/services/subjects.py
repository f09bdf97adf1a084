"""What the lines of a document are about, as far as the register knows it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from albertslund_it.web.database.rows import among
from inventory.imports.selectors import devices_by_serial_number
from leasing.models import Lease, SubAgreement
from leasing.supplier.services.billed import BilledLine, Clues

# A label that is scanned may say 1S, the type and the serial number in one; the last has 7 or 8.
_SCANNED, _SERIAL_LENGTHS = "1S", (8, 7)


class Register:
    """The devices and sub-agreements that some lines may be about, all looked up at once."""

    def __init__(self, rows: Sequence[BilledLine]):
        words = {form for row in rows for word in _words_of(row) for form in _forms(word)}
        self.devices = devices_by_serial_number(words)
        numbers = SubAgreement.objects.values_list("number", flat=True)
        self._numbers = {_key(number): number for number in numbers}
        ids = {device.id for device in self.devices.values()}
        leases = Lease.objects.filter(device_id__in=among(ids, int))
        self._of_device = dict(leases.values_list("device_id", "sub_agreement__number"))
        self.warnings: list[str] = []

    def knows(self, sub_agreement: str) -> bool:
        """Return whether a sub-agreement is one of ours."""
        return _key(sub_agreement) in self._numbers

    def settle(self, rows: Sequence[BilledLine]) -> list[BilledLine]:
        """Return the lines with their items and sub-agreements; one for each item of a line."""
        settled = [line for row in rows for line in self._settle(row)]
        contracts = defaultdict(set)
        for line in settled:
            if not (line.clues and line.clues.is_beside_lines) and (of := self._contract_of(line)):
                contracts[line.number].add(of)
        return [
            replace(line, sub_agreement=next(iter(contracts[line.number])))
            if line.clues
            and line.clues.is_beside_lines
            and not line.sub_agreement
            and len(contracts[line.number]) == 1
            else line
            for line in settled
        ]

    def _settle(self, row: BilledLine) -> Iterator[BilledLine]:
        clues = row.clues
        if clues is None:
            known = self._known(row.serial_number)
            spelt = self._numbers.get(_key(row.sub_agreement), row.sub_agreement)
            yield replace(row, serial_number=known or row.serial_number, sub_agreement=spelt)
            return
        serials = self._serials(clues)
        if serials and clues.pieces is not None and clues.pieces != len(serials):
            count = f"{len(serials)} serienumre" if len(serials) > 1 else "1 serienummer"
            shared = ", som deler beløbet" if len(serials) > 1 else ""
            self.warnings.append(f"Linje {row.row} har antal {clues.pieces}, men {count}{shared}.")
        contract = self._contract(row, clues)
        shares = cut(row.amount_ore, max(1, len(serials)))
        for serial, share in zip(serials or [""], shares, strict=True):
            yield replace(row, serial_number=serial, sub_agreement=contract, amount_ore=share)

    def _serials(self, clues: Clues) -> list[str]:
        """Choose among what the line calls serial numbers and what the register knows as such.

        A known word goes before an unknown one that only stands after »Serienr.«; as many as the
        quantity says are enough. An item by two of its numbers is one item.
        """
        named = [self._known(serial) or serial for serial in clues.serial_numbers]
        words = [known for word in clues.words if (known := self._known(word))]
        if words and not any(serial in self.devices for serial in named):
            named = words
        elif len(named) != clues.pieces:
            named = [*named, *words]
        about: dict[int | str, str] = {}
        for serial in named:
            device = self.devices.get(serial)
            about.setdefault(device.id if device else serial, serial)
        return list(about.values())

    def _known(self, word: str) -> str:
        return next((form for form in _forms(word) if form in self.devices), "")

    def _contract(self, row: BilledLine, clues: Clues) -> str:
        said = (*clues.references, *clues.words)
        known = (self._numbers[_key(one)] for one in said if self.knows(one))
        return next(known, row.sub_agreement)

    def _contract_of(self, line: BilledLine) -> str:
        if line.sub_agreement:
            return line.sub_agreement
        device = self.devices.get(line.serial_number)
        return self._of_device.get(device.id, "") if device else ""


def cut(amount: int, parts: int) -> list[int]:
    """Cut an amount evenly; the odd øre go to the first parts."""
    each, odd = divmod(amount, parts)
    return [each + (place < odd) for place in range(parts)]


def _words_of(row: BilledLine) -> Iterable[str]:
    return (
        (row.serial_number, *row.clues.serial_numbers, *row.clues.words)
        if row.clues
        else (row.serial_number,)
    )


def _forms(word: str) -> Iterator[str]:
    """Return a word, and the serial number at its end where it may be a scanned label."""
    if not word:
        return
    yield word
    if word.startswith(_SCANNED):
        yield from (word[-n:] for n in _SERIAL_LENGTHS if len(word) >= n + 9)


def _key(number: str) -> str:
    return "".join(number.split()).casefold()
