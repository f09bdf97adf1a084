"""What other systems are told of: where, what, and how each telling went."""

from uuid import uuid4

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q

from albertslund_it.web.moments import moment_told


class WebhookEndpoint(models.Model):
    """Where another system wants to be told of what happens.

    `salt` with the application's own key makes the secret that signs, so that whoever reads the
    database alone cannot sign.
    """

    name = models.CharField("navn", max_length=100)
    address = models.CharField("adresse", max_length=500)
    events = models.JSONField("hændelser", default=list)
    salt = models.CharField("salt", max_length=64)
    is_on = models.BooleanField("slået til", default=True)
    off_because = models.CharField("slået fra, fordi", max_length=200, blank=True)
    created_at = models.DateTimeField("oprettet")

    class Meta:
        verbose_name = "webhook"
        verbose_name_plural = "webhooks"
        ordering = ["name", "id"]

    def __str__(self):
        return self.name


class WebhookDelivery(models.Model):
    """Something that one endpoint is to be told, written with what it tells of.

    `told` names each thing that it tells of, where a later one tells only of what is new.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Venter"
        DELIVERED = "delivered", "Modtaget"
        GIVEN_UP = "given_up", "Ikke modtaget"

    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, verbose_name="webhook", related_name="deliveries"
    )
    message_id = models.UUIDField("besked", default=uuid4, unique=True)
    event = models.CharField("hændelse", max_length=40)
    payload = models.JSONField("indhold")
    told = models.JSONField("fortalt om", default=list)
    written_at = models.DateTimeField("skrevet")
    state = models.CharField("tilstand", max_length=9, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("forsøg", default=0)
    next_at = models.DateTimeField("prøves igen")
    delivered_at = models.DateTimeField("modtaget", null=True, blank=True)

    class Meta:
        verbose_name = "besked til webhook"
        verbose_name_plural = "beskeder til webhooks"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="webhook_waiting")
        ]

    def __str__(self):
        return f"{self.event} {self.pk}"


class WebhookAttempt(models.Model):
    """One try to deliver: the status that was answered, or why there was no answer."""

    delivery = models.ForeignKey(
        WebhookDelivery, models.CASCADE, verbose_name="besked", related_name="tries"
    )
    made_at = models.DateTimeField("forsøgt")
    status = models.PositiveSmallIntegerField("svar", null=True, blank=True)
    response = models.CharField("svarets begyndelse", max_length=200, blank=True)
    error = models.CharField("fejl", max_length=200, blank=True)

    class Meta:
        verbose_name = "forsøg"
        verbose_name_plural = "forsøg"
        ordering = ["id"]

    def __str__(self):
        return moment_told(self.made_at)


auditlog.register(WebhookEndpoint, exclude_fields=["salt"])
