"""What leaders say of the list that they pay for: it fits, or something on it is not theirs."""

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Q


class ConfirmationRound(models.Model):
    """Leaders are asked to look their lists through by a day; silence counts as yes."""

    asked_at = models.DateTimeField("sendt")
    asked_by = models.CharField("sendt af", max_length=150)
    due_on = models.DateField("svarfrist")

    class Meta:
        verbose_name = "bekræftelsesrunde"
        verbose_name_plural = "bekræftelsesrunder"
        ordering = ["-id"]

    def __str__(self):
        return f"Runde med frist {self.due_on:%d-%m-%Y}"


class Confirmation(models.Model):
    """A leader's "stemmer" to one device in a round; what does not fit is an objection."""

    round = models.ForeignKey(ConfirmationRound, models.CASCADE, related_name="confirmations")
    device = models.ForeignKey("inventory.Device", models.CASCADE, related_name="confirmations")
    unit = models.ForeignKey("inventory.Unit", models.CASCADE, related_name="confirmations")
    confirmed_at = models.DateTimeField("bekræftet")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True
    )

    class Meta:
        verbose_name = "bekræftelse"
        verbose_name_plural = "bekræftelser"
        constraints = [
            models.UniqueConstraint(
                fields=["round", "device", "unit"], name="one_confirmation_a_device"
            )
        ]

    def __str__(self):
        return f"{self.round_id} {self.device_id}"


class Objection(models.Model):
    """ "Ikke vores": somebody who pays for a device says that it stands elsewhere."""

    class Outcome(models.TextChoices):
        MOVED = "moved", "Flyttet"
        REFUSED = "refused", "Afvist"

    device = models.ForeignKey(
        "inventory.Device", models.PROTECT, verbose_name="udstyr", related_name="objections"
    )
    unit = models.ForeignKey(
        "inventory.Unit",
        models.PROTECT,
        verbose_name="enhed, der betaler",
        related_name="objections",
    )
    since = models.DateField("forkert siden", null=True, blank=True)
    note = models.CharField("hvad er forkert", max_length=300)
    raised_at = models.DateTimeField("indsigelse fra")
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="rejst af",
        related_name="+",
        null=True,
    )
    outcome = models.CharField(
        "udfald", max_length=8, choices=Outcome.choices, blank=True, default=""
    )
    outcome_note = models.CharField("begrundelse", max_length=300, blank=True)
    settled_at = models.DateTimeField("afsluttet", null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="afsluttet af",
        related_name="+",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "indsigelse"
        verbose_name_plural = "indsigelser"
        ordering = ["-raised_at", "-id"]
        permissions = [
            ("object_to_device", "Kan gøre indsigelse mod udstyr på sin egenbetaling"),
            ("settle_objection", "Kan afslutte indsigelser"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "unit"],
                condition=Q(outcome=""),
                name="one_open_objection_a_device",
                violation_error_message="Der er allerede en åben indsigelse mod udstyret.",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", settled_at=None)
                | (~Q(outcome="") & Q(settled_at__isnull=False)),
                name="objection_settled_once",
            ),
        ]

    def __str__(self):
        return f"Indsigelse {self.pk}"


auditlog.register(ConfirmationRound)
auditlog.register(Objection)
