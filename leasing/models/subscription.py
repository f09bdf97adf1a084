from auditlog.registry import auditlog
from django.conf import settings
from django.db import models


class Subscription(models.Model):
    """A page that somebody is sent by mail each month or quarter.

    `address` is the page with all that its address asks for: a payer's share, or a list as it is
    filtered. What it shows is what the owner may see on the day it is sent.
    """

    class Every(models.TextChoices):
        MONTH = "month", "Hver måned"
        QUARTER = "quarter", "Hvert kvartal"

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name="ejer",
        related_name="subscriptions",
    )
    name = models.CharField("navn", max_length=100)
    address = models.CharField("adresse", max_length=500)
    every = models.CharField("hvor tit", max_length=7, choices=Every.choices, default=Every.MONTH)
    created_on = models.DateField("oprettet")

    class Meta:
        verbose_name = "abonnement"
        verbose_name_plural = "abonnementer"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "address"],
                name="subscription_once",
                violation_error_message="Du får allerede den side på mail.",
            )
        ]

    def __str__(self):
        return self.name


auditlog.register(Subscription)
