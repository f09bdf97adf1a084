from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Q

from albertslund_it.common.days import shown_day


class BuyoutOffer(models.Model):
    """What the lessor takes for a device, or for any device of a model, until a day.

    For buying it, the employee pays: no amount of that is the municipality's. For going on with its
    lease, the municipality pays `extension_ore` a quarter. An offer names either or both.
    """

    device = models.ForeignKey(
        "inventory.Device",
        models.CASCADE,
        verbose_name="udstyr",
        related_name="buyout_offers",
        null=True,
        blank=True,
        db_index=False,  # the unique constraint begins with it
    )
    model = models.ForeignKey(
        "inventory.DeviceModel",
        models.CASCADE,
        verbose_name="model",
        related_name="buyout_offers",
        null=True,
        blank=True,
        db_index=False,  # the unique constraint begins with it
    )
    price_ore = models.BigIntegerField("frikøbspris (øre)", null=True, blank=True)
    extension_ore = models.BigIntegerField("forlængelse pr. kvartal (øre)", null=True, blank=True)
    valid_until = models.DateField("gælder til")

    class Meta:
        verbose_name = "tilbud om frikøb"
        verbose_name_plural = "tilbud om frikøb"
        ordering = ["-valid_until", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(device=None, model__isnull=False) | Q(device__isnull=False, model=None),
                name="offer_for_device_or_model",
                violation_error_message="Et tilbud gælder enten et serienummer eller en model.",
            ),
            models.UniqueConstraint(
                fields=["device", "valid_until"], name="one_offer_a_device_and_day"
            ),
            models.UniqueConstraint(
                fields=["model", "valid_until"], name="one_offer_a_model_and_day"
            ),
            models.CheckConstraint(
                condition=Q(price_ore__gt=0),
                name="offer_above_zero",
                violation_error_message="Prisen skal være over nul.",
            ),
            models.CheckConstraint(
                condition=Q(extension_ore__gt=0),
                name="extension_offer_above_zero",
                violation_error_message="Prisen for en forlængelse skal være over nul.",
            ),
            models.CheckConstraint(
                condition=Q(price_ore__isnull=False) | Q(extension_ore__isnull=False),
                name="offer_says_a_price",
                violation_error_message="Skriv frikøbspris, pris for forlængelse eller begge.",
            ),
        ]

    def __str__(self):
        return f"{self.device_id or self.model_id} til {shown_day(self.valid_until)}"


class BuyoutInvitation(models.Model):
    """An employee is asked by mail to say yes or no to buying the device; answered once.

    Price and last day are those that were offered in the mail, whatever comes after it.
    """

    class Answer(models.TextChoices):
        YES = "yes", "Ja tak"
        NO = "no", "Nej tak"

    lease = models.ForeignKey(
        "leasing.Lease",
        models.CASCADE,
        verbose_name="leasing",
        related_name="buyout_invitations",
    )
    employee = models.ForeignKey(
        "inventory.Employee",
        models.CASCADE,
        verbose_name="medarbejder",
        related_name="buyout_invitations",
    )
    price_ore = models.BigIntegerField("frikøbspris (øre)")
    valid_until = models.DateField("svar senest")
    sent_at = models.DateTimeField("sendt")
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="sendt af",
        related_name="+",
        null=True,
        blank=True,
    )
    answer = models.CharField("svar", max_length=3, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField("svaret", null=True, blank=True)
    withdrawn_at = models.DateTimeField("trukket tilbage", null=True, blank=True)

    class Meta:
        verbose_name = "spørgsmål om frikøb"
        verbose_name_plural = "spørgsmål om frikøb"
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lease"],
                condition=Q(withdrawn_at=None),
                name="one_open_buyout_invitation",
                violation_error_message="Der er allerede spurgt om det udstyr.",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="answer_has_its_moment",
            ),
        ]

    def __str__(self):
        return f"{self.lease_id} til {self.valid_until:%d-%m-%Y}"


for _model in (BuyoutOffer, BuyoutInvitation):
    auditlog.register(_model)
