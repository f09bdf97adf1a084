from auditlog.registry import auditlog
from django.db import models


class Departure(models.Model):
    """A device has left the register for good; it is still found by its number."""

    class How(models.TextChoices):
        RETURNED = "returned", "Leveret tilbage"
        BOUGHT = "bought", "Frikøbt"
        DISCARDED = "discarded", "Kasseret"

    device = models.OneToOneField(
        "inventory.Device", models.CASCADE, verbose_name="udstyr", related_name="departure"
    )
    left_on = models.DateField("ude af registeret fra")
    how = models.CharField("hvordan", max_length=9, choices=How.choices)
    is_wiped = models.BooleanField("slettet", null=True, blank=True)
    is_unmanaged = models.BooleanField("fjernet fra enhedsstyring", null=True, blank=True)
    note = models.CharField("bemærkning", max_length=300, blank=True)
    # What it did, so that it can be undone: whether somebody had the device until then; whether its
    # lease stopped, and what stood before. Who had it is kept by the placement before alone.
    ended_placement = models.BooleanField("afsluttede tildelingen", default=False)
    stopped_lease = models.BooleanField("stoppede leasingen", default=False)
    former_stop = models.DateField("stop før afgangen", null=True, blank=True)

    class Meta:
        verbose_name = "afgang"
        verbose_name_plural = "afgange"
        ordering = ["-left_on", "-id"]

    def __str__(self):
        return f"{self.device_id} fra {self.left_on:%d-%m-%Y}"


auditlog.register(Departure)
