"""The lessor's invoices held against the leases, kept: `leasing.supplier` alone writes it."""

from django.db import models

from leasing.models.cost import REFERENCE, KeptRow


class ReconciledQuarter(KeptRow):
    """How a quarter that the lessor's lines are about was reconciled.

    `is_home` tells that a line belongs to it; others only reach into it. `undecided` are the
    differences that nobody has decided about, and the decisions whose difference is gone.
    """

    quarter = models.CharField(max_length=6, primary_key=True)
    is_home = models.BooleanField()
    expected_ore = models.BigIntegerField()
    by_earlier_ore = models.BigIntegerField()
    of_later_ore = models.BigIntegerField()
    invoiced_ore = models.BigIntegerField()
    lines_ore = models.BigIntegerField()
    line_count = models.IntegerField()
    agreed = models.IntegerField()
    agreed_ore = models.BigIntegerField()
    undecided = models.IntegerField()
    undecided_ore = models.BigIntegerField()
    claimed = models.IntegerField()


class ReconciledBlock(KeptRow):
    """What some devices with neighbouring numbers come to in a quarter.

    So that one device is worked out again with its block, not with all there are.
    """

    pk = models.CompositePrimaryKey("quarter", "block")
    quarter = models.CharField(max_length=6)
    block = models.BigIntegerField()
    expected_ore = models.BigIntegerField()
    by_earlier_ore = models.BigIntegerField()
    of_later_ore = models.BigIntegerField()
    invoiced_ore = models.BigIntegerField()
    agreed = models.IntegerField()
    agreed_ore = models.BigIntegerField()


class ReconciledRow(KeptRow):
    """What does not agree of a device in a quarter; of a number nobody knows, or a total, all.

    `place` is its place among those of the same device. A device's own number is joined.
    """

    quarter = models.CharField(max_length=6)
    device = models.ForeignKey("inventory.Device", null=True, **REFERENCE)
    serial_number = models.CharField(max_length=40)
    sub_agreement = models.CharField(max_length=40)
    place = models.PositiveSmallIntegerField()
    pile = models.CharField(max_length=20)
    invoiced_ore = models.BigIntegerField()
    expected_ore = models.BigIntegerField()
    starts_on = models.DateField()
    ends_before = models.DateField()
    lines = models.IntegerField()
    is_double = models.BooleanField()
    state = models.CharField(max_length=10)
    decision = models.ForeignKey("leasing.DifferenceOutcome", null=True, **REFERENCE)

    class Meta:
        indexes = [
            models.Index(fields=["quarter", "pile", "device"], name="reconciled_of_quarter"),
            models.Index(fields=["device", "quarter"], name="reconciled_of_device"),
        ]


class ReconcileMark(KeptRow):
    """What has changed and is not reconciled anew yet: see `leasing.marks`."""

    device_id = models.BigIntegerField(null=True)
    lease_id = models.BigIntegerField(null=True)
    number = models.CharField(max_length=40, null=True)
    invoice_id = models.BigIntegerField(null=True)
    starts_on = models.DateField(null=True)
    ends_before = models.DateField(null=True)
    quarter = models.CharField(max_length=6, null=True)
