from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q


class FrameworkAgreement(models.Model):
    """The agreement with the lessor that every sub-agreement stands under."""

    name = models.CharField("navn", max_length=100, unique=True)
    starts_on = models.DateField("gælder fra")

    class Meta:
        verbose_name = "rammeaftale"
        verbose_name_plural = "rammeaftaler"

    def __str__(self):
        return self.name


class SubAgreement(models.Model):
    """One batch of leased items, as the lessor numbers it."""

    framework = models.ForeignKey(
        FrameworkAgreement,
        models.PROTECT,
        verbose_name="rammeaftale",
        related_name="sub_agreements",
    )
    number = models.CharField("underaftale", max_length=40, unique=True)

    class Meta:
        verbose_name = "underaftale"
        verbose_name_plural = "underaftaler"
        ordering = ["number"]

    def __str__(self):
        return self.number


class ByModelAndDay(models.Manager):
    """Lets a fixture name a price by its model and first day."""

    def get_by_natural_key(self, model, starts_on):
        return self.get(model__name=model, starts_on=starts_on)


class LeasePrice(models.Model):
    """What a model costs for a whole term, for leases that start from this day on."""

    model = models.ForeignKey(
        "inventory.DeviceModel", models.PROTECT, verbose_name="model", related_name="prices"
    )
    starts_on = models.DateField("gælder fra")
    price_ore = models.BigIntegerField("leasingpris (øre)")
    quarters = models.PositiveSmallIntegerField("kvartaler", default=16)
    source = models.CharField("kilde", max_length=200, blank=True)

    objects = ByModelAndDay()

    class Meta:
        verbose_name = "leasingpris"
        verbose_name_plural = "prisliste"
        ordering = ["model", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "starts_on"],
                name="one_price_a_day",
                violation_error_message="Modellen har allerede en pris fra den dag.",
            ),
            models.CheckConstraint(
                condition=Q(price_ore__gt=0),
                name="list_price_above_zero",
                violation_error_message="Prisen skal være over nul.",
            ),
            models.CheckConstraint(
                condition=Q(quarters__gte=1, quarters__lte=40),
                name="list_price_quarters",
                violation_error_message="Antal kvartaler skal være 1–40.",
            ),
        ]

    def __str__(self):
        return f"{self.model} fra {self.starts_on:%d-%m-%Y}"

    def natural_key(self):
        return (*self.model.natural_key(), self.starts_on)


for _model in (FrameworkAgreement, SubAgreement, LeasePrice):
    auditlog.register(_model)
