from django.conf import settings
from django.db import models


class CalendarFeed(models.Model):
    """A secret address at which a calendar reads a user's deadlines; revoked by deleting it.

    Only a digest of the secret is kept: the address is shown once.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name="bruger",
        related_name="calendar_feed",
    )
    secret_digest = models.CharField("kontrolsum af adressen", max_length=64, unique=True)
    created_at = models.DateTimeField("oprettet")

    class Meta:
        verbose_name = "kalenderadresse"
        verbose_name_plural = "kalenderadresser"

    def __str__(self):
        return f"Kalender for {self.user}"
