"""What is claimed from the lessor, and the credit notes that settle it."""

from collections import defaultdict

from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.bulk import Changes, ValueChange
from leasing.models import DifferenceOutcome, SupplierInvoice, SupplierInvoiceLine
from leasing.supplier.presenters import subject_name
from leasing.supplier.selectors.outcomes import Subject, Subjects, open_claims


def settle_claims(
    made: list[tuple[SupplierInvoice, list[SupplierInvoiceLine]]], changes: Changes
) -> list[ValueChange]:
    """Let each line of a new credit note settle the claim of its amount, the oldest one first.

    A line settles one claim, of the same device (or total) and of exactly the amount credited.
    """
    lines = [
        (invoice, line) for invoice, its_lines in made for line in its_lines if line.amount_ore < 0
    ]
    if not lines:
        return []
    claims = list(open_claims().select_for_update())
    subjects = Subjects(
        [*(one.serial_number for one in claims), *(line.serial_number for _, line in lines)]
    )
    waiting: defaultdict[tuple[Subject, int], list[DifferenceOutcome]] = defaultdict(list)
    for claim in claims:
        waiting[subjects.of(claim), -claim.amount_ore].append(claim)
    told = []
    for invoice, line in lines:
        found = waiting[subjects.of(line), line.amount_ore]
        if not found:
            continue
        claim = found.pop(0)
        about = subject_name(claim.serial_number, claim.sub_agreement)
        label = Quarter.parse(claim.quarter).label
        changes.update(claim, about, credit_note=invoice)
        changes.differences.pop()  # said better here
        told.append(
            ValueChange(
                about, f"kravet på {format_kroner(claim.amount_ore)} fra {label} er krediteret"
            )
        )
    return told
