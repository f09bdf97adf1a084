"""Programs that use the API: who they are, their tokens, and what they were answered."""

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models


class ApiClient(models.Model):
    """A program of the municipality's, with an account of its own and what it may be asked for.

    The account's role and accesses say what it sees; `scopes` narrow that to what it needs.
    """

    name = models.CharField(
        "navn",
        max_length=100,
        unique=True,
        error_messages={"unique": "Der er allerede en klient med det navn."},
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="konto",
        related_name="api_client",
    )
    scopes = models.JSONField("adgange", default=list)
    created_at = models.DateTimeField("oprettet")

    class Meta:
        verbose_name = "api-klient"
        verbose_name_plural = "api-klienter"
        ordering = ["name"]

    def __str__(self):
        return self.name


class ApiToken(models.Model):
    """A secret that lets a client in until a day; only its digest is kept, it is shown once."""

    client = models.ForeignKey(
        ApiClient, models.CASCADE, verbose_name="klient", related_name="tokens"
    )
    # Its first signs, so that one knows which it is.
    begins = models.CharField("begynder med", max_length=12)
    secret_digest = models.CharField("kontrolsum", max_length=64, unique=True)
    created_at = models.DateTimeField("oprettet")
    created_by = models.CharField("oprettet af", max_length=150)
    ends_before = models.DateField("udløber", help_text="Første dag uden adgang.")
    # To the minute: not every request writes.
    last_used_at = models.DateTimeField("sidst brugt", null=True, blank=True)
    revoked_at = models.DateTimeField("trukket tilbage", null=True, blank=True)

    class Meta:
        verbose_name = "api-nøgle"
        verbose_name_plural = "api-nøgler"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.begins}…"


class ApiAnswer(models.Model):
    """What a client was answered on a write, under the key that it gave, to be answered again.

    `answer` is empty only while the write itself is going on.
    """

    client = models.ForeignKey(
        ApiClient, models.CASCADE, verbose_name="klient", related_name="answers", db_index=False
    )
    key = models.CharField("nøgle", max_length=100)
    fingerprint = models.CharField("kontrolsum", max_length=64)
    answer = models.JSONField("svar", default=dict)
    made_at = models.DateTimeField("besvaret", db_index=True)

    class Meta:
        verbose_name = "api-svar"
        verbose_name_plural = "api-svar"
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="answered_once")]

    def __str__(self):
        return self.key


auditlog.register(ApiClient)
auditlog.register(ApiToken, exclude_fields=["secret_digest", "last_used_at"])
