"""The list that the lessor is sent of a quarter's ends, and what has changed since the last one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from inventory.models import Unit
from leasing.cost_table.moment import one_moment
from leasing.domain.lease_end import Fate
from leasing.lease_end.selectors.board import BoardChoice, EndBoard
from leasing.lease_end.selectors.board_rows import BoardRow, board_rows
from leasing.models import EndChoice, LessorList, PackedDevice, SubAgreement

# Nothing is to be fetched any more.
OVER = {Fate.STOPPED, Fate.GONE}


@dataclass(frozen=True, slots=True)
class LessorRow:
    """An end as the lessor is told of it: `place` is where it is to be fetched."""

    row: BoardRow
    place: str

    @property
    def serial_number(self) -> str:
        return self.row.serial_number

    @property
    def is_undecided(self) -> bool:
        """Return whether the lessor waits for an answer about it."""
        return self.row.fate in {Fate.OVERDUE, Fate.UNDECIDED, Fate.RUNS}

    @property
    def choice(self) -> str:
        """Return the choice as it is kept of a list: an extension with its quarters."""
        end = self.row.end
        if self.row.fate in OVER:
            return str(self.row.fate)
        if end.extension:
            return f"{EndChoice.EXTENSION}-{end.extension.quarters}"
        return end.decided.choice

    @property
    def told(self) -> list[str]:
        """Return what is kept of a list: the choice, the last day and the place."""
        return [self.choice, self.row.last_day.isoformat(), self.place]


def lessor_rows(quarter: Quarter, agreement: SubAgreement | None, on: date) -> list[LessorRow]:
    """Return the ends of a quarter, of a sub-agreement or all, by sub-agreement and number."""
    choice = BoardChoice(quarter=quarter, agreement_id=agreement.pk if agreement else None)
    with one_moment():
        rows = board_rows(EndBoard(None, on, choice).page(0, None), on)
        devices = among([row.end.device_id for row in rows], int)
        packed = PackedDevice.objects.filter(device__in=devices)
        cages = dict(packed.values_list("device", "cage__place"))
        stock = Unit.objects.filter(is_cost_holder=True).values_list("name", flat=True).first()
    found = [
        LessorRow(
            row,
            "" if row.fate in OVER else cages.get(row.end.device_id) or row.unit or stock or "",
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.row.sub_agreement, one.serial_number))


def last_list(quarter: Quarter, agreement: SubAgreement | None) -> LessorList | None:
    """Return the last list of just that which was sent."""
    return lists_of(quarter, agreement).first()


def lists_of(quarter: Quarter, agreement: SubAgreement | None) -> QuerySet[LessorList]:
    """Return the lists of just that which were sent, the last first."""
    sent = LessorList.objects.filter(quarter=str(quarter), sub_agreement=agreement)
    return sent.select_related("sent_by")


@dataclass(frozen=True, slots=True)
class ListChange:
    """What the lessor was told of a serial number, and what is so now; None where not listed."""

    serial_number: str
    before: Sequence[str] | None
    after: Sequence[str] | None


def changes_since(sent: Mapping[str, Sequence[str]], rows: list[LessorRow]) -> list[ListChange]:
    """Return where the ends differ from what was sent."""
    now = {row.serial_number: row.told for row in rows}
    return [
        ListChange(number, sent.get(number), now.get(number))
        for number in sorted({*sent, *now})
        if sent.get(number) != now.get(number)
    ]
