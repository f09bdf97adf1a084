"""The postings of a closed run: what both the workbook and the Opus file say.

Each unit with an amount is debited and the cost holder credited: on the same artskonto where the
cost is moved, on those of internal purchase and sale where it is sold. The two sides are equal,
also of the units with an omkostningssted and of those with a PSP-element, where those may not be
mixed. An amount below zero changes sides.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from leasing.models import BillingRun
from leasing.models.settings import POSTING_TEXT_FIELDS
from leasing.rebilling.selectors.booking import Coding
from leasing.rebilling.selectors.run import Rebilling, UnitTotal

DEBIT, CREDIT = "Debet", "Kredit"
# What would break a line or a cell of the Opus file; nothing in a posting's text is worth that.
_BREAKS = re.compile(r'[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff\ufffe\uffff;"]+')


@dataclass(frozen=True, slots=True)
class Posting:
    """One row of the voucher; the amount is above zero, `items` None on a balancing row."""

    department_name: str
    unit_number: str
    unit_name: str
    coding: Coding
    side: str
    amount_ore: int
    text: str
    items: int | None


def postings_of(rebilling: Rebilling) -> list[Posting]:
    """Return the units' rows in their order, then the balancing rows, one for each coding."""
    method = rebilling.method
    rows = [
        _posting(rebilling, replace(unit, coding=method.of_unit(unit.coding)), unit.items)
        for unit in rebilling.billed_units
    ]
    return rows + [_posting(rebilling, unit, None) for unit in _balancing(rebilling)]


def _balancing(rebilling: Rebilling) -> Iterable[UnitTotal]:
    """Yield the cost holder with what it is relieved of, coding by coding."""
    method, holder = rebilling.method, rebilling.cost_holder
    carried: dict[Coding, int] = defaultdict(int)
    for unit in rebilling.units:
        carried[method.of_holder(holder.coding, unit.coding)] += unit.amount_ore
    for coding in sorted(carried, key=lambda c: (c.account, c.cost_centre, c.psp_element)):
        if carried[coding]:
            yield replace(holder, coding=coding, amount_ore=-carried[coding])


def _posting(rebilling: Rebilling, unit: UnitTotal, items: int | None) -> Posting:
    return Posting(
        unit.department_name,
        unit.unit_number,
        unit.unit_name,
        unit.coding,
        DEBIT if unit.amount_ore > 0 else CREDIT,
        abs(unit.amount_ore),
        posting_text(
            rebilling.posting_text,
            invoice_number=unit.invoice_number,
            run=rebilling.run,
            unit_name=unit.unit_name,
        ),
        items,
    )


def posting_text(template: str, *, invoice_number: str, run: BillingRun, unit_name: str) -> str:
    """Fill in finance's template; the text starts with the invoice number whatever it says.

    Only the known names are filled in, once, so that neither a stray brace nor a unit's name with
    braces in it can do anything.
    """
    values = dict(
        zip(POSTING_TEXT_FIELDS, (invoice_number, run.short_label, unit_name), strict=True)
    )
    text = re.sub(rf"\{{({'|'.join(values)})\}}", lambda name: values[name[1]], template)
    text = " ".join(_BREAKS.sub(" ", text).split())
    return text if text.startswith(invoice_number) else f"{invoice_number} {text}".rstrip()
