from auditlog.registry import auditlog
from django.db import models


class ExpectedReturn(models.Model):
    """A device that its holder is to hand in by a day.

    It is open for as long as the device is still placed with that holder, so a hand-in by any path
    (form, import, correction) settles it: nothing is to be kept in step.
    """

    class Why(models.TextChoices):
        REPLACED = "replaced", "Erstattet af en anden pc"
        LOAN = "loan", "Udlån"
        ASKED = "asked", "Bedt om at aflevere"

    device = models.ForeignKey(
        "inventory.Device",
        models.CASCADE,
        verbose_name="udstyr",
        related_name="expected_returns",
    )
    employee = models.ForeignKey(
        "inventory.Employee",
        models.CASCADE,
        verbose_name="medarbejder",
        related_name="expected_returns",
        null=True,
        blank=True,
    )
    unit = models.ForeignKey(
        "inventory.Unit",
        models.CASCADE,
        verbose_name="enhed",
        related_name="expected_returns",
    )
    why = models.CharField("hvorfor", max_length=10, choices=Why.choices)
    due_on = models.DateField("senest")
    created_at = models.DateTimeField("oprettet")

    class Meta:
        verbose_name = "forventet aflevering"
        verbose_name_plural = "forventede afleveringer"
        ordering = ["due_on", "id"]

    def __str__(self):
        return f"{self.device_id} senest {self.due_on:%d-%m-%Y}"


auditlog.register(ExpectedReturn)
