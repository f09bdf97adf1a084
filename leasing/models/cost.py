"""What leases cost, kept: `leasing.cost_table` works it out from the facts, and alone writes it.

The tables point to others without constraints: they follow what the others say, and hold nothing
back. Department, names and people are joined to them, never kept in them.
"""

from typing import Any

from django.db import models
from django.db.models import Q

# A key of another table that is joined by, and not held on to.
REFERENCE: dict[str, Any] = {
    "on_delete": models.DO_NOTHING,
    "db_constraint": False,
    "db_index": False,
    "related_name": "+",
}


class KeptRow(models.Model):
    """A row that is worked out from the facts, and written by whoever works it out alone."""

    class Meta:
        abstract = True

    def __str__(self):
        return str(self.pk)


class Cost(KeptRow):
    """What a unit carries of a lease in a quarter: the target, billed or not.

    `is_whole` tells that it held the item on every day of the quarter, `is_unbroken` that it did
    from the first day to the last; `quarter_ore` is what the lease costs in it, whoever pays.
    """

    pk = models.CompositePrimaryKey("lease_id", "period", "unit_id")
    lease = models.ForeignKey("leasing.Lease", **REFERENCE)
    period = models.CharField(max_length=6)
    unit = models.ForeignKey("inventory.Unit", **REFERENCE)
    model = models.ForeignKey("inventory.DeviceModel", **REFERENCE)
    first_day = models.DateField()
    last_day = models.DateField()
    days = models.PositiveSmallIntegerField()
    amount_ore = models.BigIntegerField()
    quarter_ore = models.BigIntegerField()
    is_whole = models.BooleanField()
    is_unbroken = models.BooleanField()

    class Meta:
        indexes = [
            # All that pages read of a quarter's rows: else each would be looked up for the rest.
            models.Index(
                "period",
                "unit",
                "lease",
                "model",
                "amount_ore",
                "days",
                "quarter_ore",
                "first_day",
                "last_day",
                name="cost_of_units",
            ),
            # What is asked of a day; enough for the answer.
            models.Index(
                "period",
                "unit",
                "model",
                "first_day",
                "last_day",
                "is_unbroken",
                "quarter_ore",
                name="cost_of_a_part",
                condition=Q(is_whole=False),
            ),
            # The few that have come back within a quarter.
            models.Index(
                "period", "unit", "lease", name="cost_come_back", condition=Q(is_unbroken=False)
            ),
        ]


class CostTotal(KeptRow):
    """Costs added up by quarter, unit and model.

    `line_count` are the rows of an amount, `held` the items that the unit has on the quarter's last
    day, `whole` those that it has on every day of it, with their `whole_ore`.
    """

    pk = models.CompositePrimaryKey("period", "unit_id", "model_id")
    period = models.CharField(max_length=6)
    unit = models.ForeignKey("inventory.Unit", **REFERENCE)
    model = models.ForeignKey("inventory.DeviceModel", **REFERENCE)
    row_count = models.IntegerField()
    line_count = models.IntegerField()
    amount_ore = models.BigIntegerField()
    held = models.IntegerField()
    whole = models.IntegerField()
    whole_ore = models.BigIntegerField()


class CostLease(KeptRow):
    """The facts that a lease's costs are worked out from, and how it ends.

    `unit` has the item on its last day. `runs_out` tells that nobody stopped it before its terms
    ended; the price and the quarters are those of its last term.
    """

    lease = models.OneToOneField(
        "leasing.Lease",
        models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,
        related_name="kept_cost",
    )
    text = models.TextField()
    unit = models.ForeignKey("inventory.Unit", **REFERENCE)
    model = models.ForeignKey("inventory.DeviceModel", **REFERENCE)
    starts_on = models.DateField()
    ends_before = models.DateField()
    runs_out = models.BooleanField()
    price_ore = models.BigIntegerField()
    quarters = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [
            models.Index("ends_before", "unit", name="cost_lease_ends"),
            models.Index("starts_on", name="cost_lease_starts"),
        ]


class CostPlacement(KeptRow):
    """Where a leased device is from one day to another, and who has it; in stock it has no unit.

    The placements with the day on which each ends, which none of them says of itself, and when the
    lease runs: never, where it has no price or was stopped before it began; without a price it has
    no instalment either. The last of a device ends on the last day there is.
    """

    pk = models.CompositePrimaryKey("lease_id", "starts_on")
    lease = models.ForeignKey("leasing.Lease", **REFERENCE)
    starts_on = models.DateField()
    ends_before = models.DateField()
    device = models.ForeignKey("inventory.Device", **REFERENCE)
    model = models.ForeignKey("inventory.DeviceModel", **REFERENCE)
    unit = models.ForeignKey("inventory.Unit", null=True, **REFERENCE)
    employee = models.ForeignKey(
        "inventory.Employee", null=True, verbose_name="medarbejder", **REFERENCE
    )
    is_shared = models.BooleanField()
    lease_starts_on = models.DateField(null=True)
    lease_ends_before = models.DateField(null=True)
    runs_out = models.BooleanField()
    instalment_ore = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            # What is asked of all that units have; enough for the answers.
            models.Index(
                "unit",
                "lease_ends_before",
                "ends_before",
                "starts_on",
                "lease",
                "device",
                "employee",
                "lease_starts_on",
                "runs_out",
                "instalment_ore",
                name="cost_placement_ends",
            ),
            models.Index(
                "employee",
                "ends_before",
                "starts_on",
                "device",
                name="cost_placement_of_people",
                condition=Q(employee__isnull=False),
            ),
            # What nobody has, and the few without a price.
            models.Index(
                "unit",
                "ends_before",
                "starts_on",
                "lease",
                "device",
                "model",
                name="cost_placement_of_nobody",
                condition=Q(employee=None, is_shared=False),
            ),
            models.Index(
                "device", name="cost_placement_unpriced", condition=Q(instalment_ore=None)
            ),
        ]


class CostEnding(KeptRow):
    """Leases that run out, counted by when, where, and what their last term costs."""

    pk = models.CompositePrimaryKey("unit_id", "model_id", "ends_before", "price_ore", "quarters")
    unit = models.ForeignKey("inventory.Unit", **REFERENCE)
    model = models.ForeignKey("inventory.DeviceModel", **REFERENCE)
    ends_before = models.DateField()
    price_ore = models.BigIntegerField()
    quarters = models.PositiveSmallIntegerField()
    leases = models.IntegerField()


class CostStep(KeptRow):
    """What leases of one unit cost it otherwise than the quarter before, counted by kind.

    The kinds are those of `leasing.domain.change` that a lease's two rows alone tell.
    """

    pk = models.CompositePrimaryKey("period", "unit_id", "model_id", "kind")
    period = models.CharField(max_length=6)
    unit = models.ForeignKey("inventory.Unit", **REFERENCE)
    model = models.ForeignKey("inventory.DeviceModel", **REFERENCE)
    kind = models.CharField(max_length=10)
    leases = models.IntegerField()
    early_ore = models.BigIntegerField()
    late_ore = models.BigIntegerField()


class CostShift(KeptRow):
    """A unit's part of a lease whose step into a quarter is not for one unit alone to tell.

    Either several units have had it in the two quarters, or it has several terms, and whole
    quarters of different costs.
    """

    pk = models.CompositePrimaryKey("lease_id", "period", "unit_id")
    lease = models.ForeignKey("leasing.Lease", **REFERENCE)
    period = models.CharField(max_length=6)
    unit = models.ForeignKey("inventory.Unit", **REFERENCE)
    model = models.ForeignKey("inventory.DeviceModel", **REFERENCE)
    early_ore = models.BigIntegerField()
    late_ore = models.BigIntegerField()
    early_days = models.PositiveSmallIntegerField()
    late_days = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [models.Index("period", "unit", name="cost_shift_of_units")]


class CostPending(KeptRow):
    """What closed runs do not hold of a quarter that they cover: the next line, as it would be."""

    pk = models.CompositePrimaryKey("lease_id", "period", "unit_id")
    lease = models.ForeignKey("leasing.Lease", **REFERENCE)
    period = models.CharField(max_length=6)
    unit = models.ForeignKey("inventory.Unit", **REFERENCE)
    model = models.ForeignKey("inventory.DeviceModel", **REFERENCE)
    kind = models.CharField(max_length=10)
    amount_ore = models.BigIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    days = models.SmallIntegerField()


class CostMark(KeptRow):
    """What has changed and is not worked out yet: see `leasing.marks`, whose triggers write it."""

    device_id = models.BigIntegerField(null=True)
    lease_id = models.BigIntegerField(null=True)
