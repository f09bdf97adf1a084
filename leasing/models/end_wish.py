from auditlog.registry import auditlog
from django.conf import settings
from django.db import models

from leasing.models.lease import EndChoice


class EndWish(models.Model):
    """What those who pay for a device wish for when its lease runs out; IT decides by it."""

    lease = models.OneToOneField(
        "leasing.Lease", models.CASCADE, verbose_name="leasing", related_name="end_wish"
    )
    wish = models.CharField("ønske", max_length=10, choices=EndChoice.choices)
    note = models.CharField("bemærkning", max_length=300, blank=True)
    wished_at = models.DateTimeField("ønsket")
    wished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="ønsket af",
        related_name="+",
        null=True,
    )

    class Meta:
        verbose_name = "ønske ved udløb"
        verbose_name_plural = "ønsker ved udløb"
        ordering = ["-wished_at", "-id"]
        permissions = [("wish_for_end", "Kan ønske, hvad der skal ske ved udløb")]

    def __str__(self):
        return f"{self.get_wish_display()} af leasing {self.lease_id}"


auditlog.register(EndWish)
