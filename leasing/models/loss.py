from datetime import timedelta

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

# General Data Protection Regulation, article 33: from when the breach became known.
BREACH_LIMIT = timedelta(hours=72)


class LossReportSet(models.QuerySet["LossReport"]):
    """Reports of what is lost, to be chosen among."""

    def open(self) -> "LossReportSet":
        """Keep those of what is not found again."""
        return self.filter(found_on=None)


class LossReport(models.Model):
    """A device that is lost or stolen; its lease runs until it is settled."""

    class Kind(models.TextChoices):
        LOST = "lost", "Bortkommet"
        STOLEN = "stolen", "Stjålet"

    class Encrypted(models.TextChoices):
        YES = "yes", "Ja"
        NO = "no", "Nej"
        UNKNOWN = "unknown", "Ved ikke"

    class Breach(models.TextChoices):
        NOTIFIED = "notified", "Anmeldt til Datatilsynet"
        NOT_NEEDED = "not_needed", "Skal ikke anmeldes"

    device = models.ForeignKey(
        "inventory.Device", models.PROTECT, verbose_name="udstyr", related_name="losses"
    )
    kind = models.CharField("hvad er der sket", max_length=6, choices=Kind.choices)
    discovered_at = models.DateTimeField("opdaget")
    police_number = models.CharField("politiets journalnr.", max_length=60, blank=True)
    encrypted = models.CharField("krypteret", max_length=7, choices=Encrypted.choices)
    note = models.TextField("bemærkning", blank=True, max_length=2000)
    reported_at = models.DateTimeField("meldt")
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="meldt af",
        related_name="+",
        null=True,
        blank=True,
    )
    breach = models.CharField(
        "brud på persondatasikkerheden",
        max_length=10,
        choices=Breach.choices,
        blank=True,
        default="",
        db_default="",
    )
    breach_reason = models.TextField(
        "hvorfor ikke anmeldt", blank=True, max_length=2000, default="", db_default=""
    )
    breach_decided_at = models.DateTimeField("afgjort", null=True, blank=True)
    breach_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="afgjort af",
        related_name="+",
        null=True,
        blank=True,
    )
    found_on = models.DateField("fundet igen", null=True, blank=True)

    objects = LossReportSet.as_manager()

    class Meta:
        verbose_name = "tabsmelding"
        verbose_name_plural = "tabsmeldinger"
        ordering = ["-reported_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["device"],
                condition=Q(found_on=None),
                name="one_open_loss_a_device",
                violation_error_message="Udstyret er allerede meldt bortkommet.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.device_id}"

    @property
    def discovered_on(self):
        """Return the day on which it was discovered."""
        return timezone.localtime(self.discovered_at).date()

    @property
    def breach_deadline(self):
        """Return the moment by which a breach of personal data must be notified."""
        return self.discovered_at + BREACH_LIMIT


auditlog.register(LossReport)
