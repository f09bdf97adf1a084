from datetime import date, timedelta

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Q


class Decision(models.TextChoices):
    """What a head has answered."""

    GRANTED = "granted", "Godkendt"
    REFUSED = "refused", "Afvist"


class Approval(models.Model):
    """An exception from one PC per employee, asked of the head of the employee's department.

    It may come with an order line, which then waits for it, or alone, before a hand-out. A granted
    one lets the person have one PC more until `ends_before`.
    """

    employee = models.ForeignKey(
        "inventory.Employee",
        models.PROTECT,
        verbose_name="medarbejder",
        related_name="approvals",
    )
    line = models.ForeignKey(
        "leasing.OrderLine",
        models.CASCADE,
        verbose_name="bestillingslinje",
        related_name="approvals",
        null=True,
        blank=True,
    )
    reason = models.CharField("begrundelse", max_length=300)
    ends_before = models.DateField("udløber", help_text="Første dag uden dispensation.")
    asked_at = models.DateTimeField("bedt om")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="bedt om af",
        related_name="+",
        null=True,
        blank=True,
    )
    decision = models.CharField(
        "afgørelse", max_length=8, choices=Decision.choices, blank=True, default=""
    )
    decision_reason = models.CharField("begrundelse for afgørelsen", max_length=300, blank=True)
    decided_at = models.DateTimeField("afgjort", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="afgjort af",
        related_name="+",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "dispensation"
        verbose_name_plural = "dispensationer"
        ordering = ["-asked_at", "-id"]
        permissions = [("decide_approval", "Kan give dispensation i sin egen afdeling")]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None, decided_by=None)
                | Q(
                    decision__in=["granted", "refused"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
                name="approval_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(decision="refused") | ~Q(decision_reason=""),
                name="refusal_says_why",
                violation_error_message="Skriv, hvorfor du afviser.",
            ),
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(line__isnull=False, decision=""),
                name="one_open_approval_a_line",
            ),
        ]

    def __str__(self):
        return f"Dispensation {self.pk}"

    @property
    def last_day(self) -> date:
        """Return the last day on which one pc more is allowed."""
        return self.ends_before - timedelta(days=1)


auditlog.register(Approval)
