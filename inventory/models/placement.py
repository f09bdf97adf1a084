from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q

from albertslund_it.common.days import shown_day


class Placement(models.Model):
    """A change point: from this day a unit, and perhaps a person, has the device.

    It lasts until the device's next placement, so there is no end to keep in step. Without a unit
    the device is in IT's stock; so is a device that has no placement yet.
    """

    device = models.ForeignKey(
        "inventory.Device",
        models.PROTECT,
        verbose_name="udstyr",
        related_name="placements",
        db_index=False,  # the unique constraint begins with it
    )
    starts_on = models.DateField("fra")
    unit = models.ForeignKey(
        "inventory.Unit",
        models.PROTECT,
        verbose_name="enhed",
        related_name="placements",
        null=True,
        blank=True,
        db_index=False,  # an index of its own, below
        help_text="Tom betyder it-lager.",
    )
    employee = models.ForeignKey(
        "inventory.Employee",
        models.PROTECT,
        verbose_name="medarbejder",
        related_name="placements",
        null=True,
        blank=True,
        db_index=False,  # an index of its own, below
    )
    used_for = models.CharField(
        "bruges til", max_length=100, blank=True, help_text="Delt pc, fx Klassesæt 7.B"
    )

    class Meta:
        verbose_name = "tildeling"
        verbose_name_plural = "tildelinger"
        ordering = ["device", "starts_on"]
        # With what says whether a placement is still in force, so that its row need not be read.
        indexes = [
            models.Index(fields=["unit", "device", "starts_on"], name="placements_of_unit"),
            models.Index(fields=["employee", "device", "starts_on"], name="placements_of_employee"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "starts_on"],
                name="one_placement_a_day",
                violation_error_message="Udstyret har allerede en tildeling fra den dag.",
            ),
            models.CheckConstraint(
                condition=Q(employee=None) | Q(unit__isnull=False),
                name="employee_needs_unit",
                violation_error_message=(
                    "Vælg den enhed, der betaler. Lageret har ingen medarbejder."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.device_id} fra {shown_day(self.starts_on)}"


auditlog.register(Placement)
