"""What lines cover of other quarters than the one they belong to, device by device."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.rows import among
from inventory.models import Device
from leasing.cost_table.moment import one_moment
from leasing.models import SupplierInvoiceLine
from leasing.supplier.selectors.matching import matched
from leasing.supplier.selectors.outcomes import decisions_of
from leasing.supplier.selectors.sides import SupplierLine, line_side, span_of_quarter


@dataclass(frozen=True)
class AcrossRow:
    """What the lines of a device cover of another quarter, and which lines that are."""

    device_id: int
    serial_number: str
    model: str
    sub_agreement: str
    lines: list[SupplierInvoiceLine]
    amount_ore: int

    @property
    def first_day(self) -> date | None:
        return min((line.starts_on for line in self.lines), default=None)

    @property
    def ends_before(self) -> date | None:
        return max((line.ends_before for line in self.lines), default=None)


def of_earlier(quarter: Quarter) -> list[AcrossRow]:
    """Return what lines of earlier quarters cover of this one: less is expected by it."""
    return _rows(quarter, is_later=False)


def of_later(quarter: Quarter) -> list[AcrossRow]:
    """Return what lines of this quarter cover of others."""
    return _rows(quarter, is_later=True)


def _rows(quarter: Quarter, *, is_later: bool) -> list[AcrossRow]:
    with one_moment():
        decisions = decisions_of(quarter)
        amounts = {
            device: carried.of_later_ore if is_later else -carried.by_earlier_ore
            for carried, _, device in matched(quarter, decisions)
            if device and (carried.of_later_ore if is_later else carried.by_earlier_ore)
        }
        span = span_of_quarter(quarter)

        def is_across(line: SupplierLine) -> bool:
            if line.id in decisions.moved or line.amount_ore <= 0:  # a credit covers no day
                return False
            is_home = span.is_home_of(line.starts_on)
            return is_home is is_later and (not is_later or line.ends_before > span.ends_before)

        found = [line for line in line_side(span) if is_across(line)]
        lines = SupplierInvoiceLine.objects.filter(pk__in=among([line.id for line in found], int))
        by_id = lines.select_related("invoice").in_bulk()
        of_device: dict[int, list[SupplierInvoiceLine]] = defaultdict(list)
        of_total: dict[str, list[SupplierInvoiceLine]] = defaultdict(list)
        for line in found:
            if line.device_id:
                of_device[line.device_id].append(by_id[line.id])
            elif not line.serial_number:
                of_total[line.sub_agreement].append(by_id[line.id])
        devices = Device.objects.filter(pk__in=among(amounts, int)).order_by("serial_number")
        return [
            AcrossRow(pk, serial, model, sub, [*of_device[pk], *of_total[sub]], amounts[pk])
            for pk, serial, model, sub in devices.values_list(
                "pk", "serial_number", "model__name", "lease__sub_agreement__number"
            )
        ]
