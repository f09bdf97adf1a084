from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Cage(models.Model):
    """A cage that the lessor sends to a place and collects with what goes back in it."""

    place = models.CharField("sted", max_length=100)
    collected_on = models.DateField("hentes")
    room_for = models.PositiveSmallIntegerField("plads til (stk.)")
    note = models.CharField("bemærkning", max_length=300, blank=True)
    gone_on = models.DateField("hentet", null=True, blank=True)
    confirmed_on = models.DateField("bekræftet af leasinggiver", null=True, blank=True)

    class Meta:
        verbose_name = "it-bur"
        verbose_name_plural = "it-bure"
        ordering = ["-collected_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(room_for__gte=1),
                name="cage_has_room",
                violation_error_message="Et bur har plads til mindst ét stk. udstyr.",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_on=None)
                | (Q(gone_on__isnull=False) & Q(confirmed_on__gte=F("gone_on"))),
                name="confirmed_after_collected",
                violation_error_message="Leasinggiver kan først bekræfte, når buret er hentet.",
            ),
        ]

    def __str__(self):
        return f"{self.place} {self.collected_on:%d-%m-%Y}"


class PackedDevice(models.Model):
    """A device on a cage's packing list: planned, then packed, then gone with the cage."""

    class Wiped(models.TextChoices):
        YES = "yes", "Slettet"
        NO = "no", "Ikke slettet"

    cage = models.ForeignKey(
        Cage, models.CASCADE, verbose_name="it-bur", related_name="packed_devices"
    )
    device = models.OneToOneField(
        "inventory.Device", models.PROTECT, verbose_name="udstyr", related_name="packed"
    )
    packed_at = models.DateTimeField("pakket", null=True, blank=True)
    packed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="pakket af",
        related_name="+",
        null=True,
        blank=True,
    )
    wiped = models.CharField("slettet", max_length=3, choices=Wiped.choices, blank=True)
    confirmed_on = models.DateField("bekræftet af leasinggiver", null=True, blank=True)

    class Meta:
        verbose_name = "udstyr i it-bur"
        verbose_name_plural = "udstyr i it-bure"
        ordering = ["cage", "id"]

    def __str__(self):
        return f"{self.device_id} i {self.cage_id}"


for _model in (Cage, PackedDevice):
    auditlog.register(_model)
