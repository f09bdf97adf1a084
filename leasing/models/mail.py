from django.db import models
from django.db.models import Q


class Mail(models.Model):
    """A mail that is written with what it tells of, then sent; a failed one is tried again.

    `key` names what it is about, so that a reminder is written once; `told` is each thing that a
    notice tells of, so that a later one tells only of what is new.
    """

    recipients = models.CharField("til", max_length=500, help_text="Adskilt af komma.")
    subject = models.CharField("emne", max_length=200)
    text = models.TextField("tekst")
    html = models.TextField("html")
    key = models.CharField("nøgle", max_length=100, unique=True, null=True, blank=True)
    told = models.JSONField("fortalt om", default=list, blank=True)
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
    # Who took it to send it, when; of somebody who was stopped meanwhile it is old.
    taken_at = models.DateTimeField("sendes siden", null=True, blank=True)
    failed_at = models.DateTimeField("senest forsøgt forgæves", null=True, blank=True)
    # The server was not there: it is not asked about other mails for a while either.
    is_unanswered = models.BooleanField("mailserveren svarer ikke", default=False)
    error = models.CharField("fejl", max_length=500, blank=True)

    class Meta:
        verbose_name = "mail"
        verbose_name_plural = "mails"
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], condition=Q(sent_at=None), name="mail_unsent")]

    def __str__(self):
        return self.subject
