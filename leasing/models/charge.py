from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q

from albertslund_it.common.days import shown_day


class Charge(models.Model):
    """A one-off amount for a unit (damage, settlement, freight); billed exactly once."""

    charged_on = models.DateField("dato")
    unit = models.ForeignKey(
        "inventory.Unit", models.PROTECT, verbose_name="enhed", related_name="charges"
    )
    amount_ore = models.BigIntegerField("beløb (øre)")
    text = models.CharField("tekst", max_length=200)
    device = models.ForeignKey(
        "inventory.Device",
        models.PROTECT,
        verbose_name="udstyr",
        related_name="charges",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "engangsbeløb"
        verbose_name_plural = "engangsbeløb"
        ordering = ["charged_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["charged_on", "unit", "text"],
                name="charge_once",
                violation_error_message="Enheden har allerede et beløb med den dato og tekst.",
            ),
            models.CheckConstraint(
                condition=~Q(amount_ore=0),
                name="charge_not_zero",
                violation_error_message="Beløbet må ikke være nul.",
            ),
        ]

    def __str__(self):
        return f"{self.text} ({shown_day(self.charged_on)})"


auditlog.register(Charge)
