from auditlog.registry import auditlog
from django.db import models
from django.db.models import F, Q

from leasing.domain.accrual import Term


class EndChoice(models.TextChoices):
    """What is to happen to a device when its lease runs out."""

    BUYOUT = "buyout", "Frikøb"
    EXTENSION = "extension", "Forlængelse"
    RETURN = "return", "Returnering"


class Lease(models.Model):
    """One leased item; it accrues cost from its first day to the end of its terms or `stops_on`.

    The first day of each term is derived: see `leasing.domain.accrual`.
    """

    device = models.OneToOneField(
        "inventory.Device", models.PROTECT, verbose_name="udstyr", related_name="lease"
    )
    sub_agreement = models.ForeignKey(
        "leasing.SubAgreement", models.PROTECT, verbose_name="underaftale", related_name="leases"
    )
    starts_on = models.DateField("leasingstart")
    order_number = models.CharField("bestillingsnr.", max_length=40, blank=True)
    stops_on = models.DateField(
        "stoppet fra",
        null=True,
        blank=True,
        help_text="Første dag uden ydelse, fx fordi udstyret er indfriet eller leveret tilbage.",
    )

    # Its terms laid end to end, where `leases_of` read it.
    laid: tuple[Term, ...]

    class Meta:
        verbose_name = "leasing"
        verbose_name_plural = "leasinger"
        ordering = ["device"]
        permissions = [
            ("register_deliveries", "Kan registrere leverancer"),
            ("manage_amounts", "Kan indlæse priser og engangsbeløb"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(stops_on=None) | Q(stops_on__gte=F("starts_on")),
                name="lease_stops_after_start",
                violation_error_message="En leasing kan tidligst stoppe den dag, den begynder.",
            ),
        ]
        indexes = [
            # The few that were stopped before they ran, without a look at all the others.
            models.Index(
                "device", name="lease_never_ran", condition=Q(stops_on__lte=F("starts_on"))
            ),
        ]

    def __str__(self):
        return f"Leasing {self.device_id}"


class LeaseTerm(models.Model):
    """A stretch of a lease with a price of its own: the four years, then perhaps an extension."""

    lease = models.ForeignKey(
        Lease, models.CASCADE, verbose_name="leasing", related_name="terms", db_index=False
    )
    position = models.PositiveSmallIntegerField("nr.")
    price_ore = models.BigIntegerField("pris for hele løbetiden (øre)")
    quarters = models.PositiveSmallIntegerField("kvartaler")
    source = models.CharField("prisens kilde", max_length=200, blank=True)

    class Meta:
        verbose_name = "løbetid"
        verbose_name_plural = "løbetider"
        ordering = ["lease", "position"]
        constraints = [
            models.UniqueConstraint(fields=["lease", "position"], name="terms_in_order"),
            models.CheckConstraint(
                condition=Q(price_ore__gt=0),
                name="term_price_above_zero",
                violation_error_message="Prisen skal være over nul.",
            ),
            models.CheckConstraint(
                condition=Q(quarters__gte=1, quarters__lte=40),
                name="term_quarters",
                violation_error_message="Antal kvartaler skal være 1–40.",
            ),
        ]

    def __str__(self):
        return f"{self.lease_id} nr. {self.position}"


for _model in (Lease, LeaseTerm):
    auditlog.register(_model)
