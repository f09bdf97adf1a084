"""What is claimed from the lessor, and the credit notes that settle it."""

from collections import defaultdict

from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.bulk import Changes, Difference
from inventory.imports.selectors import devices_by_serial_number
from leasing.models import SupplierInvoice, SupplierInvoiceLine
from leasing.supplier.selectors.outcomes import called, open_claims, subject_of


def settle_claims(
    made: list[tuple[SupplierInvoice, list[SupplierInvoiceLine]]], changes: Changes
) -> list[Difference]:
    """Let each line of a new credit note settle the claim of its amount, the oldest one first.

    A line settles one claim, of the same device (or total) and of exactly the amount credited.
    """
    lines = [
        (invoice, line) for invoice, its_lines in made for line in its_lines if line.amount_ore < 0
    ]
    if not lines:
        return []
    claims = list(open_claims().select_for_update())
    serials = {claim.serial_number for claim in claims} | {line.serial_number for _, line in lines}
    devices = devices_by_serial_number(serials - {""})

    def about(row):
        device = devices.get(row.serial_number)
        return subject_of(device and device.id, row.serial_number, row.sub_agreement)

    waiting = defaultdict(list)
    for claim in claims:
        waiting[about(claim), -claim.amount_ore].append(claim)
    told = []
    for invoice, line in lines:
        found = waiting[about(line), line.amount_ore]
        if not found:
            continue
        claim = found.pop(0)
        subject = called(claim.serial_number, claim.sub_agreement)
        label = Quarter.parse(claim.quarter).label
        changes.update(claim, subject, credit_note=invoice)
        changes.differences.pop()
        told.append(
            Difference(
                subject, f"kravet på {format_kroner(claim.amount_ore)} fra {label} er krediteret"
            )
        )
    return told
