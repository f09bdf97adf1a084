from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q


class Roll(models.Model):
    """One round of a rollout: a kind of old machines, or a lot of leases, replaced together."""

    number = models.PositiveSmallIntegerField("rul", unique=True)
    name = models.CharField("navn", max_length=100)
    criterion = models.CharField("hvad udskiftes", max_length=200, blank=True)
    # What ends together, as whoever laid the roll out names it; the same again is the same roll.
    lot = models.CharField(
        "parti",
        max_length=60,
        blank=True,
        help_text="Leasing, der udløber sammen, fx 2029Q4. Tom: gamle maskiner uden leasing.",
    )

    class Meta:
        verbose_name = "rul"
        verbose_name_plural = "rul"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["lot"],
                condition=~Q(lot=""),
                name="one_roll_a_lot",
                violation_error_message="Der er allerede et rul for det parti.",
            ),
        ]
        permissions = [("manage_rollout", "Kan planlægge og registrere udrulning")]

    def __str__(self):
        return f"Rul {self.number}"


class RolloutWeek(models.Model):
    """An ISO week in which a roll visits a department."""

    roll = models.ForeignKey(Roll, models.CASCADE, verbose_name="rul", related_name="weeks")
    department = models.ForeignKey(
        "inventory.Department", models.CASCADE, verbose_name="afdeling", related_name="+"
    )
    year = models.PositiveSmallIntegerField("år")
    week = models.PositiveSmallIntegerField(
        "uge", validators=[MinValueValidator(1), MaxValueValidator(53)]
    )

    class Meta:
        verbose_name = "udrulningsuge"
        verbose_name_plural = "udrulningsuger"
        ordering = ["year", "week"]
        constraints = [
            models.UniqueConstraint(
                fields=["roll", "department", "year", "week"],
                name="one_visit_a_week",
                violation_error_message="Afdelingen har allerede den uge.",
            ),
            models.CheckConstraint(condition=Q(week__gte=1, week__lte=53), name="iso_week_is_real"),
        ]

    def __str__(self):
        return f"uge {self.week}, {self.year}"


class Replacement(models.Model):
    """An old machine that a roll is to replace, and what came of it."""

    roll = models.ForeignKey(Roll, models.PROTECT, verbose_name="rul", related_name="replacements")
    old_device = models.OneToOneField(
        "inventory.Device",
        models.PROTECT,
        verbose_name="gammel maskine",
        related_name="replacement",
    )
    # Where the old machine stood when it was found: it may be gone from the register later.
    unit = models.ForeignKey(
        "inventory.Unit", models.PROTECT, verbose_name="enhed", related_name="replacements"
    )
    new_device = models.OneToOneField(
        "inventory.Device",
        models.PROTECT,
        verbose_name="ny pc",
        related_name="replaces",
        null=True,
        blank=True,
        help_text="Tom, hvis der ikke kom en leaset pc i stedet.",
    )
    replaced_on = models.DateField("udskiftet", null=True, blank=True)
    reason = models.CharField("hvorfor ikke udskiftet", max_length=200, blank=True)

    class Meta:
        verbose_name = "udskiftning"
        verbose_name_plural = "udskiftninger"
        ordering = ["roll", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(new_device=None) | Q(replaced_on__isnull=False),
                name="new_device_has_day",
                violation_error_message="Skriv, hvornår maskinen er udskiftet.",
            ),
            models.CheckConstraint(
                condition=Q(replaced_on=None) | Q(reason=""),
                name="replaced_has_no_excuse",
                violation_error_message="Maskinen er udskiftet, så skriv ingen grund.",
            ),
        ]

    def __str__(self):
        return f"{self.old_device_id} ({self.roll})"


for _model in (Roll, RolloutWeek, Replacement):
    auditlog.register(_model)
