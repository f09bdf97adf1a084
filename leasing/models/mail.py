from django.db import models
from django.db.models import Q


class Mail(models.Model):
    """A mail that is written with what it tells of, then sent; a failed one is tried again.

    `key` names what it is about, so that a reminder is written once.
    """

    recipients = models.CharField("til", max_length=500, help_text="Adskilt af komma.")
    subject = models.CharField("emne", max_length=200)
    text = models.TextField("tekst")
    html = models.TextField("html")
    key = models.CharField("nøgle", max_length=100, unique=True, null=True, blank=True)
    order = models.ForeignKey(
        "leasing.Order",
        models.CASCADE,
        verbose_name="bestilling",
        related_name="mails",
        null=True,
        blank=True,
    )
    written_at = models.DateTimeField("skrevet")
    sent_at = models.DateTimeField("sendt", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("forsøg", default=0)
    error = models.CharField("fejl", max_length=500, blank=True)

    class Meta:
        verbose_name = "mail"
        verbose_name_plural = "mails"
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], condition=Q(sent_at=None), name="mail_unsent")]

    def __str__(self):
        return self.subject
