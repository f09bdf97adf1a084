"""Mails to the helpdesk's mailbox: each once, what came of it, and the files that came with it."""

from django.db import models
from django.db.models import Q


class MailOutcome(models.TextChoices):
    """What became of a mail that was fetched."""

    ORDER = "order", "Kladde"
    AUTOMATIC = "automatic", "Automatisk mail"
    TOO_LARGE = "too_large", "For stor"
    UNREADABLE = "unreadable", "Kan ikke læses"
    DISMISSED = "dismissed", "Ikke en bestilling"


class ReceivedMail(models.Model):
    """A mail of the mailbox; `key` stays when all else is forgotten, so that it comes once.

    What it says is the order's `mail_text`. `is_handled` once somebody has saved the draft.
    """

    key = models.CharField("nøgle", max_length=64, unique=True)
    outcome = models.CharField("blev til", max_length=10, choices=MailOutcome.choices)
    why = models.CharField("hvorfor", max_length=200, blank=True)
    order = models.OneToOneField(
        "leasing.Order",
        models.SET_NULL,
        verbose_name="bestilling",
        related_name="received_mail",
        null=True,
        blank=True,
    )
    # An earlier mail of the same exchange.
    follows = models.ForeignKey(
        "self",
        models.SET_NULL,
        verbose_name="svar på",
        related_name="followed_by",
        null=True,
        blank=True,
    )
    is_handled = models.BooleanField("set igennem", default=False)
    sender = models.CharField("fra", max_length=300, blank=True)
    subject = models.CharField("emne", max_length=200, blank=True)
    sent_at = models.DateTimeField("sendt", null=True, blank=True)
    fetched_at = models.DateTimeField("hentet")

    class Meta:
        verbose_name = "modtaget mail"
        verbose_name_plural = "modtagne mails"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(outcome="order", is_handled=False),
                name="received_mail_waits",
            )
        ]

    def __str__(self):
        return self.subject or "(uden emne)"


class ReceivedFile(models.Model):
    """A file that came with a mail: kept, or left in the mailbox and why."""

    mail = models.ForeignKey(
        ReceivedMail, models.CASCADE, verbose_name="mail", related_name="files"
    )
    file = models.ForeignKey(
        "leasing.KeptFile",
        models.PROTECT,
        verbose_name="fil",
        related_name="received",
        null=True,
        blank=True,
    )
    name = models.CharField("navn", max_length=100)
    why_left = models.CharField("hvorfor den ikke er gemt", max_length=200, blank=True)

    class Meta:
        verbose_name = "fil fra en mail"
        verbose_name_plural = "filer fra mails"
        ordering = ["mail", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(file=None) ^ Q(why_left=""), name="received_file_kept_or_left"
            )
        ]

    def __str__(self):
        return self.name
