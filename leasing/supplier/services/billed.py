"""What the lessor's documents say, before the register has said what it knows of it."""

from dataclasses import dataclass
from datetime import date

from albertslund_it.common.files.kept import CheckedFile


@dataclass(frozen=True, slots=True)
class Party:
    """A seller or buyer as a document names it; '' for what it does not say."""

    name: str = ""
    cvr: str = ""
    ean: str = ""

    def __str__(self) -> str:
        numbers = [f"CVR {self.cvr}" * bool(self.cvr), f"EAN {self.ean}" * bool(self.ean)]
        return ", ".join(filter(None, [self.name, *numbers]))


@dataclass(frozen=True, slots=True)
class Header:
    """What a document says beside its lines, in øre; `net_ore` is its own sum of them.

    `vat_ore` is None where the file does not tell it. `remarks` are for whoever takes it in.
    """

    net_ore: int | None = None
    vat_ore: int | None = None
    is_credit_note: bool = False
    credits: str = ""
    seller: Party = Party()
    buyer: Party = Party()
    remarks: tuple[str, ...] = ()
    attachments: tuple[CheckedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Clues:
    """What a document's line says that the register must settle: which items, which contract.

    `serial_numbers` are called so by the lessor; `words` are all others that may be one, and none
    where the lessor named the item in its own place. `pieces` is the quantity, where it counts
    things. What stands beside the lines has no contract of its own.
    """

    serial_numbers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    pieces: int | None = None
    is_beside_lines: bool = False


@dataclass(frozen=True, slots=True)
class BilledLine:
    """One line of an invoice; `last_day` is the last one paid for."""

    number: str
    invoice_date: date
    starts_on: date
    last_day: date
    amount_ore: int
    serial_number: str = ""
    sub_agreement: str = ""
    text: str = ""
    clues: Clues | None = None
    header: Header | None = None
    row: int | None = None
