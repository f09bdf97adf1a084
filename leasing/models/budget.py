from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q


class Budget(models.Model):
    """What a unit may spend on leasing in a fiscal year, without VAT."""

    unit = models.ForeignKey(
        "inventory.Unit", models.PROTECT, verbose_name="enhed", related_name="budgets"
    )
    year = models.PositiveSmallIntegerField("regnskabsår")
    amount_ore = models.BigIntegerField("beløb (øre)")

    class Meta:
        verbose_name = "budget"
        verbose_name_plural = "budgetter"
        ordering = ["year", "unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "unit"],
                name="one_budget_a_year",
                violation_error_message="Enheden har allerede et budget for det år.",
            ),
            models.CheckConstraint(
                condition=Q(amount_ore__gte=0),
                name="budget_not_negative",
                violation_error_message="Et budget kan ikke være under nul.",
            ),
            models.CheckConstraint(
                condition=Q(year__gte=2026, year__lte=2099),
                name="budget_year",
                violation_error_message="Året skal være 2026–2099.",
            ),
        ]

    def __str__(self):
        return f"Budget {self.year}, enhed {self.unit_id}"


auditlog.register(Budget)
